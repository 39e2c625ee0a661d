/**
 * Errors, where items of a type that is not there for the caller are left out of
 * their lists: those behind stand further up, and of what is left out none tells.
 */
import type { GraphQLError } from 'graphql';
import { clean } from '../redact.ts';
import { type Entity, own, type Place } from './place.ts';

interface Answered {
  /** What was merged, with the items that are left out. */
  data: Entity;
  /** What a response key of the client is called there. */
  planned: (key: string) => string;
}

export const without = (gone: readonly string[], errors: readonly GraphQLError[], answered: Answered): GraphQLError[] => {
  const isGone = (value: unknown): boolean => isObject(value) && gone.includes(String(value.__typename));
  return errors.flatMap((error) => {
    if (!error.path) return [error];
    const path = placeOf(error.path, answered, isGone);
    return path ? [clean(error, path)] : [];
  });
};

const placeOf = (
  path: readonly (string | number)[],
  { data, planned }: Answered,
  isGone: (value: unknown) => boolean,
): Place | undefined => {
  const place: Place = [];
  let value: unknown = data;
  for (const step of path) {
    const before = typeof step === 'number' && Array.isArray(value) ? value.slice(0, step).filter(isGone).length : 0;
    place.push(typeof step === 'number' ? step - before : step);
    value = isObject(value) ? own(value, typeof step === 'number' ? String(step) : planned(step)) : undefined;
    if (isGone(value)) return undefined;
  }
  return place;
};

const isObject = (value: unknown): value is Entity => typeof value === 'object' && value !== null;
