/**
 * The durable chain. Appends wait for the database's commit; those that arrive
 * while one is under way go together in the next, as one statement. Several
 * gateways share one chain: the row number is the primary key, so of two that
 * continue the same end one fails and tries again behind the other.
 */
import { readFileSync } from 'node:fs';
import { HubError } from '../../schema/errors.ts';
import { type AuditRecord, columns, genesis, type Head, link } from './chain.ts';

/** What the ledger asks of a database; PostgreSQL, in or out of this process. */
export interface Sql {
  query: <Row>(sql: string, parameters?: unknown[]) => Promise<Row[]>;
  exec: (sql: string) => Promise<void>;
}

export interface Ledger {
  /** Resolves when the record is durable; rejects with AUDIT_UNAVAILABLE when it cannot be. */
  append: (record: AuditRecord) => Promise<void>;
  close: () => Promise<void>;
}

interface Waiting {
  record: AuditRecord;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** Rows a statement; an array column of each is one parameter. */
const batchSize = 500;
const attempts = 20;

export const openLedger = async (database: Sql, onError: (cause: unknown) => void = () => {}): Promise<Ledger> => {
  await database.exec(readFileSync(new URL('ledger.sql', import.meta.url), 'utf8'));
  let head = await headOf(database);
  let queue: Waiting[] = [];
  let running: Promise<void> | undefined;

  const flush = async (batch: Waiting[]): Promise<void> => {
    try {
      head = await append(
        database,
        head,
        batch.map(({ record }) => record),
      );
      for (const { resolve } of batch) resolve();
    } catch (cause) {
      onError(cause);
      head = await headOf(database).catch(() => head);
      for (const { reject } of batch) reject(new HubError('AUDIT_UNAVAILABLE', { originalError: cause as Error }));
    }
  };
  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.slice(0, batchSize);
      queue = queue.slice(batchSize);
      await flush(batch);
    }
    running = undefined;
  };
  return {
    append: (record) =>
      new Promise((resolve, reject) => {
        queue.push({ record, resolve, reject });
        running ??= drain();
      }),
    close: async () => {
      await running;
    },
  };
};

const headOf = async (database: Sql): Promise<Head> => {
  const [row] = await database.query<{ seq: string | number; hash: string }>(
    'SELECT seq, hash FROM hub_audit.record ORDER BY seq DESC LIMIT 1',
  );
  return row ? { seq: Number(row.seq), hash: row.hash } : genesis;
};

const append = async (database: Sql, from: Head, records: readonly AuditRecord[]): Promise<Head> => {
  let head = from;
  for (let attempt = 1; ; attempt += 1) {
    const rows = link(head, records);
    try {
      await database.query(insert, [JSON.stringify(rows)]);
      const last = rows.at(-1);
      return last ? { seq: last.seq as number, hash: last.hash as string } : head;
    } catch (error) {
      if (!isTaken(error) || attempt === attempts) throw error;
      head = await headOf(database);
    }
  }
};

const types: Record<string, string> = {
  seq: 'bigint',
  at: 'timestamptz',
  fields: 'text[]',
  denied: 'text[]',
  entities: 'text[]',
  sources: 'text[]',
  duration_ms: 'integer',
};

/** One parameter for any number of rows, so one prepared statement. */
const insert = `INSERT INTO hub_audit.record (${columns.join(', ')})
  SELECT ${columns.join(', ')} FROM jsonb_to_recordset($1::jsonb) AS r(${columns.map((column) => `${column} ${types[column] ?? 'text'}`).join(', ')})
  ORDER BY seq`;

/** unique_violation: another gateway continued the chain first. */
const isTaken = (error: unknown): boolean => (error as { code?: string } | null)?.code === '23505';
