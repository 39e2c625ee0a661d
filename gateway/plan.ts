/**
 * A filtered document → its query plan. The key is the filtered document's own
 * hash: keyed by what the client sent, one caller's plan would answer another
 * who may see more, or less. A plan holds no data and no caller.
 */
import { createHash } from 'node:crypto';
import { operationFromDocument } from '@apollo/federation-internals';
import type { FetchNode, PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import { type DocumentNode, Kind, parse, print, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { HubError } from '../schema/errors.ts';
import { both, open, type Policy, type Rule } from './policy.ts';
import type { Supergraph } from './supergraph.ts';

export interface Planned {
  /** SHA-256 of the filtered document, hexadecimal. */
  hash: string;
  plan: QueryPlan;
  /** Systems that it asks. */
  sources: string[];
  /** What reading everything that it fetches takes, what clients did not ask for (`@requires`) included; keys are exempt. */
  fetches: Rule;
}

export interface Plans {
  for: (document: DocumentNode) => Planned;
}

const remembered = 1_000;

export const planner = (supergraph: Supergraph, policy: Policy): Plans => {
  const known = new Map<string, Planned>();
  return {
    for: (document) => {
      const hash = createHash('sha256').update(print(document)).digest('hex');
      const planned = known.get(hash) ?? planOf(document, hash, supergraph, policy);
      known.delete(hash);
      known.set(hash, planned); // The end is the most recently used.
      const oldest = known.size > remembered ? known.keys().next().value : undefined;
      if (oldest !== undefined) known.delete(oldest);
      return planned;
    },
  };
};

const planOf = (document: DocumentNode, hash: string, { planner, apiSchema, full }: Supergraph, policy: Policy): Planned => {
  try {
    const plan = planner.buildQueryPlan(operationFromDocument(apiSchema, document, { validate: false }));
    const fetches = fetchesOf(plan.node);
    const sources = [...new Set(fetches.map(({ serviceName }) => serviceName))];
    return { hash, plan, sources, fetches: fetches.map((fetch) => ruleOf(fetch, full, policy)).reduce(both, open) };
  } catch (cause) {
    throw new HubError('PLAN_FAILED', { originalError: cause as Error });
  }
};

export const fetchesOf = (node: PlanNode | SubscriptionNode | undefined): FetchNode[] => {
  switch (node?.kind) {
    case undefined:
    case 'Defer':
      return [];
    case 'Fetch':
      return [node];
    case 'Flatten':
      return fetchesOf(node.node);
    case 'Condition':
      return [...fetchesOf(node.ifClause), ...fetchesOf(node.elseClause)];
    case 'Subscription':
      return [node.primary, ...fetchesOf(node.rest)];
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(fetchesOf);
  }
};

const ruleOf = ({ operation }: FetchNode, full: Supergraph['full'], policy: Policy): Rule => {
  let rule = open;
  const types = new TypeInfo(full);
  visit(
    parse(operation),
    visitWithTypeInfo(types, {
      enter: (node) => {
        const parent = types.getParentType();
        if (node.kind !== Kind.FIELD || !parent) return;
        const name = node.name.value;
        if (!name.startsWith('__') && !isKey(parent.name, name, full)) rule = both(rule, policy.field(parent.name, name));
      },
    }),
  );
  return rule;
};

const isKey = (type: string, field: string, full: Supergraph['full']): boolean =>
  (full.getType(type)?.astNode?.directives ?? []).some(
    ({ name, arguments: args = [] }) =>
      name.value === 'join__type' &&
      args.some(
        ({ name: arg, value }) =>
          arg.value === 'key' &&
          'value' in value &&
          String(value.value)
            .split(/[^\w]+/)
            .includes(field),
      ),
  );
