/**
 * A filtered document → its query plan. The key is the filtered document's own
 * hash: keyed by what the client sent, one caller's plan would answer another
 * who may see more, or less. A plan holds no data and no caller.
 */
import { createHash } from 'node:crypto';
import { operationFromDocument } from '@apollo/federation-internals';
import type { FetchNode, PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import { type DocumentNode, Kind, parse, print, type SelectionNode, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { HubError } from '../schema/errors.ts';
import { findOperation, fragmentsOf, responseKeys } from './document.ts';
import { withoutClashes } from './execute/alias.ts';
import { fetchDocument } from './execute/document.ts';
import { type Program, programOf } from './execute/program.ts';
import { refuseContradiction } from './execute/require.ts';
import { type Writers, writersOf } from './execute/write.ts';
import { keptOr, openKept } from './kept.ts';
import type { Policy } from './policy.ts';
import { both, open, type Rule } from './rule.ts';
import type { Supergraph } from './supergraph.ts';

export interface Planned {
  /** SHA-256 of the filtered document, hexadecimal. */
  hash: string;
  plan: QueryPlan;
  /** Systems that it asks. */
  sources: string[];
  /** What reading everything that it fetches takes, what clients did not ask for (`@requires`) included; keys are exempt. */
  fetches: Rule;
  /** The plan as it is run. */
  program: Program;
  /** What writes the answers. */
  writers: Writers;
}

export interface Plans {
  for: (document: DocumentNode) => Planned;
}

const remembered = 1_000;

/** `keys`: type → key field, for what the audit calls entities by. */
export const planner = (supergraph: Supergraph, policy: Policy, keys: ReadonlyMap<string, string>): Plans => {
  const kept = openKept<Planned>(remembered);
  return {
    for: (document) => {
      const hash = createHash('sha256').update(print(document)).digest('hex');
      return keptOr(kept, hash, () => planOf(document, hash, { supergraph, policy, keys }));
    },
  };
};

interface Planning {
  supergraph: Supergraph;
  policy: Policy;
  keys: ReadonlyMap<string, string>;
}

const planOf = (document: DocumentNode, hash: string, { supergraph, policy, keys }: Planning): Planned => {
  const { planner, apiSchema, api, full } = supergraph;
  try {
    refuseContradiction(document, full, api);
    const { document: distinct, planned } = withoutClashes(document, full, api);
    const plan = planner.buildQueryPlan(operationFromDocument(apiSchema, distinct, { validate: false }));
    const fetches = fetchesOf(plan.node);
    refuseLeftOut(distinct, fetches);
    const sources = [...new Set(fetches.map(({ serviceName }) => serviceName))];
    const rule = fetches.map((fetch) => ruleOf(fetch, full, policy)).reduce(both, open);
    const writers = writersOf({ document, schema: api, keys, planned });
    return { hash, plan, sources, fetches: rule, program: programOf(plan, full), writers };
  } catch (cause) {
    if (cause instanceof HubError) throw cause;
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

/** What no system leads to, a field of an interface that nothing implements, the planner leaves out and tells nobody. */
const refuseLeftOut = (document: DocumentNode, fetches: readonly FetchNode[]): void => {
  const asked = fetches.map(fetchDocument).flatMap(({ operation, fragments }) => responseKeys(operation.selectionSet, fragments));
  const wanted = responseKeys(findOperation(document).selectionSet, fragmentsOf(document), isUnconditional);
  if (!wanted.every((key) => asked.includes(key)))
    throw new HubError('PLAN_FAILED', { message: 'No system can be asked for what the operation reads.' });
};

const isUnconditional = ({ directives = [] }: SelectionNode): boolean =>
  !directives.some(({ name }) => name.value === 'skip' || name.value === 'include');

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
