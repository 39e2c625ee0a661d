/** Which reports there are for a caller: by filter, by item, by person, vehicle and place. Statements give keys; rows come from the loader. */
import { join, raw, type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import { HubError } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import { pointedAt } from '../kit/labels.ts';
import type { Window } from '../kit/page.ts';
import { exactly, latestBehind } from './keyset.ts';
import { type Ask, pointed, unsealed, visible, workable } from './rules.ts';

export interface ReportFilter {
  occurredFrom?: Date | null;
  occurredTo?: Date | null;
  districts?: string[] | null;
  signals?: string[] | null;
  statuses?: string[] | null;
  nibrs?: string[] | null;
}

/** A report's place in a list. */
export interface ReportKey {
  id: string;
  at: string;
}

export interface ChildReportKey extends ReportKey {
  parent: string;
}

/** A report by its item number, which has no place in time. */
export type ItemReportKey = Pick<ChildReportKey, 'id' | 'parent'>;

export interface PersonReportKey extends ChildReportKey {
  involvement: string;
  role: string;
}

const valuesAtMost = 100;
const reportsAnItem = 20;

/** Letters and digits alone, in upper case: `b 24020 22` → `B2402022`. */
export const itemOf = (number: string): string =>
  number
    .slice(0, 64)
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '');

/**
 * Latest first; behind all that is shown, by id, those of which there is a pointer: by their time they would tell it. A
 * filter finds none of these, or it would tell what they say.
 */
export const listReports = async (ask: Ask, principal: Principal, filter: ReportFilter, window: Window): Promise<ReportKey[]> => {
  const shown = await ask<ReportKey>(sql`
    SELECT r.id, ${exactly('r.occurred_at')} AS at
    FROM rms.report r
    WHERE ${visible(principal, 'r')} AND ${matching(filter)} AND ${latestBehind(window, ['r.occurred_at', 'r.id'])}
    ORDER BY r.occurred_at DESC, r.id DESC
    LIMIT ${window.limit}`);
  const left = window.limit - shown.length;
  const filtered = Object.values(filter).some((value) => value != null);
  if (left === 0 || filtered || pointedAt(principal).length === 0) return shown;
  const pointers = await ask<ReportKey>(sql`
    SELECT r.id, ${exactly(timeless)} AS at
    FROM rms.report r
    WHERE ${pointed(principal, 'r')} AND ${latestBehind(window, [timeless, 'r.id'])}
    ORDER BY r.id DESC
    LIMIT ${left}`);
  return [...shown, ...pointers];
};

/** Where a pointer stands in a list by time: before any record. */
const timeless = "TIMESTAMPTZ '0001-01-01 00:00:00+00'";

export const matching = (filter: ReportFilter): Sql =>
  join(
    [
      filter.occurredFrom ? sql`r.occurred_at >= ${filter.occurredFrom}` : sql`TRUE`,
      filter.occurredTo ? sql`r.occurred_at < ${filter.occurredTo}` : sql`TRUE`,
      oneOf('r.district', filter.districts),
      oneOf('r.signal_code', filter.signals),
      oneOf('r.status_code', filter.statuses),
      filter.nibrs
        ? sql`EXISTS (SELECT 1 FROM rms.offense o WHERE o.report_id = r.id AND ${oneOf('o.nibrs', filter.nibrs)})`
        : sql`TRUE`,
    ],
    ' AND ',
  );

const oneOf = (column: string, values: string[] | null | undefined): Sql => {
  if (!values) return sql`TRUE`;
  if (values.length > valuesAtMost)
    throw new HubError('BAD_USER_INPUT', { message: `A filter takes ${valuesAtMost} values at the most.` });
  return values.length === 0 ? sql`FALSE` : sql`${raw(column)} IN (${join(values)})`;
};

/** The caller's own agency first: two agencies may use one number. What is shown goes before what is pointed at. */
export const reportsOfItems = (ask: Ask, principal: Principal, items: readonly string[]): Promise<ItemReportKey[]> =>
  ask(sql`
  SELECT parent, id FROM (
    SELECT found.parent, found.id, row_number() OVER (PARTITION BY found.parent ORDER BY found.own DESC, found.at DESC NULLS LAST, found.id DESC) AS place
    FROM (
      SELECT r.item AS parent, r.id, r.owner_ori = ${principal.ori} AS own, CASE WHEN ${visible(principal, 'r')} THEN r.occurred_at END AS at
      FROM rms.report r
      WHERE r.item IN (${join(items)}) AND (${visible(principal, 'r')} OR ${pointed(principal, 'r')})
    ) found
  ) listed WHERE place <= ${reportsAnItem} ORDER BY parent, place`);

/** Null where no such case is known to the caller. */
export const caseStanding = async (ask: Ask, principal: Principal, item: string): Promise<{ open: boolean } | null> => {
  const [found] = await ask<{ open: boolean | null }>(
    sql`SELECT bool_or(r.case_open) AS open FROM rms.report r WHERE r.item = ${item} AND ${workable(principal, 'r')}`,
  );
  return found?.open == null ? null : { open: found.open };
};

export const reportsOfPersons = (
  ask: Ask,
  principal: Principal,
  persons: readonly string[],
  window: Window,
): Promise<PersonReportKey[]> =>
  ask(sql`
  SELECT parent, id, at, involvement, role FROM (
    SELECT i.person_id AS parent, r.id, ${exactly('r.occurred_at')} AS at, i.id AS involvement, i.role,
      row_number() OVER (PARTITION BY i.person_id ORDER BY r.occurred_at DESC, r.id DESC, i.id DESC) AS place
    FROM rms.involvement i
    JOIN rms.report r ON r.id = i.report_id
    WHERE i.person_id IN (${join(persons)}) AND ${visible(principal, 'r')} AND ${unsealed(principal, 'i')}
      AND ${latestBehind(window, ['r.occurred_at', 'r.id', 'i.id'])}
  ) listed WHERE place <= ${window.limit} ORDER BY parent, place`);

export const reportsOfVehicles = (
  ask: Ask,
  principal: Principal,
  vehicles: readonly string[],
  window: Window,
): Promise<ChildReportKey[]> =>
  ask(sql`
  SELECT parent, id, at FROM (
    SELECT j.vehicle_id AS parent, r.id, ${exactly('r.occurred_at')} AS at,
      row_number() OVER (PARTITION BY j.vehicle_id ORDER BY r.occurred_at DESC, r.id DESC) AS place
    FROM rms.report_vehicle j
    JOIN rms.report r ON r.id = j.report_id
    WHERE j.vehicle_id IN (${join(vehicles)}) AND ${visible(principal, 'r')} AND ${latestBehind(window, ['r.occurred_at', 'r.id'])}
  ) listed WHERE place <= ${window.limit} ORDER BY parent, place`);

export const reportsOfPlaces = (
  ask: Ask,
  principal: Principal,
  places: readonly string[],
  window: Window,
): Promise<ChildReportKey[]> =>
  ask(sql`
  SELECT parent, id, at FROM (
    SELECT r.place_id AS parent, r.id, ${exactly('r.occurred_at')} AS at,
      row_number() OVER (PARTITION BY r.place_id ORDER BY r.occurred_at DESC, r.id DESC) AS place
    FROM rms.report r
    WHERE r.place_id IN (${join(places)}) AND ${visible(principal, 'r')} AND ${latestBehind(window, ['r.occurred_at', 'r.id'])}
  ) listed WHERE place <= ${window.limit} ORDER BY parent, place`);
