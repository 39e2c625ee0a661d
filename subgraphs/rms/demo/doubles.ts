/**
 * People who stand in the name index twice, as they do in every real one: taken
 * down once more under a shortened or misspelled name, or with day and month of
 * birth swapped. The published reports name nobody, so these are made up like the
 * names themselves; nothing but the likeness tells that two records are one person.
 */
import { hashOf } from '../../kit/demo/ownership.ts';
import type { MadeUpName } from './names.ts';

/** One new party in so many is somebody known already who was not recognised. */
const doubleEvery = 25;

export const isDouble = (key: string): boolean => hashOf(`double:${key}`) % doubleEvery === 0;

type Written = MadeUpName & { dateOfBirth: string | null };

/** The same person as another clerk took them down; `fits` says which dates of birth agree with the age that the report states. */
export const takenDownAgain = (
  { given, middle, surname, dateOfBirth }: Written,
  key: string,
  fits: (dateOfBirth: string) => boolean,
): Written => {
  const same = { given, middle: null, surname, dateOfBirth };
  switch (hashOf(`slip:${key}`) % 3) {
    case 0:
      return { ...same, surname: misspelled(surname, key) };
    case 1:
      return { ...same, middle, dateOfBirth: swapped(dateOfBirth, fits) };
    default:
      return same;
  }
};

/** Two neighbouring letters change places, never the first. */
const misspelled = (name: string, key: string): string => {
  if (name.length < 5) return name;
  const at = 1 + (hashOf(`letter:${key}`) % (name.length - 2));
  return name.slice(0, at) + name.charAt(at + 1) + name.charAt(at) + name.slice(at + 2);
};

/** Day and month, where both could be either. */
const swapped = (date: string | null, fits: (dateOfBirth: string) => boolean): string | null => {
  const [year, month = '', day = ''] = date?.split('-') ?? [];
  const other = `${year}-${day}-${month}`;
  return Number(day) <= 12 && fits(other) ? other : date;
};
