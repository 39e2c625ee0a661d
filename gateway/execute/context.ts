/**
 * Context arguments (`@fromContext`): variables of an entity fetch whose values
 * stand in the answer above the entity. Entities whose values differ are asked
 * for apart, since a variable has one value in a request.
 */
import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { type Entity, own } from './place.ts';
import { isOfType } from './types.ts';

export interface InContext {
  variables: Record<string, unknown>;
  objects: Entity[];
}

type Chain = readonly Entity[];

export const inContexts = (
  data: Entity,
  path: readonly string[],
  { contextRewrites = [] }: FetchNode,
  schema: GraphQLSchema,
): InContext[] => {
  const found = new Map<string, InContext>();
  for (const chain of chainsAt(data, path)) {
    const variables: Record<string, unknown> = {};
    for (const { path: from, renameKeyTo } of contextRewrites) {
      const value = valueAbove(chain, from, schema);
      if (value !== undefined) variables[renameKeyTo] = value;
    }
    const key = JSON.stringify(variables);
    const known = found.get(key) ?? { variables, objects: [] };
    found.set(key, known);
    known.objects.push(chain.at(-1) as Entity);
  }
  return [...found.values()];
};

/** Each object at the path with those above it, the answer's root first. */
const chainsAt = (data: Entity, path: readonly string[]): Chain[] => {
  const chains: Chain[] = [];
  const walk = (value: unknown, at: number, chain: Chain): void => {
    if (typeof value !== 'object' || value === null) return;
    const key = path[at];
    if (key === '@') {
      if (Array.isArray(value)) for (const item of value) walk(item, at + 1, chain);
      return;
    }
    const longer = [...chain, value as Entity];
    if (key === undefined) chains.push(longer);
    else walk(own(value as Entity, key), at + 1, longer);
  };
  walk(data, 0, []);
  return chains;
};

/** `['..', '..', '... on Person', 'locale']`: two objects up, if that is a Person, its locale. */
const valueAbove = (chain: Chain, from: readonly string[], schema: GraphQLSchema): unknown => {
  const up = from.filter((key) => key === '..').length;
  let value: unknown = chain[chain.length - 1 - up];
  for (const key of from.slice(up)) {
    if (typeof value !== 'object' || value === null) return value;
    if (key.startsWith('... on ')) {
      if (!isOfType(schema, value as Entity, key.slice('... on '.length), true)) return undefined;
    } else value = own(value as Entity, key);
  }
  return value;
};
