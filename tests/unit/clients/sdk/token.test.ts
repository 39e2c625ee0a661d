/** Client credentials: one request for all who wait, kept, renewed in time, and sent to nobody but the issuer. */
import { clientCredentials } from '../../../../clients/sdk/src/index.ts';
import { openClock } from './clock.ts';

const issuer = 'https://id.example.org';

const open = (answers: { discovery?: object; tokenStatus?: number; expires_in?: number } = {}) => {
  const { clock } = openClock();
  const asked: { url: string; init: RequestInit }[] = [];
  const state = { ...answers };
  const stand: typeof fetch = async (url, init = {}) => {
    asked.push({ url: String(url), init });
    if (String(url).endsWith('openid-configuration'))
      return Response.json({ issuer, token_endpoint: `${issuer}/token`, ...state.discovery });
    if (state.tokenStatus) return new Response('no', { status: state.tokenStatus });
    return Response.json({ access_token: `token-${asked.length}`, expires_in: state.expires_in ?? 1_800 });
  };
  const token = clientCredentials({ issuer, clientId: 'a plate:reader', clientSecret: 's%c', clock, fetch: stand });
  const exchanges = () => asked.filter(({ url }) => url === `${issuer}/token`);
  return { token, clock, asked, exchanges, state };
};

test('a hundred who wait are one request', async () => {
  const { token, asked } = open();
  const tokens = await Promise.all(Array.from({ length: 100 }, () => token.get()));
  expect(new Set(tokens).size).toBe(1);
  expect(asked.map(({ url }) => url)).toEqual([`${issuer}/.well-known/openid-configuration`, `${issuer}/token`]);
});

test('a token is kept, and renewed a minute before it ends', async () => {
  const { token, clock, exchanges } = open();
  await token.get();
  clock.nowMs += 1_739_000;
  await token.get();
  expect(exchanges()).toHaveLength(1);
  clock.nowMs += 1_000;
  await token.get();
  expect(exchanges()).toHaveLength(2);
});

test('a short one lives for nine tenths of its life', async () => {
  const { token, clock, exchanges } = open({ expires_in: 100 });
  await token.get();
  clock.nowMs += 89_999;
  await token.get();
  expect(exchanges()).toHaveLength(1);
  clock.nowMs += 1;
  await token.get();
  expect(exchanges()).toHaveLength(2);
});

test('one that the hub refused is not used again; another that came meanwhile is', async () => {
  const { token } = open();
  const first = await token.get();
  token.refused(first);
  const second = await token.get();
  expect(second).not.toBe(first);
  token.refused(first);
  expect(await token.get()).toBe(second);
});

test('the secret goes in the header, as RFC 6749 writes it', async () => {
  const { token, exchanges } = open();
  await token.get();
  const { headers, redirect } = exchanges()[0]?.init ?? {};
  expect(new Headers(headers).get('authorization')).toBe(`Basic ${btoa('a+plate%3Areader:s%25c')}`);
  expect(redirect).toBe('error');
});

test.each([
  ['calls itself by another name', { issuer: 'https://elsewhere.example.org' }],
  ['names an endpoint without TLS', { token_endpoint: 'http://id.example.org/token' }],
])('an issuer that %s gets no secret', async (_what, discovery) => {
  const { token, asked } = open({ discovery });
  await expect(token.get()).rejects.toThrow();
  expect(asked).toHaveLength(1);
});

test('a refusal is told once and for all, an outage may pass; neither is remembered', async () => {
  const { token, state } = open({ tokenStatus: 401 });
  await expect(token.get()).rejects.toMatchObject({ code: 'TOKEN_UNOBTAINABLE', retryable: false });
  state.tokenStatus = 503;
  await expect(token.get()).rejects.toMatchObject({ code: 'TOKEN_UNOBTAINABLE', retryable: true });
  state.tokenStatus = 0;
  expect(await token.get()).toMatch(/^token-/);
});
