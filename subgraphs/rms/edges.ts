/**
 * What hangs on a report, a person or a vehicle, for many parents in one
 * statement. A person who does not exist for the caller takes the edge along:
 * the rule of the person stands in the join.
 */
import { join, raw, type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import type { Principal } from '../../schema/principal.ts';
import { type Ask, unsealed, visible } from './rules.ts';

type Keys = readonly string[];

export interface Charge {
  code: string;
  text: string | null;
  nibrs: string | null;
  nibrsText: string | null;
}

export interface Involvement {
  reportId: string;
  personId: string;
  role: string;
  ageAtOccurrence: number | null;
  fatallyInjured: boolean | null;
}

export interface Offense extends Charge {
  id: string;
  reportId: string;
}

export interface Arrest {
  id: string;
  reportId: string;
  personId: string;
  arrestedAt: Date | null;
}

export interface ReportVehicle {
  reportId: string;
  vehicleId: string;
  involvement: string | null;
}

export interface Warrant {
  id: string;
  number: string;
  personId: string;
  issuedAt: Date | null;
  status: string;
  code: string | null;
  text: string | null;
  nibrs: string | null;
  nibrsText: string | null;
  observedAt: Date | null;
  changedAt: Date;
  derived: boolean;
  synthetic: boolean;
  sourceId: string;
}

/** An arrest or a charge tells the role that its person has in the report: where that role is sealed, so are these. */
const roleUnsealed = (principal: Principal, report: string, person: string): Sql => sql`NOT EXISTS (
  SELECT 1 FROM rms.involvement i
  WHERE i.report_id = ${raw(report)} AND i.person_id = ${raw(person)} AND NOT ${unsealed(principal, 'i')})`;

/** No edge gives more rows than this for one parent, whatever a source holds. */
const rowsAParent = 200;

/** The first rows of each parent, in order. Column names are words of ours. */
const capped = (rows: Sql, parent: string, order: string): Sql => sql`
  SELECT * FROM (
    SELECT found.*, (row_number() OVER (PARTITION BY ${raw(parent)} ORDER BY ${raw(order)}))::int AS place FROM (${rows}) found
  ) listed WHERE place <= ${rowsAParent} ORDER BY ${raw(parent)}, place`;

export const involved = (ask: Ask, principal: Principal, reports: Keys, roles: string[] | undefined): Promise<Involvement[]> => {
  const rows = sql`
    SELECT i.id, i.position, i.report_id AS "reportId", i.person_id AS "personId", i.role,
      i.age_at_occurrence AS "ageAtOccurrence", i.fatally_injured AS "fatallyInjured"
    FROM rms.involvement i
    JOIN rms.report r ON r.id = i.report_id
    JOIN rms.person p ON p.id = i.person_id
    WHERE i.report_id IN (${join(reports)}) AND ${withRole(roles)}
      AND ${unsealed(principal, 'i')} AND ${visible(principal, 'r')} AND ${visible(principal, 'p')}`;
  return ask(capped(rows, '"reportId"', 'position, id'));
};

const withRole = (roles: string[] | undefined): Sql => {
  if (!roles) return sql`TRUE`;
  return roles.length === 0 ? sql`FALSE` : sql`i.role IN (${join(roles)})`;
};

export const offenses = (ask: Ask, principal: Principal, reports: Keys): Promise<Offense[]> => {
  const rows = sql`
    SELECT o.id, o.position, o.report_id AS "reportId", o.code, o.text, o.nibrs, o.nibrs_text AS "nibrsText"
    FROM rms.offense o
    JOIN rms.report r ON r.id = o.report_id
    WHERE o.report_id IN (${join(reports)}) AND ${visible(principal, 'r')}`;
  return ask(capped(rows, '"reportId"', 'position, id'));
};

export const charged = (ask: Ask, principal: Principal, ids: Keys): Promise<{ offenseId: string; personId: string }[]> => {
  const rows = sql`
    SELECT c.id, c.offense_id AS "offenseId", c.person_id AS "personId"
    FROM rms.offense_charged c
    JOIN rms.offense o ON o.id = c.offense_id
    JOIN rms.person p ON p.id = c.person_id
    WHERE c.offense_id IN (${join(ids)}) AND ${visible(principal, 'p')} AND ${roleUnsealed(principal, 'o.report_id', 'c.person_id')}`;
  return ask(capped(rows, '"offenseId"', 'id'));
};

export const arrests = (ask: Ask, principal: Principal, reports: Keys): Promise<Arrest[]> => {
  const rows = sql`
    SELECT a.id, a.report_id AS "reportId", a.person_id AS "personId", a.arrested_at AS "arrestedAt"
    FROM rms.arrest a
    JOIN rms.report r ON r.id = a.report_id
    JOIN rms.person p ON p.id = a.person_id
    WHERE a.report_id IN (${join(reports)}) AND ${visible(principal, 'r')} AND ${visible(principal, 'p')}
      AND ${roleUnsealed(principal, 'a.report_id', 'a.person_id')}`;
  return ask(capped(rows, '"reportId"', 'id'));
};

export const arrestCharges = (ask: Ask, principal: Principal, ids: Keys): Promise<(Charge & { arrestId: string })[]> => {
  const rows = sql`
    SELECT o.id, o.position, c.arrest_id AS "arrestId", o.code, o.text, o.nibrs, o.nibrs_text AS "nibrsText"
    FROM rms.arrest_charge c
    JOIN rms.offense o ON o.id = c.offense_id
    JOIN rms.report r ON r.id = o.report_id
    WHERE c.arrest_id IN (${join(ids)}) AND ${visible(principal, 'r')}`;
  return ask(capped(rows, '"arrestId"', 'position, id'));
};

export interface Narrative {
  reportId: string;
  text: string;
  /** Of anybody in the report: free text may name them all. */
  juvenile: boolean;
  victimProtected: boolean;
}

/** There is none where somebody in the report does not exist for the caller: nobody can take them out of the text. */
export const narratives = (ask: Ask, principal: Principal, reports: Keys): Promise<Narrative[]> =>
  ask(sql`
    SELECT n.report_id AS "reportId", n.text, coalesce(named.juvenile, false) AS juvenile,
      coalesce(named.victim_protected, false) AS "victimProtected"
    FROM rms.narrative n
    JOIN rms.report r ON r.id = n.report_id
    CROSS JOIN LATERAL (
      SELECT bool_or(p.juvenile) AS juvenile, bool_or(p.victim_protected) AS victim_protected,
        bool_or(NOT (${unsealed(principal, 'i')} AND ${visible(principal, 'p')})) AS hidden
      FROM rms.involvement i JOIN rms.person p ON p.id = i.person_id
      WHERE i.report_id = n.report_id
    ) named
    WHERE n.report_id IN (${join(reports)}) AND ${visible(principal, 'r')} AND named.hidden IS NOT TRUE`);

export const vehiclesOfReports = (ask: Ask, principal: Principal, reports: Keys): Promise<ReportVehicle[]> => {
  const rows = sql`
    SELECT j.id, j.report_id AS "reportId", j.vehicle_id AS "vehicleId", j.involvement
    FROM rms.report_vehicle j
    JOIN rms.report r ON r.id = j.report_id
    JOIN rms.vehicle v ON v.id = j.vehicle_id
    WHERE j.report_id IN (${join(reports)}) AND ${visible(principal, 'r')} AND ${visible(principal, 'v')}`;
  return ask(capped(rows, '"reportId"', 'id'));
};

/** A vehicle's part in the latest report that mentions it, where it was reached by another way than a report. */
export const vehicleParts = (ask: Ask, principal: Principal, vehicles: Keys): Promise<ReportVehicle[]> =>
  ask(sql`
    SELECT DISTINCT ON (j.vehicle_id) j.report_id AS "reportId", j.vehicle_id AS "vehicleId", j.involvement
    FROM rms.report_vehicle j
    JOIN rms.report r ON r.id = j.report_id
    WHERE j.vehicle_id IN (${join(vehicles)}) AND ${visible(principal, 'r')}
    ORDER BY j.vehicle_id, r.occurred_at DESC, r.id DESC`);

export const vehiclesOfPersons = (
  ask: Ask,
  principal: Principal,
  persons: Keys,
): Promise<{ personId: string; vehicleId: string }[]> => {
  const rows = sql`
    SELECT v.owner_person_id AS "personId", v.id AS "vehicleId"
    FROM rms.vehicle v
    JOIN rms.person p ON p.id = v.owner_person_id
    WHERE v.owner_person_id IN (${join(persons)}) AND ${visible(principal, 'v')} AND ${visible(principal, 'p')}`;
  return ask(capped(rows, '"personId"', '"vehicleId"'));
};

export const warrants = (ask: Ask, principal: Principal, persons: Keys): Promise<Warrant[]> => {
  const rows = sql`
    SELECT w.id, w.number, w.person_id AS "personId", w.issued_at AS "issuedAt", w.status, w.charge_code AS code,
      w.charge_text AS text, w.charge_nibrs AS nibrs, w.charge_nibrs_text AS "nibrsText", w.observed_at AS "observedAt",
      w.changed_at AS "changedAt", w.derived, w.synthetic, w.source_id AS "sourceId"
    FROM rms.warrant w
    JOIN rms.person p ON p.id = w.person_id
    WHERE w.person_id IN (${join(persons)}) AND ${visible(principal, 'w')} AND ${visible(principal, 'p')}`;
  return ask(capped(rows, '"personId"', '"issuedAt" DESC NULLS LAST, id'));
};
