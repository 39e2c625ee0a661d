/** `hub keys --rotate`: what is written, where, and when it takes effect. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storedKeys } from '../../../deploy/keys.ts';
import { rotateKeys } from '../../../deploy/rotatekeys.ts';
import { generateKeys, type TimedKey } from '../../../schema/hopkeys.ts';

const nowMs = 1_700_000_000_000;
const now = nowMs / 1000;
const times = { leadSeconds: 60, overlapSeconds: 900 };

describe('a rotation', () => {
  let data: string;
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'rtcc-rotate-'));
  });
  afterEach(() => rm(data, { recursive: true }));
  const rotate = (atMs = nowMs, environment: Record<string, string> = {}) =>
    rotateKeys({ ...times, data, environment, nowMs: atMs });

  test('makes a key that signs later, known at once; the old one is accepted until it has signed nothing that holds', async () => {
    const before = await storedKeys(data);
    const said = await rotate();
    const { signing, verification } = await storedKeys(data);
    const [old, fresh] = signing;
    expect(old).toEqual({ ...before.signing[0], exp: now + 960 });
    expect(fresh).toMatchObject({ nbf: now + 60, d: expect.any(String) });
    expect(verification.keys).toMatchObject([{ kid: old?.kid, exp: now + 960 }, { kid: fresh?.kid }]);
    expect(verification.keys.every((key) => !('d' in key) && !('nbf' in key))).toBe(true);
    expect(said).toBe(
      `The key ${fresh?.kid} signs from 2023-11-14T22:14:20.000Z. Those before it are accepted until 2023-11-14T22:29:20.000Z.\n`,
    );
    expect((await stat(join(data, 'keys/principal.json'))).mode & 0o077).toBe(0);
    expect(await readdir(join(data, 'keys'))).toEqual(['principal.json']);
  });

  test('after another, forgets what has ended, and lets nothing live longer than it was to', async () => {
    await rotate();
    await rotate(nowMs + 30_000);
    const [first, second, third] = (await storedKeys(data)).signing;
    expect([first?.exp, second?.exp, third?.exp]).toEqual([now + 960, now + 990, undefined]);
    await rotate(nowMs + 2_000_000);
    const left = await storedKeys(data);
    expect(left.signing.map(({ kid }) => kid)).toEqual([third?.kid, expect.any(String)]);
    expect(left.verification.keys.map(({ kid }) => kid)).toEqual(left.signing.map(({ kid }) => kid));
  });

  test('writes the files that the settings name; values of the environment it cannot exchange', async () => {
    const keys = await generateKeys();
    const [signing, verification] = ['signing', 'verification'].map((name) => join(data, name)) as [string, string];
    await writeFile(signing, JSON.stringify(keys.signing));
    await writeFile(verification, JSON.stringify(keys.verification));
    await rotate(nowMs, { HUB_SIGNING_KEY_FILE: signing, HUB_VERIFICATION_KEYS_FILE: verification });
    const kids = async (path: string) =>
      (JSON.parse(await readFile(path, 'utf8')) as { keys: TimedKey[] }).keys.map(({ kid }) => kid);
    expect(await kids(signing)).toEqual([keys.signing.kid, expect.any(String)]);
    expect(await kids(verification)).toEqual(await kids(signing));
    await expect(rotate(nowMs, { HUB_SIGNING_KEY: JSON.stringify(keys.signing) })).rejects.toThrow('HUB_SIGNING_KEY_FILE');
  });
});
