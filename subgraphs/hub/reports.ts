/**
 * What people who review the record ask of it: who was shown this record and
 * why; what happened in a week; which reasons say nothing. Plain SQL over the
 * audit's view, so that the command line asks the same questions. What the
 * asking caller may see of it stands in every WHERE.
 */
import { HubError } from '../../schema/errors.ts';
import { opaqueEntity } from '../../schema/terms.ts';
import { type Page, type PageArguments, pageOf, windowOf } from '../kit/page.ts';
import { isVague } from './reason.ts';

/** What it asks of a database. */
export type Query = <Row>(sql: string, parameters?: unknown[]) => Promise<Row[]>;

/** Whose records the reader may see: an agency's own people's, or everybody's. */
export interface Scope {
  ori: string;
  all: boolean;
}

export interface ReportsOptions {
  query: Query;
  scope: Scope;
  /** Keys of the blind index, for entities that are not recorded by name. */
  termKeys: readonly Buffer[];
}

/** Once that somebody was shown a record. */
export interface Disclosure {
  id: string;
  sequence: number;
  at: Date;
  subject: string;
  ori: string | null;
  onBehalfOf: string | null;
  purpose: string | null;
  caseNumber: string | null;
  reason: string | null;
  operationName: string | null;
  operationId: string;
  fields: string[];
  streamed: boolean;
}

export interface ReasonFinding {
  id: string;
  sequence: number;
  at: Date;
  subject: string;
  ori: string | null;
  purpose: string | null;
  caseNumber: string | null;
  reason: string | null;
  operationName: string | null;
  class: string;
  flaw: 'EMPTY' | 'VAGUE';
}

export interface Period {
  from: Date;
  to: Date;
}

export interface Reports {
  /** Latest first; `record` as the record calls it: `Person:…`. */
  disclosures: (record: string, page: PageArguments) => Promise<Page<Disclosure>>;
  /** Operations on regulated data whose reason is missing, or could stand on any request; latest first. */
  reasons: (asked: Period & { flaw?: ReasonFinding['flaw'] | null }, page: PageArguments) => Promise<Page<ReasonFinding>>;
}

const largestPage = 200;

export const openReports = ({ query, scope, termKeys }: ReportsOptions): Reports => ({
  disclosures: async (record, page) => {
    const window = windowOf(page, 1, largestPage);
    const rows = await query<Disclosure>(disclosed, [
      ...scoped(scope),
      namesOf(record, termKeys),
      `${record.split(':', 1)[0]}.`,
      ...[behind(window.after), window.limit],
    ]);
    return pageOf(rows, window, ({ sequence }) => [String(sequence)]);
  },
  reasons: async ({ from, to, flaw }, page) => {
    const window = windowOf(page, 1, largestPage);
    const period = [...scoped(scope), from.toISOString(), to.toISOString()];
    const vague = flaw === 'EMPTY' ? [] : await vagueReasons(query, period);
    const rows = await query<ReasonFinding>(flawed, [...period, vague, flaw !== 'VAGUE', behind(window.after), window.limit]);
    return pageOf(rows, window, ({ sequence }) => [String(sequence)]);
  },
});

export const scoped = ({ ori, all }: Scope): unknown[] => [ori, all];

/** An address is recorded as a term, under whichever key was in use. */
export const namesOf = (record: string, termKeys: readonly Buffer[]): string[] => {
  if (record.includes('\0')) throw new HubError('BAD_USER_INPUT', { message: 'A record is named as in the trail: `Person:…`.' });
  return [...new Set([record, ...termKeys.map((key) => opaqueEntity(key, record))])];
};

const behind = (after: string[] | undefined): string => {
  if (!after) return String(Number.MAX_SAFE_INTEGER);
  const [sequence = ''] = after;
  if (!/^\d{1,18}$/.test(sequence)) throw new HubError('CURSOR_INVALID');
  return sequence;
};

/** $1 the reader's agency, $2 whether others' too. Denials under a black label are in no report. */
export const inScope = `(ori = $1::text OR $2::boolean) AND class <> 'BLACK'`;

// The sum keeps PostgreSQL from walking the whole log backwards: few records show a given entity.
const disclosed = `
  SELECT id, sequence::float8 AS sequence, at, subject, ori, on_behalf_of AS "onBehalfOf", purpose, case_number AS "caseNumber",
    reason, operation_name AS "operationName", operation_id AS "operationId",
    array(SELECT field FROM unnest(fields) AS field WHERE starts_with(field, $4::text)) AS fields,
    kind = 'STREAM_DELIVERED' AS streamed
  FROM hub.audit_event
  WHERE ${inScope} AND kind IN ('OUTCOME', 'STREAM_DELIVERED') AND entities && $3::text[] AND sequence < $5::bigint
  ORDER BY sequence + 0 DESC LIMIT $6::int`;

/** What asks for data that the law regulates. */
export const asksRegulated = `kind IN ('INTENT', 'STREAM_OPENED') AND class IN ('CJI', 'ALPR', 'COMMERCIAL')`;
export const noReason = `coalesce(btrim(reason), '') = ''`;

const flawed = `
  SELECT id, sequence::float8 AS sequence, at, subject, ori, purpose, case_number AS "caseNumber", reason,
    operation_name AS "operationName", class, CASE WHEN ${noReason} THEN 'EMPTY' ELSE 'VAGUE' END AS flaw
  FROM hub.audit_event
  WHERE ${inScope} AND ${asksRegulated} AND at >= $3::timestamptz AND at < $4::timestamptz
    AND (reason = ANY($5::text[]) OR ($6::boolean AND ${noReason})) AND sequence < $7::bigint
  ORDER BY sequence DESC LIMIT $8::int`;

/** There are far fewer reasons than records, so the words are judged once each, by the rule that an emergency's are. */
export const vagueReasons = async (query: Query, period: readonly unknown[]): Promise<string[]> => {
  const rows = await query<{ reason: string }>(
    `SELECT DISTINCT reason FROM hub.audit_event
     WHERE ${inScope} AND ${asksRegulated} AND at >= $3::timestamptz AND at < $4::timestamptz AND NOT ${noReason}`,
    [...period],
  );
  return rows.map(({ reason }) => reason).filter(isVague);
};
