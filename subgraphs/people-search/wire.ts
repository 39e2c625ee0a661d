/**
 * HTTP to a vendor: keep-alive, TLS by configuration, nothing followed, nothing
 * unbounded. What goes wrong leaves as a coded error whose reason is ours: a
 * parser's own message would quote the answer, and the answer is about people.
 */
import { Agent, request } from 'undici';
import { VendorError } from './vendor.ts';

export interface WireOptions {
  vendor: string;
  /** PEM; `ca` to trust instead of the system's, `cert` and `key` for mutual TLS. */
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
  /** An answer that is longer is dropped while it arrives. */
  maximumBytes: number;
}

export interface Message {
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string;
}

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

export interface Wire {
  send: (url: string, message: Message, signal: AbortSignal) => Promise<Reply>;
  close: () => Promise<void>;
}

export const openWire = ({ vendor, ca, cert, key, maximumBytes }: WireOptions): Wire => {
  const tls = Object.fromEntries(Object.entries({ ca, cert, key }).filter(([, pem]) => pem !== undefined));
  const dispatcher = new Agent({ connections: 8, maxResponseSize: maximumBytes, connect: { ...tls, timeout: 5_000 } });
  return {
    send: async (url, message, signal) => {
      try {
        const { statusCode, headers, body } = await request(url, { ...message, signal, dispatcher });
        return { status: statusCode, headers, text: await body.text() };
      } catch (cause) {
        throw failureOf(vendor, cause, signal);
      }
    },
    close: () => dispatcher.destroy(),
  };
};

/** Only an answered search comes back; whatever else the status says is thrown. */
export const expectOk = (vendor: string, { status, headers }: Reply): void => {
  if (status === 200) return;
  const retryAfterMs = retryAfterOf(headers['retry-after']);
  if (status === 429) throw new VendorError(vendor, 'VENDOR_RATE_LIMITED', 'status 429', retryAfterMs ?? 1_000);
  if (status >= 500) throw new VendorError(vendor, 'SOURCE_UNAVAILABLE', `status ${status}`, retryAfterMs);
  if (status >= 400) throw new VendorError(vendor, 'SOURCE_REFUSED', `status ${status}`);
  throw new VendorError(vendor, 'SOURCE_INVALID', `status ${status}`);
};

/** Seconds, or an HTTP date; at most an hour is believed. */
export const retryAfterOf = (header: string | string[] | undefined, now = Date.now()): number | undefined => {
  if (typeof header !== 'string') return undefined;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), 3_600_000);
};

const failureOf = (vendor: string, cause: unknown, signal: AbortSignal): VendorError => {
  if (signal.aborted) return new VendorError(vendor, 'SOURCE_TIMEOUT', 'no answer within the timeout');
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'unknown';
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return new VendorError(vendor, 'SOURCE_INVALID', 'the answer is too long');
  if (code.startsWith('HPE_')) return new VendorError(vendor, 'SOURCE_INVALID', 'the answer is not HTTP');
  return new VendorError(vendor, 'SOURCE_UNAVAILABLE', code);
};
