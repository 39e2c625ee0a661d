/**
 * The master name index. The publisher's OffenderID looks like a person's
 * number but is not: 2,212 ids, none in two items, so it links nobody. Most
 * parties therefore become a person of their own, and a deterministic few are
 * taken for an earlier person of the same agency, where sex and race agree and
 * the age fits that person's date of birth. Dates of birth are made up within
 * the stated age; where no age is stated there is none.
 */
import { hashOf, ownerOf } from '../../kit/demo/ownership.ts';
import { toLocal } from '../../kit/demo/time.ts';
import { isDouble, takenDownAgain } from './doubles.ts';
import type { MadeUpName, NameFor } from './names.ts';
import type { Paper, Party } from './papers.ts';

export interface Person extends MadeUpName {
  seq: number;
  key: string;
  ori: string;
  sex: Party['sex'];
  race: string | null;
  /** `YYYY-MM-DD`. */
  dateOfBirth: string | null;
  items: string[];
}

export interface Index {
  persons: Person[];
  /** Party key → the person that it is. */
  personOf: Map<string, Person>;
}

const dayMs = 86_400_000;
/** One party in so many is somebody known already, where somebody fits. */
const linkEvery = 9;
const reportsAtMost = 5;

export const indexPeople = (papers: Paper[], nameFor: NameFor): Index => {
  const persons: Person[] = [];
  const personOf = new Map<string, Person>();
  const known = new Map<string, Person[]>();
  const numberOf = openNumbers('person');
  for (const paper of papers) {
    for (const party of paper.parties) {
      const { ori } = ownerOf(paper.item);
      const pool = `${ori}:${party.sex}:${party.race}`;
      const earlier = knownPerson(paper, party, known.get(pool) ?? []);
      const person = earlier ?? newPerson(numberOf(party.key), paper, party, nameFor, known.get(pool) ?? []);
      person.items.push(paper.item);
      personOf.set(party.key, person);
      if (earlier) continue;
      persons.push(person);
      const others = known.get(pool);
      if (others) others.push(person);
      else known.set(pool, [person]);
    }
  }
  return { persons, personOf };
};

/**
 * Numbers for the index's keys, the same for the same record, in no order: of
 * running ones a gap would tell a caller that somebody is hidden, and beside whom.
 */
export const openNumbers = (kind: string): ((key: string) => number) => {
  const taken = new Set<number>();
  return (key) => {
    let attempt = 0;
    let number = 0;
    do {
      number = hashOf(`number:${kind}:${key}:${attempt}`) >>> 1; // The vendor's columns hold 31 bits.
      attempt += 1;
    } while (taken.has(number));
    taken.add(number);
    return number;
  };
};

/** Looks through the pool from a place that the key names, so that not always the first is found. */
const knownPerson = (paper: Paper, party: Party, pool: Person[]): Person | undefined =>
  hashOf(`link:${party.key}`) % linkEvery === 0 ? fitting(paper, party, pool) : undefined;

const fitting = (paper: Paper, party: Party, pool: Person[]): Person | undefined => {
  if (party.age === null || !party.sex || !party.race) return undefined;
  const from = pool.length > 0 ? hashOf(`pool:${party.key}`) % pool.length : 0;
  return [...pool.slice(from), ...pool.slice(0, from)].find(
    ({ dateOfBirth, items }) =>
      dateOfBirth !== null &&
      ageOn(dateOfBirth, dayOf(paper)) === party.age &&
      !items.includes(paper.item) &&
      items.length < reportsAtMost,
  );
};

const newPerson = (seq: number, paper: Paper, party: Party, nameFor: NameFor, pool: Person[]): Person => {
  const again = isDouble(party.key) ? fitting(paper, party, pool) : undefined;
  const dateOfBirth = party.age === null ? null : birthOf(party.age, dayOf(paper), party.key);
  const written = again
    ? takenDownAgain(again, party.key, (date) => ageOn(date, dayOf(paper)) === party.age)
    : { ...nameFor(party.key, party.sex), dateOfBirth };
  return { ...written, seq, key: party.key, ori: ownerOf(paper.item).ori, sex: party.sex, race: party.race, items: [] };
};

/** The day on the agency's calendar. */
const dayOf = ({ occurredAt }: Paper): string => toLocal(occurredAt).slice(0, 10);

/** A day on which somebody was born who is `age` years old on `day`. */
export const birthOf = (age: number, day: string, key: string): string => {
  const latest = Date.UTC(Number(day.slice(0, 4)) - age, Number(day.slice(5, 7)) - 1, Number(day.slice(8)));
  return new Date(latest - (hashOf(`birth:${key}`) % 364) * dayMs).toISOString().slice(0, 10);
};

/** Whole years from a day of birth to a day. */
export const ageOn = (dateOfBirth: string, day: string): number => {
  const years = Number(day.slice(0, 4)) - Number(dateOfBirth.slice(0, 4));
  return day.slice(5) < dateOfBirth.slice(5) ? years - 1 : years;
};
