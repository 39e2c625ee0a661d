/**
 * Keys of the hops are exchanged, and certificates shown, between processes that run: a gateway and a system, with requests
 * going on. No request is refused for it, and afterwards the old key opens nothing.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Identity, startIdentity } from '../../deploy/identity/index.ts';
import { generateKeys, importSigningKey, type TimedKey } from '../../schema/hopkeys.ts';
import { anonymous, signPrincipal } from '../../schema/principal.ts';
import { principalHeader } from '../../schema/wire.ts';
import { post } from '../federation/harness.ts';
import { describeOn, type ScratchDatabase, scratchDatabase, services } from '../setup/services.ts';
import { hub, type Running, run, type Settings } from './command.ts';
import { until } from './setup.ts';

describeOn(['postgres', 'redis'], 'keys that are exchanged while everything runs', () => {
  const running: Running[] = [];
  let scratch: ScratchDatabase;
  let issuer: Identity;
  let folder: string;
  let settings: Settings;
  let url: string;
  let system: string;

  const start = async (parameters: string[], more: Settings = {}): Promise<string> => {
    const process = run([...parameters, '--port', '0', '--data', folder], { ...settings, ...more });
    running.push(process);
    return (await process.said(/"url":"([^"]+)","msg":"The \w+ is ready/))[1] ?? '';
  };
  const file = (name: string) => join(folder, name);
  const signing = (): TimedKey[] => (JSON.parse(readFileSync(file('signing.json'), 'utf8')) as { keys: TimedKey[] }).keys;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rtcc-rotation-'));
    [scratch, issuer] = await Promise.all([scratchDatabase(), startIdentity({ port: 0, host: '127.0.0.1' })]);
    const keys = await generateKeys();
    writeFileSync(file('signing.json'), JSON.stringify({ keys: [keys.signing] }));
    writeFileSync(file('verification.json'), JSON.stringify(keys.verification));
    settings = {
      ...{ DATABASE_URL: scratch.url, REDIS_URL: services().redis.url, OIDC_ISSUER: issuer.issuer },
      ...{ HUB_SIGNING_KEY_FILE: file('signing.json'), HUB_VERIFICATION_KEYS_FILE: file('verification.json') },
      HUB_KEYS_INTERVAL_MS: '100',
    };
    expect(await hub(['load', '--data', folder], { DATABASE_URL: scratch.url })).toMatchObject({ code: 0 });
    system = await start(['subgraph', 'hub']);
    url = await start(['gateway'], { HUB_SUBGRAPH_HUB_URL: system });
  }, 120_000);

  afterAll(async () => {
    await Promise.all(running.map((process) => process.stop('SIGTERM')));
    await issuer.close();
    await scratch.drop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  /** What the system says to somebody who holds this key. */
  const knock = async (key: TimedKey): Promise<number> => {
    const body = '{"query":"{ __typename }"}';
    const principal = { ...anonymous, subject: 'thief' };
    const hop = { audience: 'hub', body, lifetimeSeconds: 30 };
    const token = await signPrincipal(principal, hop, await importSigningKey(key));
    const headers = { 'content-type': 'application/json', [principalHeader]: token };
    return (await fetch(system, { method: 'POST', headers, body })).status;
  };

  /** Four callers who ask one question after another, until told to stop. */
  const traffic = async (): Promise<() => Promise<unknown[]>> => {
    const token = await issuer.token('analyst');
    const failures: unknown[] = [];
    let [asked, going] = [0, true];
    const ask = async () => {
      while (going) {
        const { data, errors } = await post(url, { query: '{ me { subject } }', token });
        asked += 1;
        if (errors || !data?.me) failures.push(errors ?? data);
      }
    };
    const callers = Promise.all([ask(), ask(), ask(), ask()]);
    await until('requests are going on', () => asked > 4);
    return async () => {
      const before = asked;
      await until('requests went on', () => asked > before + 20);
      going = false;
      await callers;
      return failures;
    };
  };

  test('a rotation refuses no request, and retires the old key', async () => {
    const [old] = signing();
    const stop = await traffic();
    expect(await knock(old as TimedKey)).toBe(200);
    const { code, out } = await hub(['keys', '--rotate', '--lead', '2', '--overlap', '2', '--data', folder], settings);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^The key \w{16} signs from \S+Z\. Those before it are accepted until \S+Z\.\n$/),
    ]);
    const fresh = signing().at(-1) as TimedKey;
    expect(fresh.kid).not.toBe(old?.kid);
    await until('the new key is known', async () => (await knock(fresh)) === 200);
    await until('the old key is refused', async () => (await knock(old as TimedKey)) === 401);
    expect(await knock(fresh)).toBe(200);
    expect(await stop()).toEqual([]);
  }, 60_000);

  test('again, it forgets what has ended; what cannot be read changes nothing', async () => {
    const stop = await traffic();
    writeFileSync(file('verification.json.kept'), readFileSync(file('verification.json')));
    writeFileSync(file('verification.json'), '{');
    await running[0]?.said(/The keys of the hops cannot be read: those that held go on holding/);
    writeFileSync(file('verification.json'), readFileSync(file('verification.json.kept')));
    expect(await hub(['keys', '--rotate', '--lead', '1', '--overlap', '1', '--data', folder], settings)).toMatchObject({
      code: 0,
    });
    const [before, fresh, ...rest] = signing();
    expect(rest).toEqual([]);
    await until('the old key is refused', async () => (await knock(before as TimedKey)) === 401);
    expect([await knock(fresh as TimedKey), await stop()]).toEqual([200, []]);
  }, 60_000);
});
