/**
 * The durable log. Appends wait for the database's commit; those that arrive
 * while one is under way go together in the next, as one statement, and where
 * several do, it waits a moment for more: half the commits, on a log that is busy. Several
 * gateways share one log: a statement takes effect only where the log still ends
 * where it thinks, and the place is the primary key, so of two that continue the
 * same end one tries again behind the other, and no place is left out.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { HubError } from '../../schema/errors.ts';
import { type AuditRecord, payloadColumns, type Row, rowOf, saltBytes } from './record.ts';

/** What the ledger asks of a database; PostgreSQL, in or out of this process. */
export interface Sql {
  query: <Row>(sql: string, parameters?: unknown[], name?: string) => Promise<Row[]>;
  exec: (sql: string) => Promise<void>;
}

export interface Ledger {
  /** Resolves when the record is durable; rejects with AUDIT_UNAVAILABLE when it cannot be. */
  append: (record: AuditRecord) => Promise<void>;
  close: () => Promise<void>;
}

export interface LedgerEvents {
  /** Records could not be made durable. */
  onError?: (cause: unknown) => void;
  /** The log's length after each commit, how many records it made durable, and how long that took. */
  onAppended?: (size: number, count: number, seconds: number) => void;
  /** The clock is behind the log by more than the tolerance; the log says so too. */
  onSteppedBack?: () => void;
}

/** Where the log ends. */
interface Head {
  seq: number;
  atMs: number;
}

interface Waiting {
  record: AuditRecord;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** Rows a statement; an array column of each is one parameter. */
const batchSize = 500;
const attempts = 20;
/** What a busy log waits for more. Alone, a record goes at once. */
const gatherMs = 2;
/** Records that may wait for a store that does not keep up; the next is refused, as if it were away. */
const waitingAtMost = 10_000;

/** A clock that is further behind the log than this has been set back, or another gateway's is wrong: the log says so. */
export const clockToleranceMs = 60_000;

/** The log ends before what this gateway has written: somebody put an older state in its place. */
export class RolledBack extends Error {
  override readonly name = 'RolledBack';
  readonly code = 'AUDIT_ROLLED_BACK';
}

export const openLedger = async (database: Sql, { onError, onAppended, onSteppedBack }: LedgerEvents = {}): Promise<Ledger> => {
  await database.exec(readFileSync(new URL('ledger.sql', import.meta.url), 'utf8'));
  let head = await headOf(database);
  let queue: Waiting[] = [];
  let running: Promise<void> | undefined;

  const flush = async (batch: Waiting[]): Promise<void> => {
    try {
      const records = batch.map(({ record }) => record);
      const startedMs = performance.now();
      const before = head;
      head = await append(database, before, records);
      if (isBehind(before, records)) onSteppedBack?.();
      for (const { resolve } of batch) resolve();
      onAppended?.(head.seq, batch.length, (performance.now() - startedMs) / 1000);
    } catch (cause) {
      // One record that the database cannot hold does not take the others along.
      if (batch.length > 1 && isData(cause)) {
        for (const one of batch) await flush([one]);
        return;
      }
      onError?.(cause);
      for (const { reject } of batch) reject(new HubError('AUDIT_UNAVAILABLE', { originalError: cause as Error }));
    }
  };
  const drain = async (): Promise<void> => {
    let before = 0;
    while (queue.length > 0) {
      if (before > 1) await new Promise((resolve) => setTimeout(resolve, gatherMs));
      const batch = queue.slice(0, batchSize);
      before = batch.length;
      queue = queue.slice(batchSize);
      await flush(batch);
    }
    running = undefined;
  };
  return {
    append: (record) =>
      new Promise((resolve, reject) => {
        if (queue.length >= waitingAtMost) return reject(new HubError('AUDIT_UNAVAILABLE'));
        queue.push({ record, resolve, reject });
        running ??= drain();
      }),
    close: async () => {
      await running;
    },
  };
};

const headOf = async (database: Sql): Promise<Head> => {
  const [row] = await database.query<{ seq: string | number; at: Date }>(
    'SELECT seq, at FROM hub_audit.leaf ORDER BY seq DESC LIMIT 1',
  );
  return row ? { seq: Number(row.seq), atMs: row.at.getTime() } : { seq: 0, atMs: Number.NEGATIVE_INFINITY };
};

const append = async (database: Sql, from: Head, records: readonly AuditRecord[]): Promise<Head> => {
  let head = from;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const rows = rowsBehind(head, records);
    const inserted = await inserting(database, rows, head.seq);
    const last = rows.at(-1);
    if (inserted.length === rows.length && last) return { seq: Number(last.seq), atMs: Date.parse(String(last.at)) };
    const found = await headOf(database);
    if (found.seq < from.seq) throw new RolledBack(`The log ends at ${found.seq}; this gateway wrote up to ${from.seq}.`);
    head = found;
  }
  throw new Error('Too many gateways continue the log at once.');
};

/** The rows' places, or none where another gateway continued the log first. */
const inserting = async (database: Sql, rows: readonly Row[], behind: number): Promise<unknown[]> => {
  const once = () => database.query(insert, [JSON.stringify(rows), behind], 'hub_audit_append');
  try {
    return await once();
  } catch (error) {
    if (isTaken(error)) return [];
    if (!lacksMonth(error)) throw error;
    await database.query('SELECT hub_audit.months($1::timestamptz[])', [rows.map(({ at }) => at)]);
    return once().catch((again: unknown) => (isTaken(again) ? [] : Promise.reject(again)));
  }
};

const rowsBehind = (head: Head, records: readonly AuditRecord[]): Row[] => {
  const all = [...steppedBack(head, records), ...records];
  const salts = randomBytes(saltBytes * all.length);
  return all.map((record, at) => rowOf(head.seq + 1 + at, record, salts.subarray(at * saltBytes, (at + 1) * saltBytes)));
};

/** Told in the log itself, in front of the records with the earlier time. */
const steppedBack = ({ atMs }: Pick<Head, 'atMs'>, [first]: readonly AuditRecord[]): AuditRecord[] => {
  if (!first || !isBehind({ atMs }, [first])) return [];
  const nothing = { fields: [], denied: [], entities: [], sources: [] };
  const detail = JSON.stringify({ behindMs: atMs - first.at.getTime() });
  return [{ at: first.at, kind: 'CLOCK_STEPPED_BACK', class: 'SYSTEM', operationId: '', subject: 'hub', ...nothing, detail }];
};

const isBehind = ({ atMs }: Pick<Head, 'atMs'>, [first]: readonly AuditRecord[]): boolean =>
  first !== undefined && first.at.getTime() < atMs - clockToleranceMs;

const types: Record<string, string> = {
  seq: 'bigint',
  at: 'timestamptz',
  fields: 'text[]',
  denied: 'text[]',
  entities: 'text[]',
  sources: 'text[]',
  duration_ms: 'integer',
  bytes_in: 'integer',
  bytes_out: 'integer',
  terms: 'text[]',
  spooled_at: 'timestamptz',
};

const leafColumns = 'seq, at, class, commitment, leaf_hash';
const recordColumns = [...payloadColumns, 'salt'].join(', ');
const given = [...payloadColumns, 'salt', 'commitment', 'leaf_hash']
  .map((column) => `${column} ${types[column] ?? 'text'}`)
  .join(', ');

/** One parameter for any number of rows, so one prepared statement. Both tables or neither, and only behind the known end. */
const insert = `WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1::json) AS r(${given})
    WHERE (SELECT coalesce(max(seq), 0) FROM hub_audit.leaf) = $2::bigint
  ), leaves AS (
    INSERT INTO hub_audit.leaf (${leafColumns}) SELECT ${leafColumns} FROM given ORDER BY seq
  )
  INSERT INTO hub_audit.record (${recordColumns}) SELECT ${recordColumns} FROM given ORDER BY seq RETURNING seq`;

/** unique_violation: another gateway continued the log first. */
const isTaken = (error: unknown): boolean => (error as { code?: string } | null)?.code === '23505';

/** check_violation: the table has no part for a month. */
const lacksMonth = (error: unknown): boolean => (error as { code?: string } | null)?.code === '23514';

/** Class 22: what was given cannot be stored, now or ever. */
const isData = (error: unknown): boolean => /^22/.test(String((error as { code?: string } | null)?.code));
