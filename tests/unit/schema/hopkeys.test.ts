/** Which of several keys signs, and which are accepted, as time goes on. */
import { generateKeys, keySetInForce, newestOf, signingKeyInForce, type TimedKey } from '../../../schema/hopkeys.ts';

const [startMs, startSeconds] = [1_700_000_000_000, 1_700_000_000];
const key = (kid: string, times: { nbf?: number; exp?: number } = {}): TimedKey => ({ kty: 'OKP', kid, ...times });

test('the newest whose time has come signs; while there is none, the first to come', () => {
  const keys = [key('later', { nbf: startSeconds + 60 }), key('old'), key('now', { nbf: startSeconds })];
  expect(newestOf(keys, startMs)?.kid).toBe('now');
  expect(newestOf(keys, startMs - 1)?.kid).toBe('old');
  expect(newestOf(keys, startMs + 60_000)?.kid).toBe('later');
  expect(newestOf([key('later', { nbf: startSeconds + 60 })], startMs)?.kid).toBe('later');
  expect(newestOf([], startMs)).toBeUndefined();
});

test('a gateway signs with the new one from its instant on, and with other keys as soon as it is given them', async () => {
  const [one, two, three] = await Promise.all([generateKeys(), generateKeys(), generateKeys()]);
  let nowMs = startMs;
  let keys: TimedKey[] = [one.signing, { ...two.signing, nbf: startSeconds + 1 }];
  const signs = signingKeyInForce(
    () => keys,
    () => nowMs,
  );
  expect((await signs()).kid).toBe(one.signing.kid);
  nowMs += 1_000;
  expect((await signs()).kid).toBe(two.signing.kid);
  keys = [three.signing];
  expect((await signs()).kid).toBe(three.signing.kid);
  keys = [];
  await expect(signs()).rejects.toThrow('There is no key to sign with.');
});

test('a system accepts each key until its end, and not at it', async () => {
  const [one, two] = await Promise.all([generateKeys(), generateKeys()]);
  const ending = one.verification.keys.map((jwk) => ({ ...jwk, exp: startSeconds + 10 }));
  let nowMs = startMs;
  const set = keySetInForce({ keys: [...ending, ...two.verification.keys] }, () => nowMs);
  const knows = async (kid: string | undefined) =>
    set()({ alg: 'EdDSA', kid: kid ?? '' }).then(
      () => true,
      () => false,
    );
  const both = async () => [await knows(one.signing.kid), await knows(two.signing.kid)];
  expect(await both()).toEqual([true, true]);
  nowMs += 9_999;
  expect(await both()).toEqual([true, true]);
  nowMs += 1;
  expect(await both()).toEqual([false, true]);
});
