/**
 * Apollo's own executor, as the oracle that ours is held against. It runs the
 * same plan over the same sources, one request for each fetch.
 */
import { operationFromDocument } from '@apollo/federation-internals';
import { buildOperationContext, executeQueryPlan, type ServiceMap } from '@apollo/gateway';
import type { GatewayGraphQLRequestContext } from '@apollo/server-gateway-interface';
import { type DocumentNode, type GraphQLError, Kind, parse, type SelectionNode } from 'graphql';
import { hollowMark } from '../../gateway/authorize.ts';
import { clean } from '../../gateway/redact.ts';
import { asSource, type HopAnswer } from '../../gateway/subgraph.ts';
import type { Supergraph } from '../../gateway/supergraph.ts';

/** What a subgraph is asked, and answers. */
export type Source = (
  query: string,
  variables: Record<string, unknown>,
  paths: () => (string | number)[][],
) => Promise<HopAnswer>;

export interface Answered {
  data: unknown;
  /**
   * `SOURCE_UNAVAILABLE at persons.@.name`, each once. Apollo's executor counts list items wrongly where some of them are not
   * asked for; that ours stand where something is missing is looked at apart.
   */
  errors: string[];
  /** The same with their items' numbers. */
  places: readonly (readonly (string | number)[])[];
  /** Places of the values that do not fit. */
  unfit: string[];
}

export const byStock = async (
  { api, apiSchema, full, planner }: Supergraph,
  document: DocumentNode,
  variables: Record<string, unknown>,
  sources: ReadonlyMap<string, Source>,
): Promise<Answered> => {
  const services: ServiceMap = {};
  for (const [name, source] of sources) services[name] = dataSource(name, source);
  const plan = planner.buildQueryPlan(operationFromDocument(apiSchema, document, { validate: false }));
  const result = await executeQueryPlan(
    plan,
    services,
    { request: { variables }, context: {}, logger: silent, metrics: {} } as unknown as GatewayGraphQLRequestContext,
    buildOperationContext({ schema: api, operationDocument: document }),
    full,
    apiSchema,
  );
  const unfit = (result.extensions?.valueCompletion ?? []) as GraphQLError[];
  return {
    data: JSON.parse(JSON.stringify(result.data ?? null), (key, value) => (key === hollowMark ? undefined : value)),
    ...told(((result.errors ?? []) as GraphQLError[]).map((error) => clean(error))),
    unfit: unfit.map(({ path }) => String(path?.join('.'))).sort(),
  };
};

export const told = (errors: readonly GraphQLError[]): Pick<Answered, 'errors' | 'places'> => ({
  errors: [...new Set(errors.map(({ path, extensions }) => `${extensions.code} at ${path?.map(unnumbered).join('.')}`))].sort(),
  places: errors.flatMap(({ path }) => (path ? [path] : [])),
});

const unnumbered = (key: string | number): string => (typeof key === 'number' ? '@' : key);

const dataSource = (name: string, source: Source): ServiceMap[string] => ({
  process: async ({ request }) => {
    const query = request.query ?? '';
    const variables = (request.variables ?? {}) as Record<string, unknown>;
    const { data, errors } = await source(query, variables, () => pathsOf(parse(query), variables));
    return { data: data ?? null, ...(errors ? { errors: errors.map((error) => asSource(name, error)) } : {}) } as never;
  },
});

/** A failed fetch takes its own fields: each root field, or each field of each entity. */
const pathsOf = (document: DocumentNode, { representations }: Record<string, unknown>): (string | number)[][] => {
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return [];
  const root = operation.selectionSet.selections;
  if (!Array.isArray(representations)) return responseKeys(root, document).map((key) => [key]);
  const keys = root.flatMap((node) =>
    node.kind === Kind.FIELD && node.selectionSet ? responseKeys(node.selectionSet.selections, document) : [],
  );
  return [...new Set(keys)].flatMap((key) => representations.map((_, at) => ['_entities', at, key]));
};

const responseKeys = (selections: readonly SelectionNode[], document: DocumentNode): string[] =>
  selections.flatMap((node) => {
    if (node.kind === Kind.FIELD) return node.name.value === '__typename' ? [] : [node.alias?.value ?? node.name.value];
    if (node.kind === Kind.INLINE_FRAGMENT) return responseKeys(node.selectionSet.selections, document);
    const found = document.definitions.find((one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === node.name.value);
    return found?.kind === Kind.FRAGMENT_DEFINITION ? responseKeys(found.selectionSet.selections, document) : [];
  });

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
