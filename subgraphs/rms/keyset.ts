/**
 * Where a page continues. A cursor comes back from the client, so its parts are
 * checked for form before they reach SQL: a forged one is refused, not an error
 * of the database.
 */
import { raw, type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import { HubError } from '../../schema/errors.ts';
import type { Window } from '../kit/page.ts';

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;

/** An instant with the database's microseconds; JavaScript's dates would lose them, and with them rows. */
export const exactly = (column: string): Sql => sql`to_char(${raw(column)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Latest first: rows behind `(instant, id, …)` of the window. The columns are words of ours. */
export const latestBehind = ({ after }: Window, columns: string[]): Sql => {
  if (!after) return sql`TRUE`;
  const [at = '', ...ids] = after;
  if (!isInstant(at)) throw new HubError('CURSOR_INVALID');
  const [id = '', second] = ids;
  const behind =
    second === undefined ? sql`(${at}::timestamptz, ${id}::text)` : sql`(${at}::timestamptz, ${id}::text, ${second}::text)`;
  return sql`(${raw(columns.join(', '))}) < ${behind}`;
};

/** In alphabetical order of the columns. */
export const alphabeticallyBehind = ({ after }: Window, columns: string[]): Sql => {
  if (!after) return sql`TRUE`;
  const [first = '', second] = after;
  return second === undefined
    ? sql`${raw(columns.join(', '))} > ${first}::text`
    : sql`(${raw(columns.join(', '))}) > (${first}::text, ${second}::text)`;
};

/** JavaScript reads 30 February as 2 March; the database would fail on it. */
const isInstant = (text: string): boolean => {
  if (!instant.test(text)) return false;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 19) === text.slice(0, 19);
};
