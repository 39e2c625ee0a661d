/**
 * Reads what the hub itself keeps: the audit record, the agencies' names, and
 * the status board. Row rules of the audit stand in the query: without
 * `hub:audit` there is no record, and other agencies' records take `hub:audit-all`.
 */
import { readFileSync } from 'node:fs';
import { HubError } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import { systemNames } from '../../schema/subgraphs.ts';
import { oneBy } from '../kit/batch.ts';
import type { Database } from '../kit/database.ts';
import { pageOf, windowOf } from '../kit/page.ts';
import type { Runtime, Source } from '../kit/system.ts';
import { boardOf } from './board.ts';
import { Prisma, PrismaClient } from './generated/client.ts';
import type { Agency, AuditEvent, AuditFilter, BoardEntry, HubReader } from './reader.ts';

/** Pages of the audit may be larger: an auditor reads months. */
const largestPage = 200;

export const openSource = async (runtime: Runtime): Promise<Source<HubReader>> => {
  const client = new PrismaClient({ adapter: runtime.database.adapter });
  const views = openViews(runtime.database);
  await views.registry();
  return {
    reader: (principal) => openReader(client, principal, runtime, views.audit),
    check: async () => {
      if (!(await views.audit())) return { detail: 'No gateway has opened the audit record in this database yet.' };
      // By its key: an aggregate would count through the whole record every few seconds.
      const [newest] = await client.$queryRaw<{ at: Date }[]>`SELECT at FROM hub.audit_event ORDER BY sequence DESC LIMIT 1`;
      return { lastEventAt: newest?.at };
    },
    close: () => client.$disconnect(),
  };
};

/** The hub makes its own views. A gateway makes the ledger, maybe after this process began, so that view can come later. */
const openViews = (database: Database) => {
  const run = (file: string): Promise<void> => database.exec(readFileSync(new URL(file, import.meta.url), 'utf8'));
  let made = false;
  return {
    registry: () => run('registry.sql'),
    /** True once the audit record can be read. */
    audit: async (): Promise<boolean> => {
      if (made) return true;
      const [ledger] = await database.query<{ name: string | null }>("SELECT to_regclass('hub_audit.leaf')::text AS name");
      if (!ledger?.name) return false;
      await run('views.sql');
      made = true;
      return true;
    },
  };
};

const openReader = (
  client: PrismaClient,
  principal: Principal,
  { bus, now }: Runtime,
  auditReady: () => Promise<boolean>,
): HubReader => {
  const agencies = oneBy<string, Agency>(
    (oris) => client.agency.findMany({ where: { ori: { in: [...oris] } } }),
    ({ ori }) => ori,
  );
  const events = oneBy<string, AuditEvent>(
    async (ids) => {
      const where = [isVisible(principal), Prisma.sql`id = ANY(${ids.filter(isText)}::text[])`];
      return (await auditReady()) ? readEvents(client, { where, limit: ids.length }) : [];
    },
    ({ id }) => id,
  );
  let board: Promise<BoardEntry[]> | undefined;
  const sources = (): Promise<BoardEntry[]> => {
    board ??= bus.statuses().then((statuses) => boardOf(statuses, systemNames, now()));
    return board;
  };
  return {
    nowMs: now(),
    agency: async (ori) => (await agencies.load(ori)) ?? { ori, name: ori },
    sources,
    source: async (id) => (await sources()).find(({ name }) => name === id) ?? null,
    auditTrail: async (filter, page) => {
      const window = windowOf(page, 1, largestPage);
      const where = [isVisible(principal), ...fits(checked(filter)), ...behind(window.after)];
      const rows = (await auditReady()) ? await readEvents(client, { where, limit: window.limit, order: orderOf(filter) }) : [];
      return pageOf(rows, window, ({ sequence }) => [String(sequence)]);
    },
    auditEvent: (id) => events.load(id),
  };
};

const isVisible = ({ grants, ori }: Principal): Prisma.Sql =>
  Prisma.sql`${grants.includes('hub:audit')}::boolean AND (ori = ${ori}::text OR ${grants.includes('hub:audit-all')}::boolean)`;

/** PostgreSQL's text cannot hold NUL, so no record has it. */
const isText = (text: string): boolean => !text.includes('\0');

const checked = (filter: AuditFilter): AuditFilter => {
  if (Object.values(filter).every((value) => typeof value !== 'string' || isText(value))) return filter;
  throw new HubError('BAD_USER_INPUT', { message: 'The filter holds a character that no record has.' });
};

const fits = ({ subject, ori, caseNumber, purpose, entity, kinds, from, to }: AuditFilter): Prisma.Sql[] => [
  ...(subject == null ? [] : [Prisma.sql`subject = ${subject}::text`]),
  ...(ori == null ? [] : [Prisma.sql`ori = ${ori}::text`]),
  ...(caseNumber == null ? [] : [Prisma.sql`case_number = ${caseNumber}::text`]),
  ...(purpose == null ? [] : [Prisma.sql`purpose = ${purpose}::text`]),
  ...(entity == null ? [] : [Prisma.sql`entities @> ARRAY[${entity}::text]`]),
  ...(kinds == null ? [] : [Prisma.sql`kind = ANY(${kinds}::text[])`]),
  ...(from == null ? [] : [Prisma.sql`at >= ${from.toISOString()}::text::timestamptz`]),
  ...(to == null ? [] : [Prisma.sql`at < ${to.toISOString()}::text::timestamptz`]),
];

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
 * Few records show a given entity. Sorting those few is cheap; walking the whole
 * log backwards until a page is full is not, and that is what PostgreSQL would
 * rather do: the sum keeps it from the primary key.
 */
const orderOf = ({ entity }: AuditFilter): Prisma.Sql => (entity == null ? newestFirst : Prisma.sql`e.sequence + 0 DESC`);

interface Reading {
  where: readonly Prisma.Sql[];
  limit: number;
  order?: Prisma.Sql;
}

const readEvents = (client: PrismaClient, { where, limit, order = newestFirst }: Reading): Promise<AuditEvent[]> =>
  client.$queryRaw<AuditEvent[]>`
    SELECT ${columns} FROM hub.audit_event e
    WHERE ${Prisma.join([...where], ' AND ')} ORDER BY ${order} LIMIT ${limit}::int`;
