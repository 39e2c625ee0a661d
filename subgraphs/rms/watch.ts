/**
 * Whether a report that changed is one that a caller watches for. It is asked for
 * each event, as that caller: a person or a plate that they may not search for
 * is none that they may watch for.
 */
import { type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import { withheld } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import { addressPatterns, platePattern } from './places.ts';
import { matching, type ReportFilter } from './reports.ts';
import { type Ask, visible } from './rules.ts';
import { type PersonSearch, searchPersons, wantedOf } from './search.ts';

export interface WatchFilter extends Pick<ReportFilter, 'districts' | 'signals' | 'nibrs'> {
  address?: string | null;
  person?: PersonSearch | null;
  plate?: string | null;
}

const label = 'rms:persons';
/** A name that merely resembles the one watched for is no news. */
const likeEnough = 0.7;
const page = { size: 100, limit: 100, after: undefined };

/** Refuses a filter that makes no sense, or that takes a grant which is not there, before the stream opens. */
export const checkWatch = ({ grants }: Principal, { person, plate, address }: WatchFilter): void => {
  if ((person || plate) && !grants.includes(label))
    throw withheld(label, `A grant of ${label}: it would tell of persons and vehicles.`);
  if (person) wantedOf(person);
  if (plate) platePattern(plate);
  if (address) addressPatterns(address);
};

export const isWatched = async (ask: Ask, principal: Principal, id: string, filter: WatchFilter): Promise<boolean> => {
  checkWatch(principal, filter);
  const { districts, signals, nibrs, address, person, plate } = filter;
  const [row] = await ask<{ id: string }>(sql`
    SELECT r.id FROM rms.report r
    WHERE r.id = ${id} AND ${visible(principal, 'r')} AND ${matching({ districts, signals, nibrs })}
      AND ${address ? atAddress(address) : sql`TRUE`} AND ${plate ? withPlate(principal, plate) : sql`TRUE`}`);
  if (!row || !person) return row !== undefined;
  const matches = await searchPersons(ask, principal, { ...person, namedIn: id }, page);
  return matches.some(({ score }) => score >= likeEnough);
};

const atAddress = (address: string): Sql =>
  addressPatterns(address)
    .map((pattern) => sql`r.place_id LIKE ${pattern}`)
    .reduce((one, other) => sql`${one} AND ${other}`);

const withPlate = (principal: Principal, plate: string): Sql => sql`EXISTS (
  SELECT 1 FROM rms.report_vehicle j JOIN rms.vehicle v ON v.id = j.vehicle_id
  WHERE j.report_id = r.id AND v.plate_key LIKE ${platePattern(plate)} AND ${visible(principal, 'v')})`;
