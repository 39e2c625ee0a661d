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

/**
 * `a` is the person asked about, `b` the associate, `r` the report that names both. Step by step, since as one join of four
 * views PostgreSQL read them whole (2.5 s in place of some milliseconds).
 */
const sharing = (principal: Principal, persons: Keys): Sql => sql`
  WITH a AS MATERIALIZED (
    SELECT i.person_id, i.report_id, i.role FROM rms.involvement i WHERE i.person_id IN (${join(persons)}) AND ${unsealed(principal, 'i')}
  ), r AS MATERIALIZED (
    SELECT r.id, r.occurred_at FROM rms.report r WHERE r.id = ANY(ARRAY(SELECT report_id FROM a)) AND ${visible(principal, 'r')}
  ), b AS MATERIALIZED (
    SELECT i.person_id, i.report_id, i.role FROM rms.involvement i WHERE i.report_id = ANY(ARRAY(SELECT id FROM r)) AND ${unsealed(principal, 'i')}
  ), p AS MATERIALIZED (
    SELECT p.id FROM rms.person p WHERE p.id = ANY(ARRAY(SELECT person_id FROM b)) AND ${visible(principal, 'p')}
  ), shared AS (
    SELECT a.person_id AS parent, b.person_id AS id, r.id AS report_id, r.occurred_at, a.role, b.role AS associate_role
    FROM a JOIN r ON r.id = a.report_id JOIN b ON b.report_id = a.report_id AND b.person_id <> a.person_id JOIN p ON p.id = b.person_id
  )`;

/** Those with the most shared reports first. */
export const associatesOf = (ask: Ask, principal: Principal, persons: Keys, window: Window): Promise<AssociateKey[]> =>
  ask(sql`
  ${sharing(principal, persons)}
  SELECT parent, id, "sharedReports" FROM (
    SELECT s.parent, s.id, count(DISTINCT s.report_id)::int AS "sharedReports",
      row_number() OVER (PARTITION BY s.parent ORDER BY count(DISTINCT s.report_id) DESC, s.id) AS place
    FROM shared s GROUP BY s.parent, s.id HAVING ${behind(window)}
  ) listed WHERE place <= ${window.limit} ORDER BY parent, place`);

export const keyOfAssociate = ({ sharedReports, id }: AssociateKey): string[] => [String(sharedReports), id];

const behind = ({ after }: Window): Sql => {
  if (!after) return sql`TRUE`;
  const [count = '', id = ''] = after;
  if (!/^\d{1,9}$/.test(count)) throw new HubError('CURSOR_INVALID');
  return sql`(count(DISTINCT s.report_id) < ${count}::int OR (count(DISTINCT s.report_id) = ${count}::int AND s.id > ${id}::text))`;
};

export const pairOf = (parent: string, id: string): string => JSON.stringify([parent, id]);

/** The latest reports that each pair shares, with each one's parts in them. */
export const sharedReports = (ask: Ask, principal: Principal, pairs: Keys): Promise<Shared[]> => {
  const wanted = pairs.map((pair) => {
    const [parent, id] = JSON.parse(pair) as [string, string];
    return { pair, parent, id };
  });
  const parents = [...new Set(wanted.map(({ parent }) => parent))];
  return ask(sql`
  ${sharing(principal, parents)}
  SELECT pair, "reportId", roles, "associateRoles" FROM (
    SELECT w.pair, s.report_id AS "reportId", array_agg(DISTINCT s.role) AS roles, array_agg(DISTINCT s.associate_role) AS "associateRoles",
      row_number() OVER (PARTITION BY w.pair ORDER BY max(s.occurred_at) DESC, s.report_id DESC) AS place
    FROM json_to_recordset(${JSON.stringify(wanted)}::json) AS w(pair text, parent text, id text)
    JOIN shared s ON s.parent = w.parent AND s.id = w.id
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
