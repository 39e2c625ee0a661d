/**
 * Random schema × policy × data × operation × caller, held against an oracle that
 * executes everything and filters afterwards. Without settings it is the same run
 * each time. PROPERTY_CASES sets how many cases, and draws a new seed unless
 * PROPERTY_SEED gives the one to repeat.
 */
import fc from 'fast-check';
import { Kind, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { CompositionError } from '../../schema/compose.ts';
import { type Random, random } from './random.ts';
import { type Data, hideable, randomData, without } from './randomdata.ts';
import { type Graph, labels, randomGraph, scopes } from './randomgraph.ts';
import { blackLabel, type RandomHub, type Run, randomHub, readingOf } from './randomhub.ts';
import { type Operation, randomOperation } from './randomoperation.ts';
import { judge, type Verdict } from './randomoracle.ts';
import { type Holder, mayRead, maySelect, type Rules, readRules } from './randomrules.ts';

const casesEach = 35;
const cases = Number(process.env.PROPERTY_CASES ?? 2_100);
const drawn = process.env.PROPERTY_CASES ? Math.floor(Math.random() * 2 ** 31) : 20_220_221;
const seed = Number(process.env.PROPERTY_SEED ?? drawn);
const timeoutMs = Math.max(120_000, cases * 100);

interface World {
  graph: Graph;
  hub: RandomHub;
  rules: Rules;
  data: Data;
}

const counts = { cases: 0, denials: 0, refused: 0, withheldSomething: 0, computed: 0, uncomposed: 0, blackLabel: 0, hidRows: 0 };

afterAll(() => process.stdout.write(`property: seed ${seed}, ${JSON.stringify(counts)}\n`));

/** What does not compose is left and another made: without `@requires` at last, since composition has its own rules on it. */
const randomWorld = (r: Random): World => {
  for (let attempt = 0; ; attempt += 1) {
    const graph = randomGraph(r, attempt < 5);
    try {
      return { graph, hub: randomHub(graph), rules: readRules(graph.sdl.values()), data: randomData(r, graph) };
    } catch (error) {
      if (!(error instanceof CompositionError) || attempt > 20) throw new Error(`${error}\n${sdlsOf(graph)}`);
      counts.uncomposed += 1;
    }
  }
};

const randomHolder = (r: Random): Holder => {
  const share = r.one([0, 0.5, 0.8, 1]);
  return {
    signedIn: r.chance(0.8),
    scopes: r.some(scopes, share),
    grants: [...r.some(labels, share), ...r.some([blackLabel], 0.5)],
  };
};

const sdlsOf = ({ sdl }: Graph) => [...sdl].map(([name, text]) => `# ${name}\n${text}`).join('\n\n');

/** Every property of one case; a failure tells all that it takes to see it again. */
const forEachCase = (check: (world: World, operation: Operation, holder: Holder) => Promise<void>, number: number) =>
  fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 - 1 }), async (graphSeed) => {
      const r = random(graphSeed);
      const world = randomWorld(r);
      for (let at = 0; at < casesEach; at += 1) {
        const operation = randomOperation(r, world.hub.api);
        if (!operation) continue;
        const holder = randomHolder(r);
        try {
          await check(world, operation, holder);
        } catch (error) {
          const told = [JSON.stringify(holder), JSON.stringify(operation.variables), operation.text, sdlsOf(world.graph)];
          throw new Error(`${(error as Error).message}\ngraph ${graphSeed}, case ${at}\n${told.join('\n')}`);
        }
      }
    }),
    { seed, numRuns: Math.ceil(number / casesEach), endOnFailure: true },
  );

/** Every text of the data names the field that it is of; ids and texts are all that can. */
const fieldsIn = (value: unknown): Set<string> =>
  new Set([...JSON.stringify(value ?? null).matchAll(/"(\w+)\.(\w+)#/g)].map(([, type, field]) => `${type}.${field}`));

/** What the operations that went to subgraphs read, by the subgraph's own types; keys are exempt. */
const fetchedBy = ({ asked }: Run, { hub, rules }: World): Set<string> => {
  const fetched = new Set<string>();
  for (const { subgraph, query } of asked) {
    const schema = hub.subgraphs.get(subgraph);
    if (!schema) throw new Error(`There is no ${subgraph}.`);
    const info = new TypeInfo(schema);
    visit(
      parse(query),
      visitWithTypeInfo(info, {
        enter: (node) => {
          if (node.kind !== Kind.FIELD) return;
          const name = node.name.value;
          const parent = info.getParentType()?.name ?? '';
          if (name.startsWith('_') || name === 'id') return;
          for (const type of rules.members.get(parent) ?? [parent]) fetched.add(`${type}.${name}`);
        },
      }),
    );
  }
  return fetched;
};

const forbidden = (coordinates: Iterable<string>, { rules }: World, holder: Holder): string[] =>
  [...coordinates].filter((coordinate) => {
    const [type = '', field = ''] = coordinate.split('.');
    return !mayRead(type, field, rules, holder);
  });

/** `p:a and p:b or scope s:x`: having the first of the alternatives too. */
const having = (holder: Holder, lacks: string): Holder => {
  const named = lacks.split(', ').flatMap((one) => (one.split(' or ')[0] ?? '').split(' and '));
  return {
    signedIn: holder.signedIn || lacks.includes('a signed-in caller'),
    scopes: [...holder.scopes, ...named.filter((one) => one.startsWith('scope ')).map((one) => one.slice('scope '.length))],
    grants: [...holder.grants, ...named],
  };
};

const expectAudit = ({ intents, asked }: Run, verdict: Verdict, { rules }: World, holder: Holder): void => {
  expect(intents).toHaveLength(1);
  const [{ denied = [], fields = [], sources = [] } = {}] = intents;
  expect(denied.map((entry) => entry.split(': ')[0])).toEqual(verdict.denied);
  expect([...fields].sort()).toEqual(verdict.fields);
  expect(asked.filter(({ subgraph }) => !sources.includes(subgraph))).toEqual([]);
  for (const entry of denied) {
    const [coordinate = '', lacks = ''] = [entry.slice(0, entry.indexOf(': ')), entry.slice(entry.indexOf(': ') + 2)];
    const [type = '', field = ''] = coordinate.split('.');
    expect([coordinate, lacks, maySelect(type, field, rules, holder)]).toEqual([coordinate, lacks, false]);
    expect([coordinate, lacks, maySelect(type, field, rules, having(holder, lacks))]).toEqual([coordinate, lacks, true]);
  }
};

const expectErrors = ({ shown }: Run, { refusedAt }: Verdict): void => {
  const errors = shown?.errors ?? [];
  const paths = new Set(errors.map(({ path }) => JSON.stringify(path)));
  expect(
    errors
      .filter(({ extensions }) => extensions.code !== 'UNAUTHORIZED_FIELD_OR_TYPE')
      .map(({ message, path }) => ({ message, path })),
  ).toEqual([]);
  expect([...paths].filter((path) => !refusedAt.has(path))).toEqual([]);
  if (refusedAt.size <= 25) expect([...refusedAt].filter((path) => !paths.has(path))).toEqual([]);
  expect(shown?.extensions?.valueCompletion).toBeUndefined();
};

test(
  'what is returned, fetched and recorded is what an oracle that executes everything and filters afterwards permits',
  async () => {
    await forEachCase(async (world, operation, holder) => {
      const { hub, rules, data } = world;
      const run = await hub.run(operation, holder, data);
      const verdict = await judge({ api: hub.api, ...operation, rules, holder }, readingOf(data, holder.grants));
      counts.cases += 1;
      counts.denials += verdict.denied.length;
      if (verdict.refusedAt.size > 0) counts.withheldSomething += 1;
      if (operation.text.includes('computed')) counts.computed += 1;
      expect(forbidden(fetchedBy(run, world), world, holder)).toEqual([]);
      expect(forbidden(fieldsIn(run.shown?.data), world, holder)).toEqual([]);
      if (verdict.needsDenied && !run.shown) {
        counts.refused += 1;
        expect({ refusal: run.refusal, asked: run.asked }).toEqual({ refusal: 'UNAUTHORIZED_FIELD_OR_TYPE', asked: [] });
        return;
      }
      expect(run.refusal).toBeUndefined();
      expect(JSON.parse(JSON.stringify(run.shown?.data))).toEqual(JSON.parse(JSON.stringify(verdict.data)));
      expectErrors(run, verdict);
      expectAudit(run, verdict, world, holder);
    }, cases);
    expect(counts.cases).toBeGreaterThan(cases * 0.95);
    expect(counts.denials).toBeGreaterThan(cases / 10);
  },
  timeoutMs,
);

test(
  'rows of the black label leave answer, requests and record byte-identical to a world in which they never were',
  async () => {
    await forEachCase(async ({ hub, data }, operation, holder) => {
      const outside = { ...holder, grants: holder.grants.filter((grant) => grant !== blackLabel) };
      const inside = { ...outside, grants: [...outside.grants, blackLabel] };
      const never = without(data, new Set([...data.rows.keys()].filter(hideable)));
      const bytes = ({ shown, refusal, asked, intents }: Run) => JSON.stringify({ shown, refusal, asked, intents });
      const hidden = bytes(await hub.run(operation, outside, data));
      counts.blackLabel += 1;
      expect(hidden).toBe(bytes(await hub.run(operation, outside, never)));
      expect(JSON.stringify(JSON.parse(hidden).shown ?? null)).not.toMatch(/E\d\.\w+#[12]\b/);
      if (JSON.stringify((await hub.run(operation, inside, data)).shown?.data) !== JSON.stringify(JSON.parse(hidden).shown?.data))
        counts.hidRows += 1;
    }, cases / 7);
    expect(counts.hidRows).toBeGreaterThan(0);
  },
  timeoutMs,
);
