/**
 * Real rows, many times over: copy `k` of a row is the row, with other keys and
 * moved a little in time and place. So types, districts, hours, ages and how
 * many persons a report has are distributed as in the real data, together as
 * each by itself. PostgreSQL does it, set by set, which is several times faster
 * than sending rows. Nothing is drawn by chance: a copy's differences are hashes
 * of its row's key and `k`, so every load gives the same rows.
 */
import type { Database } from '../database.ts';
import type { LoadOptions } from './load.ts';

export interface Copied {
  table: string;
  /** SQL for what differs in copy `k` of row `b`; null leaves the column to its default. All other columns are copied. */
  set: Record<string, string | null>;
  /** Further tables, joined: `JOIN base.cl_mstr c ON c.cl_key = b.cl_key`. */
  joins?: string;
  copies: number;
}

/** Where the real rows stand while they are multiplied. In SQL of a `Copied`: `base.TABLE`. */
export const base = 'rtcc_base';
/** Added to running keys, once a copy: more than any real table has rows. */
export const stride = 10_000;
/** Copies are made as many at a time as give about so many rows, so that progress shows. */
const rowsAtATime = 100_000;

/** 0 up to `below`, a power of two, of a text and the copy's number; other `salt`, other numbers. */
export const draw = (text: string, below: number, salt = 0): string =>
  `(hashtextextended(${text}, k::bigint + ${salt * 1_000_000}) & ${below - 1})`;

type Options = Pick<LoadOptions, 'database' | 'report'>;

/** In a schema whose tables hold the real rows and nothing else. Resolves with the rows that were added, by table. */
export const multiply = async (options: Options, schema: string, copied: readonly Copied[]): Promise<Record<string, number>> => {
  const { database, report } = options;
  const wanted = copied.filter(({ copies }) => copies > 0);
  const real = await setAside(database, schema, [...new Set(copied.map(({ table }) => table))]);
  const total = wanted.reduce((sum, { table, copies }) => sum + (real.get(table) ?? 0) * copies, 0);
  const added: Record<string, number> = {};
  let done = 0;
  const keys = await dropForeignKeys(database, schema);
  for (const step of wanted) {
    const rows = real.get(step.table) ?? 0;
    const sql = await insertion(database, schema, step);
    const atATime = Math.max(1, Math.floor(rowsAtATime / Math.max(1, rows)));
    for (let from = 1; from <= step.copies; from += atATime) {
      const to = Math.min(step.copies, from + atATime - 1);
      await database.query(sql, [from, to]);
      done += rows * (to - from + 1);
      report(done, total, `synthetic ${step.table}`);
    }
    added[step.table] = rows * step.copies;
  }
  await restore(database, keys);
  await database.exec(`DROP SCHEMA ${base} CASCADE`);
  return added;
};

/** Copies read the real rows from here, however many others stand beside them by then. */
const setAside = async (database: Database, schema: string, tables: readonly string[]): Promise<Map<string, number>> => {
  await database.exec(`CREATE SCHEMA IF NOT EXISTS ${base}`);
  const counts = new Map<string, number>();
  for (const table of tables) {
    await database.exec(`DROP TABLE IF EXISTS ${base}.${table}; CREATE TABLE ${base}.${table} AS TABLE ${schema}.${table};
      ANALYZE ${base}.${table}`);
    const [row] = await database.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${base}.${table}`);
    counts.set(table, row?.count ?? 0);
  }
  return counts;
};

const insertion = async (database: Database, schema: string, { table, set, joins = '' }: Copied): Promise<string> => {
  const columns = await database.query<{ name: string }>(
    `SELECT attname::text AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [`${schema}.${table}`],
  );
  const names = columns.map(({ name }) => name).filter((name) => set[name] !== null);
  const values = names.map((name) => set[name] ?? `b.${name}`);
  return `INSERT INTO ${schema}.${table} (${names.join(', ')}) SELECT ${values.join(', ').replaceAll('base.', `${base}.`)}
    FROM generate_series($1::int, $2::int) AS copy (k) CROSS JOIN ${base}.${table} b ${joins.replaceAll('base.', `${base}.`)}`;
};

interface ForeignKey {
  owner: string;
  name: string;
  definition: string;
}

/** Checked once behind all rows, by a join, instead of once a row. */
const dropForeignKeys = async (database: Database, schema: string): Promise<ForeignKey[]> => {
  const keys = await database.query<ForeignKey>(
    `SELECT conrelid::regclass::text AS owner, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition
     FROM pg_constraint WHERE contype = 'f' AND connamespace = $1::regnamespace ORDER BY conrelid, conname`,
    [schema],
  );
  for (const { owner, name } of keys) await database.exec(`ALTER TABLE ${owner} DROP CONSTRAINT ${name}`);
  return keys;
};

const restore = async (database: Database, keys: readonly ForeignKey[]): Promise<void> => {
  for (const { owner, name, definition } of keys) {
    await database.exec(`ALTER TABLE ${owner} ADD CONSTRAINT ${name} ${definition}`);
  }
};

/**
 * Moves a time of copy `k`: within the hour, and, in one quarter, from its month into one of the last three. An item number
 * begins with its month's letter. Thirteen weeks at a time, so that weekdays and hours stay.
 */
export const moved = (time: string, item: string, inOneQuarter: boolean): string => {
  const quarters = inOneQuarter ? `(11 - (ascii(left(${item}, 1)) - 64)) / 3` : '0';
  return `${time} + interval '91 days' * (${quarters}) + interval '1 second' * ${draw(item, 4_096)}`;
};

/** The item number of copy `k`: the real one and four digits more. */
export const copiedItem = (item: string): string => `${item} || lpad(k::text, 4, '0')`;

/** `014XX Laurel St` is another block of the same street; a corner stays one. */
export const movedBlock = (address: string): string =>
  `CASE WHEN ${address} ~ '^[0-9]{3}XX' THEN lpad(((left(${address}, 3)::int + 7 * k) % 100)::text, 3, '0') || substr(${address}, 4) ELSE ${address} END`;

/** Another area code before a number that nobody has: `at` is where the code begins. */
export const movedPhone = (phone: string, at: number, key: string): string =>
  `overlay(${phone} placing (200 + ${draw(key, 512, 1)})::text from ${at} for 3)`;
