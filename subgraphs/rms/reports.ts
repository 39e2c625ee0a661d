/** Which reports there are for a caller: by filter, by item, by person, vehicle and place. Statements give keys; rows come from the loader. */
import { join, raw, type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import { HubError } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import type { Window } from '../kit/page.ts';
import { exactly, latestBehind } from './keyset.ts';
import { type Ask, unsealed, visible } from './rules.ts';

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

export const listReports = (ask: Ask, principal: Principal, filter: ReportFilter, window: Window): Promise<ReportKey[]> =>
  ask(sql`
  SELECT r.id, ${exactly('r.occurred_at')} AS at
  FROM rms.report r
  WHERE ${visible(principal, 'r')} AND ${matching(filter)} AND ${latestBehind(window, ['r.occurred_at', 'r.id'])}
  ORDER BY r.occurred_at DESC, r.id DESC
  LIMIT ${window.limit}`);

const matching = (filter: ReportFilter): Sql =>
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

/** The caller's own agency first: two agencies may use one number. */
export const reportsOfItems = (ask: Ask, principal: Principal, items: readonly string[]): Promise<ChildReportKey[]> =>
  ask(sql`
  SELECT parent, id, at FROM (
    SELECT r.item AS parent, r.id, ${exactly('r.occurred_at')} AS at,
      row_number() OVER (PARTITION BY r.item ORDER BY (r.owner_ori = ${principal.ori}) DESC, r.occurred_at DESC, r.id DESC) AS place
    FROM rms.report r
    WHERE r.item IN (${join(items)}) AND ${visible(principal, 'r')}
  ) listed WHERE place <= ${reportsAnItem} ORDER BY parent, place`);

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
