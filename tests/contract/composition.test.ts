/** The graph as composed: committed as it is, guarded throughout, open to one system more, and clear about what is wrong. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSchema, isInterfaceType, isObjectType, isUnionType, parse, validate } from 'graphql';
import { planner } from '../../gateway/plan.ts';
import { loadPolicies } from '../../gateway/policies/load.ts';
import { readPolicy } from '../../gateway/policy.ts';
import { open } from '../../gateway/rule.ts';
import { loadSupergraph } from '../../gateway/supergraph.ts';
import {
  CompositionError,
  compose,
  readSubgraph,
  registered,
  type SubgraphDefinition,
  writeComposed,
} from '../../schema/compose.ts';
import { systemNames } from '../../schema/subgraphs.ts';

const committed = (file: string) => readFileSync(new URL(`../../schema/${file}`, import.meta.url), 'utf8');
const definitions = registered();
const composed = compose(definitions);
const supergraph = loadSupergraph(composed.supergraph);
const policy = readPolicy(supergraph.full);
const known = loadPolicies(join(import.meta.dirname, '../../deploy/policies')).set?.labels;
const api = buildSchema(composed.api);

describe('the committed files', () => {
  test.each([
    ['supergraph.graphql', composed.supergraph],
    ['api.graphql', composed.api],
  ])('schema/%s is what the registered systems compose to', (file, text) => {
    expect(committed(file)).toBe(text);
  });

  test('a check finds nothing to write', () => {
    expect(writeComposed(true)).toEqual([]);
  });

  test('the order in which systems are registered does not matter to clients', () => {
    expect(compose([...definitions].reverse()).api).toBe(composed.api);
  });

  test('clients see nothing of how the graph is put together', () => {
    expect(composed.api).not.toMatch(/join__|@policy|@authenticated|@inaccessible|_entities|_service|link__/);
  });

  test('every system is in the supergraph, at its registered address', () => {
    expect([...supergraph.subgraphs].sort()).toEqual(definitions.map(({ name, url }) => [name, url]).sort());
    expect([...supergraph.subgraphs.keys()].sort()).toEqual([...systemNames].sort());
  });
});

describe('access rules', () => {
  const roots = [api.getQueryType(), api.getMutationType(), api.getSubscriptionType()].flatMap((type) => type ?? []);
  const composite = Object.values(api.getTypeMap()).filter(
    (type) =>
      (isObjectType(type) || isInterfaceType(type) || isUnionType(type)) &&
      !type.name.startsWith('__') &&
      !roots.some(({ name }) => name === type.name),
  );
  const rootFields = roots.flatMap((type) => Object.keys(type.getFields()).map((field) => [type.name, field] as const));

  test.each(composite.map(({ name }) => name))('the type %s has one', (name) => {
    expect(policy.type(name)).not.toEqual(open);
    expect(policy.type(name).authenticated).toBe(true);
  });

  test.each(rootFields)('%s.%s has one', (type, field) => {
    expect(policy.field(type, field)).not.toEqual(open);
    expect(policy.field(type, field).authenticated).toBe(true);
  });

  test('all but these root fields take more than to be signed in', () => {
    const signedIn = rootFields.filter(([type, field]) => {
      const { policies, scopes } = policy.field(type, field);
      return policies.length + scopes.length === 0;
    });
    expect(signedIn.map((names) => names.join('.')).sort()).toEqual([
      'Query.me',
      'Query.source',
      'Query.sources',
      'Subscription.sourceStateChanged',
    ]);
  });

  test('every policy that the schema names is one that the hub knows how to grant', () => {
    const labels = new Set(
      [...composed.supergraph.matchAll(/@policy\(policies: (\[\[.*?\]\])\)/g)].flatMap(([, lists]) =>
        (JSON.parse(lists ?? '') as string[][]).flat(),
      ),
    );
    expect(labels.size).toBeGreaterThan(5);
    expect([...labels].filter((label) => !known?.has(label))).toEqual([]);
  });
});

describe('a seventh system', () => {
  let folder: string;
  let newcomer: SubgraphDefinition;
  beforeAll(() => {
    // A folder with a schema of its own shape, as its author would begin: from the system that is most like it.
    folder = join(mkdtempSync(join(tmpdir(), 'rtcc-newcomer-')), 'doorbells');
    mkdirSync(folder);
    const like = readFileSync(new URL('../../subgraphs/cameras/schema.graphql', import.meta.url), 'utf8');
    const own = like
      .replaceAll('Agreement', 'Consent')
      .replaceAll('StreamProtocol', 'FootageProtocol')
      .replaceAll('Camera', 'Doorbell')
      .replaceAll('camera', 'doorbell');
    writeFileSync(join(folder, 'schema.graphql'), own);
    // And the one line of the registry.
    newcomer = {
      name: 'doorbells',
      url: 'http://127.0.0.1:4107/graphql',
      sdl: readSubgraph('doorbells', pathToFileURL(`${folder}/`)),
    };
  });
  afterAll(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

  const withNewcomer = () => loadSupergraph(compose([...definitions, newcomer]).supergraph);
  const sourcesOf = (graph: ReturnType<typeof loadSupergraph>, query: string) => {
    const document = parse(query);
    expect(validate(graph.api, document)).toEqual([]);
    return planner(graph, readPolicy(graph.full), new Map()).for(document).sources;
  };

  test('composes with the others, and takes nothing from what clients knew', () => {
    const graph = withNewcomer();
    expect(graph.subgraphs.get('doorbells')).toBe(newcomer.url);
    for (const [name, type] of Object.entries(api.getTypeMap())) {
      const known = graph.api.getType(name);
      expect(known?.name).toBe(name);
      if (!isObjectType(type) || !isObjectType(known)) continue;
      expect(Object.keys(known.getFields())).toEqual(expect.arrayContaining(Object.keys(type.getFields())));
    }
  });

  test('answers its own root fields, and nobody else is asked', () => {
    const graph = withNewcomer();
    expect(sourcesOf(graph, '{ doorbells(first: 1) { nodes { id label point { latitude } } } }')).toEqual(['doorbells']);
    expect(sourcesOf(graph, 'subscription { doorbellStatusChanged { doorbell { id } } }')).toEqual(['doorbells']);
    expect(sourcesOf(graph, '{ cameras(first: 1) { nodes { id } } }')).toEqual(['cameras']);
  });

  test("adds its edge to another system's entity", () => {
    const sources = sourcesOf(
      withNewcomer(),
      '{ incident(number: "B-24020-22") { number nearestDoorbells(first: 2) { nodes { label } } } }',
    );
    expect([...sources].sort()).toEqual(['cad', 'doorbells']);
  });

  test('is guarded by its own rules from the start: a label that nobody grants yet is granted to nobody', () => {
    const rules = readPolicy(withNewcomer().full);
    expect(rules.field('Query', 'doorbells').policies).toContainEqual([['doorbells:read']]);
    expect(known?.has('doorbells:read')).toBe(false);
  });
});

describe('what does not compose says which system and which line', () => {
  const lines = readFileSync(new URL('../../subgraphs/avl/schema.graphql', import.meta.url), 'utf8').split('\n').length;
  /** Appended to the schema of `avl`; its first line is `line(1)`. */
  const attempt = (text: string): string => {
    try {
      compose(
        definitions.map((definition) =>
          definition.name === 'avl' ? { ...definition, sdl: `${definition.sdl}\n${text}` } : definition,
        ),
      );
    } catch (error) {
      expect(error).toBeInstanceOf(CompositionError);
      return (error as Error).message;
    }
    throw new Error('It composed.');
  };
  const line = (number: number) => lines + number;
  /** Where a field stands in a system's own file, its description included. */
  const lineOf = (system: string, type: string, field: string): number | undefined => {
    const text = readFileSync(new URL(`../../subgraphs/${system}/schema.graphql`, import.meta.url), 'utf8');
    const definition = parse(text).definitions.find((node) => 'name' in node && node.name?.value === type);
    const fields = definition && 'fields' in definition ? (definition.fields ?? []) : [];
    return fields.find(({ name }) => name.value === field)?.loc?.startToken.line;
  };

  test('a schema that does not parse', () => {
    expect(attempt('type Query {\n  a:\n}')).toMatch(`[avl] does not parse at line ${line(3)}, column 1`);
  });

  test('a type that is not there', () => {
    expect(attempt('extend type Query {\n  lost: Nowhere\n}')).toBe(`[avl] Unknown type Nowhere (avl: line ${line(2)})`);
  });

  test('a key that is not there', () => {
    const message = attempt('type Incident @key(fields: "nope") {\n  id: ID!\n}');
    expect(message).toMatch(/^\[avl\] On type "Incident", for @key\(fields: "nope"\)/);
    expect(message).toContain(`avl: line ${line(1)}`);
  });

  test('a field that another system gives as something else', () => {
    const message = attempt('extend type Query {\n  sources: String\n}');
    expect(message).toContain('Type of field "Query.sources" is incompatible across subgraphs');
    expect(message).toContain(`(avl: line ${line(2)}; hub: line ${lineOf('hub', 'Query', 'sources')})`);
  });

  test('a protected field that a less protected one would read', () => {
    const message = attempt(`type Incident @key(fields: "id") @authenticated {
      id: ID!
      notes: [IncidentNote!] @external
      noted: Boolean @requires(fields: "notes { text }")
    }
    type IncidentNote @authenticated {
      text: String! @external
    }`);
    expect(message).toContain(
      '[avl] Field "Incident.noted" does not specify necessary @authenticated, @requiresScopes and/or @policy',
    );
    expect(message).toContain(`(avl: line ${line(4)})`);
  });

  test('several faults at once are told, each', () => {
    const message = attempt('extend type Query {\n  sources: String\n  me: String\n}');
    expect(message).toContain('Type of field "Query.sources" is incompatible');
    expect(message).toContain('Type of field "Query.me" is incompatible');
    expect(message).toContain(`(avl: line ${line(3)}; hub: line ${lineOf('hub', 'Query', 'me')})`);
  });
});
