/** Vehicles by plate and addresses by words, for a caller. */
import { join, type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import { HubError } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import type { Window } from '../kit/page.ts';
import { alphabeticallyBehind } from './keyset.ts';
import { type Ask, visible } from './rules.ts';

export interface VehicleKey {
  id: string;
  plate: string;
}

/** An address that reports mention; the id is its text in upper case with single spaces. */
export interface Place {
  id: string;
  address: string;
  district: string | null;
}

const certainAtLeast = 2;
const wordsAtMost = 8;

/**
 * `abc*12?` → `ABC%12_`. Letter O and digit 0 become one, as in the contract's
 * `plate_key`. LIKE's own signs cannot come through: only letters, digits and
 * the two wildcards are kept.
 */
export const platePattern = (plate: string): string => {
  const kept = plate
    .slice(0, 32)
    .toUpperCase()
    .replace(/[^A-Z0-9*?]/g, '')
    .replaceAll('O', '0');
  if (kept.replace(/[*?]/g, '').length < certainAtLeast) {
    throw new HubError('BAD_USER_INPUT', {
      message: `"plate" takes ${certainAtLeast} letters or digits at the least, besides * and ?.`,
    });
  }
  return kept.replace(/\*+/g, '%').replaceAll('?', '_');
};

export const vehiclesByPlate = (ask: Ask, principal: Principal, plate: string, window: Window): Promise<VehicleKey[]> =>
  ask(sql`
  SELECT v.id, v.plate_key AS plate
  FROM rms.vehicle v
  WHERE v.plate_key LIKE ${platePattern(plate)} AND ${visible(principal, 'v')}
    AND ${alphabeticallyBehind(window, ['v.plate_key', 'v.id'])}
  ORDER BY v.plate_key, v.id
  LIMIT ${window.limit}`);

/** `carondelet 001xx` → two LIKE patterns. What LIKE reads as a sign stands for itself. */
export const addressPatterns = (text: string): string[] => {
  const words = text
    .slice(0, 200)
    .toUpperCase()
    .split(/\s+/)
    .filter((word) => word.length > 0);
  if (words.join('').replace(/[^A-Z0-9]/g, '').length < certainAtLeast || words.length > wordsAtMost) {
    throw new HubError('BAD_USER_INPUT', {
      message: `"text" takes one to ${wordsAtMost} words, with ${certainAtLeast} letters or digits at the least.`,
    });
  }
  return words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`);
};

export const placesByWords = (ask: Ask, principal: Principal, text: string, window: Window): Promise<Place[]> => {
  const words = join(
    addressPatterns(text).map((pattern) => sql`r.place_id LIKE ${pattern}`),
    ' AND ',
  );
  return ask(places(principal, sql`${words} AND ${alphabeticallyBehind(window, ['r.place_id'])}`, sql`LIMIT ${window.limit}`));
};

export const placesById = (ask: Ask, principal: Principal, ids: readonly string[]): Promise<Place[]> =>
  ask(places(principal, sql`r.place_id IN (${join(ids)})`, sql``));

/** A place exists for a caller as far as a report does that mentions it. */
const places = (principal: Principal, where: Sql, limit: Sql): Sql => sql`
  SELECT r.place_id AS id, min(r.address) AS address, min(r.district) AS district
  FROM rms.report r
  WHERE ${where} AND ${visible(principal, 'r')}
  GROUP BY r.place_id
  ORDER BY r.place_id ${limit}`;
