/** Places in an answer, as `incident.reports.involved`: the list positions left out. */
import type { Answer } from '../federation/harness.ts';

export const plainPath = (path: readonly (string | number)[]): string => path.filter((key) => typeof key === 'string').join('.');

/** Where errors with this code are, each place once. */
export const placesOf = ({ errors = [] }: Answer, code: string): string[] => {
  const found = errors.filter(({ extensions }) => extensions.code === code);
  return [...new Set(found.map(({ path = [] }) => plainPath(path)))].sort();
};

/** Places at which the answer holds something. */
export const shownIn = (value: unknown, path: string[] = [], found = new Set<string>()): Set<string> => {
  if (value === null || value === undefined) return found;
  if (path.length > 0) found.add(path.join('.'));
  if (Array.isArray(value)) for (const entry of value) shownIn(entry, path, found);
  else if (typeof value === 'object') for (const [key, entry] of Object.entries(value)) shownIn(entry, [...path, key], found);
  return found;
};

/** The same data with null at these places. */
export const without = (value: unknown, places: readonly string[], path: string[] = []): unknown => {
  if (places.includes(path.join('.'))) return null;
  if (Array.isArray(value)) return value.map((entry) => without(entry, places, path));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, without(entry, places, [...path, key])]));
};
