/**
 * What the reads of dispatch are made of: the row rules, the columns of a call,
 * and where a page continues. Rules are SQL, to stand in each WHERE.
 */
import { HubError } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import { shownTo } from '../kit/labels.ts';
import { isKey } from './filter.ts';
import { Prisma } from './generated/client.ts';
import type { Incident } from './reader.ts';

/** A call with its place in the order: microseconds since 1970. */
export type Listed = Incident & { sortKey: string };

/** Row rules: another agency's record must be shared; a sealed or restricted one does not exist without its grant. */
export const visible = (principal: Principal) => ({
  OR: [{ ownerOri: principal.ori }, { shared: true }],
  handling: { in: shownTo(principal) },
});

/** The same rules, for queries that Prisma's own cannot say. */
export const isVisible = (alias: 'i' | 'u' | 'd' | 'later', principal: Principal): Prisma.Sql => {
  const row = Prisma.raw(alias);
  return Prisma.sql`(${row}.owner_ori = ${principal.ori}::text OR ${row}.shared) AND ${row}.handling = ANY (${shownTo(principal)}::text[])`;
};

export const all = (conditions: readonly Prisma.Sql[]): Prisma.Sql =>
  conditions.length > 0 ? Prisma.join([...conditions], ' AND ') : Prisma.sql`true`;

/** A view's columns under the names of its model's fields. */
export const columnsOf = (fields: object, alias: string): Prisma.Sql =>
  Prisma.raw(
    Object.keys(fields)
      .map((field) => `${alias}.${field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)} AS "${field}"`)
      .join(', '),
  );

/** The sort key is in microseconds: a millisecond's cursor would skip rows of a source that is more exact. */
export const incidentColumns = Prisma.sql`${columnsOf(Prisma.IncidentScalarFieldEnum, 'i')},
  (extract(epoch FROM i.received_at) * 1000000)::bigint::text AS "sortKey"`;

export const behind = (after: string[] | undefined): Prisma.Sql[] => {
  if (!after) return [];
  const [microseconds = '', id = ''] = after;
  if (!/^-?\d{1,16}$/.test(microseconds) || !isKey(id)) throw new HubError('CURSOR_INVALID');
  return [
    Prisma.sql`(i.received_at, i.id) < (timestamptz 'epoch' + ${microseconds}::text::bigint * interval '1 microsecond', ${id}::text)`,
  ];
};

export const keyOf = ({ sortKey, id }: Listed): string[] => [sortKey, id];
