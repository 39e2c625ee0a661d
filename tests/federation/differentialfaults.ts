/**
 * Sources over random rows that fail as sources do, the same way however they
 * are asked: what a fault hits is chosen by the row and the field, never by the
 * request.
 */
import { execute, type GraphQLSchema, parse } from 'graphql';
import type { HopAnswer } from '../../gateway/subgraph.ts';
import { HubError } from '../../schema/errors.ts';
import type { Source } from './differentialstock.ts';
import { type Data, type Reading, type Row, resolveField, resolveType } from './randomdata.ts';

export interface Faults {
  /** The source that is away, if one is. */
  away?: string | undefined;
  /** One of so many fields of rows throws; 0: none. */
  throwsEvery: number;
  /** One of so many texts is not what its field's type has; 0: none. */
  unfitEvery: number;
}

export const sourcesOf = (schemas: ReadonlyMap<string, GraphQLSchema>, data: Data, faults: Faults): Map<string, Source> =>
  new Map([...schemas].map(([name, schema]) => [name, sourceOf(name, schema, data, faults)]));

const sourceOf =
  (name: string, schema: GraphQLSchema, data: Data, faults: Faults): Source =>
  async (query, variables, paths) => {
    if (faults.away === name) return { data: null, errors: paths().map((path) => ({ path, ...unavailable(name) })) };
    const reading: Reading = { data, hidden: new Set() };
    const result = await execute({
      schema,
      document: parse(query),
      variableValues: variables,
      contextValue: reading,
      fieldResolver: failing(faults) as never,
      typeResolver: resolveType as never,
    });
    return JSON.parse(JSON.stringify(result), unfitting(faults)) as HopAnswer;
  };

const unavailable = (source: string) => {
  const { message, extensions } = new HubError('SOURCE_UNAVAILABLE', { source });
  return { message, extensions };
};

const failing =
  ({ throwsEvery }: Faults): typeof resolveField =>
  (source: Row | undefined, args, reading, info) => {
    const hit = throwsEvery > 0 && source !== undefined && info.fieldName !== 'id';
    if (hit && hash(`${source.__key} ${info.fieldName}`) % throwsEvery === 0) throw new Error('It fails.');
    return resolveField(source, args, reading, info);
  };

/** Texts that name a field (`E0.f1#2`) become a number, so that a Code stands and a String does not. */
const unfitting =
  ({ unfitEvery }: Faults) =>
  (key: string, value: unknown): unknown =>
    unfitEvery > 0 &&
    typeof value === 'string' &&
    /\.[fv]\d#/.test(value) &&
    /^[fvxyz]/.test(key) &&
    hash(value) % unfitEvery === 0
      ? 7
      : value;

const hash = (text: string): number => {
  let mixed = 0;
  for (const letter of text) mixed = (Math.imul(mixed, 31) + letter.charCodeAt(0)) >>> 0;
  return mixed >>> 3;
};
