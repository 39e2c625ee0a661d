/**
 * An operation → the function that writes its answer. What was merged from the
 * subgraphs is read once; the answer's JSON, the refusals with their places, the
 * values that do not fit and the entities shown come of the same pass.
 *
 * Made for the operation and the shape of what was denied, never for a caller:
 * who lacks what stands in the denials that it is run with.
 */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  isInputType,
  Kind,
  typeFromAST,
  valueFromAST,
} from 'graphql';
import type { Denial } from '../authorize.ts';
import { introspecting } from './introspect.ts';
import { objects } from './object.ts';
import type { Entity } from './place.ts';
import { conditionNames, type Selecting } from './select.ts';
import { newWriting, outcomes, type Refusal } from './writing.ts';

export interface Written {
  /** The JSON of `data`. */
  json: string;
  refusals: Refusal[];
  unfit: GraphQLError[];
  /** `Person:…` */
  entities: string[];
}

/** `shown` is what introspection tells of. */
export type WriteAnswer = (data: Entity, variables: Readonly<Record<string, unknown>>, shown: GraphQLSchema) => Written;

export interface Writers {
  for: (withheld: Withheld, variables: Readonly<Record<string, unknown>>) => WriteAnswer;
  /** The variables, with what the operation says of those that were not given. */
  variables: (given: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  /** What a response key of the client is called in the plan's answers. */
  planned: (key: string) => string;
}

/** What the caller is not shown: fields by their marks, and types that are not there. */
export interface Withheld {
  denied: readonly Denial[];
  gone: readonly string[];
}

export interface WritersOptions {
  document: DocumentNode;
  schema: GraphQLSchema;
  keys: ReadonlyMap<string, string>;
  planned: (key: string) => string;
}

/** Shapes of denials, and values of conditions, that one operation is remembered with. */
const remembered = 32;

export const writersOf = (options: WritersOptions): Writers => {
  const { document, schema } = options;
  const names = conditionNames(document);
  const defaults = defaultsOf(document, schema);
  const known = new Map<string, WriteAnswer>();
  return {
    planned: options.planned,
    variables: (given) => (defaults ? { ...defaults, ...given } : given),
    for: (withheld, variables) => {
      const { denied, gone } = withheld;
      const key = [...names.map((name) => String(variables[name])), ...denied.map(shapeOf), '', ...gone].join();
      const found = known.get(key);
      if (found) return found;
      const conditions = Object.fromEntries(names.map((name) => [name, variables[name]]));
      const write = writerOf(options, withheld, conditions);
      if (known.size < remembered) known.set(key, write);
      return write;
    },
  };
};

const shapeOf = ({ responseKey, restsAbove }: Denial): string => (restsAbove === undefined ? responseKey : `${responseKey}!`);

const writerOf = (
  { document, schema, keys, planned }: WritersOptions,
  { denied, gone }: Withheld,
  conditions: Readonly<Record<string, unknown>>,
): WriteAnswer => {
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) throw new Error('There is no operation to answer.');
  const entityTypes: string[] = [];
  const selecting: Selecting = {
    schema,
    keys,
    fragments: fragmentsOf(document),
    deniedKeys: denied.map(({ responseKey }) => responseKey),
    conditions,
  };
  const write = objects({
    ...selecting,
    planned,
    mustStand: new Set(denied.flatMap(({ restsAbove }, number) => (restsAbove === undefined ? [] : [number]))),
    entityType: (name) => numberOf(entityTypes, name),
    gone: new Set(gone),
  })(root, [operation.selectionSet], 'the root');
  const introspect = introspecting(document, operation, root.name, selecting);
  return (data, variables, shown) => {
    const writing = newWriting(introspect(variables, shown));
    const text = write(data, writing);
    const { refusals, unfit, keys } = writing;
    const json = text === outcomes.nulled || text === outcomes.hollow ? 'null' : text;
    return { json, refusals, unfit, entities: named(entityTypes, keys) };
  };
};

const numberOf = (names: string[], name: string): number => {
  const known = names.indexOf(name);
  return known < 0 ? names.push(name) - 1 : known;
};

const named = (types: readonly string[], keys: readonly (Set<unknown> | undefined)[]): string[] => {
  const entities: string[] = [];
  for (let at = 0; at < keys.length; at += 1) for (const key of keys[at] ?? []) entities.push(`${types[at]}:${String(key)}`);
  return entities;
};

const fragmentsOf = ({ definitions }: DocumentNode): Map<string, FragmentDefinitionNode> =>
  new Map(definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [])));

const defaultsOf = ({ definitions }: DocumentNode, schema: GraphQLSchema): Record<string, unknown> | undefined => {
  const operation = definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  const stated = (operation?.variableDefinitions ?? []).flatMap(({ variable, type, defaultValue }) => {
    const known = typeFromAST(schema, type as never);
    return defaultValue && isInputType(known) ? [[variable.name.value, valueFromAST(defaultValue, known)] as const] : [];
  });
  return stated.length > 0 ? Object.fromEntries(stated) : undefined;
};
