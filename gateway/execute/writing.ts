/**
 * What comes about while an answer is written: its JSON aside, what was refused
 * and where, values that do not fit, and which entities are shown.
 *
 * A null that may not stand takes along what is around it. What was noted inside
 * of that is taken back: it is not shown.
 */
import { GraphQLError } from 'graphql';
import type { Place } from './place.ts';

/** In place of JSON. No JSON text begins with `!`. */
export const outcomes = {
  /** Null at a place that may be null, for a reason that has been told. */
  nulled: '!null',
  /** The same, for a field that was refused. */
  hollow: '!hollow',
  /** Null at a place that may not be null: what is around it becomes null. */
  rises: '!rises',
  /** The same, for a field that was refused. */
  hollowRises: '!hollowRises',
  /** Of a type that is not there for the caller: no item of a list, and null as a field. */
  gone: '!gone',
} as const;

export interface Refusal {
  /** The denial's number. */
  number: number;
  path: Place;
}

export interface Writing {
  /** Where the writer stands. */
  path: Place;
  refusals: Refusal[];
  /** How often each denial has been told. */
  told: number[];
  unfit: GraphQLError[];
  /** Keys of the entities written so far, for each entity type. */
  keys: Set<unknown>[];
  /** The same in the order in which they came: type, key, type, key … */
  added: unknown[];
  /** JSON of the introspection fields, by response key. */
  introspection: Readonly<Record<string, string>>;
}

/** The same refusal at a thousand places is told at the first ones. */
const maximumErrorsEach = 25;

export const newWriting = (introspection: Readonly<Record<string, string>>): Writing => ({
  path: [],
  refusals: [],
  told: [],
  unfit: [],
  keys: [],
  added: [],
  introspection,
});

export const refuse = (writing: Writing, number: number): void => {
  const told = writing.told[number] ?? 0;
  if (told >= maximumErrorsEach) return;
  writing.told[number] = told + 1;
  writing.refusals.push({ number, path: [...writing.path] });
};

export const show = (writing: Writing, type: number, key: unknown): void => {
  if (key === null || key === undefined) return;
  let keys = writing.keys[type];
  if (!keys) {
    keys = new Set();
    writing.keys[type] = keys;
  }
  if (keys.has(key)) return;
  keys.add(key);
  writing.added.push(type, key);
};

/** The value's place is `path`; `what` says what it is of. */
export const misfit = (writing: Writing, message: string): void => {
  writing.unfit.push(new GraphQLError(message, { path: [...writing.path] }));
};

export const takeBackEntities = ({ keys, added }: Writing, from: number): void => {
  for (let at = from; at < added.length; at += 2) keys[added[at] as number]?.delete(added[at + 1]);
  added.length = from;
};

export const takeBackRefusals = ({ refusals, told }: Writing, from: number): void => {
  for (const { number } of refusals.slice(from)) told[number] = (told[number] ?? 1) - 1;
  refusals.length = from;
};
