/** GraphQL over HTTP as a client meets it: what comes in, what goes out, and how a gateway stops. */
import { gzipSync } from 'node:zlib';
import { request } from 'undici';
import { startToyHub, type ToyHub } from './harness.ts';

let release = () => {};
const nodes = {
  name: 'nodes',
  sdl: 'type Query { node: Int slow: Int }',
  resolvers: {
    Query: {
      node: () => 1,
      slow: () =>
        new Promise<number>((resolve) => {
          release = () => resolve(2);
        }),
    },
  },
};
const start = () => startToyHub({ subgraphs: [nodes], env: { HUB_LIMIT_BODY_BYTES: '1000' } });
let hub: ToyHub;
beforeAll(async () => {
  hub = await start();
});
afterAll(() => hub.close());

const json = { 'content-type': 'application/json' };
const send = async (body: string | Buffer, headers: Record<string, string> = {}, path = '/graphql') => {
  const answer = await request(`${hub.gateway.url}${path}`, { method: 'POST', headers: { ...json, ...headers }, body });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(text) as unknown };
};
const operation = JSON.stringify({ query: '{ node }' });
const refused = (status: number, code: string) => ({ status, body: { errors: [{ extensions: { code } }] } });

test('an answer is kept by nobody on the way', async () => {
  const { status, headers, body } = await send(operation);
  expect([status, headers['cache-control'], body]).toEqual([200, 'no-store', { data: { node: 1 } }]);
});

test.each([
  ['', 'application/json; charset=utf-8'],
  ['*/*', 'application/json; charset=utf-8'],
  ['application/graphql-response+json, application/json;q=0.9', 'application/graphql-response+json; charset=utf-8'],
  ['text/html, application/json;q=0.5', 'application/json; charset=utf-8'],
])('who accepts "%s" gets %s', async (accept, type) => {
  expect((await send(operation, accept ? { accept } : {})).headers['content-type']).toBe(type);
});

test('who accepts neither is refused before anything is asked', async () => {
  hub.asked.length = 0;
  expect(await send(operation, { accept: 'text/html' })).toMatchObject(refused(406, 'BAD_REQUEST'));
  expect(hub.asked).toEqual([]);
});

test.each(['text/plain', 'application/json; charset=utf-16', 'application/jsonp', 'multipart/form-data; boundary=x'])(
  'a body of type %s is refused',
  async (type) => {
    expect(await send(operation, { 'content-type': type })).toMatchObject(refused(400, 'BAD_REQUEST'));
  },
);

test('a compressed body is read, and counts as long as it is', async () => {
  const gzip = { 'content-encoding': 'gzip' };
  expect((await send(gzipSync(operation), gzip)).body).toEqual({ data: { node: 1 } });
  const bomb = gzipSync(JSON.stringify({ query: `{ node } #${' '.repeat(5_000)}` }));
  expect(bomb.length).toBeLessThan(1_000);
  expect(await send(bomb, gzip)).toMatchObject(refused(413, 'LIMIT_BODY'));
  expect(await send(operation, gzip)).toMatchObject(refused(400, 'BAD_REQUEST'));
  expect(await send(operation, { 'content-encoding': 'constructor' })).toMatchObject(refused(400, 'BAD_REQUEST'));
});

test('the address may end in a slash or a question', async () => {
  for (const path of ['/graphql/', '/GraphQL', '/graphql?trace=1'])
    expect((await send(operation, {}, path)).body).toEqual({ data: { node: 1 } });
});

test('one that is refused costs the others of its batch nothing', async () => {
  const batch = JSON.stringify([{ query: '{ node }' }, { query: '{ nothing }' }, { query: '{ node' }]);
  expect((await send(batch)).body).toMatchObject([
    { data: { node: 1 } },
    { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
    { errors: [{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }] },
  ]);
});

test('who is being answered when the gateway stops gets the answer', async () => {
  const own = await start();
  const answer = own.ask({ query: '{ slow }' });
  while (own.asked.length === 0) await new Promise(setImmediate);
  const closed = own.close();
  release();
  expect((await answer).data).toEqual({ slow: 2 });
  await closed;
  await expect(own.ask({ query: '{ node }' })).rejects.toThrow();
});
