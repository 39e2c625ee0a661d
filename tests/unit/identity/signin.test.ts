/** Sign-in as a web application does it: authorization code with PKCE, through the picker. */
import { createHash, randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import { type Identity, startIdentity } from '../../../deploy/identity/index.ts';

const redirectUri = 'http://localhost:4000/callback';

let identity: Identity;
beforeAll(async () => {
  identity = await startIdentity({ port: 0, host: '127.0.0.1', environment: 'test' });
});
afterAll(() => identity.close());

const verifier = randomBytes(32).toString('base64url');
const challenge = createHash('sha256').update(verifier).digest('base64url');

const authorize = (changes: Record<string, string> = {}): URL => {
  const url = new URL(`${identity.issuer}/auth`);
  url.search = new URLSearchParams({
    client_id: 'rtcc-web',
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile hub.query',
    state: 'chosen-by-the-client',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...changes,
  }).toString();
  return url;
};

/** One step of a browser: the answer, and the cookies that it leaves behind. */
const step = async (url: URL, cookies: Map<string, string>, form?: Record<string, string>): Promise<Response> => {
  const response = await fetch(url, {
    redirect: 'manual',
    headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
    ...(form && { method: 'POST', body: new URLSearchParams(form) }),
  });
  for (const line of response.headers.getSetCookie()) {
    const [pair = ''] = line.split(';');
    cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
  }
  return response;
};

const next = (response: Response): URL => new URL(response.headers.get('location') ?? '', identity.issuer);

const openPicker = async (cookies: Map<string, string>): Promise<URL> => next(await step(authorize(), cookies));

const signIn = async (persona: string): Promise<URL> => {
  const cookies = new Map<string, string>();
  const picker = await openPicker(cookies);
  const chosen = await step(new URL(`${picker.pathname}/login`, picker), cookies, { persona });
  return next(await step(next(chosen), cookies));
};

const exchange = (code: string, changes: Record<string, string> = {}): Promise<Response> =>
  fetch(`${identity.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'rtcc-web',
      redirect_uri: redirectUri,
      code_verifier: verifier,
      code,
      ...changes,
    }),
  });

const codeOf = async (persona: string): Promise<string> => (await signIn(persona)).searchParams.get('code') ?? '';

test('the picker offers each person by role and no service', async () => {
  const cookies = new Map<string, string>();
  const page = await (await step(await openPicker(cookies), cookies)).text();
  expect(page).toContain('Demo detective');
  expect(page).toContain('Demo analyst of a neighboring agency · Jefferson Parish Sheriff&#39;s Office');
  expect(page).not.toContain('vendor');
});

test('a persona comes back with a code and the state, and the code becomes tokens', async () => {
  const back = await signIn('detective');
  expect(`${back.origin}${back.pathname}`).toBe(redirectUri);
  expect(back.searchParams.get('state')).toBe('chosen-by-the-client');
  const tokens = (await (await exchange(back.searchParams.get('code') ?? '')).json()) as Record<string, string>;
  expect(decodeJwt(tokens.access_token ?? '')).toMatchObject({ sub: 'demo-detective', aud: 'rtcc-hub', scope: 'hub.query' });
  expect(decodeJwt(tokens.id_token ?? '')).toMatchObject({ sub: 'demo-detective', aud: 'rtcc-web' });
});

test('a code without the verifier that belongs to it is refused', async () => {
  const response = await exchange(await codeOf('analyst'), { code_verifier: randomBytes(32).toString('base64url') });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: 'invalid_grant' });
});

test('a code is good once', async () => {
  const code = await codeOf('analyst');
  expect((await exchange(code)).status).toBe(200);
  expect((await exchange(code)).status).toBe(400);
});

test('a request without PKCE is refused', async () => {
  const url = authorize();
  url.searchParams.delete('code_challenge');
  url.searchParams.delete('code_challenge_method');
  expect(next(await step(url, new Map())).searchParams.get('error')).toBe('invalid_request');
});

test('nobody is sent to an address that is not registered', async () => {
  const response = await step(authorize({ redirect_uri: 'http://elsewhere.example.org/callback' }), new Map());
  expect(response.status).toBe(400);
  expect(response.headers.get('location')).toBeNull();
});

test('the picker takes neither an unknown persona nor a service, and none without its own cookie', async () => {
  const cookies = new Map<string, string>();
  const picker = await openPicker(cookies);
  const submit = new URL(`${picker.pathname}/login`, picker);
  expect((await step(submit, cookies, { persona: 'chief' })).status).toBe(400);
  expect((await step(submit, cookies, { persona: 'vendor' })).status).toBe(400);
  expect((await step(submit, cookies, { persona: 'x'.repeat(5_000) })).status).toBe(400);
  expect((await step(submit, new Map(), { persona: 'detective' })).status).toBe(400);
});

test('a service with a wrong secret gets no token', async () => {
  const response = await fetch(`${identity.issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('demo-vendor:guessed').toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  expect(response.status).toBe(401);
});

test('a web application on another port of this machine may ask for tokens from its page, another site may not', async () => {
  const ask = (origin: string) =>
    fetch(`${identity.issuer}/token`, {
      method: 'POST',
      headers: { origin },
      body: new URLSearchParams({ client_id: 'rtcc-web' }),
    });
  expect((await ask('http://localhost:5173')).headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
  expect((await ask('https://elsewhere.example.org')).headers.get('access-control-allow-origin')).toBeNull();
});
