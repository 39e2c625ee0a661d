import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startToyHub, type ToyHub } from './harness.ts';

const calls = {
  name: 'calls',
  sdl: `type Query { call: Call calls: [Call!]! boom: String } type Call @key(fields: "id") { id: ID! title: String }`,
  resolvers: {
    Query: {
      call: () => ({ id: '1', title: 'Robbery' }),
      calls: () => [
        { id: '1', title: 'Robbery' },
        { id: '2', title: 'Alarm' },
      ],
      boom: () => {
        throw new Error("SELECT ssn FROM person WHERE ssn = '001-11-2222' failed on db7.internal");
      },
    },
    Call: { __resolveReference: (reference: object) => reference },
  },
};
const extras = {
  name: 'extras',
  sdl: `type Query { unused: Int } type Call @key(fields: "id") { id: ID! extra: String }`,
  resolvers: { Call: { __resolveReference: (reference: object) => reference, extra: () => 'more' } },
};

let hub: ToyHub;
let fault: Server;
let answer: (body: string) => { status?: number; text?: string; hang?: boolean };

beforeAll(async () => {
  fault = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { status = 200, text = '', hang } = answer(body);
      if (!hang) response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    });
  });
  await new Promise<void>((resolve) => fault.listen(0, '127.0.0.1', resolve));
  hub = await startToyHub({
    subgraphs: [calls, extras],
    env: {
      HUB_SUBGRAPH_TIMEOUT_MS: '300',
      HUB_BREAKER_MINIMUM: '1000',
      HUB_SUBGRAPH_EXTRAS_URL: `http://127.0.0.1:${(fault.address() as AddressInfo).port}/graphql`,
    },
  });
});
afterAll(async () => {
  await hub.close();
  fault.closeAllConnections();
  await new Promise((resolve) => fault.close(resolve));
});

const entities = '{"data":{"_entities":';
test.each([
  ['is silent', { hang: true }, 'SOURCE_TIMEOUT'],
  ['fails', { status: 500, text: 'java.lang.NullPointerException at db7.internal' }, 'SOURCE_INVALID'],
  ['speaks HTML', { text: '<html>login</html>' }, 'SOURCE_INVALID'],
  ['speaks half', { text: `${entities}[{"extra":` }, 'SOURCE_INVALID'],
  ['says nothing', { text: '{}' }, 'SOURCE_INVALID'],
  [
    'refuses',
    {
      status: 401,
      text: '{"errors":[{"message":"no way, 001-11-2222","extensions":{"code":"PRINCIPAL_REFUSED","stacktrace":["at db7.internal"]}}]}',
    },
    'PRINCIPAL_REFUSED',
  ],
])('a subgraph that %s costs its own fields, with an error that names it and nothing of its inside', async (_how, how, code) => {
  answer = () => how;
  const shown = await hub.ask({ query: '{ calls { title extra } }' });
  expect(shown.data).toEqual({
    calls: [
      { title: 'Robbery', extra: null },
      { title: 'Alarm', extra: null },
    ],
  });
  expect(shown.errors?.[0]?.extensions).toMatchObject({ code, source: 'extras' });
  expect(JSON.stringify(shown)).not.toMatch(/db7|001-11|Null|stacktrace|html/);
});

test('the error stands at the path of the field that it took', async () => {
  answer = () => ({ status: 500, text: '' });
  expect((await hub.ask({ query: '{ call { more: extra } }' })).errors).toMatchObject([{ path: ['call', 'more'] }]);
});

test('an answer cannot reach an object that it is merged into', async () => {
  answer = () => ({
    text: `${entities}[{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"extra":"x"}]}}`,
  });
  const shown = await hub.ask({ query: '{ call { extra } }' });
  expect(shown.data).toEqual({ call: { extra: 'x' } });
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test("a resolver's own words never leave the subgraph", async () => {
  const shown = await hub.ask({ query: '{ boom }' });
  expect(shown.data).toEqual({ boom: null });
  expect(shown.errors).toMatchObject([{ path: ['boom'], extensions: { code: 'SOURCE_UNAVAILABLE', source: 'calls' } }]);
  expect(JSON.stringify(shown)).not.toMatch(/SELECT|001-11|internal/);
});

test('a subgraph that keeps failing is left alone for a while, then asked again', async () => {
  const own = await startToyHub({
    subgraphs: [calls, extras],
    env: {
      HUB_SUBGRAPH_TIMEOUT_MS: '300',
      HUB_BREAKER_MINIMUM: '3',
      HUB_BREAKER_RESET_MS: '50',
      HUB_SUBGRAPH_EXTRAS_URL: `http://127.0.0.1:${(fault.address() as AddressInfo).port}/graphql`,
    },
  });
  let asked = 0;
  answer = () => {
    asked += 1;
    return { status: 500, text: '' };
  };
  const ask = () => own.ask({ query: '{ call { extra } }' });
  for (let at = 0; at < 10; at += 1) expect((await ask()).data).toEqual({ call: { extra: null } });
  expect(asked).toBeLessThan(10);
  answer = () => ({ text: `${entities}[{"extra":"back"}]}}` });
  let shown = await ask();
  while (shown.errors) shown = await ask();
  expect(shown.data).toEqual({ call: { extra: 'back' } });
  await own.close();
});

test('health says which source is not ready', async () => {
  answer = () => ({ status: 503 });
  const response = await fetch(`${hub.gateway.url}/health/ready`);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ sources: { calls: true, extras: false } });
  expect((await fetch(`${hub.gateway.url}/health/live`)).status).toBe(200);
});

test('a system of ours may say what is wrong with an argument; words that nobody vouches for do not pass', async () => {
  answer = () => ({
    text: `{"data":null,"errors":[{"message":"secret words","path":["_entities",0,"extra"],"extensions":{"code":"BAD_USER_INPUT","sentence":"\\"first\\" takes 0 to 100."}}]}`,
  });
  expect((await hub.ask({ query: '{ call { extra } }' })).errors).toMatchObject([
    { message: '"first" takes 0 to 100.', extensions: { code: 'BAD_USER_INPUT', source: 'extras' } },
  ]);
  answer = () => ({ text: '{"data":null,"errors":[{"message":"secret words","extensions":{"code":"BAD_USER_INPUT"}}]}' });
  expect(JSON.stringify(await hub.ask({ query: '{ call { extra } }' }))).not.toContain('secret');
});
