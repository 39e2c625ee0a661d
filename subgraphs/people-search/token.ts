/**
 * OAuth 2 client credentials (RFC 6749 §4.4), asked for as rarely as can be:
 * one token for everybody until a little before it expires, one request for a
 * new one however many wait for it, and never more of them an hour than agreed.
 */
import { z } from 'zod';
import type { Bucket } from './limit.ts';
import { VendorError } from './vendor.ts';
import { expectOk, type Reply, type Wire } from './wire.ts';

export interface TokenOptions {
  vendor: string;
  url: string;
  clientId: string;
  clientSecret: string;
  wire: Wire;
  /** Of the token endpoint. */
  tokenBucket: Bucket;
  /** One request for a token may take so long, whoever waits for it. */
  timeoutMs: number;
  now: () => number;
}

export interface Tokens {
  /** Sends with a token, and once more with a fresh one where the vendor no longer takes it. */
  authorized: (send: (authorization: string) => Promise<Reply>, signal: AbortSignal) => Promise<Reply>;
}

interface Token {
  authorization: string;
  renewAt: number;
}

const grant = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]{1,4000}$/),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.number().positive().max(31_536_000),
});

export const openTokens = (options: TokenOptions): Tokens => {
  let token: Token | undefined;
  let asking: Promise<Token> | undefined;
  const current = (): Promise<Token> => {
    if (token && options.now() < token.renewAt) return Promise.resolve(token);
    asking ??= request(options)
      .then((fresh) => {
        token = fresh;
        return fresh;
      })
      .finally(() => {
        asking = undefined;
      });
    return asking;
  };
  return {
    authorized: async (send, signal) => {
      const held = await abortable(options.vendor, current(), signal);
      const reply = await send(held.authorization);
      if (reply.status !== 401) return reply;
      if (token === held) token = undefined; // Whoever comes second finds the fresh one.
      return send((await abortable(options.vendor, current(), signal)).authorization);
    },
  };
};

/** The token is for everybody: one caller's timeout ends the caller's wait, not the request. */
const abortable = <Value>(vendor: string, promise: Promise<Value>, signal: AbortSignal): Promise<Value> =>
  new Promise((resolve, reject) => {
    const onAbort = () => reject(new VendorError(vendor, 'SOURCE_TIMEOUT', 'no token within the timeout'));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });

const request = async ({
  vendor,
  url,
  clientId,
  clientSecret,
  wire,
  tokenBucket,
  timeoutMs,
  now,
}: TokenOptions): Promise<Token> => {
  if (tokenBucket.take(0) === undefined)
    throw new VendorError(vendor, 'VENDOR_RATE_LIMITED', 'the hour has no token request left');
  const credentials = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64');
  const headers = { authorization: `Basic ${credentials}`, 'content-type': 'application/x-www-form-urlencoded' };
  const body = 'grant_type=client_credentials&scope=people.search';
  const reply = await wire.send(
    new URL('/oauth/token', url).href,
    { method: 'POST', headers, body },
    AbortSignal.timeout(timeoutMs),
  );
  pauseAt429(reply, tokenBucket, vendor);
  const parsed = grant.safeParse(parseOr(reply.text));
  if (!parsed.success) throw new VendorError(vendor, 'SOURCE_INVALID', 'the token endpoint gave no token');
  const lifetimeMs = parsed.data.expires_in * 1000;
  return { authorization: `Bearer ${parsed.data.access_token}`, renewAt: now() + lifetimeMs - Math.min(30_000, lifetimeMs / 10) };
};

const pauseAt429 = (reply: Reply, bucket: Bucket, vendor: string): void => {
  try {
    expectOk(vendor, reply);
  } catch (error) {
    if (error instanceof VendorError && error.retryAfterMs !== undefined) bucket.pause(error.retryAfterMs);
    throw error;
  }
};

const parseOr = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};
