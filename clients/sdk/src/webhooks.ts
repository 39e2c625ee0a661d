/**
 * Receiving the hub's alerts: signed by the Standard Webhooks scheme
 * (https://www.standardwebhooks.com), so that nobody else can raise one, change
 * one, or send one again. Codes and times only; what it is about is read in the
 * graph, by those who may.
 */

/** The audit cannot be written or is not what it was; or somebody broke the glass. */
export type HubAlert = AuditAlert | EmergencyAlert;

export interface AuditAlert {
  /** `AUDIT_UNAVAILABLE`, `AUDIT_FORKED`, …: gateway/audit/README.md. */
  alert: `AUDIT_${string}`;
  text: string;
  /** RFC 3339. */
  at: string;
  /** A database's or the system's own code. */
  code?: string;
  /** How many of the same kind were not sent since the last. */
  suppressed: number;
}

export interface EmergencyAlert {
  alert: 'EMERGENCY_OPENED';
  text: string;
  /** The emergency's id in the graph. */
  emergency: string;
  /** The agency. */
  ori: string;
  openedAt: string;
  endsAt: string;
}

export type WebhookRefusal = 'HEADERS_MISSING' | 'TIME_OUTSIDE' | 'SIGNATURE_INVALID' | 'REPLAYED' | 'BODY_INVALID';

/** Whoever called is told nothing but "no"; the reason is for the receiver's own log. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
  readonly code: WebhookRefusal;

  constructor(code: WebhookRefusal) {
    super(`The call of the webhook was refused: ${code}.`);
    this.code = code;
  }
}

export interface ReceiverOptions {
  /** `whsec_…`; several while one is being exchanged. */
  secrets: readonly string[];
  /** How far the sender's clock may be from ours; ids are remembered for twice that. */
  toleranceSeconds?: number;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

export interface Delivery {
  headers: Readonly<Record<string, string | readonly string[] | undefined>> | Headers;
  /** As it came: parsed and printed again it would be another text. */
  body: string;
}

/** Runs `handle` once for each call that holds. When it throws, the same call may come again. */
export type Receive = (delivery: Delivery, handle: (alert: HubAlert) => void | Promise<void>) => Promise<void>;

export const openReceiver = ({ secrets, toleranceSeconds = 300, now = Date.now }: ReceiverOptions): Receive => {
  const keys = Promise.all(secrets.map(keyOf));
  keys.catch(() => {}); // Told at the first call.
  const seen = new Map<string, number>();
  const forget = (nowMs: number): void => {
    for (const [id, untilMs] of seen) if (untilMs <= nowMs) seen.delete(id);
  };
  return async ({ headers, body }, handle) => {
    const { id, timestamp, signatures } = envelopeOf(headers);
    if (Math.abs(now() / 1_000 - timestamp) > toleranceSeconds) throw new WebhookError('TIME_OUTSIDE');
    if (!(await isSigned(await keys, { content: `${id}.${timestamp}.${body}`, signatures })))
      throw new WebhookError('SIGNATURE_INVALID');
    forget(now());
    if (seen.has(id)) throw new WebhookError('REPLAYED');
    seen.set(id, now() + 2 * toleranceSeconds * 1_000);
    try {
      await handle(parsed(body));
    } catch (error) {
      seen.delete(id);
      throw error;
    }
  };
};

interface Envelope {
  id: string;
  timestamp: number;
  signatures: string[];
}

const envelopeOf = (headers: Delivery['headers']): Envelope => {
  const read = (name: string): string => {
    const value = headers instanceof Headers ? headers.get(name) : headers[name];
    return typeof value === 'string' ? value : '';
  };
  const [id, timestamp, signature] = [read('webhook-id'), read('webhook-timestamp'), read('webhook-signature')];
  // An id with a dot would let a part of it stand for the time.
  if (!/^[\w-]{1,200}$/.test(id) || !/^\d{1,12}$/.test(timestamp) || !signature) throw new WebhookError('HEADERS_MISSING');
  return { id, timestamp: Number(timestamp), signatures: signature.split(' ').slice(0, 10) };
};

/** Under the name that both the browsers' types and Node's have. */
type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

const hmac = { name: 'HMAC', hash: 'SHA-256' };

const keyOf = (secret: string): Promise<Key> => {
  if (!secret.startsWith('whsec_')) throw new TypeError('A secret of a webhook begins with "whsec_".');
  return crypto.subtle.importKey('raw', bytesOf(secret.slice('whsec_'.length)), hmac, false, ['verify']);
};

/** `verify` of the platform compares in constant time. All are tried, so that the time tells nothing of which held. */
const isSigned = async (keys: Key[], { content, signatures }: { content: string; signatures: string[] }): Promise<boolean> => {
  const bytes = new TextEncoder().encode(content);
  let held = false;
  for (const signature of signatures) {
    const [version, text = ''] = signature.split(',');
    const given = version === 'v1' && /^[A-Za-z0-9+/]{43}=$/.test(text) ? bytesOf(text) : undefined;
    if (!given) continue;
    for (const key of keys) held = (await crypto.subtle.verify('HMAC', key, given, bytes)) || held;
  }
  return held;
};

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

const parsed = (body: string): HubAlert => {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof (value as { alert?: unknown } | null)?.alert === 'string') return value as HubAlert;
  } catch {
    // Told below.
  }
  throw new WebhookError('BODY_INVALID');
};

/** As much of Node's request and response as is used, so that the kit needs none of Node's types. */
interface NodeRequest extends AsyncIterable<Uint8Array> {
  method?: string | undefined;
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}
interface NodeResponse {
  writeHead: (status: number) => { end: () => unknown };
}

export interface ListenerOptions {
  receive: Receive;
  onAlert: (alert: HubAlert) => void | Promise<void>;
  /** Told why a call was refused, or what `onAlert` threw. */
  onRefused?: (error: unknown) => void;
}

const bytesAtMost = 65_536;

/** For `node:http`: 204, 400 to what does not hold, 500 when `onAlert` throws. */
export const webhookListener =
  ({ receive, onAlert, onRefused }: ListenerOptions) =>
  async (request: NodeRequest, response: NodeResponse): Promise<void> => {
    try {
      if (request.method !== 'POST') throw new WebhookError('HEADERS_MISSING');
      await receive({ headers: request.headers, body: await textOf(request) }, onAlert);
      response.writeHead(204).end();
    } catch (error) {
      onRefused?.(error);
      response.writeHead(error instanceof WebhookError ? 400 : 500).end();
    }
  };

const textOf = async (request: NodeRequest): Promise<string> => {
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  for await (const part of request) {
    bytes += part.byteLength;
    if (bytes > bytesAtMost) throw new WebhookError('BODY_INVALID');
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
};
