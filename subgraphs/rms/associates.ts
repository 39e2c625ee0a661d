/**
 * Whom a person shares reports with, and where those happened. A report, a role
 * or a person that does not exist for the caller makes no association: the rules
 * stand in the join, so that a count tells of none.
 */
import { join, type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import { HubError } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import type { Window } from '../kit/page.ts';
import type { Place } from './places.ts';
import { type Ask, unsealed, visible } from './rules.ts';

type Keys = readonly string[];

export interface AssociateKey {
  parent: string;
  id: string;
  sharedReports: number;
}

export interface Shared {
  pair: string;
  reportId: string;
  roles: string[];
  associateRoles: string[];
}

const sharedAPair = 10;
const placesAPerson = 50;

/** `a` is the person asked about, `b` the associate, `r` the report that names both. */
const sharing = (principal: Principal): Sql => sql`
  FROM rms.involvement a
  JOIN rms.involvement b ON b.report_id = a.report_id AND b.person_id <> a.person_id
  JOIN rms.report r ON r.id = a.report_id
  JOIN rms.person p ON p.id = b.person_id
  WHERE ${visible(principal, 'r')} AND ${visible(principal, 'p')} AND ${unsealed(principal, 'a')} AND ${unsealed(principal, 'b')}`;

/** Those with the most shared reports first. */
export const associatesOf = (ask: Ask, principal: Principal, persons: Keys, window: Window): Promise<AssociateKey[]> =>
  ask(sql`
  SELECT parent, id, "sharedReports" FROM (
    SELECT a.person_id AS parent, b.person_id AS id, count(DISTINCT a.report_id)::int AS "sharedReports",
      row_number() OVER (PARTITION BY a.person_id ORDER BY count(DISTINCT a.report_id) DESC, b.person_id) AS place
    ${sharing(principal)} AND a.person_id IN (${join(persons)})
    GROUP BY a.person_id, b.person_id HAVING ${behind(window)}
  ) listed WHERE place <= ${window.limit} ORDER BY parent, place`);

export const keyOfAssociate = ({ sharedReports, id }: AssociateKey): string[] => [String(sharedReports), id];

const behind = ({ after }: Window): Sql => {
  if (!after) return sql`TRUE`;
  const [count = '', id = ''] = after;
  if (!/^\d{1,9}$/.test(count)) throw new HubError('CURSOR_INVALID');
  return sql`(count(DISTINCT a.report_id) < ${count}::int OR (count(DISTINCT a.report_id) = ${count}::int AND b.person_id > ${id}::text))`;
};

export const pairOf = (parent: string, id: string): string => JSON.stringify([parent, id]);

/** The latest reports that each pair shares, with each one's parts in them. */
export const sharedReports = (ask: Ask, principal: Principal, pairs: Keys): Promise<Shared[]> => {
  const wanted = pairs.map((pair) => {
    const [parent, id] = JSON.parse(pair) as [string, string];
    return { pair, parent, id };
  });
  return ask(sql`
  SELECT pair, "reportId", roles, "associateRoles" FROM (
    SELECT w.pair, s.report_id AS "reportId", array_agg(DISTINCT s.role) AS roles, array_agg(DISTINCT s.associate_role) AS "associateRoles",
      row_number() OVER (PARTITION BY w.pair ORDER BY max(s.occurred_at) DESC, s.report_id DESC) AS place
    FROM json_to_recordset(${JSON.stringify(wanted)}::json) AS w(pair text, parent text, id text)
    JOIN (SELECT a.person_id AS parent, b.person_id AS id, a.report_id, a.role, b.role AS associate_role, r.occurred_at ${sharing(principal)}
      AND a.person_id IN (${join(wanted.map(({ parent }) => parent))})
    ) s ON s.parent = w.parent AND s.id = w.id
    GROUP BY w.pair, s.report_id
  ) listed WHERE place <= ${sharedAPair} ORDER BY pair, place`);
};

/** Addresses of the reports that name a person, the latest first. */
export const placesOfPersons = (ask: Ask, principal: Principal, persons: Keys): Promise<(Place & { parent: string })[]> =>
  ask(sql`
  SELECT parent, id, address, district FROM (
    SELECT i.person_id AS parent, r.place_id AS id, min(r.address) AS address, min(r.district) AS district,
      row_number() OVER (PARTITION BY i.person_id ORDER BY max(r.occurred_at) DESC, r.place_id) AS place
    FROM rms.involvement i
    JOIN rms.report r ON r.id = i.report_id
    WHERE i.person_id IN (${join(persons)}) AND r.place_id IS NOT NULL AND ${visible(principal, 'r')} AND ${unsealed(principal, 'i')}
    GROUP BY i.person_id, r.place_id
  ) listed WHERE place <= ${placesAPerson} ORDER BY parent, place`);
