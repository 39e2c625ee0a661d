/**
 * The weekly review of CJISSECPOL AU-6: one week of the record in figures, and
 * the people in it who stand out, for somebody who then reads their records.
 */
import { HubError } from '../../schema/errors.ts';
import { asksRegulated, inScope, noReason, type Period, type Query, type Scope, scoped, vagueReasons } from './reports.ts';

export interface WeeklyReview extends Period {
  /** ISO 8601: `2026-W47`, Monday to Sunday in UTC. */
  week: string;
  operations: number;
  refusals: number;
  /** Operations of which something was withheld. */
  withheld: number;
  logOns: number;
  streams: number;
  /** Records that were shown, each counted once. */
  records: number;
  withoutReason: number;
  vagueReason: number;
  /** Written while the store was away. */
  spooled: number;
  purposes: Count[];
  refusedFor: Count[];
  /** What happened to the hub itself: changes of policy, keys and clock, purges, readings of the audit. */
  events: Count[];
  /** Those with the most that wants a look, first; 50 at the most. */
  people: Person[];
}

export interface Count {
  name: string;
  count: number;
}

export interface Person {
  subject: string;
  ori: string | null;
  operations: number;
  refusals: number;
  withheld: number;
  records: number;
  commercial: number;
  withoutReason: number;
  vagueReason: number;
}

export const weeklyReview = async (query: Query, scope: Scope, week: string): Promise<WeeklyReview> => {
  const { from, to } = periodOf(week);
  const period = [...scoped(scope), from.toISOString(), to.toISOString()];
  const vague = await vagueReasons(query, period);
  const [figures, purposes, refusedFor, events, people] = await Promise.all([
    query<Omit<WeeklyReview, 'week' | 'purposes' | 'refusedFor' | 'events' | 'people' | keyof Period>>(inFigures, [
      ...[...period, vague],
    ]),
    query<Count>(counted(`coalesce(purpose, '')`, "kind IN ('INTENT', 'STREAM_OPENED')"), period),
    query<Count>(counted(`coalesce(outcome, '')`, "kind = 'REFUSED'"), period),
    query<Count>(counted('kind', "class = 'SYSTEM'"), period),
    query<Person>(byPerson, [...period, vague]),
  ]);
  const [first] = figures;
  if (!first) throw new HubError('INTERNAL');
  return { week, from, to, ...first, purposes, refusedFor, events, people };
};

const dayMs = 86_400_000;

/** ISO 8601: the week with the year's first Thursday is its first. */
export const periodOf = (week: string): Period => {
  const [, year, number] = /^(\d{4})-W(\d\d)$/.exec(week) ?? [];
  const fourthMs = Date.UTC(Number(year), 0, 4);
  const weekday = (new Date(fourthMs).getUTCDay() + 6) % 7;
  const fromMs = fourthMs - weekday * dayMs + (Number(number) - 1) * 7 * dayMs;
  if (weekOf(new Date(fromMs)) !== week)
    throw new HubError('BAD_USER_INPUT', { message: 'A week is written as in ISO 8601: 2026-W47.' });
  return { from: new Date(fromMs), to: new Date(fromMs + 7 * dayMs) };
};

export const weekOf = (at: Date): string => {
  if (Number.isNaN(at.getTime())) return '';
  const thursdayMs = at.getTime() + (3 - ((at.getUTCDay() + 6) % 7)) * dayMs;
  const year = new Date(thursdayMs).getUTCFullYear();
  return `${year}-W${String(1 + Math.floor((thursdayMs - Date.UTC(year, 0, 1)) / (7 * dayMs))).padStart(2, '0')}`;
};

/** What is under review: the reader's part of the week. The hub's own events carry no agency; they are for whoever reviews it all. */
const week = `${inScope} AND at >= $3::timestamptz AND at < $4::timestamptz`;
const asks = `kind IN ('INTENT', 'STREAM_OPENED')`;
const lacksReason = `${asksRegulated} AND ${noReason}`;
const saysNothing = `${asksRegulated} AND reason = ANY($5::text[])`;
const number = (condition: string): string => `count(*) FILTER (WHERE ${condition})::float8`;

const inFigures = `
  SELECT ${number(asks)} AS operations, ${number("kind = 'REFUSED'")} AS refusals,
    ${number(`${asks} AND denied <> '{}'`)} AS withheld, ${number("kind = 'LOGGED_ON'")} AS "logOns",
    ${number("kind = 'STREAM_OPENED'")} AS streams, ${number(lacksReason)} AS "withoutReason",
    ${number(saysNothing)} AS "vagueReason", ${number('spooled_at IS NOT NULL')} AS spooled,
    (SELECT count(DISTINCT entity)::float8 FROM hub.audit_event, unnest(entities) AS entity WHERE ${week}) AS records
  FROM hub.audit_event WHERE ${week}`;

const counted = (name: string, condition: string): string => `
  SELECT ${name} AS name, count(*)::float8 AS count FROM hub.audit_event
  WHERE ${week} AND ${condition} GROUP BY 1 ORDER BY 2 DESC, 1`;

const byPerson = `
  WITH told AS (
    SELECT subject, ori, ${number(asks)} AS operations, ${number("kind = 'REFUSED'")} AS refusals,
      ${number(`${asks} AND denied <> '{}'`)} AS withheld, ${number(`${asks} AND class = 'COMMERCIAL'`)} AS commercial,
      ${number(lacksReason)} AS "withoutReason", ${number(saysNothing)} AS "vagueReason"
    FROM hub.audit_event WHERE ${week} AND class <> 'SYSTEM' GROUP BY subject, ori
  ), shown AS (
    SELECT subject, ori, count(DISTINCT entity)::float8 AS records
    FROM hub.audit_event, unnest(entities) AS entity WHERE ${week} GROUP BY subject, ori
  )
  SELECT told.*, coalesce(shown.records, 0) AS records
  FROM told LEFT JOIN shown ON shown.subject = told.subject AND shown.ori IS NOT DISTINCT FROM told.ori
  ORDER BY refusals + withheld + "withoutReason" + "vagueReason" DESC, records DESC, subject LIMIT 50`;
