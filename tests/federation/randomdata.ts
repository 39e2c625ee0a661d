/**
 * Random rows for a random graph, and the two ways to read them: as one subgraph
 * over all of them (what a source does) and as one joined graph (what the oracle
 * does). Every text says which field of which type it is of, so that an answer
 * can be checked for what it holds without knowing how it came about.
 */
import { type GraphQLFieldResolver, type GraphQLTypeResolver, parse, parseType, type TypeNode } from 'graphql';
import type { Random } from './random.ts';
import type { Field, Graph, Type } from './randomgraph.ts';

export interface Row {
  __typename: string;
  __key: string;
  [field: string]: unknown;
}

export interface Reference {
  to: string;
}

export interface Data {
  /** By `E0.id#1`. */
  rows: ReadonlyMap<string, Row>;
}

export const rowsEach = 3;

export const keyOf = (type: string, at: number): string => `${type}.id#${at}`;

/** Row 0 of a type is never hidden, so that non-null relations have somewhere to point. */
export const hideable = (key: string): boolean => /^E\d.id#[12]$/.test(key);

export const randomData = (r: Random, { types }: Graph): Data => {
  const rows = new Map<string, Row>();
  for (const type of types) {
    if (type.kind === 'interface' || type.kind === 'union') continue;
    for (let at = 0; at < (type.kind === 'root' ? 1 : rowsEach); at += 1) {
      const key = keyOf(type.name, at);
      const row: Row = { __typename: type.name, __key: key };
      for (const field of type.fields) row[field.name] = field.name === 'id' ? key : contentOf(r, field, type, at, types);
      rows.set(key, row);
    }
  }
  return { rows };
};

const contentOf = (r: Random, field: Field, { name }: Type, at: number, types: Type[]): unknown => {
  const make = (type: TypeNode, nonNull: boolean, place: string, inList: boolean): unknown => {
    if (type.kind === 'NonNullType') return make(type.type, true, place, inList);
    if (!nonNull && r.chance(0.15)) return null;
    if (type.kind === 'ListType')
      return Array.from({ length: r.below(4) }, (_, index) => make(type.type, false, `${place}.${index}`, true));
    const target = types.find((one) => one.name === type.name.value);
    if (!target) return leaf(r, type.name.value, `${name}.${field.name}#${place}`);
    const names = target.members.length > 0 ? target.members : [target.name];
    return { to: keyOf(r.one(names), nonNull && !inList ? 0 : r.below(rowsEach)) } satisfies Reference;
  };
  return make(parseType(field.type), false, String(at), false);
};

const leaf = (r: Random, type: string, token: string): unknown => {
  if (type === 'Int') return r.below(100);
  return type === 'Level' ? r.one(['LOW', 'HIGH']) : token;
};

/** The world in which the rows never were. */
export const without = ({ rows }: Data, gone: ReadonlySet<string>): Data => ({
  rows: new Map([...rows].filter(([key]) => !gone.has(key))),
});

export interface Reading {
  data: Data;
  /** Rows that this reader's query leaves out. */
  hidden: ReadonlySet<string>;
}

export const isVisible = (key: string, { data, hidden }: Reading): boolean => data.rows.has(key) && !hidden.has(key);

export const resolveField: GraphQLFieldResolver<Row | undefined, Reading> = (
  source,
  args,
  reading,
  { parentType, fieldName },
) => {
  const row = source ?? reading.data.rows.get(keyOf(parentType.name, 0));
  if (typeof args.id === 'string') return isVisible(args.id, reading) ? reading.data.rows.get(args.id) : null;
  return follow(row?.[fieldName], reading);
};

export const resolveType: GraphQLTypeResolver<Row, Reading> = ({ __typename }) => __typename;

/** A row that is left out is absent from a list and null elsewhere. */
const follow = (value: unknown, reading: Reading): unknown => {
  if (Array.isArray(value)) {
    const shown = value.filter((entry) => !isReference(entry) || isVisible(entry.to, reading));
    return shown.map((entry) => follow(entry, reading));
  }
  if (!isReference(value)) return value;
  return isVisible(value.to, reading) ? reading.data.rows.get(value.to) : null;
};

const isReference = (value: unknown): value is Reference => typeof value === 'object' && value !== null && 'to' in value;

export const parseSdl = (sdl: string) => parse(sdl, { noLocation: true });
