/** One run of a query by the hub's executor: the calls that it makes, in rounds, and the answer. */
import { parse } from 'graphql';
import { executor } from '../../../gateway/execute.ts';
import { planner } from '../../../gateway/plan.ts';
import { readPolicy } from '../../../gateway/policy.ts';
import type { HopAnswer, Subgraph } from '../../../gateway/subgraph.ts';
import { loadSupergraph } from '../../../gateway/supergraph.ts';
import type { Principal } from '../../../schema/principal.ts';

export const record = async (sdl: string, query: string, url: (source: string) => string) => {
  const supergraph = loadSupergraph(sdl);
  const document = parse(query);
  const planned = planner(supergraph, readPolicy(supergraph.full), new Map()).for(document);
  const bodies = new Map<string, string[]>();
  const source = (name: string): Subgraph => ({
    name,
    url: url(name),
    ask: async ({ body = '' }) => {
      bodies.set(name, [...(bodies.get(name) ?? []), body]);
      const response = await fetch(url(name), { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      return (await response.json()) as HopAnswer;
    },
    ready: async () => true,
    close: async () => {},
  });
  const subgraphs = new Map([...supergraph.subgraphs.keys()].map((name) => [name, source(name)]));
  const principal = { kind: 'anonymous', grants: [] } as unknown as Principal;
  const { json } = await executor(supergraph, subgraphs)({ document, planned, denied: [], variables: {}, principal });
  const { requests } = planned.program;
  const rounds = requests.map(({ source: name }) => [{ source: name, body: bodies.get(name)?.shift() ?? '' }]);
  return { calls: rounds, answer: { data: JSON.parse(json) as unknown } };
};
