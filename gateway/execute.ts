/**
 * Runs a query plan with Apollo's executor over our own hops. A subscription's
 * event is run as the same plan, whose primary fetch the event answers.
 */
import { buildOperationContext, executeQueryPlan, type ServiceMap } from '@apollo/gateway';
import type { QueryPlan } from '@apollo/query-planner';
import type { GatewayGraphQLRequestContext } from '@apollo/server-gateway-interface';
import { type DocumentNode, type GraphQLError, Kind, parse, type SelectionNode } from 'graphql';
import type { Principal } from '../schema/principal.ts';
import type { Raw } from './redact.ts';
import { asSource, type Hop, type HopAnswer, type Subgraph } from './subgraph.ts';
import type { Supergraph } from './supergraph.ts';

export interface Execution {
  document: DocumentNode;
  plan: QueryPlan;
  variables: Record<string, unknown>;
  principal: Principal;
  /** For a subscription: what the primary's subgraph sent. */
  event?: HopAnswer | undefined;
  signal?: AbortSignal | undefined;
}

export type Execute = (execution: Execution) => Promise<Raw>;

export const executor = (supergraph: Supergraph, subgraphs: ReadonlyMap<string, Subgraph>): Execute => {
  return async ({ document, plan, variables, principal, event, signal }) => {
    const services: ServiceMap = {};
    for (const [name, subgraph] of subgraphs) services[name] = dataSource(subgraph, { principal, signal, event: undefined });
    const node = plan.node;
    const runnable: QueryPlan = node?.kind === 'Subscription' ? asSequence(node) : plan;
    if (node?.kind === 'Subscription') {
      const primary = subgraphs.get(node.primary.serviceName);
      if (primary) services[primarySource] = dataSource(primary, { principal, signal, event });
    }
    const result = await executeQueryPlan(
      runnable,
      services,
      { request: { variables }, context: {}, logger: silent, metrics: {} } as unknown as GatewayGraphQLRequestContext,
      buildOperationContext({ schema: supergraph.api, operationDocument: document }),
      supergraph.full,
      supergraph.apiSchema,
    );
    return { data: result.data, errors: (result.errors ?? []) as GraphQLError[], completion: completion(result.extensions) };
  };
};

/** The name under which a subscription's primary is answered from its event; no subgraph can have it. */
const primarySource = ' event';

const asSequence = ({ primary, rest }: Extract<QueryPlan['node'], { kind: 'Subscription' }>): QueryPlan => ({
  kind: 'QueryPlan',
  node: { kind: 'Sequence', nodes: [{ ...primary, serviceName: primarySource }, ...(rest ? [rest] : [])] },
});

type Caller = Pick<Execution, 'principal' | 'signal' | 'event'>;

const dataSource = (subgraph: Subgraph, { principal, signal, event }: Caller): ServiceMap[string] => ({
  process: async ({ request }) => {
    const variables = (request.variables ?? {}) as Record<string, unknown>;
    const hop: Hop = {
      query: request.query ?? '',
      variables,
      operationName: request.operationName,
      principal,
      signal,
      paths: () => pathsOf(parse(request.query ?? ''), variables),
    };
    const { data, errors } = event ?? (await subgraph.ask(hop));
    return { data: data ?? null, ...(errors ? { errors: errors.map((error) => asSource(subgraph.name, error)) } : {}) } as never;
  },
});

/** A failed fetch takes its own fields: each root field, or each field of each entity. */
const pathsOf = (document: DocumentNode, { representations }: Record<string, unknown>): (string | number)[][] => {
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return [];
  const root = operation.selectionSet.selections;
  if (!Array.isArray(representations)) return responseKeys(root).map((key) => [key]);
  const keys = root.flatMap((node) =>
    node.kind === Kind.FIELD && node.selectionSet ? responseKeys(node.selectionSet.selections) : [],
  );
  const shown = representations.slice(0, maximumPlaces);
  return [...new Set(keys)].flatMap((key) => shown.map((_, at) => ['_entities', at, key]));
};

/** A dead source under a page of a hundred is told at the first places, not at each. */
const maximumPlaces = 25;

const responseKeys = (selections: readonly SelectionNode[]): string[] =>
  selections.flatMap((node) => {
    if (node.kind === Kind.FIELD) return node.name.value === '__typename' ? [] : [node.alias?.value ?? node.name.value];
    return node.kind === Kind.INLINE_FRAGMENT ? responseKeys(node.selectionSet.selections) : [];
  });

/** Values that do not fit the schema and became null: told beside the errors, as the stock executor does. */
const completion = (extensions: Record<string, unknown> | undefined): GraphQLError[] => {
  const errors = extensions?.valueCompletion;
  return Array.isArray(errors) ? (errors as GraphQLError[]) : [];
};

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
