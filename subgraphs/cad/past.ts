/** What happened before: earlier calls at a call's address, and the calls of somebody who phones. */

import type { Principal } from '../../schema/principal.ts';
import { manyBy, perArguments } from '../kit/batch.ts';
import { pageOf, type Window, windowOf } from '../kit/page.ts';
import { isKey, refuse } from './filter.ts';
import { Prisma, type PrismaClient } from './generated/client.ts';
import type { CadReader } from './reader.ts';
import { all, behind, incidentColumns, isVisible, keyOf, type Listed } from './rows.ts';
import { shielded } from './rules.ts';

interface Past {
  client: PrismaClient;
  principal: Principal;
  /** Keeps what was read for whoever asks by id. */
  primed: (rows: Listed[]) => Listed[];
}

export const readPast = ({ client, principal, primed }: Past): Pick<CadReader, 'priorCalls' | 'byCallerPhone'> => {
  const prior = perArguments(({ limit, after }: Pick<Window, 'limit' | 'after'>) =>
    manyBy(
      (ids: readonly string[]) =>
        client.$queryRaw<(Listed & { later: string })[]>(priorQuery(ids.filter(isKey), { limit, after }, principal)),
      ({ later }) => later,
    ),
  );
  return {
    priorCalls: async (incidentId, page) => {
      const window = windowOf(page, 2);
      behind(window.after); // Refuses a forged cursor before the batch takes it up.
      return pageOf(primed(await prior({ limit: window.limit, after: window.after }).load(incidentId)), window, keyOf);
    },
    byCallerPhone: async (phone, page) => {
      const window = windowOf(page, 2);
      const where = [isVisible('i', principal), isTold(principal), isPhone(phoneKey(phone)), ...behind(window.after)];
      const rows = await client.$queryRaw<Listed[]>`
        SELECT ${incidentColumns} FROM cad.caller c JOIN cad.incident i ON i.id = c.incident_id
        WHERE ${all(where)} ORDER BY i.received_at DESC, i.id DESC LIMIT ${window.limit}::int`;
      return pageOf(primed(rows), window, keyOf);
    },
  };
};

/** The later call too must exist for the caller: its address and its time are what is compared. */
const priorQuery = (
  ids: string[],
  { limit, after }: Pick<Window, 'limit' | 'after'>,
  principal: Principal,
): Prisma.Sql => Prisma.sql`
  SELECT later.id AS later, r.* FROM cad.incident later
  CROSS JOIN LATERAL (
    SELECT ${incidentColumns} FROM cad.incident i
    WHERE i.place_id = later.place_id AND (i.received_at, i.id) < (later.received_at, later.id)
      AND ${all([isVisible('i', principal), ...behind(after)])}
    ORDER BY i.received_at DESC, i.id DESC LIMIT ${limit}::int
  ) r
  WHERE later.id = ANY(${[...new Set(ids)]}::text[]) AND ${isVisible('later', principal)}
  ORDER BY later.id, r."receivedAt" DESC, r.id DESC`;

/** A call whose caller is kept back is not found by that caller's phone: the answer would tell who called. */
const isTold = (principal: Principal): Prisma.Sql => Prisma.sql`i.handling <> ALL(${shielded(principal)}::text[])`;

/** The last seven digits are the index's key; whoever gives the area code too means that one. */
const isPhone = (digits: string): Prisma.Sql => Prisma.sql`
  (right(regexp_replace(c.phone, '[^0-9]', '', 'g'), 7) = ${digits.slice(-7)}::text
   AND regexp_replace(c.phone, '[^0-9]', '', 'g') LIKE ${`%${digits}`}::text)`;

const phoneKey = (phone: string): string => {
  const digits = phone
    .slice(0, 40)
    .replace(/[^0-9]/g, '')
    .replace(/^1(?=\d{10}$)/, '');
  return digits.length >= 7 && digits.length <= 15 ? digits : refuse('"phone" takes 7 to 15 digits, in any spelling.');
};
