/**
 * Plans with a trap, by hand: each is answered as written here, and as Apollo's
 * executor answers it where that one does not fall in.
 */
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, parse, validate } from 'graphql';
import type { HopAnswer } from '../../gateway/subgraph.ts';
import { loadSupergraph } from '../../gateway/supergraph.ts';
import { compose } from '../../schema/compose.ts';
import { ours } from './differentialours.ts';
import { byStock, type Source } from './differentialstock.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@provides", "@shareable", "@override", "@interfaceObject", "@context", "@fromContext"])\n`;

interface System {
  sdl: string;
  resolvers: object;
}

const asked: string[] = [];

const sourceOf = (name: string, { sdl, resolvers }: System): Source => {
  const schema = buildSubgraphSchema({ typeDefs: parse(link + sdl), resolvers: resolvers as never });
  return async (query, variables) => {
    asked.push(`${name} ${query}`);
    const document = parse(query);
    const invalid = validate(schema, document);
    if (invalid.length > 0) throw new Error(`${name} is asked what it does not have: ${invalid[0]?.message}`);
    return JSON.parse(JSON.stringify(await execute({ schema, document, variableValues: variables }))) as HopAnswer;
  };
};

const world = (systems: Record<string, System>) => {
  const supergraph = loadSupergraph(
    compose(Object.entries(systems).map(([name, { sdl }]) => ({ name, url: `http://${name}`, sdl: link + sdl }))).supergraph,
  );
  const sources = new Map(Object.entries(systems).map(([name, system]) => [name, sourceOf(name, system)]));
  const run = ours(supergraph);
  return {
    stock: (query: string, variables = {}) => byStock(supergraph, parse(query), variables, sources),
    ours: (query: string, variables = {}) => {
      asked.length = 0;
      return run(parse(query), variables, sources);
    },
  };
};

const items = [1, 2, 3].map((id) => ({ id: String(id), weight: id * 10 }));

const shop = world({
  a: {
    sdl: `type Query { items: [Item] item: Item boxes: [Box!] } type Mutation { first: Item second: Item }
      type Box { name: String item: Item }
      type Item @key(fields: "id") { id: ID! weight: Int price(currency: String!): Int constructor: String }`,
    resolvers: {
      Query: {
        items: () => items,
        item: () => items[0],
        boxes: () => [...items, items[0]].map((item) => ({ name: 'box', item })),
      },
      Mutation: { first: () => items[0], second: () => items[1] },
      Item: {
        __resolveReference: ({ id }: { id: string }) => items[Number(id) - 1],
        price: ({ weight }: { weight: number }, { currency }: { currency: string }) => (currency === 'EUR' ? weight * 2 : weight),
        constructor: () => 'built',
      },
    },
  },
  b: {
    sdl: `type Item @key(fields: "id") { id: ID! note: String related: [Item!] weight: Int @external price(currency: String!): Int @external
        shipping: Int @requires(fields: "weight") cost: Int @requires(fields: "price(currency: \\"USD\\")") costEur: Int @requires(fields: "price(currency: \\"EUR\\")") fails: String must: String! }`,
    resolvers: {
      Item: {
        __resolveReference: (given: object) => given,
        note: ({ id }: { id: string }) => `note ${id}`,
        related: () => [{ id: '1' }, { id: '2' }],
        shipping: ({ weight }: { weight: number }) => weight / 2,
        cost: ({ price }: { price: number }) => price,
        costEur: ({ price }: { price: number }) => price,
        fails: ({ id }: { id: string }) => {
          if (id === '2') throw new Error('It fails.');
          return 'well';
        },
        must: ({ id }: { id: string }) => (id === '1' ? null : 'there'),
      },
    },
  },
});

test.each([
  ['an entity at several places', '{ boxes { name item { id note shipping } } items { note } }'],
  [
    'what hangs on shared entities',
    '{ boxes { item { related { weight related { note shipping } } } } items { related { note } } }',
  ],
  ['an error in one entity of several places', '{ boxes { item { id fails } } item { note } }'],
  ['a null that may not stand, in one fetch of several that went together', '{ boxes { item { id must } } items { note } }'],
  ['mutations, with reads between', 'mutation { first { note } second { note weight } }'],
  ['a field of the name that every object has', '{ item { constructor } other: item { toString: note hasOwnProperty: weight } }'],
  [
    'a selection that varies',
    'query ($yes: Boolean! = true, $no: Boolean = false) { item { id note @include(if: $yes) weight @skip(if: $yes) shipping @include(if: $no) } }',
  ],
  ['introspection beside data', '{ __schema { queryType { name } } item { note } kind: __type(name: "Item") { name } }'],
])('%s: as by the stock executor', async (_what, query) => {
  const answered = await shop.ours(query);
  const expected = await shop.stock(query);
  expect({ ...answered, places: [] }).toEqual({ ...expected, places: [] });
});

test('entity fetches that may go together are one request, and equal entities are asked for once', async () => {
  await shop.ours('{ boxes { item { note } } items { note related { id } } }');
  expect(asked.map((text) => text.slice(0, 1))).toEqual(['a', 'b']);
  expect(asked[1]).toContain('_0:_entities(representations:$_0)');
});

test('an alias that is the name of a field which the plan needs is answered by both', async () => {
  const { data, errors } = await shop.ours('{ item { id: note weight: id shipping } }');
  expect({ data, errors }).toEqual({ data: { item: { id: 'note 1', weight: '1', shipping: 5 } }, errors: [] });
});

test('a field that is read with other arguments than another requires it with is answered by both', async () => {
  const { data } = await shop.ours('{ item { price(currency: "EUR") cost dollars: price(currency: "USD") } }');
  expect(data).toEqual({ item: { price: 20, cost: 10, dollars: 10 } });
});

test('two fields that require a third with different arguments are refused, not answered with one of them', async () => {
  await expect(shop.ours('{ item { cost costEur } }')).rejects.toMatchObject({ code: 'PLAN_FAILED' });
  expect((await shop.ours('{ item { cost } }')).data).toEqual({ item: { cost: 10 } });
  expect((await shop.ours('{ item { costEur } }')).data).toEqual({ item: { costEur: 20 } });
  expect((await shop.ours('{ item { cost } other: item { costEur } }')).data).toEqual({
    item: { cost: 10 },
    other: { costEur: 20 },
  });
});

test('a system is asked by a key that it resolves, though another, which it only knows, is written first', async () => {
  const plates = world({
    a: {
      sdl: 'type Plate @key(fields: "id") @key(fields: "state", resolvable: false) { id: ID! state: String! number: String! }',
      resolvers: { Plate: { __resolveReference: ({ id }: { id: string }) => ({ id, state: 'LA', number: `number ${id}` }) } },
    },
    b: {
      sdl: `type Query { plates: [Plate!]! }
        type Plate @key(fields: "state", resolvable: false) @key(fields: "id") {
          id: ID! state: String! number: String! @external spelled: String! @requires(fields: "number")
        }`,
      resolvers: {
        Query: { plates: () => [{ id: '1', state: 'LA' }] },
        Plate: {
          __resolveReference: (given: { id?: string }) => (given.id ? given : null),
          spelled: ({ number }: { number: string }) => `spelled ${number}`,
        },
      },
    },
  });
  const { data } = await plates.ours('{ plates { number spelled } }');
  expect(data).toEqual({ plates: [{ number: 'number 1', spelled: 'spelled number 1' }] });
});

test('what no system can be asked for is refused, not answered with nothing', async () => {
  const nodes = world({
    a: {
      sdl: 'type Query { node: Node } interface Node @key(fields: "id") { id: ID! }',
      resolvers: { Query: { node: () => ({ id: '1' }) } },
    },
    b: {
      sdl: 'type Query { known: Node } type Node @key(fields: "id", resolvable: false) @interfaceObject { id: ID! field: String }',
      resolvers: { Query: { known: () => ({ id: '1' }) }, Node: { field: () => 'told' } },
    },
  });
  expect((await nodes.ours('{ known { field } }')).data).toEqual({ known: { field: 'told' } });
  await expect(nodes.ours('{ node { field } }')).rejects.toMatchObject({ code: 'PLAN_FAILED' });
  expect((await nodes.ours('{ __typename node @skip(if: true) { field } }')).data).toEqual({ __typename: 'Query' });
});

test('an argument from above is each place its own, though the entity is the same', async () => {
  const rooms = world({
    a: { sdl: 'type Query { nothing: Int } type Thing @key(fields: "id") { id: ID! name: String }', resolvers: {} },
    b: {
      sdl: `type Query { rooms: [Room!] }
        type Room @key(fields: "id") @context(name: "room") { id: ID! unit: String! thing: Thing }
        type Thing @key(fields: "id") { id: ID! heat(unit: String @fromContext(field: "$room { unit }")): String }`,
      resolvers: {
        Query: { rooms: () => ['C', 'F', 'C'].map((unit, at) => ({ id: String(at), unit, thing: { id: '1' } })) },
        Thing: {
          __resolveReference: (given: object) => given,
          heat: (_: unknown, args: Record<string, string>) => `heat in ${Object.values(args)}`,
        },
      },
    },
  });
  const { data } = await rooms.ours('{ rooms { thing { heat } } }');
  expect(data).toEqual({ rooms: ['C', 'F', 'C'].map((unit) => ({ thing: { heat: `heat in ${unit}` } })) });
});
