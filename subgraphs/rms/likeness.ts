/**
 * Whether two records of the name index may be one person: a score, what speaks
 * for it and what against, in words that a detective can weigh. Pure; a hint and
 * never a fact, so nothing is ever merged by it.
 */
import { scoreOf } from './score.ts';

export interface Known {
  words: string[];
  /** `YYYY-MM-DD`. */
  dateOfBirth: string | null;
  sex: string | null;
  race: string | null;
}

export interface Compared extends Known {
  /** Reports that name both. */
  together: number;
  samePhone: boolean;
}

export interface Likeness {
  score: number;
  reasons: string[];
  contradictions: string[];
}

/** What remains of the score behind each contradiction. One report that names both of two persons says nearly for certain that they are two. */
const remains = { together: 0.3, sex: 0.7, race: 0.9 } as const;
const nameAlone = 0.75;
const nameWeight = 0.65;
const dayMs = 86_400_000;

export const likenessOf = (person: Known, other: Compared): Likeness => {
  const name = scoreOf({ words: person.words, toleranceDays: 0 }, { words: other.words, dateOfBirth: null });
  const birth = compareBirths(person.dateOfBirth, other.dateOfBirth);
  const base = birth ? nameWeight * name.score + (1 - nameWeight) * birth.worth : nameAlone * name.score;
  const against = contradictionsOf(person, other);
  const score = against.reduce((left, { factor }) => left * factor, other.samePhone ? Math.min(1, base + 0.1) : base);
  return {
    score: Math.round(score * 1000) / 1000,
    reasons: [
      ...nameReasons(person.words, other.words, name.because),
      ...(birth?.reason ? [birth.reason] : []),
      ...(other.samePhone ? ['the same phone number'] : []),
    ],
    contradictions: [...(birth?.contradiction ? [birth.contradiction] : []), ...against.map(({ says }) => says)],
  };
};

const nameReasons = (words: string[], others: string[], because: readonly string[]): string[] => {
  if (words.toSorted().join(' ') === others.toSorted().join(' ')) return ['the same name'];
  const said: Record<string, string> = {
    exact: 'part of the name is the same',
    nickname: 'one name is a nickname of the other',
    spelling: 'the names are spelled alike',
    phonetic: 'the names sound alike',
    initial: 'an initial fits',
  };
  return because.flatMap((reason) => said[reason] ?? []);
};

interface Births {
  worth: number;
  reason?: string;
  contradiction?: string;
}

/** Undefined where one of the two is not known. */
const compareBirths = (one: string | null, other: string | null): Births | undefined => {
  if (!one || !other) return undefined;
  if (one === other) return { worth: 1, reason: 'the same date of birth' };
  const days = Math.round(Math.abs(Date.parse(one) - Date.parse(other)) / dayMs);
  const contradiction = `the dates of birth are ${spanOf(days)} apart`;
  if (swapped(one) === other) return { worth: 0.9, reason: 'day and month of birth are swapped', contradiction };
  const differing = [...one].filter((digit, at) => digit !== other[at]).length;
  if (differing === 1) return { worth: 0.8, reason: 'the dates of birth differ in one digit', contradiction };
  return { worth: days <= 366 ? 0.4 : 0, contradiction };
};

const swapped = (date: string): string => `${date.slice(0, 4)}-${date.slice(8)}-${date.slice(5, 7)}`;

const spanOf = (days: number): string => {
  if (days < 60) return days === 1 ? '1 day' : `${days} days`;
  const years = Math.floor(days / 365.25);
  if (years < 2) return `${Math.round(days / 30.44)} months`;
  return `${years} years`;
};

const contradictionsOf = (person: Known, other: Compared): { factor: number; says: string }[] => [
  ...(other.together > 0 ? [{ factor: remains.together, says: 'both are named in one report' }] : []),
  ...(differ(person.sex, other.sex) ? [{ factor: remains.sex, says: 'the sex differs' }] : []),
  ...(differ(person.race, other.race) ? [{ factor: remains.race, says: 'the race as stated differs' }] : []),
];

const differ = (one: string | null, other: string | null): boolean => one !== null && other !== null && one !== other;
