/**
 * What a caller asks for, checked and brought into the form that the query
 * needs. Pure; whatever the source could choke on stops here.
 */
import { HubError } from '../../schema/errors.ts';
import type { IncidentStatus } from './reader.ts';

export interface Bounds {
  west: number;
  south: number;
  east: number;
  north: number;
}

export interface Near {
  latitude: number;
  longitude: number;
  radiusMeters: number;
}

export interface IncidentFilter {
  receivedFrom?: Date | null;
  receivedTo?: Date | null;
  openAt?: Date | null;
  districts?: string[] | null;
  types?: string[] | null;
  priorities?: string[] | null;
  statuses?: IncidentStatus[] | null;
  bounds?: Bounds | null;
  near?: Near | null;
  address?: string | null;
}

export interface Criteria {
  receivedFrom: Date | undefined;
  receivedTo: Date | undefined;
  openAt: Date | undefined;
  districts: string[] | undefined;
  /** Whole codes, and families without their `*`. */
  types: { exact: string[]; families: string[] } | undefined;
  priorities: string[] | undefined;
  statuses: string[] | undefined;
  /** Rectangles that a place must lie in: the one asked for, and the one around `near`. */
  boxes: Bounds[];
  near: Near | undefined;
  /** In upper case; the address must contain each. */
  words: string[];
}

const maximumEntries = 100;
const maximumLength = 100;
const maximumRadiusMeters = 50_000;
const metersPerDegree = 111_195;

export const checkFilter = (filter: IncidentFilter | null | undefined): Criteria => {
  const { receivedFrom, receivedTo, openAt, districts, types, priorities, statuses, bounds, near, address } = filter ?? {};
  if (receivedFrom && receivedTo && receivedFrom > receivedTo) refuse('"receivedFrom" must not lie after "receivedTo".');
  const codes = texts('types', types)?.map((code) => code.trim().toUpperCase());
  return {
    receivedFrom: receivedFrom ?? undefined,
    receivedTo: receivedTo ?? undefined,
    openAt: openAt ?? undefined,
    districts: texts('districts', districts),
    types: codes && {
      exact: codes.filter((code) => !code.endsWith('*')),
      families: codes.filter((code) => code.endsWith('*')).map((code) => code.slice(0, -1)),
    },
    priorities: texts('priorities', priorities)?.map((code) => code.trim().toUpperCase()),
    statuses: statuses ?? undefined,
    boxes: [...(bounds ? [checkBounds(bounds)] : []), ...(near ? [around(checkNear(near))] : [])],
    near: near ?? undefined,
    words: checkText('address', address ?? '')
      .toUpperCase()
      .split(/\s+/)
      .filter(Boolean),
  };
};

/** Letters and digits alone, in upper case; undefined where nothing is left that could be a number. */
export const numberKey = (number: string): string | undefined => {
  const key = number
    .slice(0, maximumLength)
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '');
  return key === '' || number.length > maximumLength ? undefined : key;
};

/** A key that the database can be asked for: others name nothing, and some (a NUL) it would refuse. */
export const isKey = (key: string): boolean => key.length > 0 && key.length <= 200 && !hasControl(key);

/** Addresses that differ in case or spacing are one place. */
export const placeKey = (address: string): string => address.toUpperCase().replace(/\s+/g, ' ').trim();

export const texts = (name: string, values: string[] | null | undefined): string[] | undefined => {
  if (!values) return undefined;
  if (values.length > maximumEntries) refuse(`"${name}" takes ${maximumEntries} entries at the most.`);
  return values.map((value) => checkText(name, value));
};

const checkText = (name: string, value: string): string => {
  if (value.length > maximumLength) refuse(`"${name}" takes ${maximumLength} characters at the most.`);
  if (hasControl(value)) refuse(`"${name}" takes no control characters.`);
  return value;
};

const hasControl = (text: string): boolean => [...text].some((character) => character < ' ' || character === '\u007f');

const checkBounds = (bounds: Bounds): Bounds => {
  const { west, south, east, north } = bounds;
  const possible = -180 <= west && west <= east && east <= 180 && -90 <= south && south <= north && north <= 90;
  return possible ? bounds : refuse('"bounds" must have west ≤ east in -180 to 180 and south ≤ north in -90 to 90.');
};

const checkNear = (near: Near): Near => {
  const { latitude, longitude, radiusMeters } = near;
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180))
    refuse('"near" must lie in latitude -90 to 90 and longitude -180 to 180.');
  return radiusMeters > 0 && radiusMeters <= maximumRadiusMeters
    ? near
    : refuse(`"radiusMeters" takes more than 0 and at most ${maximumRadiusMeters}.`);
};

/** The rectangle that holds the circle; near the poles every longitude. A little larger than it must be. */
const around = ({ latitude, longitude, radiusMeters }: Near): Bounds => {
  const high = (1.001 * radiusMeters) / metersPerDegree;
  const wide = high / Math.max(1e-6, Math.cos((Math.min(90, Math.abs(latitude) + high) * Math.PI) / 180));
  return { west: longitude - wide, south: latitude - high, east: longitude + wide, north: latitude + high };
};

export const refuse = (message: string): never => {
  throw new HubError('BAD_USER_INPUT', { message });
};
