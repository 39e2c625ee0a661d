/** Months and retention: records are divided by month, purged by class in the gateway itself, and each purge proves itself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { auditSettings } from '../../deploy/auditsettings.ts';
import { readTables } from '../../deploy/verifier/read.ts';
import { verifyLog } from '../../deploy/verifier/verify.ts';
import { openLedger } from '../../gateway/audit/ledger.ts';
import { rowOf } from '../../gateway/audit/record.ts';
import { startRetention } from '../../gateway/audit/retention.ts';
import { startAudit } from '../../gateway/audit/start.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { describeOn, type ScratchDatabase, scratchDatabase } from '../setup/services.ts';
import { record } from './auditlog.ts';

/** As earlier versions wrote them. */
const asBefore = { bytesOut: undefined, onBehalfOf: undefined, terms: undefined, spooledAt: undefined };
const nowMs = Date.parse('2026-11-20T09:00:00.000Z');

const parts = (database: Database) =>
  database
    .query<{ name: string }>(
      "SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'hub_audit.record'::regclass ORDER BY 1",
    )
    .then((rows) => rows.map(({ name }) => name));

const report = async (database: Database) =>
  verifyLog({ entries: (await readTables(database.query)).entries, checkpoints: [], keys: [] });

const suite = (begin: () => Promise<ScratchDatabase>) => () => {
  let database: Database;
  let scratch: ScratchDatabase;
  beforeAll(async () => {
    scratch = await begin();
    database = await openDatabase(scratch.url);
  });
  beforeEach(() => database.exec('DROP SCHEMA IF EXISTS hub_audit CASCADE'));
  afterAll(async () => {
    await database.close();
    await scratch.drop();
  });

  const append = async (times: readonly string[], auditClass: 'CJI' | 'ALPR' = 'CJI'): Promise<void> => {
    const ledger = await openLedger(database);
    for (const at of times) await ledger.append(record(`op-${at}`, Date.parse(at), { class: auditClass, ...asBefore }));
  };

  test('each month has a part of its own, made when its first record comes, to the millisecond in UTC', async () => {
    await append(['2026-10-31T23:59:59.999Z', '2026-11-01T00:00:00.000Z', '2026-12-31T23:59:59.999Z']);
    expect(await parts(database)).toEqual(['record_2026_10', 'record_2026_11', 'record_2026_12']);
    expect(await database.query('SELECT seq FROM hub_audit.record_2026_11')).toHaveLength(1);
    expect((await report(database)).findings).toEqual([]);
  });

  test('a second record at one place, in another month, shows: the key of the table cannot keep it out', async () => {
    await append(['2026-10-01T00:00:00.000Z', '2026-11-01T00:00:00.000Z']);
    const { salt, commitment: _, leaf_hash: __, ...forged } = rowOf(1, record('forged', nowMs), Buffer.alloc(32));
    const row = { ...forged, salt };
    await database.query('INSERT INTO hub_audit.record SELECT * FROM jsonb_populate_record(NULL::hub_audit.record, $1::jsonb)', [
      JSON.stringify(row),
    ]);
    expect((await report(database)).findings[0]).toMatchObject({ seq: 1, text: expect.stringContaining('twice') });
  });

  test('a record of an earlier version, in one table, is divided, and its log still holds', async () => {
    await append(['2024-01-05T00:00:00.000Z', '2026-11-01T00:00:00.000Z']);
    await database.exec(`
      CREATE TABLE hub_audit.plain AS SELECT * FROM hub_audit.record ORDER BY seq;
      DROP TABLE hub_audit.record CASCADE;
      ALTER TABLE hub_audit.plain DROP bytes_out, DROP on_behalf_of, DROP terms, DROP spooled_at;
      ALTER TABLE hub_audit.plain ADD CONSTRAINT record_pkey PRIMARY KEY (seq);
      ALTER TABLE hub_audit.plain RENAME TO record`);
    await append(['2026-11-02T00:00:00.000Z']);
    expect(await parts(database)).toEqual(['record_2024_01', 'record_2026_11']);
    expect(await report(database)).toMatchObject({ records: 3, purged: 0, findings: [] });
  });

  const run = async (days: Record<string, number>): Promise<void> => {
    const audit = await startAudit({
      database,
      log: pino({ level: 'silent' }),
      now: () => nowMs,
      intervalMs: 1_000,
      retention: days,
    });
    await audit.close();
  };

  test('the gateway purges what is older than its class is kept, a month at a time; the log says what went, and holds', async () => {
    await append([
      '2021-03-01T00:00:00.000Z',
      '2021-03-02T00:00:00.000Z',
      '2021-05-01T00:00:00.000Z',
      '2026-11-01T00:00:00.000Z',
    ]);
    await append(['2026-11-02T00:00:00.000Z'], 'ALPR');
    await run({ CJI: 1_095 });
    expect(await report(database)).toMatchObject({ purged: 3, findings: [] });
    const told = await database.query<{ detail: string; subject: string }>(
      "SELECT detail, subject FROM hub_audit.record WHERE kind = 'PURGED' ORDER BY seq",
    );
    expect(told.map(({ detail, subject }) => [subject, JSON.parse(detail)])).toEqual([
      ['hub', { class: 'CJI', before: '2021-04-01T00:00:00.000Z', count: 2, through: 2 }],
      ['hub', { class: 'CJI', before: '2021-06-01T00:00:00.000Z', count: 1, through: 3 }],
    ]);
    expect(await parts(database)).toEqual(['record_2026_11']); // The emptied ones are gone.
  });

  test('a class that has no number is kept, and one of another class stays in its month', async () => {
    await append(['2021-03-01T00:00:00.000Z']);
    await append(['2021-03-02T00:00:00.000Z'], 'ALPR');
    await run({ ALPR: 400 });
    expect(await database.query('SELECT class FROM hub_audit.record WHERE at < $1', ['2022-01-01'])).toEqual([{ class: 'CJI' }]);
    expect(await parts(database)).toContain('record_2021_03');
  });

  test('nothing younger than a year goes, whatever is set', async () => {
    await append(['2025-12-01T00:00:00.000Z']);
    await run({ CJI: 1 });
    expect(await report(database)).toMatchObject({ purged: 0 });
  });

  test('what the log cannot take is not purged: no record goes without one that says so', async () => {
    await append(['2021-03-01T00:00:00.000Z']);
    const failures: unknown[] = [];
    const job = startRetention({
      ...{ database, days: { CJI: 400 }, now: () => nowMs, sign: async () => {}, onFailure: (cause) => failures.push(cause) },
      audit: { note: async () => Promise.reject(new Error('away')) },
    });
    await job.close();
    expect([failures.length, (await report(database)).purged]).toEqual([1, 0]);
  });
};

describe(
  'on the embedded database',
  suite(async () => ({ url: 'pglite:', drop: async () => {} })),
);
describeOn('postgres', 'on a database server', suite(scratchDatabase));

test.each(['CJI', 'CJI=12', 'CJI=100', 'SYSTEM=400', 'CJI=400;ALPR=400', 'CJI=-400'])(
  'the setting HUB_AUDIT_RETENTION=%s is refused at start',
  async (text) => {
    const folder = mkdtempSync(join(tmpdir(), 'rtcc-retention-'));
    await expect(auditSettings({ HUB_AUDIT_RETENTION: text }, folder)).rejects.toThrow('HUB_AUDIT_RETENTION takes days');
    rmSync(folder, { recursive: true });
  },
);
