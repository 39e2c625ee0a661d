/**
 * What a fetch has to ask for when its turn has come: the objects that stand at
 * its place by now, and their representations, each once.
 */
import { inContexts } from './context.ts';
import { type Entity, objectsAt, own } from './place.ts';
import type { Member, Request } from './program.ts';
import type { Represent } from './represent.ts';
import type { Condition } from './steps.ts';

export interface Part {
  /** The member's place in its request. */
  number: number;
  member: Member;
  /** For each representation the objects that it is of; where there are none, what the answer is for. */
  objects: Entity[][];
  /** As JSON; undefined where the fetch is not of entities. */
  representations: string[] | undefined;
  /** Variables from above the objects. */
  context?: Record<string, unknown>;
}

/** The answer as far as it has come. */
export interface Made {
  data: Entity;
  /** Whether an object may stand at several places. */
  shared: boolean;
}

/** Those of one inner list go in one request; empty where there is nothing to ask for. */
export const partsOf = ({ members }: Request, variables: Readonly<Record<string, unknown>>, { data, shared }: Made): Part[][] => {
  const together: Part[] = [];
  const apart: Part[][] = [];
  for (const [number, member] of members.entries()) {
    if (member.conditions.length > 0 && !member.conditions.every((condition) => holds(condition, variables))) continue;
    if (!member.fetch.contextRewrites?.length) add(together, number, member, objectsAt(data, member.path, shared));
    else
      for (const { variables: context, objects } of inContexts(data, member.path, member.fetch, member.schema)) {
        const alone: Part[] = [];
        add(alone, number, member, objects);
        apart.push(alone.map((part) => ({ ...part, context })));
      }
  }
  return [together, ...apart].filter((parts) => parts.length > 0);
};

const holds = ({ variable, holds: wanted }: Condition, variables: Readonly<Record<string, unknown>>): boolean =>
  variables[variable] === wanted;

const add = (parts: Part[], number: number, member: Member, found: readonly Entity[]): void => {
  if (found.length === 0) return;
  if (!member.fetch.requires) {
    parts.push({ number, member, objects: [[...found]], representations: undefined });
    return;
  }
  const { objects, representations } = equals(found, member.represent);
  if (representations.length > 0) parts.push({ number, member, objects, representations });
};

/** Of one value after another to the objects that have them all. */
type Values = Map<unknown, Values | Entity[]>;

/** Objects by their representations: what is asked for once, and put in each of its places. */
const equals = (found: readonly Entity[], { keys, text }: Represent): { objects: Entity[][]; representations: string[] } => {
  const objects: Entity[][] = [];
  const representations: string[] = [];
  const byText: Values = new Map();
  const byType: Values = new Map();
  for (const object of found) {
    const fields = keys(object);
    const known = (fields && knownBy(object, fields, byType)) ?? leafAt(byText, text(object));
    if (!known) continue;
    if (known.length === 0) {
      const written = text(object);
      if (written === undefined) continue;
      representations.push(written);
      objects.push(known);
    }
    known.push(object);
  }
  return { objects, representations };
};

/** Looking values up is cheaper than making a text of them. Undefined where one is missing, or is no single value. */
const knownBy = (object: Entity, keys: readonly string[], byType: Values): Entity[] | undefined => {
  let level = levelAt(byType, object.__typename); // The same fields, in the same order, for all of a type.
  const last = keys.length - 1;
  for (let at = 0; at <= last; at += 1) {
    const value = own(object, keys[at] as string);
    if (value === undefined || (typeof value === 'object' && value !== null)) return undefined;
    if (at === last) return leafAt(level, value);
    level = levelAt(level, value);
  }
  return undefined;
};

const levelAt = (level: Values, key: unknown): Values => {
  const found = level.get(key) as Values | undefined;
  if (found) return found;
  const next: Values = new Map();
  level.set(key, next);
  return next;
};

const leafAt = (level: Values, key: unknown): Entity[] | undefined => {
  if (key === undefined) return undefined;
  const found = level.get(key) as Entity[] | undefined;
  if (found) return found;
  const leaf: Entity[] = [];
  level.set(key, leaf);
  return leaf;
};
