/** The audit's keys from the environment, for gateways that share one log and keep nothing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkpointKeys, fieldKeys, listedKeys, originOf, printFresh, rotateKey } from '../../../deploy/auditkeys.ts';
import { auditSettings } from '../../../deploy/auditsettings.ts';

const origin = 'rtcc-hub/LANPD0000/audit';
const lines = (): Record<string, string> =>
  Object.fromEntries([...printFresh().matchAll(/^(\w+)='(.*)'$/gm)].map(([, name, value]) => [name, value]));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rtcc-auditkeys-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('what "audit keys --env" prints is taken as settings, by value or as mounted files, and nothing is kept', async () => {
  const environment = lines();
  expect(Object.keys(environment)).toEqual(['HUB_AUDIT_KEY', 'HUB_AUDIT_FIELD_KEYS']);
  const nowhere = join(folder, 'file', 'below');
  writeFileSync(join(folder, 'file'), environment.HUB_AUDIT_KEY ?? '');
  const place = { environment, data: nowhere, origin };
  const [listed] = await listedKeys(place);
  expect(listed?.key).toMatch(/^rtcc-hub\/LANPD0000\/audit\+[0-9a-f]{8}\+/);
  expect((await fieldKeys(place)).CJI[0]?.key).toHaveLength(32);
  const mounted = { HUB_AUDIT_KEY_FILE: join(folder, 'file') };
  expect(await listedKeys({ ...place, environment: mounted })).toEqual([listed]);
  await expect(rotateKey(place, new Date())).rejects.toThrow('given from outside');
  await expect(auditSettings({}, nowhere)).rejects.toThrow('set HUB_AUDIT_KEY and HUB_AUDIT_FIELD_KEYS');
});

test('a key from outside that has been exchanged is known beside the one before it', async () => {
  const [before, now] = [lines(), lines()];
  const place = { data: folder, origin };
  const [old] = await listedKeys({ ...place, environment: before });
  const [own] = await listedKeys({ ...place, environment: now });
  const until = '2026-11-20T09:00:00.000Z';
  const list = [
    { ...old, until },
    { ...own, from: until },
  ];
  const environment = { ...now, HUB_AUDIT_PUBLIC_KEYS: JSON.stringify(list) };
  expect(await listedKeys({ ...place, environment })).toEqual(list);
  expect((await checkpointKeys({ ...place, environment })).known).toHaveLength(2);
  expect((await checkpointKeys({ ...place, environment: now })).known).toHaveLength(1);
});

test.each([
  [{ HUB_AUDIT_KEY: 'nonsense' }, 'HUB_AUDIT_KEY takes'],
  [{ ...lines(), HUB_AUDIT_FIELD_KEYS: '{"CJI":[]}' }, 'HUB_AUDIT_FIELD_KEYS takes'],
  [{ ...lines(), HUB_AUDIT_CHECKPOINT_SECONDS: '0' }, 'HUB_AUDIT_CHECKPOINT_SECONDS'],
  [{ ...lines(), HUB_AUDIT_WITNESS_URL: 'https://witness.example' }, 'go together'],
  [{ ...lines(), HUB_AUDIT_WITNESS_URL: 'https://witness.example', HUB_AUDIT_WITNESS_KEY: 'x' }, 'name+id+key'],
])('wrong setting %# is told at start, by its name', async (environment, complaint) => {
  await expect(auditSettings(environment, folder)).rejects.toThrow(complaint);
});

test('the log has the name of the agency, or another that a note can bear', () => {
  expect(originOf({})).toBe(origin);
  expect(originOf({ HUB_AGENCY_ORI: 'LA0260000' })).toBe('rtcc-hub/LA0260000/audit');
  expect(() => originOf({ HUB_AUDIT_ORIGIN: 'with space' })).toThrow('HUB_AUDIT_ORIGIN');
});
