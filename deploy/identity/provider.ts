/**
 * How the demo's OpenID provider is set up: its clients, what its tokens say,
 * and that everybody is asked who to be, never for a password.
 */
import type { Client, Provider, ProviderContext, Token } from 'oidc-provider';
import { type IdentityKeys, signingAlgorithm } from './keys.ts';
import { loadLibrary } from './library.ts';
import { accessTokenSeconds, audience, claimsOf, personaOf, personas, scopes } from './personas.ts';
import { createStore } from './store.ts';

/** The resource indicator (RFC 8707) that stands for the hub; clients need not name it. */
export const hubResource = 'urn:rtcc:hub';

/** A service's secret is public on purpose: the provider serves this machine only. */
export const vendorSecret = 'demo-vendor-secret';

/** Native public client of the command line; RFC 8252 lets it come back on any loopback port. */
export const commandLineClient = { id: 'rtcc-cli', redirectUri: 'http://127.0.0.1/callback' };

/** Public client of the web applications, on any port of localhost. */
export const webClient = {
  id: 'rtcc-web',
  redirectUris: ['localhost', '127.0.0.1'].flatMap((host) =>
    ['/', '/callback', '/dashboard/callback', '/search/callback'].map((path) => `http://${host}${path}`),
  ),
};

const sessionSeconds = 12 * 3_600; // CJIS IA-11: sign in again every twelve hours.

export interface ProviderOptions {
  issuer: string;
  keys: IdentityKeys;
  now: () => number;
}

export const createProvider = async ({ issuer, keys, now }: ProviderOptions): Promise<Provider> => {
  const { Provider, interactionPolicy } = await loadLibrary();
  const policy = interactionPolicy.base();
  // Consent is the operator's for these first-party clients, so the picker is the only page.
  policy.get('consent').checks.remove('native_client_prompt');
  return new Provider(issuer, {
    adapter: createStore(),
    jwks: keys.jwks,
    cookies: { keys: keys.cookieKeys },
    clients: clients(),
    clientDefaults: { id_token_signed_response_alg: signingAlgorithm },
    clientBasedCORS: (_context: unknown, origin: string, client: Client) =>
      client.clientAuthMethod === 'none' && isLoopback(origin),
    responseTypes: ['code'],
    pkce: { required: () => true },
    scopes: ['openid'],
    claims: { openid: ['sub'], profile: ['name'], auth_time: null, amr: null },
    findAccount,
    loadExistingGrant: grantEverything,
    extraTokenClaims: (context: ProviderContext, token: Token) => tokenClaims(context, token, now()),
    interactions: { policy, url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    renderError,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => hubResource,
        getResourceServerInfo: hub,
        useGrantedResource: () => true,
      },
    },
    ttl: {
      AccessToken: accessTokenSeconds,
      ClientCredentials: accessTokenSeconds,
      AuthorizationCode: 60,
      IdToken: accessTokenSeconds,
      Interaction: 10 * 60,
      Session: sessionSeconds,
      Grant: sessionSeconds,
    },
  });
};

export const isLoopback = (url: string): boolean =>
  URL.canParse(url) && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);

const clients = (): object[] => [
  publicClient(commandLineClient.id, [commandLineClient.redirectUri]),
  publicClient(webClient.id, webClient.redirectUris),
  {
    client_id: personas.vendor.subject,
    client_secret: vendorSecret,
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  },
];

const publicClient = (id: string, redirectUris: string[]): object => ({
  client_id: id,
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code'],
  response_types: ['code'],
  redirect_uris: redirectUris,
});

const hub = () => ({
  audience,
  scope: scopes.join(' '),
  accessTokenFormat: 'jwt',
  accessTokenTTL: accessTokenSeconds,
  jwt: { sign: { alg: signingAlgorithm } },
});

const findAccount = (_context: unknown, subject: string) => {
  const persona = personaOf(subject);
  if (persona?.kind !== 'person') return undefined;
  return { accountId: subject, claims: async () => ({ sub: subject, name: persona.title }) };
};

const grantEverything = async ({ oidc }: ProviderContext): Promise<unknown> => {
  const accountId = oidc.session?.accountId;
  if (!accountId || !oidc.client) return undefined;
  const grant = new oidc.provider.Grant({ accountId, clientId: oidc.client.clientId });
  grant.addOIDCScope('openid profile');
  grant.addResourceScope(hubResource, scopes.join(' '));
  await grant.save();
  return grant;
};

const tokenClaims = ({ oidc }: ProviderContext, token: Token, nowMs: number): Record<string, unknown> | undefined => {
  const persona = personaOf(token.accountId ?? token.clientId);
  if (!persona) return undefined;
  const { amr, authTime } = oidc.entities.AuthorizationCode ?? {};
  return { ...claimsOf(persona, nowMs), ...(amr && { amr }), ...(authTime && { auth_time: authTime }) };
};

const renderError = (context: ProviderContext, { error, error_description: description = '' }: Record<string, string>): void => {
  context.type = 'html';
  context.body = page('Sign-in failed', `<p>${escapeHtml(`${error}: ${description}`)}</p>`);
};

export const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
  `<title>${title}</title><style>body{font:1rem/1.5 system-ui;max-width:32rem;margin:3rem auto;padding:0 1rem}` +
  `button{display:block;width:100%;margin:.5rem 0;padding:.75rem;font:inherit;text-align:left}</style></head>` +
  `<body><h1>${title}</h1>${body}</body></html>`;

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
