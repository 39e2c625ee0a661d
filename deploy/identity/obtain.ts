/**
 * A token without a browser: the authorization code flow with PKCE, walked
 * through the demo provider's picker as a browser would; for a service, client
 * credentials. It talks to this machine only.
 */
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { isPersonaName, personaNames, personas, scopes } from './personas.ts';
import { commandLineClient, isLoopback, vendorSecret } from './provider.ts';

export interface ObtainOptions {
  issuer: string;
  persona: string;
}

/** No token; the message says what was expected. */
export class ObtainError extends Error {
  override readonly name = 'ObtainError';
}

const discoverySchema = z.object({ issuer: z.string(), authorization_endpoint: z.string(), token_endpoint: z.string() });
type Discovery = z.infer<typeof discoverySchema>;

const tokenSchema = z.object({ access_token: z.string() });
const maximumHops = 5;
const timeoutMs = 10_000;

export const obtainToken = async ({ issuer, persona }: ObtainOptions): Promise<string> => {
  if (!isPersonaName(persona))
    throw new ObtainError(`There is no persona "${persona}". Choose one of: ${personaNames.join(', ')}.`);
  const provider = await discover(issuer);
  return personas[persona].kind === 'service' ? asService(provider, personas[persona].subject) : asPerson(provider, persona);
};

const discover = async (issuer: string): Promise<Discovery> => {
  if (!isLoopback(issuer)) {
    throw new ObtainError(
      'Personas exist at the demo provider of this machine only. For another issuer, take the token from there.',
    );
  }
  const response = await ask(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const provider = discoverySchema.safeParse(await response.json().catch(() => undefined));
  const same = provider.success && provider.data.issuer === issuer;
  if (!same || ![provider.data.authorization_endpoint, provider.data.token_endpoint].every(isLoopback)) {
    throw new ObtainError(`${issuer} does not answer as the demo provider.`);
  }
  return provider.data;
};

const asService = ({ token_endpoint }: Discovery, client: string): Promise<string> =>
  exchange(
    token_endpoint,
    { grant_type: 'client_credentials', scope: scopes.join(' ') },
    { authorization: `Basic ${Buffer.from(`${client}:${vendorSecret}`).toString('base64')}` },
  );

const asPerson = async (provider: Discovery, persona: string): Promise<string> => {
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const { id: client_id, redirectUri: redirect_uri } = commandLineClient;
  const start = new URL(provider.authorization_endpoint);
  start.search = new URLSearchParams({
    client_id,
    redirect_uri,
    response_type: 'code',
    scope: `openid ${scopes.join(' ')}`,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  const browser = openBrowser(redirect_uri);
  const picker = await browser.go(start);
  const back = await browser.go(new URL(`${picker.pathname}/login`, picker), new URLSearchParams({ persona }));
  const code = back.searchParams.get('code');
  if (!code || back.searchParams.get('state') !== state) throw new ObtainError('The provider did not sign the persona in.');
  return exchange(provider.token_endpoint, {
    grant_type: 'authorization_code',
    code,
    redirect_uri,
    client_id,
    code_verifier: verifier,
  });
};

const exchange = async (
  endpoint: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<string> => {
  const response = await ask(endpoint, { method: 'POST', body: new URLSearchParams(form), headers });
  const token = tokenSchema.safeParse(await response.json().catch(() => undefined));
  if (!token.success) throw new ObtainError(`The provider refused the token request (HTTP ${response.status}).`);
  return token.data.access_token;
};

/** As much of a browser as the flow needs: it keeps cookies and follows redirects up to a page or the redirect URI. */
const openBrowser = (redirectUri: string) => {
  const cookies = new Map<string, string>();
  const go = async (to: URL, form?: URLSearchParams, hops = maximumHops): Promise<URL> => {
    if (`${to.origin}${to.pathname}` === redirectUri) return to;
    if (hops === 0 || !isLoopback(to.href)) throw new ObtainError('The provider redirects where the flow does not lead.');
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await ask(to.href, { headers: { cookie }, redirect: 'manual', ...(form && { method: 'POST', body: form }) });
    await response.body?.cancel();
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name) cookies.set(name, value ?? '');
    }
    const location = response.headers.get('location');
    if (location) return go(new URL(location, to), undefined, hops - 1);
    if (response.status !== 200) throw new ObtainError(`The provider refused to sign in (HTTP ${response.status}).`);
    return to;
  };
  return { go };
};

const ask = async (url: string, init: RequestInit = {}): Promise<Response> => {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
  } catch (cause) {
    throw new ObtainError(`Nothing answers at ${new URL(url).origin}. Is the hub running?`, { cause });
  }
};
