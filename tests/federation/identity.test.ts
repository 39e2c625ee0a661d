import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { startToyHub, type ToyHub } from './harness.ts';

const only = {
  name: 'only',
  sdl: 'type Query { who: String @authenticated scoped: String @requiresScopes(scopes: [["hub.query"]]) }',
  resolvers: {
    Query: {
      who: (_: unknown, __: unknown, { principal }: { principal: { subject: string } }) => principal.subject,
      scoped: () => 'yes',
    },
  },
};

let hub: ToyHub;
beforeAll(async () => {
  hub = await startToyHub({ subgraphs: [only] });
});
afterAll(() => hub.close());

const seconds = () => Math.floor(Date.now() / 1000);
const ask = (token: string | undefined) => hub.ask({ query: '{ who }', token });

test('a good token is its subject', async () => {
  expect((await ask(await hub.issuer.token(['patrol'], { sub: 'officer-1' }))).data).toEqual({ who: 'officer-1' });
});

const claims = () => ({
  iss: hub.issuer.url,
  aud: 'rtcc-hub',
  sub: 'x',
  iat: seconds(),
  exp: seconds() + 60,
  'gfipm:2.0:user:EmployerORI': 'LANPD0000',
});

test.each<[string, () => Promise<string> | string]>([
  ['expired', () => hub.issuer.token(['patrol'], { exp: seconds() - 10 })],
  ['not yet good', () => hub.issuer.token(['patrol'], { nbf: seconds() + 60 })],
  ['for another audience', () => hub.issuer.token(['patrol'], { aud: 'someone-else' })],
  ['of another issuer', () => hub.issuer.token(['patrol'], { iss: 'http://127.0.0.1:1' })],
  ['without an end', () => hub.issuer.token(['patrol'], { exp: undefined })],
  ['without a subject', () => hub.issuer.token(['patrol'], { sub: undefined })],
  ['without an agency', () => hub.issuer.token(['patrol'], { 'gfipm:2.0:user:EmployerORI': undefined })],
  ['of an agency whose ORI is no ORI', () => hub.issuer.token(['patrol'], { 'gfipm:2.0:user:EmployerORI': 'lanpd0000 ' })],
  ['unsigned (alg: none)', () => new UnsecuredJWT(claims()).encode()],
  [
    'signed by somebody else',
    async () => {
      const { privateKey } = await generateKeyPair('RS256');
      return new SignJWT(claims()).setProtectedHeader({ alg: 'RS256', kid: 'test' }).sign(privateKey);
    },
  ],
  [
    "signed with the issuer's public key as a secret",
    async () => {
      const { keys } = (await (await fetch(`${hub.issuer.url}/jwks`)).json()) as { keys: object[] };
      return new SignJWT(claims())
        .setProtectedHeader({ alg: 'HS256', kid: 'test' })
        .sign(new TextEncoder().encode(JSON.stringify(keys[0])));
    },
  ],
  [
    'that brings its own key',
    async () => {
      const { privateKey, publicKey } = await generateKeyPair('RS256');
      return new SignJWT(claims()).setProtectedHeader({ alg: 'RS256', jwk: await exportJWK(publicKey) }).sign(privateKey);
    },
  ],
  ['that is no token', () => 'abc'],
])('a token %s is refused with 401 and a code, and nothing is asked', async (_what, make) => {
  hub.asked.length = 0;
  const answer = await ask(await make());
  expect([answer.status, answer.errors?.[0]?.extensions.code]).toEqual([401, 'TOKEN_INVALID']);
  expect(hub.asked).toEqual([]);
});

test('clocks may differ a little, not more', async () => {
  expect((await ask(await hub.issuer.token(['patrol'], { exp: seconds() - 2 }))).status).toBe(200);
  expect((await ask(await hub.issuer.token(['patrol'], { exp: seconds() - 8 }))).status).toBe(401);
});

test('an attribute header or a made-up principal is nobody', async () => {
  const response = await fetch(`${hub.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-ori': 'LANPD0000', 'x-hub-principal': 'forged', 'x-user': 'admin' },
    body: JSON.stringify({ query: '{ who }' }),
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { satisfiedBy: 'Sign in: send an access token.' } }] });
});

test('another scheme than Bearer is refused', async () => {
  const response = await fetch(`${hub.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Basic YWRtaW46YWRtaW4=' },
    body: JSON.stringify({ query: '{ who }' }),
  });
  expect(response.status).toBe(401);
});

test('a scope is needed where the schema asks for it', async () => {
  const query = '{ scoped }';
  expect((await hub.ask({ query, token: await hub.issuer.token(['patrol']) })).data).toEqual({ scoped: 'yes' });
  expect((await hub.ask({ query, token: await hub.issuer.token(['patrol'], { scope: 'other' }) })).data).toEqual({
    scoped: null,
  });
});

test.each([
  ['a purpose that there is not', { purpose: 'CURIOSITY' }],
  ['an empty purpose', { purpose: '' }],
  ['a purpose reserved to the FBI', { purpose: 'R' }],
  ['a reason with a line break', { reason: 'one\n2022-01-01 forged line' }],
  ['a reason of ten thousand letters', { reason: 'x'.repeat(10_000) }],
  ['a case number with a quote', { caseNumber: "B-1'; --" }],
  ['an agency that is none', { onBehalfOf: 'me' }],
])('%s is refused, not ignored', async (_what, extensions) => {
  const answer = await hub.ask({ query: '{ who }', extensions, token: await hub.issuer.token(['patrol']) });
  expect(answer.errors?.[0]?.extensions.code).toBe('BAD_REQUEST');
});

test('a subgraph refuses whoever comes without a signature of a gateway', async () => {
  const { url } = hub.served.get('only') ?? { url: '' };
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ who }"}',
  });
  expect([response.status, await response.json()]).toMatchObject([
    401,
    { errors: [{ extensions: { code: 'PRINCIPAL_REFUSED' } }] },
  ]);
});
