/**
 * Random operations over random graphs, rows and faults, by our executor and by
 * Apollo's: the answers are the same, and the errors stand at the same places.
 * Without settings it is the same run each time. DIFFERENTIAL_CASES sets how
 * many cases, and draws a new seed unless DIFFERENTIAL_SEED gives one.
 */
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { authorize } from '../../gateway/authorize.ts';
import { readPolicy } from '../../gateway/policy.ts';
import { loadSupergraph, type Supergraph } from '../../gateway/supergraph.ts';
import { CompositionError, compose } from '../../schema/compose.ts';
import { type Faults, sourcesOf } from './differentialfaults.ts';
import { ours } from './differentialours.ts';
import { byStock } from './differentialstock.ts';
import { type Random, random } from './random.ts';
import { type Data, parseSdl, type Reading, randomData } from './randomdata.ts';
import { type Graph, randomGraph } from './randomgraph.ts';
import { type Operation, randomOperation } from './randomoperation.ts';

const casesEach = 40;
const cases = Number(process.env.DIFFERENTIAL_CASES ?? 2_000);
const drawn = process.env.DIFFERENTIAL_CASES ? Math.floor(Math.random() * 2 ** 31) : 20_261_120;
const seed = Number(process.env.DIFFERENTIAL_SEED ?? drawn);
const counts = { cases: 0, withErrors: 0, withUnfit: 0, withNulls: 0 };

afterAll(() => process.stdout.write(`differential: seed ${seed}, ${JSON.stringify(counts)}\n`));

interface World {
  graph: Graph;
  supergraph: Supergraph;
  schemas: ReadonlyMap<string, GraphQLSchema>;
  data: Data;
}

/** The access rules that the generator makes play no part here. */
const withoutRules = (sdl: string): string => sdl.replace(/ @(authenticated|(requiresScopes|policy)\([^)]*\))/g, '');

const randomWorld = (r: Random): World => {
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const graph = randomGraph(r, attempt < 5);
    const definitions = [...graph.sdl].map(([name, sdl]) => ({ name, url: `http://${name}`, sdl: withoutRules(sdl) }));
    try {
      const supergraph = loadSupergraph(compose(definitions).supergraph);
      const schemas = new Map(definitions.map(({ name, sdl }) => [name, subgraphOf(sdl, graph, name)]));
      return { graph, supergraph, schemas, data: randomData(r, graph) };
    } catch (error) {
      if (!(error instanceof CompositionError)) throw error;
    }
  }
  throw new Error('No graph composes.');
};

const subgraphOf = (sdl: string, { types }: Graph, name: string): GraphQLSchema => {
  const entities = types.filter(({ kind, homes }) => kind === 'entity' && homes.has(name));
  const __resolveReference = ({ id }: { id: string }, { data }: Reading) => data.rows.get(id) ?? null;
  const resolvers = Object.fromEntries(entities.map((type) => [type.name, { __resolveReference }]));
  return buildSubgraphSchema({ typeDefs: parseSdl(sdl), resolvers: resolvers as never });
};

/** As both are given it in the pipeline: fragments opened, conditions settled. */
const permitted = ({ api, full }: Supergraph, { document, variables }: Operation): DocumentNode =>
  authorize({
    document,
    variables,
    authority: { authenticated: true, scopes: new Set(), grants: new Set() },
    policy: readPolicy(full),
    schema: api,
    keys: new Map(),
  }).document;

const randomFaults = (r: Random, { names }: Graph): Faults => ({
  away: r.chance(0.15) ? r.one(names) : undefined,
  throwsEvery: r.chance(0.3) ? 3 + r.below(10) : 0,
  unfitEvery: r.chance(0.2) ? 2 + r.below(6) : 0,
});

/** What stands at a path, or nothing: the null above it, or a field that only another one needed. */
const valueAt = (data: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce((value, key) => (value as Record<string | number, unknown> | null | undefined)?.[key], data) ?? undefined;

test(
  'an operation is answered as by the stock executor: the same data, the same errors at the same places',
  async () => {
    for (let at = 0; at < cases / casesEach; at += 1) {
      const r = random(seed + at);
      const { graph, supergraph, schemas, data } = randomWorld(r);
      const run = ours(supergraph);
      for (let number = 0; number < casesEach; number += 1) {
        const operation = randomOperation(r, supergraph.api);
        if (!operation) continue;
        const faults = randomFaults(r, graph);
        const sources = sourcesOf(schemas, data, faults);
        const document = permitted(supergraph, operation);
        const expected = await byStock(supergraph, document, operation.variables, sources);
        const answered = await run(document, operation.variables, sources);
        counts.cases += 1;
        if (expected.errors.length > 0) counts.withErrors += 1;
        if (expected.unfit.length > 0) counts.withUnfit += 1;
        const told = { graph: seed + at, case: number, faults, text: operation.text, variables: operation.variables };
        expect({ told, ...answered, places: [] }).toEqual({ told, ...expected, places: [] });
        expect({ told, standing: answered.places.filter((place) => valueAt(answered.data, place) !== undefined) }).toEqual({
          told,
          standing: [],
        });
      }
    }
    expect(counts.cases).toBeGreaterThan(cases * 0.9);
  },
  Math.max(120_000, cases * 100),
);
