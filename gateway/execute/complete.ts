/**
 * A type and what is selected of it → the function that writes a value of it as
 * JSON, checked as GraphQL completes values: leaves are of their type, lists are
 * lists, and a null that may not stand rises to where one may.
 */
import {
  type GraphQLCompositeType,
  type GraphQLOutputType,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  type SelectionSetNode,
} from 'graphql';
import { leafOf } from './leaf.ts';
import { misfit, outcomes, takeBackEntities, takeBackRefusals, type Writing } from './writing.ts';

export type Write = (value: unknown, writing: Writing) => string;

export type WriteObjects = (type: GraphQLCompositeType, sets: readonly SelectionSetNode[], what: string) => Write;

const { nulled, hollow, rises, hollowRises, gone } = outcomes;

/** `what` names the place in messages: `field Person.name`. */
export const completing = (
  type: GraphQLOutputType,
  sets: readonly SelectionSetNode[],
  what: string,
  objects: WriteObjects,
): Write => {
  if (isNonNullType(type)) return nonNull(completing(type.ofType, sets, what, objects), what);
  if (isListType(type)) return list(completing(type.ofType, sets, itemOf(String(type.ofType)), objects), what);
  if (isCompositeType(type)) return objects(type, sets, what);
  if (!isLeafType(type)) throw new Error(`There is no way to write ${String(type)}.`);
  const leaf = leafOf(type);
  return (value, writing) => {
    if (value === null || value === undefined) return 'null';
    const text = leaf(value);
    if (text !== undefined) return text;
    misfit(writing, `Invalid value found for ${told(what, writing)}.`);
    return nulled;
  };
};

const itemOf = (type: string): string => `array element of type ${type} at index `;

/** An item's own index is known where it stands. */
const told = (what: string, { path }: Writing): string => (what.endsWith(' ') ? `${what}${path.at(-1)}` : what);

const nonNull =
  (inner: Write, what: string): Write =>
  (value, writing) => {
    const text = inner(value, writing);
    switch (text) {
      case 'null':
        misfit(writing, `Cannot return null for non-nullable ${told(what.replace('! at', ' at'), writing)}.`);
        return rises;
      case nulled:
        return rises;
      case hollow:
        return hollowRises;
      default:
        return text;
    }
  };

const list =
  (inner: Write, what: string): Write =>
  (value, writing) => {
    if (value === null || value === undefined) return 'null';
    if (!Array.isArray(value)) {
      misfit(writing, `Invalid value found for ${told(what, writing)}.`);
      return nulled;
    }
    const { path } = writing;
    const refused = writing.refusals.length;
    const shown = writing.added.length;
    const depth = path.length;
    let outcome = '';
    let text = '[';
    let place = 0;
    for (let at = 0; at < value.length; at += 1) {
      path[depth] = place;
      const item = inner(value[at], writing);
      if (item === gone) continue;
      if (item === rises) outcome = nulled;
      else if (item === hollowRises) outcome ||= hollow;
      else text += `${place === 0 ? '' : ','}${item === nulled || item === hollow ? 'null' : item}`;
      place += 1;
    }
    path.length = depth;
    if (outcome === '') return `${text}]`;
    return emptied(outcome, writing, refused, shown);
  };

/** Nothing of what became null is shown; what was refused inside of it is told, unless that is not the reason. */
export const emptied = (outcome: string, writing: Writing, refused: number, shown: number): string => {
  takeBackEntities(writing, shown);
  if (outcome === nulled) takeBackRefusals(writing, refused);
  return outcome;
};
