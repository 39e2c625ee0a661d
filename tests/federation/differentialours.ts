/** The hub's executor, in the terms that `differentialstock` answers in. */
import type { DocumentNode } from 'graphql';
import { executor } from '../../gateway/execute.ts';
import { planner } from '../../gateway/plan.ts';
import { readPolicy } from '../../gateway/policy.ts';
import type { Subgraph } from '../../gateway/subgraph.ts';
import type { Supergraph } from '../../gateway/supergraph.ts';
import type { Principal } from '../../schema/principal.ts';
import { type Answered, type Source, told } from './differentialstock.ts';

const principal = { kind: 'anonymous', grants: [] } as unknown as Principal;

/** Over one supergraph, so that plans and writers are used again as in production. */
export const ours = (supergraph: Supergraph) => {
  const plans = planner(supergraph, readPolicy(supergraph.full), new Map());
  return async (
    document: DocumentNode,
    variables: Record<string, unknown>,
    sources: ReadonlyMap<string, Source>,
  ): Promise<Answered> => {
    const subgraphs = new Map([...sources].map(([name, source]) => [name, asSubgraph(name, source)]));
    const planned = plans.for(document);
    const { json, errors, unfit } = await executor(
      supergraph,
      subgraphs,
    )({ document, planned, denied: [], variables, principal });
    return {
      data: JSON.parse(json),
      ...told(errors),
      unfit: errors.length > 0 ? [] : unfit.map(({ path }) => String(path?.join('.'))).sort(),
    };
  };
};

const asSubgraph = (name: string, source: Source): Subgraph => ({
  name,
  url: '',
  ask: ({ query, variables, paths }) => source(query, variables, paths),
  ready: async () => true,
  close: async () => {},
});
