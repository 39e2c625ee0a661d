/**
 * What a fetch has to ask for when its turn has come: the objects that stand at
 * its place by now, and their representations, each once.
 */
import { inContexts } from './context.ts';
import { type Entity, objectsAt } from './place.ts';
import type { Member, Request } from './program.ts';
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

/** Those of one inner list go in one request; empty where there is nothing to ask for. */
export const partsOf = ({ members }: Request, variables: Readonly<Record<string, unknown>>, data: Entity): Part[][] => {
  const together: Part[] = [];
  const apart: Part[][] = [];
  for (const [number, member] of members.entries()) {
    if (member.conditions.length > 0 && !member.conditions.every((condition) => holds(condition, variables))) continue;
    if (!member.fetch.contextRewrites?.length) add(together, number, member, objectsAt(data, member.path));
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

const add = (parts: Part[], number: number, member: Member, found: Entity[]): void => {
  if (found.length === 0) return;
  if (!member.fetch.requires) {
    parts.push({ number, member, objects: [found], representations: undefined });
    return;
  }
  const representations: string[] = [];
  const objects: Entity[][] = [];
  const places = new Map<string, Entity[]>();
  for (const object of found) {
    const text = member.represent(object);
    if (text === undefined) continue;
    const known = places.get(text);
    if (known) {
      known.push(object);
      continue;
    }
    const own = [object];
    places.set(text, own);
    representations.push(text);
    objects.push(own);
  }
  if (representations.length > 0) parts.push({ number, member, objects, representations });
};
