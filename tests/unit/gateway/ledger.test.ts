/** The durable log: on PGlite, and on PostgreSQL where several gateways share it. */
import { readTables } from '../../../deploy/verifier/read.ts';
import { verifyLog } from '../../../deploy/verifier/verify.ts';
import { type Ledger, openLedger, type Sql } from '../../../gateway/audit/ledger.ts';
import type { AuditRecord } from '../../../gateway/audit/record.ts';
import { type Database, openDatabase } from '../../../subgraphs/kit/database.ts';
import { describeOn, type ScratchDatabase, scratchDatabase } from '../../setup/services.ts';

type Row = Record<string, unknown>;

const record = (operationId: string, parts: Partial<AuditRecord> = {}): AuditRecord => ({
  at: new Date('2022-02-20T18:42:11.123Z'),
  kind: 'INTENT',
  operationId,
  subject: 'officer-7',
  fields: ['Query.person', 'Person.ssn'],
  denied: ['Person.dob: rms:persons'],
  entities: ['Person:1'],
  sources: ['rms'],
  ...parts,
});

const rowsOf = (database: Sql) => database.query<Row>('SELECT * FROM hub_audit.record ORDER BY seq');

/** By the verifier, which shares no code with the ledger. The answer: the first place that is not as it was written. */
const brokenAt = async (database: Sql): Promise<number | undefined> => {
  const { entries } = await readTables(database.query);
  const { findings } = await verifyLog({ entries, checkpoints: [], keys: [] });
  return findings[0]?.seq;
};

const clear = async (database: Sql): Promise<void> => {
  await database.exec(
    ['record', 'leaf']
      .map(
        (table) =>
          `ALTER TABLE hub_audit.${table} DISABLE TRIGGER ALL; TRUNCATE hub_audit.${table}; ALTER TABLE hub_audit.${table} ENABLE TRIGGER ALL`,
      )
      .join('; '),
  );
};

/** What the ledger's own statements are, and how they may fail. */
const watched = (database: Sql) => {
  const inserts: string[] = [];
  const state: { fail: 'before' | 'after' | undefined } = { fail: undefined };
  const sql: Sql = {
    exec: database.exec,
    query: async <Found>(text: string, parameters?: unknown[]): Promise<Found[]> => {
      const { fail } = state;
      if (fail === 'before') throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      if (text.includes('INSERT INTO hub_audit.leaf')) inserts.push(text);
      const rows = await database.query<Found>(text, parameters);
      if (fail === 'after') throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
      return rows;
    },
  };
  return { sql, inserts, state };
};

const ids = (rows: readonly Row[]) => rows.map(({ operation_id: id }) => id);
const names = (count: number, prefix = 'op-') => Array.from({ length: count }, (_, at) => `${prefix}${at}`);

describe('on a database in this process', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase('pglite:');
    await openLedger(database);
  });
  beforeEach(() => clear(database));
  afterAll(() => database.close());

  test('a record is there, whole, when its append resolves', async () => {
    const ledger = await openLedger(database);
    const full = {
      ori: 'LANPD0000',
      purpose: 'C',
      caseNumber: 'B-24020-22',
      reason: 'a "reason", {with} \\ all, sorts',
      operationName: 'Look',
      operationType: 'query',
      documentHash: 'ab12',
      durationMs: 377,
      outcome: 'OK',
    };
    await ledger.append(record('op', { ...full, fields: ['a,b', '{c}', '"d"', 'NULL', ''] }));
    const [row] = await rowsOf(database);
    expect(row).toMatchObject({
      operation_id: 'op',
      ori: 'LANPD0000',
      purpose: 'C',
      case_number: 'B-24020-22',
      reason: full.reason,
      operation_name: 'Look',
      operation_type: 'query',
      document_hash: 'ab12',
      duration_ms: 377,
      outcome: 'OK',
      fields: ['a,b', '{c}', '"d"', 'NULL', ''],
      sources: ['rms'],
    });
    expect(Number(row?.seq)).toBe(1);
    expect(row?.at).toEqual(new Date('2022-02-20T18:42:11.123Z'));
    expect(await brokenAt(database)).toBeUndefined();
  });

  test('two hundred at once make a log without a gap, in the order in which they were told, in far fewer statements', async () => {
    const { sql, inserts } = watched(database);
    const ledger = await openLedger(sql);
    await Promise.all(names(200).map((name) => ledger.append(record(name))));
    const rows = await rowsOf(database);
    expect(rows.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: 200 }, (_, at) => at + 1));
    expect(ids(rows)).toEqual(names(200));
    expect(await brokenAt(database)).toBeUndefined();
    expect(inserts.length).toBeLessThanOrEqual(3);
  });

  test('more than a statement takes go in several, and stay one log', async () => {
    const { sql, inserts } = watched(database);
    const ledger = await openLedger(sql);
    await Promise.all(names(1_201).map((name) => ledger.append(record(name))));
    expect(await brokenAt(database)).toBeUndefined();
    expect(inserts.length).toBeGreaterThanOrEqual(3);
    expect(inserts.length).toBeLessThanOrEqual(5);
  });

  test('a gateway that starts anew continues the log, and loses nothing of it', async () => {
    await (await openLedger(database)).append(record('before'));
    await (await openLedger(database)).append(record('after'));
    const rows = await rowsOf(database);
    expect(ids(rows)).toEqual(['before', 'after']);
    expect(await brokenAt(database)).toBeUndefined();
  });

  test('two ledgers on one database make one log without a gap', async () => {
    const [one, two] = [await openLedger(database), await openLedger(database)];
    await Promise.all(names(100).flatMap((name) => [one.append(record(`one-${name}`)), two.append(record(`two-${name}`))]));
    for (const name of ['x', 'y', 'z']) {
      await one.append(record(`one-${name}`));
      await two.append(record(`two-${name}`));
    }
    const rows = await rowsOf(database);
    expect(rows).toHaveLength(206);
    expect(await brokenAt(database)).toBeUndefined();
    const ofOne = ids(rows).filter((id) => String(id).startsWith('one-op'));
    expect(ofOne).toEqual(names(100, 'one-op-'));
  });

  test('closing waits for what was told already', async () => {
    const ledger = await openLedger(database);
    const told = names(20).map((name) => ledger.append(record(name)));
    await ledger.close();
    expect(await rowsOf(database)).toHaveLength(20);
    await Promise.all(told);
  });

  describe('when the database is away', () => {
    test('an append is refused with a code that may be tried again, the cause is told, and later ones continue the log', async () => {
      const { sql, state } = watched(database);
      const causes: unknown[] = [];
      const ledger = await openLedger(sql, { onError: (cause) => causes.push(cause) });
      await ledger.append(record('before'));
      state.fail = 'before';
      const refused = await Promise.allSettled(names(5, 'lost-').map((name) => ledger.append(record(name))));
      for (const result of refused) {
        expect(result).toMatchObject({
          status: 'rejected',
          reason: { code: 'AUDIT_UNAVAILABLE', extensions: { retryable: true, http: { status: 503 } } },
        });
      }
      expect(causes[0]).toMatchObject({ code: 'ECONNREFUSED' });
      state.fail = undefined;
      await ledger.append(record('after'));
      const rows = await rowsOf(database);
      expect(ids(rows)).toEqual(['before', 'after']);
      expect(await brokenAt(database)).toBeUndefined();
    });

    test('and took a record without saying so, the record counts and the log goes on behind it', async () => {
      const { sql, state } = watched(database);
      const ledger = await openLedger(sql);
      state.fail = 'after';
      await expect(ledger.append(record('unconfirmed'))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
      state.fail = undefined;
      await Promise.all(names(3).map((name) => ledger.append(record(name))));
      const rows = await rowsOf(database);
      expect(ids(rows)).toEqual(['unconfirmed', 'op-0', 'op-1', 'op-2']);
      expect(await brokenAt(database)).toBeUndefined();
    });

    test('at the start, no ledger is opened', async () => {
      const away: Sql = { ...database, exec: () => Promise.reject(new Error('connect ECONNREFUSED')) };
      await expect(openLedger(away)).rejects.toThrow('ECONNREFUSED');
    });
  });

  test.each([
    ['a character that PostgreSQL has not', 'a\0b'],
    ['half of a pair', 'a\uD83D'],
    ['the other half', '\uDE00b'],
    ['a pair', '😀'],
    ['what looks like an escape', '\\u0000 \\ud83d'],
    ['a line break', 'a\nb'],
  ])('text of %s is recorded as well as it can be, and costs nobody else a record', async (_what, text) => {
    const ledger = await openLedger(database);
    const parts = { subject: text, reason: text, entities: [`Person:${text}`, text], outcome: text };
    await Promise.all([ledger.append(record('one')), ledger.append(record('odd', parts)), ledger.append(record('another'))]);
    const rows = await rowsOf(database);
    expect(ids(rows)).toEqual(['one', 'odd', 'another']);
    expect(await brokenAt(database)).toBeUndefined();
  });

  describe('the record is final', () => {
    test.each([
      'UPDATE hub_audit.record SET reason = NULL',
      "UPDATE hub_audit.record SET outcome = 'OK' WHERE seq = 2",
      'UPDATE hub_audit.record SET seq = seq WHERE false',
      'DELETE FROM hub_audit.record',
      'DELETE FROM hub_audit.record WHERE seq = 3',
      'TRUNCATE hub_audit.record',
    ])('%s is refused', async (statement) => {
      const ledger = await openLedger(database);
      await Promise.all(names(3).map((name) => ledger.append(record(name))));
      const before = await rowsOf(database);
      await expect(database.exec(statement)).rejects.toThrow('The audit record is appended to, never changed.');
      expect(await rowsOf(database)).toEqual(before);
    });

    test('a row of the same position is not taken', async () => {
      const ledger = await openLedger(database);
      await ledger.append(record('one'));
      const forge = `INSERT INTO hub_audit.record SELECT * FROM hub_audit.record WHERE seq = 1`;
      await expect(database.exec(forge)).rejects.toMatchObject({ code: '23505' });
    });
  });

  describe('whoever gets past the trigger is found out', () => {
    const tampered = async (statement: string): Promise<number | undefined> => {
      const ledger = await openLedger(database);
      await Promise.all(
        names(5).map((name) =>
          ledger.append(
            record(name, {
              ori: 'LANPD0000',
              reason: 'r',
              purpose: 'C',
              caseNumber: 'c',
              operationName: 'n',
              operationType: 'query',
              documentHash: 'd',
              durationMs: 5,
              outcome: 'OK',
            }),
          ),
        ),
      );
      expect(await brokenAt(database)).toBeUndefined();
      await database.exec(
        `ALTER TABLE hub_audit.record DISABLE TRIGGER ALL; ${statement}; ALTER TABLE hub_audit.record ENABLE TRIGGER ALL`,
      );
      return brokenAt(database);
    };

    test.each([
      "at = at + interval '1 millisecond'",
      "class = 'CJI'",
      "kind = 'INTENt'",
      "operation_id = operation_id || ' '",
      "subject = 'officer-8'",
      'ori = NULL',
      "purpose = 'D'",
      'case_number = NULL',
      "reason = 'R'",
      "operation_name = ''",
      "operation_type = 'mutation'",
      "document_hash = 'e'",
      'fields = fields[1:1]',
      "denied = '{}'",
      "entities = '{Person:2}'",
      "sources = sources || '{hub}'",
      'duration_ms = 6',
      "outcome = 'PARTIAL'",
      "source_address = '192.0.2.8:1'",
      "destination_address = ''",
      'bytes_in = 0',
      "search = 'v1'",
      "detail = '{}'",
      'salt = reverse(salt)',
    ])('a changed byte shows at its row: %s', async (change) => {
      expect(await tampered(`UPDATE hub_audit.record SET ${change} WHERE seq = 3`)).toBe(3);
    });

    test.each<[string, string, number]>([
      ['a row that was taken out', 'DELETE FROM hub_audit.record WHERE seq = 3', 3],
      ['the first row taken out', 'DELETE FROM hub_audit.record WHERE seq = 1', 1],
      [
        'the rows behind it moved up',
        'DELETE FROM hub_audit.record WHERE seq = 3; UPDATE hub_audit.record SET seq = 3 WHERE seq = 4; UPDATE hub_audit.record SET seq = 4 WHERE seq = 5',
        3,
      ],
      [
        'two rows exchanged',
        'UPDATE hub_audit.record SET seq = 9 WHERE seq = 2; UPDATE hub_audit.record SET seq = 2 WHERE seq = 3; UPDATE hub_audit.record SET seq = 3 WHERE seq = 9',
        2,
      ],
      [
        'a row made up behind the end',
        'INSERT INTO hub_audit.leaf SELECT 6, at, class, commitment, leaf_hash FROM hub_audit.leaf WHERE seq = 5',
        6,
      ],
    ])('%s shows', async (_what, statement, place) => {
      expect(await tampered(statement)).toBe(place);
    });
  });
});

test('the hash chain of an earlier version is set aside as it stands, and the log begins anew', async () => {
  const database = await openDatabase('pglite:');
  try {
    await database.exec(`CREATE SCHEMA hub_audit; CREATE TABLE hub_audit.record (seq bigint PRIMARY KEY, at timestamptz, previous_hash text);
      CREATE INDEX record_at ON hub_audit.record (at); INSERT INTO hub_audit.record VALUES (1, now(), '0')`);
    const ledger = await openLedger(database);
    await ledger.append(record('op'));
    await openLedger(database);
    expect(ids(await rowsOf(database))).toEqual(['op']);
    expect(await database.query('SELECT previous_hash FROM hub_audit_chain.record')).toEqual([{ previous_hash: '0' }]);
  } finally {
    await database.close();
  }
});

describeOn('postgres', 'on a database server, shared by two gateways', () => {
  let scratch: ScratchDatabase;
  let pools: Database[];
  let ledgers: Ledger[];

  beforeAll(async () => {
    scratch = await scratchDatabase();
    pools = await Promise.all([openDatabase(scratch.url), openDatabase(scratch.url)]);
  });
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.close()));
    await scratch.drop();
  });

  test('gateways that start at the same moment on an empty database both start', async () => {
    const opened = await Promise.all([...pools, ...pools, ...pools].map((pool) => openLedger(pool)));
    ledgers = opened.slice(0, 2);
    expect(opened).toHaveLength(6);
  });

  test('what both write at once is one log without a gap, each in its own order', async () => {
    const [one, two] = ledgers;
    const told = names(150).flatMap((name) => [one?.append(record(`one-${name}`)), two?.append(record(`two-${name}`))]);
    await Promise.all(told);
    // And one by one, so that each finds the other's end before its own.
    for (const name of names(20, 'turn-')) {
      await Promise.all([one?.append(record(`one-${name}`)), two?.append(record(`two-${name}`))]);
    }
    const rows = await rowsOf(pools[0] as Database);
    expect(rows).toHaveLength(340);
    expect(await brokenAt(pools[0] as Database)).toBeUndefined();
    for (const who of ['one', 'two']) {
      expect(ids(rows).filter((id) => String(id).startsWith(`${who}-op-`))).toEqual(names(150, `${who}-op-`));
    }
  });

  test('a connection that is cut costs at most the records under way, and no gap', async () => {
    const [pool, admin] = pools as [Database, Database];
    const [ledger] = ledgers;
    const before = (await rowsOf(admin)).length;
    const told = Promise.allSettled(names(50, 'cut-').map((name) => ledger?.append(record(name))));
    const [own] = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await admin.query('SELECT pg_terminate_backend($1)', [own?.pid]);
    for (const result of await told) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    }
    const persist = async (): Promise<void> => ledger?.append(record('back')).catch(persist);
    await persist();
    const rows = await rowsOf(admin);
    expect(rows.length).toBeGreaterThan(before);
    expect(rows.at(-1)?.operation_id).toBe('back');
    expect(await brokenAt(pools[0] as Database)).toBeUndefined();
  });

  test('the record is final here too', async () => {
    const [pool] = pools as [Database];
    for (const statement of [
      'UPDATE hub_audit.record SET reason = NULL',
      'DELETE FROM hub_audit.record',
      'TRUNCATE hub_audit.record',
    ])
      await expect(pool.exec(statement)).rejects.toThrow('never changed');
  });
});
