/** The commands of whoever reviews the record: what they print, that they are recorded, and that verifying only reads. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fieldKeys } from '../../deploy/auditkeys.ts';
import { exportRecords } from '../../deploy/auditread.ts';
import { reasons, review, who } from '../../deploy/auditreports.ts';
import { verify } from '../../deploy/auditverify.ts';
import { openAudit } from '../../gateway/audit/audit.ts';
import { openLedger } from '../../gateway/audit/ledger.ts';
import { seal } from '../../gateway/audit/seal.ts';
import { anonymous } from '../../schema/principal.ts';
import { termKeyOf } from '../../schema/terms.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';

let folder: string;
let database: Database;
const environment = { HUB_LOG_LEVEL: 'silent' };
const place = () => ({ database: `pglite:${join(folder, 'db')}`, data: folder, environment });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rtcc-commands-'));
  database = await openDatabase(place().database);
  const keys = await fieldKeys(place());
  const audit = openAudit({
    ledger: await openLedger(database),
    ...{ now: () => Date.parse('2026-11-18T12:00:00.000Z'), intervalMs: 1_000 },
    seal: (auditClass, id, text) => seal(keys, auditClass, id, text),
    termKey: (auditClass) => termKeyOf(keys[auditClass]?.at(-1)?.key ?? Buffer.alloc(0)),
  });
  for (const [at, reason] of ['test', 'Caller described a blue van at the corner store'].entries()) {
    const entry = await audit.intend({
      principal: { ...anonymous, subject: `officer-${at}`, ori: 'LANPD0000', operationId: `op-${at}`, reason },
      ...{ operationName: 'Look', operationType: 'query', documentHash: 'ab12', fields: ['Person.fullName'], denied: [] },
      ...{ sources: ['rms'], search: JSON.stringify([{ field: 'vehicles', arguments: { plate: `ABC-${at}` } }]) },
    });
    await entry.settle({ data: {}, errors: [], entities: ['Person:1'] });
  }
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const lines = async (run: (out: (line: string) => void) => Promise<void>): Promise<Record<string, unknown>[]> => {
  const told: string[] = [];
  await run((line) => told.push(line));
  return told.map((line) => JSON.parse(line) as Record<string, unknown>);
};

const lastRead = async (): Promise<unknown> => {
  const [row] = await database.query<{ detail: string }>(
    "SELECT detail FROM hub_audit.record WHERE kind = 'AUDIT_READ' ORDER BY seq DESC LIMIT 1",
  );
  return JSON.parse(row?.detail ?? 'null');
};

test('who was shown a record, and why; asking is recorded', async () => {
  const found = await lines((out) => who({ ...place(), record: 'Person:1' }, out));
  expect(found.map(({ subject, reason }) => [subject, reason])).toEqual([
    ['officer-1', 'Caller described a blue van at the corner store'],
    ['officer-0', 'test'],
  ]);
  expect(await lastRead()).toEqual({ command: 'who', record: 'Person:1' });
});

test('reasons that say nothing', async () => {
  const period = { from: new Date('2026-11-16'), to: new Date('2026-11-23') };
  const found = await lines((out) => reasons({ ...place(), ...period }, out));
  expect(found).toEqual([expect.objectContaining({ subject: 'officer-0', flaw: 'VAGUE' })]);
  expect(await lastRead()).toMatchObject({ command: 'reasons' });
});

test('the weekly review, for people and as JSON', async () => {
  const text = await review({ ...place(), week: '2026-W47' });
  expect(text).toMatch(/^Week 2026-W47/);
  expect(text).toMatch(/with a vague reason +1/);
  expect(text).toMatch(/officer-0 +LANPD0000 +1/);
  expect(JSON.parse(await review({ ...place(), week: '2026-W47', json: true }))).toMatchObject({ operations: 2, vagueReason: 1 });
  expect(await lastRead()).toEqual({ command: 'review', week: '2026-W47' });
});

test('an export by what was searched for, with proofs that hold; what was asked for stays out of the record', async () => {
  const parts: string[] = [];
  const out = { write: (part: string) => parts.push(part) > 0 };
  await exportRecords({ ...place(), format: 'jsonl', filter: { searchedFor: 'abc 1' } }, out);
  const [, ...records] = parts.join('').trim().split('\n');
  expect(records.map((line) => (JSON.parse(line) as { record: { subject: string } }).record.subject)).toEqual(['officer-1']);
  const file = join(folder, 'export.jsonl');
  writeFileSync(file, parts.join(''));
  expect(await verify({ ...place(), export: file })).toEqual({ holds: true, text: expect.stringContaining('1 records') });
  writeFileSync(file, parts.join('').replace('officer-1', 'officer-2'));
  expect(await verify({ ...place(), export: file })).toMatchObject({ holds: false });
  expect(JSON.stringify(await lastRead())).not.toMatch(/abc/i);
});

describe('verifying', () => {
  const empty = () => mkdtempSync(join(tmpdir(), 'rtcc-empty-'));

  test.each([
    ['a folder with nothing', () => {}],
    ['a folder of keys alone', (at: string) => mkdirSync(join(at, 'keys'))],
  ])('%s is refused, and nothing is made there', async (_what, prepare) => {
    const at = empty();
    prepare(at);
    const before = readdirSync(at);
    await expect(verify({ data: at, environment })).rejects.toThrow(/There (is|are) no audit/);
    await expect(verify({ data: at, environment: { ...environment, HUB_AUDIT_PUBLIC_KEYS: '[]' } })).rejects.toThrow();
    expect(readdirSync(at)).toEqual(before);
    rmSync(at, { recursive: true });
  });

  test('a folder that is not there makes none', async () => {
    const at = join(empty(), 'nowhere');
    const keys = JSON.stringify([{ key: 'x+00000000+x', from: '2026-01-01T00:00:00Z', until: null }]);
    for (const given of [environment, { ...environment, HUB_AUDIT_PUBLIC_KEYS: keys }])
      await expect(verify({ data: at, environment: given })).rejects.toThrow();
    expect(existsSync(at)).toBe(false);
  });

  test('a log adds nothing to it', async () => {
    const count = () => database.query('SELECT count(*) AS n FROM hub_audit.leaf');
    const before = await count();
    expect((await verify(place())).holds).toBe(true);
    expect(await count()).toEqual(before);
  });
});
