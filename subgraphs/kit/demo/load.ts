/**
 * What every demo repeats: reading a publisher's CSV row by row, keeping what
 * does not parse in a reject file instead of losing it, and telling how far it is.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { z } from 'zod';
import type { Database } from '../database.ts';
import type { Volume } from './volume.ts';

export interface LoadOptions {
  /** Writable: the demo's own vendor-shaped database. */
  database: Database;
  /** Where reject files go, one a CSV: `rejects/cad_calls_rtcc_2022.csv.jsonl`. */
  rejects: string;
  /** Called often; `done` and `total` count rows. */
  report: (done: number, total: number, what: string) => void;
  /** Other input than the folder's own, for tests. */
  folder?: URL;
  /** Synthetic rows beside the real ones; absent: none. */
  volume?: Volume | undefined;
}

export interface LoadResult {
  /** Rows a vendor table, by table name. */
  loaded: Record<string, number>;
  /** Rows kept out, by CSV. */
  rejected: Record<string, number>;
}

/** Counts of a table that was filled twice are one. */
export const addCounts = (loaded: Record<string, number>, more: Readonly<Record<string, number>>): void => {
  for (const [table, count] of Object.entries(more)) loaded[table] = (loaded[table] ?? 0) + count;
};

/** Every demo's `demo/load.ts` exports one as `load`. It is idempotent: it drops and rebuilds its own schemas. */
export type Load = (options: LoadOptions) => Promise<LoadResult>;

export const newOrleans = new URL('./new-orleans/', import.meta.url);
export const reference = new URL('./reference/', import.meta.url);

export interface Rows<Row> {
  rows: Row[];
  rejected: number;
}

/**
 * The rows of a CSV with a header line that fit the schema. The others go to
 * `REJECTS/FILE.jsonl`, one JSON object each: `{ row, reason }`, where `row` is
 * the line number of the record in the file and `reason` names the columns.
 */
export const readRows = <Row>(file: URL, schema: z.ZodType<Row>, rejects: string): Rows<Row> => {
  const rows: Row[] = [];
  const refused: { row: number; reason: string }[] = [];
  const records = parse(readFileSync(file), {
    columns: true,
    info: true,
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
  }) as {
    record: Record<string, string>;
    info: { lines: number; error?: Error };
  }[];
  for (const { record, info } of records) {
    const parsed = info.error ? undefined : schema.safeParse(record);
    if (parsed?.success) rows.push(parsed.data);
    else refused.push({ row: info.lines, reason: info.error?.message ?? reasonOf(parsed?.error) });
  }
  if (refused.length > 0) writeRejects(join(rejects, `${file.pathname.split('/').at(-1)}.jsonl`), refused);
  return { rows, rejected: refused.length };
};

const reasonOf = (error: z.ZodError | undefined): string =>
  (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');

const writeRejects = (path: string, refused: object[]): void => {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, refused.map((line) => `${JSON.stringify(line)}\n`).join(''));
};

const rowsAtATime = 5_000;

/**
 * Inserts rows, some thousand a statement, as one JSON parameter that PostgreSQL reads by the table's own column types: several
 * times faster than a parameter a value. Identifiers come from code, never from data.
 */
export const insertRows = async (
  database: Database,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
  report: (done: number) => void = () => {},
): Promise<number> => {
  const names = columns.join(', ');
  const insert = `INSERT INTO ${table} (${names}) SELECT ${names} FROM json_populate_recordset(NULL::${table}, $1::json)`;
  for (let at = 0; at < rows.length; at += rowsAtATime) {
    const chunk = rows
      .slice(at, at + rowsAtATime)
      .map((row) => Object.fromEntries(columns.map((name, column) => [name, row[column]])));
    await database.query(insert, [JSON.stringify(chunk)]);
    report(Math.min(at + rowsAtATime, rows.length));
  }
  return rows.length;
};
