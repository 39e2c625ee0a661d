/**
 * What a subgraph is told of an entity so that it can find it: the fields that
 * the plan says it requires, as JSON text. The text goes into the request as it
 * is, and is what equal representations are known by.
 */
import type { FetchNode, QueryPlanFieldNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { jsonOf } from './json.ts';
import { type Entity, own } from './place.ts';
import { rewriteOf } from './rewrite.ts';
import { isOfType, isSubtype } from './types.ts';

export interface Represent {
  /** Undefined: the object lacks what is required, and is not asked for. */
  text: (object: Entity) => string | undefined;
  /** The fields that the text is made of, where it is no more than those: objects whose values are equal have one text. */
  keys: (object: Entity) => readonly string[] | undefined;
}

export const representOf = ({ requires = [], inputRewrites }: FetchNode, schema: GraphQLSchema): Represent => {
  const rewrite = rewriteOf(inputRewrites, schema);
  const general = (object: Entity): string | undefined => {
    const picked = pick(object, requires, schema);
    if (!picked?.__typename) return undefined;
    rewrite?.(picked);
    return JSON.stringify(picked);
  };
  if (rewrite) return { text: general, keys: () => undefined };
  const known = new Map<unknown, readonly string[] | undefined>();
  const keys = ({ __typename: name }: Entity): readonly string[] | undefined => {
    const found = known.get(name);
    if (found || known.has(name)) return found;
    const plain = typeof name === 'string' ? plainKeys(requires, name, schema) : undefined;
    if (known.size < mostTypes) known.set(name, plain);
    return plain;
  };
  return {
    keys,
    text: (object) => {
      const plain = keys(object);
      return plain ? plainText(object, plain) : general(object);
    },
  };
};

/** A subgraph chooses the names; a supergraph has no more types than this that are worth remembering. */
const mostTypes = 1_000;

/** As most are: fields of one fragment, none of which is an object that more is picked of. */
const plainKeys = (requires: readonly QueryPlanSelectionNode[], type: string, schema: GraphQLSchema): string[] | undefined => {
  const applying = requires.filter(
    (node) => node.kind === 'InlineFragment' && isSubtype(schema, node.typeCondition ?? type, type),
  );
  const [fragment, another] = applying;
  if (another || fragment?.kind !== 'InlineFragment' || requires.some(({ kind }) => kind === 'Field')) return undefined;
  const fields = fragment.selections.filter((node): node is QueryPlanFieldNode => node.kind === 'Field' && !node.selections);
  if (fields.length < fragment.selections.length || !fields.some(({ name }) => name === '__typename')) return undefined;
  return fields.map(({ alias, name }) => alias ?? name);
};

const plainText = (object: Entity, keys: readonly string[]): string | undefined => {
  let text = '';
  for (const key of keys) {
    const value = own(object, key);
    if (value === undefined) return undefined;
    text += `${text === '' ? '{' : ','}"${key}":${jsonOf(value)}`;
  }
  return `${text}}`;
};

/** Undefined where a field is missing that stands directly in the selections; a fragment that lacks one is left out. */
const pick = (object: Entity, selections: readonly QueryPlanSelectionNode[], schema: GraphQLSchema): Entity | undefined => {
  const picked: Entity = {};
  for (const node of selections) {
    if (node.kind === 'Field') {
      const key = node.alias ?? node.name;
      const value = own(object, key);
      if (value === undefined) return undefined;
      const { selections: inner } = node;
      picked[key] = inner ? pickEach(value, inner, schema) : value;
    } else if (!node.typeCondition || isOfType(schema, object, node.typeCondition, false))
      add(picked, pick(object, node.selections, schema));
  }
  return picked;
};

const pickEach = (value: unknown, selections: readonly QueryPlanSelectionNode[], schema: GraphQLSchema): unknown => {
  if (Array.isArray(value)) return value.map((item) => pickEach(item, selections, schema));
  return typeof value === 'object' && value !== null ? (pick(value as Entity, selections, schema) ?? null) : null;
};

/** Two fragments of one object may both pick of the same inner one. */
const add = (picked: Entity, more: Entity | undefined): void => {
  for (const [key, value] of Object.entries(more ?? {})) {
    const standing = picked[key];
    if (isPicked(standing) && isPicked(value)) add(standing, value);
    else if (Array.isArray(standing) && Array.isArray(value))
      picked[key] = standing.map((item, at) => {
        if (isPicked(item) && isPicked(value[at])) add(item, value[at]);
        return item;
      });
    else picked[key] = value;
  }
};

const isPicked = (value: unknown): value is Entity => typeof value === 'object' && value !== null && !Array.isArray(value);
