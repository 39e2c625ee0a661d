/**
 * Access tokens. A service has client credentials (RFC 6749, 4.4): its token is
 * kept in memory, renewed before it ends, and asked for once however many wait
 * for it. Whoever has a token from elsewhere, a signed-in person in a browser say,
 * gives a function.
 */
import { type Clock, systemClock } from './clock.ts';
import { failure, isHubFailure } from './errors.ts';
import { checkedUrl } from './url.ts';

export interface TokenSource {
  /** The token to use now. */
  get: () => Promise<string>;
  /** The hub refused this one: it is not used again. */
  refused: (token: string) => void;
}

export interface ClientCredentials {
  /** The OpenID Connect issuer, as its discovery document calls itself. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  scope?: string;
  /** Seconds before its end at which a token is renewed; of a short one at most a tenth of its life. */
  marginSeconds?: number;
  /** Allows `http:` to another machine than this one: secret and token then pass in clear. */
  insecure?: boolean;
  fetch?: typeof fetch;
  clock?: Clock;
}

interface Held {
  token: string;
  renewAtMs: number;
}

const timeoutMs = 10_000;

export const clientCredentials = (options: ClientCredentials): TokenSource => {
  const { marginSeconds = 60, clock = systemClock } = options;
  let held: Held | undefined;
  let underWay: Promise<string> | undefined;
  let endpoint: string | undefined;

  const renew = async (): Promise<string> => {
    endpoint ??= await discover(options);
    const askedAt = clock.now();
    const { token, seconds } = await exchange(endpoint, options);
    held = { token, renewAtMs: askedAt + (seconds - Math.min(marginSeconds, seconds / 10)) * 1_000 };
    return token;
  };

  return {
    get: () => {
      if (held && clock.now() < held.renewAtMs) return Promise.resolve(held.token);
      underWay ??= renew().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
    refused: (token) => {
      if (held?.token === token) held = undefined;
    },
  };
};

/** A token from elsewhere; the function is asked at each request. */
export const tokenFrom = (give: () => string | Promise<string>): TokenSource => ({ get: async () => give(), refused: () => {} });

const discover = async (options: ClientCredentials): Promise<string> => {
  const issuer = checkedUrl(options.issuer, options.insecure);
  const found = await ask(options, `${issuer.href.replace(/\/$/, '')}/.well-known/openid-configuration`);
  // Another issuer's document would send the secret elsewhere (OpenID Connect Discovery 1.0, 4.3).
  if (found.issuer !== options.issuer || typeof found.token_endpoint !== 'string')
    throw failure('TOKEN_UNOBTAINABLE', { message: 'The issuer does not call itself by the name that it was given here.' });
  return checkedUrl(found.token_endpoint, options.insecure).href;
};

const exchange = async (endpoint: string, options: ClientCredentials): Promise<{ token: string; seconds: number }> => {
  const { clientId, clientSecret, scope = 'hub.query hub.subscribe' } = options;
  const given = await ask(options, endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${formed(clientId)}:${formed(clientSecret)}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
  });
  if (typeof given.access_token !== 'string') throw failure('TOKEN_UNOBTAINABLE');
  return { token: given.access_token, seconds: typeof given.expires_in === 'number' ? given.expires_in : 60 };
};

/** RFC 6749, 2.3.1: as in a form. */
const formed = (text: string): string => new URLSearchParams({ _: text }).toString().slice(2);

const ask = async (
  { fetch: call = fetch }: ClientCredentials,
  url: string,
  init: RequestInit = {},
): Promise<Record<string, unknown>> => {
  try {
    const response = await call(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) {
      await response.body?.cancel();
      const message = `The issuer refused the token request (HTTP ${response.status}).`;
      throw failure('TOKEN_UNOBTAINABLE', { message, retryable: response.status >= 500 || response.status === 429 });
    }
    return (await response.json()) as Record<string, unknown>;
  } catch (cause) {
    if (isHubFailure(cause)) throw cause;
    throw failure('TOKEN_UNOBTAINABLE', { message: 'The issuer does not answer.', retryable: true, cause });
  }
};
