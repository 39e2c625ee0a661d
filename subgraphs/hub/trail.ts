/**
 * The audit record as the graph reads it. Row rules stand in the query: without
 * `hub:audit` there is no record, other agencies' take `hub:audit-all`, and
 * denials under a black label are in no list but their own, which takes
 * `hub:audit-black`.
 */
import { HubError } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import { termOf } from '../../schema/terms.ts';
import { oneBy } from '../kit/batch.ts';
import type { Database } from '../kit/database.ts';
import { emptyPage, pageOf, windowOf } from '../kit/page.ts';
import { Prisma, type PrismaClient } from './generated/client.ts';
import type { AuditEvent, AuditFilter, AuditReader } from './reader.ts';
import { namesOf, openReports } from './reports.ts';
import { weeklyReview, weekOf } from './review.ts';

/** Pages of the audit may be larger: an auditor reads months. */
const largestPage = 200;

export interface TrailOptions {
  client: PrismaClient;
  database: Database;
  principal: Principal;
  now: () => number;
  /** True once there is a record to read. */
  auditReady: () => Promise<boolean>;
  /** Keys of the blind index of what was searched for, as settings have them. */
  termKeys: readonly Buffer[];
}

/** `HUB_AUDIT_TERM_KEYS`: base64, divided by commas. */
export const termKeysIn = (setting: string | undefined): Buffer[] =>
  (setting ?? '').split(',').flatMap((key) => (key.trim() ? [Buffer.from(key.trim(), 'base64')] : []));

export const openTrail = ({ client, database, principal, now, auditReady, termKeys }: TrailOptions): AuditReader => {
  const events = oneBy<string, AuditEvent>(
    async (ids) => {
      const where = [isVisible(principal), isNotBlack(principal), Prisma.sql`sequence = ANY(${placesIn(ids)}::text[]::bigint[])`];
      return (await auditReady()) ? readEvents(client, { where, limit: ids.length }) : [];
    },
    ({ id }) => id,
  );
  const list =
    (own: Prisma.Sql): AuditReader['auditTrail'] =>
    async (filter, page) => {
      const window = windowOf(page, 1, largestPage);
      const where = [isVisible(principal), own, ...fits(checked(filter), termKeys), ...behind(window.after)];
      const rows = (await auditReady()) ? await readEvents(client, { where, limit: window.limit, order: orderOf(filter) }) : [];
      return pageOf(rows, window, ({ sequence }) => [String(sequence)]);
    };
  const mayReview = async (): Promise<boolean> => principal.grants.includes('hub:audit') && (await auditReady());
  const scope = { ori: principal.ori, all: principal.grants.includes('hub:audit-all') };
  const reports = openReports({ query: database.query, scope, termKeys });
  return {
    auditEvent: (id) => events.load(id),
    auditTrail: list(Prisma.sql`class <> 'BLACK'`),
    blackLabelDenials: list(Prisma.sql`class = 'BLACK' AND ${principal.grants.includes('hub:audit-black')}::boolean`),
    disclosureHistory: async (record, page) => ((await mayReview()) ? reports.disclosures(record, page) : emptyPage()),
    vagueReasons: async (asked, page) => ((await mayReview()) ? reports.reasons(asked, page) : emptyPage()),
    weeklyReview: async (week) =>
      (await mayReview()) ? weeklyReview(database.query, scope, week ?? weekOf(new Date(now() - weekMs))) : null,
  };
};

const weekMs = 7 * 86_400_000;

const isVisible = ({ grants, ori }: Principal): Prisma.Sql =>
  Prisma.sql`${grants.includes('hub:audit')}::boolean AND (ori = ${ori}::text OR ${grants.includes('hub:audit-all')}::boolean)`;

const isNotBlack = ({ grants }: Principal): Prisma.Sql =>
  Prisma.sql`(class <> 'BLACK' OR ${grants.includes('hub:audit-black')}::boolean)`;

/** The id says the place, which is the key of the table. */
const placesIn = (ids: readonly string[]): string[] => ids.flatMap((id) => /^audit-([1-9]\d{0,14})$/.exec(id)?.[1] ?? []);

/** PostgreSQL's text cannot hold NUL, so no record has it. */
const isText = (text: string): boolean => !text.includes('\0');

const checked = (filter: AuditFilter): AuditFilter => {
  if (Object.values(filter).every((value) => typeof value !== 'string' || isText(value))) return filter;
  throw new HubError('BAD_USER_INPUT', { message: 'The filter holds a character that no record has.' });
};

const fits = (filter: AuditFilter, termKeys: readonly Buffer[]): Prisma.Sql[] => {
  const { subject, ori, caseNumber, purpose, entity, kinds, from, to, plate, searchedFor } = filter;
  return [
    ...(subject == null ? [] : [Prisma.sql`subject = ${subject}::text`]),
    ...(ori == null ? [] : [Prisma.sql`(ori = ${ori}::text OR on_behalf_of = ${ori}::text)`]),
    ...(caseNumber == null ? [] : [Prisma.sql`case_number = ${caseNumber}::text`]),
    ...(purpose == null ? [] : [Prisma.sql`purpose = ${purpose}::text`]),
    ...(entity == null ? [] : [Prisma.sql`entities && ${namesOf(entity, termKeys)}::text[]`]),
    ...(plate == null ? [] : [searched(plate, termKeys)]),
    ...(searchedFor == null ? [] : [searched(searchedFor, termKeys)]),
    ...(kinds == null ? [] : [Prisma.sql`kind = ANY(${kinds}::text[])`]),
    ...(from == null ? [] : [Prisma.sql`at >= ${from.toISOString()}::text::timestamptz`]),
    ...(to == null ? [] : [Prisma.sql`at < ${to.toISOString()}::text::timestamptz`]),
  ];
};

/** What was searched for is sealed; its term, under each key that there has been, says whether it was this. */
const searched = (text: string, termKeys: readonly Buffer[]): Prisma.Sql => {
  if (termKeys.length === 0)
    throw new HubError('BAD_USER_INPUT', {
      message: 'Searching by what was searched for takes the keys of the audit, which this hub was not given.',
    });
  return Prisma.sql`terms && ${termKeys.flatMap((key) => termOf(key, text) ?? [])}::text[]`;
};

const behind = (after: string[] | undefined): Prisma.Sql[] => {
  if (!after) return [];
  const [sequence = ''] = after;
  if (!/^\d{1,18}$/.test(sequence)) throw new HubError('CURSOR_INVALID');
  return [Prisma.sql`sequence < ${sequence}::text::bigint`];
};

/** The place in the log fits a double's 53 bits for longer than anybody will write it. */
const columns = Prisma.raw(
  Object.keys(Prisma.AuditEventScalarFieldEnum)
    .map((field) => {
      const column = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      return field === 'sequence' ? 'sequence::float8 AS sequence' : `${column} AS "${field}"`;
    })
    .join(', '),
);

const newestFirst = Prisma.sql`e.sequence DESC`;

/**
 * Few records show a given entity, or were searched by a given plate. Sorting
 * those few is cheap; walking the whole log backwards until a page is full is
 * not, and that is what PostgreSQL would rather do: the sum keeps it from the
 * primary key.
 */
const orderOf = ({ entity, plate, searchedFor }: AuditFilter): Prisma.Sql =>
  (entity ?? plate ?? searchedFor) == null ? newestFirst : Prisma.sql`e.sequence + 0 DESC`;

interface Reading {
  where: readonly Prisma.Sql[];
  limit: number;
  order?: Prisma.Sql;
}

const readEvents = (client: PrismaClient, { where, limit, order = newestFirst }: Reading): Promise<AuditEvent[]> =>
  client.$queryRaw<AuditEvent[]>`
    SELECT ${columns} FROM hub.audit_event e
    WHERE ${Prisma.join([...where], ' AND ')} ORDER BY ${order} LIMIT ${limit}::int`;
