import { gzipSync } from 'node:zlib';
import { request } from 'undici';
import { startToyHub, type ToyHub } from './harness.ts';

const tree = {
  name: 'tree',
  sdl: `
    type Query { node(first: Int = 10): Node nodes(first: Int = 10): NodePage pages: [Node] }
    type Node { id: ID child: Node children(first: Int = 10): NodePage many: [Node] }
    type NodePage { edges: [NodeEdge] }
    type NodeEdge { node: Node }
  `,
  resolvers: {
    Query: { node: () => ({ id: '1' }), nodes: () => ({ edges: [] }), pages: () => [] },
    Node: { child: () => ({ id: '2' }) },
  },
};

let hub: ToyHub;
beforeAll(async () => {
  hub = await startToyHub({
    subgraphs: [tree],
    env: {
      HUB_LIMIT_DEPTH: '6',
      HUB_LIMIT_ALIASES: '5',
      HUB_LIMIT_ROOT_FIELDS: '3',
      HUB_LIMIT_COST: '1000',
      HUB_LIMIT_TOKENS: '400',
      HUB_LIMIT_BODY_BYTES: '20000',
      HUB_LIMIT_BATCH: '2',
    },
  });
});
afterAll(() => hub.close());

const bomb = (levels: number) =>
  `query { node { ...F0 } } ${Array.from({ length: levels }, (_, at) => `fragment F${at} on Node { child { ...F${at + 1} } many { ...F${at + 1} } }`).join(' ')} fragment F${levels} on Node { id }`;

test.each([
  ['levels', '{ node { child { child { child { child { child { id } } } } } } }', 'LIMIT_DEPTH'],
  ['levels, hidden in fragments', bomb(12), 'LIMIT_DEPTH'],
  ['aliases', '{ node { a: id b: id c: id d: id e: id f: id } }', 'LIMIT_ALIASES'],
  ['root fields', '{ node { id } nodes { edges { node { id } } } pages { id } __typename }', 'LIMIT_ROOT_FIELDS'],
  ['objects', '{ nodes(first: 100) { edges { node { many { id } } } } }', 'LIMIT_COST'],
  ['a page', '{ nodes(first: 101) { edges { node { id } } } }', 'LIMIT_LIST_SIZE'],
  ['less than nothing', '{ nodes(first: -1) { edges { node { id } } } }', 'LIMIT_LIST_SIZE'],
  ['tokens', `{ node { ${'id '.repeat(500)} } }`, 'LIMIT_TOKENS'],
  ['names of ours', '{ node { __hub_denied_0: id } }', 'LIMIT_ALIASES'],
  ['names of prototypes', '{ node { constructor: id __proto__: id } }', 'LIMIT_ALIASES'],
])('too many %s: refused with 400 and a code, before anything is asked', async (_what, query, code) => {
  hub.asked.length = 0;
  const answer = await hub.ask({ query });
  expect(answer.status).toBe(400);
  expect(answer.errors?.[0]?.extensions.code).toBe(code);
  expect(hub.asked).toEqual([]);
});

test('a page size counts however it is given', async () => {
  const query = 'query ($n: Int = 101) { nodes(first: $n) { edges { node { id } } } }';
  expect((await hub.ask({ query })).errors?.[0]?.extensions.code).toBe('LIMIT_LIST_SIZE');
  expect((await hub.ask({ query, variables: { n: 500 } })).errors?.[0]?.extensions.code).toBe('LIMIT_LIST_SIZE');
  expect((await hub.ask({ query, variables: { n: 5 } })).data).toEqual({ nodes: { edges: [] } });
});

test('the same limits hold over a socket', async () => {
  const socket = hub.socket();
  const results = socket.iterate({ query: '{ node { a: id b: id c: id d: id e: id f: id } }' });
  expect((await results.next()).value).toMatchObject({ errors: [{ extensions: { code: 'LIMIT_ALIASES' } }] });
  const long = socket.iterate({ query: `{ node { ${'id '.repeat(500)} } }` });
  await expect(long.next()).rejects.toMatchObject([{ extensions: { code: 'LIMIT_TOKENS' } }]);
  await socket.dispose();
});

const send = async (body: string | Buffer, headers: Record<string, string> = {}) => {
  const response = await request(`${hub.gateway.url}/graphql`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: response.statusCode, body: (await response.body.json()) as { errors?: { extensions: { code: string } }[] } };
};

test('a body that is too large is refused with 413', async () => {
  const answer = await send(JSON.stringify({ query: '{ node { id } }', variables: { x: 'x'.repeat(30_000) } }));
  expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([413, 'LIMIT_BODY']);
});

test('a body that comes compressed is measured by what it unpacks to', async () => {
  const packed = (length: number) =>
    send(gzipSync(JSON.stringify({ query: '{ node { id } }', extensions: { padding: 'x'.repeat(length) } })), {
      'content-encoding': 'gzip',
    });
  expect(await packed(10)).toEqual({ status: 200, body: { data: { node: { id: '1' } } } });
  expect(await packed(1_000_000)).toMatchObject({ status: 413, body: { errors: [{ extensions: { code: 'LIMIT_BODY' } }] } });
});

test('a batch that is too large is refused; a small one is answered operation by operation', async () => {
  const operation = { query: '{ node { id } }' };
  expect((await send(JSON.stringify([operation, operation, operation]))).body.errors?.[0]?.extensions.code).toBe('LIMIT_BATCH');
  expect((await send(JSON.stringify([operation, operation]))).body).toEqual([
    { data: { node: { id: '1' } } },
    { data: { node: { id: '1' } } },
  ]);
});

test.each([
  ['no JSON', '{"query": '],
  ['no object', '"query"'],
  ['no query', '{}'],
  ['a query that is no text', '{"query": 5}'],
])('a body with %s is a bad request', async (_what, body) => {
  const answer = await send(body);
  expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([400, 'BAD_REQUEST']);
});

test.each([
  ['does not parse', '{ node {', 'GRAPHQL_PARSE_FAILED'],
  ['names an unknown field', '{ nodde { id } }', 'GRAPHQL_VALIDATION_FAILED'],
  ['has fragments in a circle', '{ node { ...A } } fragment A on Node { child { ...A } }', 'GRAPHQL_VALIDATION_FAILED'],
])('a document that %s is refused with a clear code', async (_what, query, code) => {
  const answer = await hub.ask({ query });
  expect([answer.status, answer.errors?.[0]?.extensions.code]).toEqual([400, code]);
});

test('a variable of the wrong type is told by its name', async () => {
  const answer = await hub.ask({
    query: 'query ($n: Int) { nodes(first: $n) { edges { node { id } } } }',
    variables: { n: 'many' },
  });
  expect(answer.status).toBe(400);
  expect(answer.errors?.[0]).toMatchObject({ message: expect.stringContaining('"$n"'), extensions: { code: 'BAD_USER_INPUT' } });
  expect(JSON.stringify(answer)).not.toContain('many');
});

test('a form cannot post an operation from another site', async () => {
  const answer = await send('query=%7Bnode%7Bid%7D%7D', { 'content-type': 'application/x-www-form-urlencoded' });
  expect(answer.status).toBe(400);
});

test('an operation in an address is refused: addresses are written down on the way', async () => {
  const response = await request(`${hub.gateway.url}/graphql?query=%7Bnode%7Bid%7D%7D`, {
    headers: { 'apollo-require-preflight': 'yes' },
  });
  expect(response.statusCode).toBe(405);
  await response.body.dump();
});
