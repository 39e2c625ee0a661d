/** What is kept of a token that held, and for how long. */
import { authenticator } from '../../../gateway/authenticate.ts';
import { startIssuer, type TestIssuer } from '../../federation/issuer.ts';

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.close());

const atMs = Math.floor(Date.now() / 1000) * 1000;
const open = () => {
  const clock = { nowMs: atMs };
  const authenticate = authenticator({ url: issuer.url, audience: 'rtcc-hub', toleranceSeconds: 5 }, () => clock.nowMs);
  return { clock, authenticate };
};
const tokenUntil = (seconds: number) => issuer.token(['patrol'], { iat: atMs / 1000, exp: atMs / 1000 + seconds });

test('a token that held is kept for a minute', async () => {
  const { clock, authenticate } = open();
  const token = await tokenUntil(600);
  const caller = await authenticate(token);
  clock.nowMs += 59_999;
  expect(await authenticate(token)).toBe(caller);
  clock.nowMs += 1;
  const again = await authenticate(token);
  expect(again).toEqual(caller);
  expect(again).not.toBe(caller);
});

test('… and never past its end', async () => {
  const { clock, authenticate } = open();
  const token = await tokenUntil(30);
  await authenticate(token);
  clock.nowMs += 35_000;
  await expect(authenticate(token)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
});

test('… nor before its beginning, when the clock is set back', async () => {
  const { clock, authenticate } = open();
  const token = await issuer.token(['patrol'], { nbf: atMs / 1000, exp: atMs / 1000 + 600 });
  await authenticate(token);
  clock.nowMs -= 60_000;
  await expect(authenticate(token)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
});

test('another token is another caller', async () => {
  const { authenticate } = open();
  const [patrol, nobody] = [await issuer.token(['patrol']), await issuer.token([], { roles: [] })];
  expect((await authenticate(patrol)).roles).toEqual(['patrol']);
  expect((await authenticate(nobody)).roles).toEqual([]);
  await expect(authenticate(`${patrol.slice(0, -4)}AAAA`)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
});
