/** The spool: what an agency chose to let go on, kept on disk, in order, once each, and marked. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTables } from '../../../deploy/verifier/read.ts';
import { verifyLog } from '../../../deploy/verifier/verify.ts';
import { openLedger, type Sql } from '../../../gateway/audit/ledger.ts';
import type { AuditRecord } from '../../../gateway/audit/record.ts';
import { openSpool, type SpoolOptions } from '../../../gateway/audit/spool.ts';
import { type Database, openDatabase } from '../../../subgraphs/kit/database.ts';

let database: Database;
let folder: string;
let path: string;
let away = false;
let failAfter = false;
const nowMs = Date.parse('2026-11-20T09:00:00.000Z');

const sql = (): Sql => ({
  exec: database.exec,
  query: async <Row>(text: string, parameters?: unknown[]): Promise<Row[]> => {
    if (away) throw Object.assign(new Error('No space left'), { code: '53100' });
    const rows = await database.query<Row>(text, parameters);
    if (failAfter && text.includes('INSERT INTO hub_audit.leaf')) throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    return rows;
  },
});

const record = (operationId: string, sources: string[], parts: Partial<AuditRecord> = {}): AuditRecord => ({
  at: new Date(nowMs),
  kind: 'INTENT',
  operationId,
  subject: 'officer-7',
  fields: [],
  denied: [],
  entities: [],
  sources,
  ...parts,
});

const open = async (more: Partial<SpoolOptions> = {}) => {
  const told: number[] = [];
  const ledger = await openLedger(sql());
  const options = { path, ledger, database: sql(), now: () => nowMs + 5_000, retryMs: 3_600_000 };
  return { told, spool: await openSpool({ ...options, onSpooling: (waiting) => told.push(waiting), ...more }) };
};

const rows = () => database.query<Record<string, unknown>>('SELECT * FROM hub_audit.record ORDER BY seq');
const findings = async () =>
  (await verifyLog({ entries: (await readTables(database.query)).entries, checkpoints: [], keys: [] })).findings;

beforeAll(async () => {
  database = await openDatabase('pglite:');
  await openLedger(database);
  await database.exec('ALTER TABLE hub_audit.leaf DISABLE TRIGGER ALL; ALTER TABLE hub_audit.record DISABLE TRIGGER ALL');
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.exec('TRUNCATE hub_audit.leaf, hub_audit.record');
  folder = mkdtempSync(join(tmpdir(), 'rtcc-spool-'));
  path = join(folder, 'spool');
  away = false;
  failAfter = false;
});
afterEach(() => rmSync(folder, { recursive: true }));

test('while the store is there nothing is spooled', async () => {
  const { spool, told } = await open();
  await spool.append(record('a', ['cad']));
  expect([spool.waiting(), told, (await rows()).length]).toEqual([0, [], 1]);
  await spool.close();
});

test('dispatch and positions go on while the store is away, and are on disk before their append resolves', async () => {
  const { spool, told } = await open();
  away = true;
  await spool.append(record('a', ['cad', 'avl']));
  expect(readFileSync(path, 'utf8')).toContain('"operationId":"a"');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect([spool.waiting(), told]).toEqual([1, [1]]);
  away = false;
  await spool.close();
});

test.each([
  ['reports', ['rms']],
  ['dispatch with reports', ['cad', 'rms']],
  ['cameras', ['cameras']],
  ['commercial searches', ['people-search']],
  ['what asks no system', []],
  ['a system that nobody knows', ['other']],
])('%s are refused', async (_what, sources) => {
  const { spool } = await open();
  away = true;
  await expect(spool.append(record('a', sources))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  expect(spool.waiting()).toBe(0);
  away = false;
  await spool.close();
});

test('a log-on goes to the spool too: without it, nobody could come to dispatch', async () => {
  const { spool } = await open();
  away = true;
  await spool.append(record('a', [], { kind: 'LOGGED_ON' }));
  expect(spool.waiting()).toBe(1);
  away = false;
  await spool.close();
});

test('it is drained in order when the store is back, its records marked, and the log holds', async () => {
  const { spool, told } = await open();
  await spool.append(record('before', ['cad']));
  away = true;
  for (const id of ['a', 'b', 'c']) await spool.append(record(id, ['cad']));
  away = false;
  await spool.append(record('d', ['cad'])); // Behind those that wait.
  await spool.append(record('regulated', ['rms']));
  await spool.drain();
  const kept = await rows();
  expect(kept.map(({ operation_id }) => operation_id)).toEqual(['before', 'regulated', 'a', 'b', 'c', 'd']);
  expect(kept.map(({ spooled_at }) => spooled_at !== null)).toEqual([false, false, true, true, true, true]);
  expect(kept.at(-1)).toMatchObject({ spooled_at: new Date(nowMs + 5_000), at: new Date(nowMs + 5_000) });
  expect([await findings(), readFileSync(path, 'utf8'), told.at(-1)]).toEqual([[], '', 0]);
  await spool.close();
});

test('what a gateway that died has left is drained by the next one; half a line was never told to be durable', async () => {
  const { spool } = await open();
  away = true;
  await spool.append(record('a', ['cad']));
  await spool.append(record('b', ['avl']));
  appendFileSync(path, '{"operationId":"half');
  away = false;
  const next = await open();
  await next.spool.drain();
  expect((await rows()).map(({ operation_id }) => operation_id)).toEqual(['a', 'b']);
  await next.spool.close();
});

test('what had been moved when a gateway died is not moved again', async () => {
  const { spool } = await open();
  away = true;
  await spool.append(record('a', ['cad']));
  await spool.append(record('b', ['cad']));
  away = false;
  failAfter = true; // Moved, and not told so.
  await spool.drain();
  failAfter = false;
  expect(spool.waiting()).toBe(2);
  const next = await open();
  await next.spool.drain();
  expect((await rows()).map(({ operation_id }) => operation_id)).toEqual(['a', 'b']);
  await next.spool.close();
});

test('a file that is full refuses, as the store would', async () => {
  const { spool } = await open({ mostBytes: 400 });
  away = true;
  await spool.append(record('a', ['cad']));
  await expect(spool.append(record('b'.repeat(400), ['cad']))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  away = false;
  await spool.close();
});
