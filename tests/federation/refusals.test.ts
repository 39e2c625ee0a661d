/** Nobody gets at the hub unrecorded, and nobody's words can break, forge or fill the record. */
import { request } from 'undici';
import { startToyHub, type ToyHub } from './harness.ts';

const clock = {
  name: 'clock',
  sdl: 'type Query { time: Time @authenticated  echo(s: [String] @reads(fields: [])): String } type Time @key(fields: "id") { id: ID! text: String }',
  resolvers: { Query: { time: () => ({ id: '1', text: 'noon' }), echo: (_: unknown, { s }: { s: string[] }) => s.join('') } },
};

const env = { HUB_LIMIT_BATCH: '2', HUB_LIMIT_BODY_BYTES: '20000' };
let hub: ToyHub;
let token: string;
beforeAll(async () => {
  hub = await startToyHub({ subgraphs: [clock], env });
  token = await hub.issuer.token(['patrol'], { sub: 'officer-7' });
});
afterAll(() => hub.close());

const send = async (body: string, headers: Record<string, string> = {}, method: 'GET' | 'POST' = 'POST') => {
  const response = await request(`${hub.gateway.url}/graphql`, {
    method,
    ...(method === 'POST' ? { body } : {}),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
  });
  return { status: response.statusCode, body: (await response.body.json()) as { errors?: { extensions: { code: string } }[] } };
};

const size = async (): Promise<number> => (await hub.audit()).length;
const behind = async (count: number) => (await hub.audit()).slice(count);
const operation = { query: '{ time { text } }' };

test.each([
  ['a purpose that there is not', JSON.stringify({ ...operation, extensions: { purpose: 'ZZ' } }), 'BAD_REQUEST'],
  ['a batch that is too large', JSON.stringify([operation, operation, operation]), 'LIMIT_BATCH'],
  ['a body that is too large', JSON.stringify({ ...operation, variables: { x: 'x'.repeat(30_000) } }), 'LIMIT_BODY'],
  ['a body that is no JSON', '{"query": ', 'BAD_REQUEST'],
  ['a query that is no text', '{"query": 5}', 'BAD_REQUEST'],
  ['variables that are no object', '{"query": "{ time { text } }", "variables": 5}', 'BAD_REQUEST'],
  ['a name that no operation has', '{"query": "query A { time { text } }", "operationName": "B"}', 'BAD_REQUEST'],
])('%s is refused and recorded once, under whoever sent it', async (_what, body, code) => {
  const before = await size();
  const { status, body: answer } = await send(body);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(answer.errors?.[0]?.extensions.code).toBe(code);
  const records = await behind(before);
  expect(records).toMatchObject([{ kind: 'REFUSED', subject: 'officer-7', outcome: code }]);
});

test.each([
  ['another method', {}, 'GET'],
  ['a form of another site', { 'content-type': 'application/x-www-form-urlencoded' }, 'POST'],
  ['plain text', { 'content-type': 'text/plain' }, 'POST'],
] as const)('%s is refused and recorded', async (_what, headers, method) => {
  const before = await size();
  expect((await send(JSON.stringify(operation), headers, method)).status).toBeGreaterThanOrEqual(400);
  expect(await behind(before)).toMatchObject([{ kind: 'REFUSED', subject: 'officer-7', outcome: 'BAD_REQUEST' }]);
});

test('a refusal over a socket is recorded as well', async () => {
  const before = await size();
  const socket = hub.socket(token);
  const named = socket.iterate({ query: 'query A { time { text } }', operationName: 'Jane Roe 001-11-2222' });
  await expect(named.next()).rejects.toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  const stated = socket.iterate({ ...operation, extensions: { purpose: 'ZZ' } });
  expect((await stated.next()).value).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  await socket.dispose();
  const records = await behind(before);
  expect(records).toMatchObject([
    { kind: 'REFUSED', subject: 'officer-7', outcome: 'BAD_REQUEST' },
    { kind: 'REFUSED', subject: 'officer-7', outcome: 'BAD_REQUEST' },
  ]);
  expect(JSON.stringify(records)).not.toContain('Roe');
});

test('an operation that is not in the document is not run under the name of the one that is', async () => {
  const before = await size();
  hub.asked.length = 0;
  await send('{"query": "query A { time { text } }", "operationName": "Jane Roe 001-11-2222"}');
  expect(hub.asked).toEqual([]);
  expect(JSON.stringify(await behind(before))).not.toMatch(/Roe|"A"/);
});

test.each([
  ['half a character', 'a\ud800b'],
  ['nothing that is seen', 'a\u200bb'],
  ['a turn of the writing direction', 'a\u202eb'],
  ['a line separator', 'a\u2028b'],
  ['a control character', 'a\u0000b'],
])('a reason with %s is refused: it would forge or break the record', async (_what, reason) => {
  const before = await size();
  const answer = await hub.ask({ ...operation, token, extensions: { reason } });
  expect(answer.errors?.[0]?.extensions.code).toBe('BAD_REQUEST');
  expect(await behind(before)).toMatchObject([{ kind: 'REFUSED', reason: null, outcome: 'BAD_REQUEST' }]);
});

test('a reason in any language is taken', async () => {
  const answer = await hub.ask({ ...operation, token, extensions: { reason: 'Nachprüfung – điều tra 調査 №5' } });
  expect(answer.data).toEqual({ time: { text: 'noon' } });
});

test('a name as long as a document does not fill the record', async () => {
  const before = await size();
  const name = 'A'.repeat(15_000);
  expect((await hub.ask({ query: `query ${name} { time { text } }`, token })).data).toEqual({ time: { text: 'noon' } });
  for (const { operation_name } of await behind(before)) expect(String(operation_name).length).toBeLessThanOrEqual(100);
});

test.each([
  ['a variable', { query: 'query ($s: [String]) { echo(s: $s) }', variables: { s: ['ok', 'a\u0000b'] } }],
  ['the document', { query: '{ echo(s: ["a\\u0000b"]) }' }],
])('the character that no database takes is refused in %s before a source fails on it', async (_what, ask) => {
  hub.asked.length = 0;
  const answer = await hub.ask({ ...ask, token });
  expect([answer.status, answer.errors?.[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
  expect(hub.asked).toEqual([]);
});

test('any other text is passed on', async () => {
  const answer = await hub.ask({ query: 'query ($s: [String]) { echo(s: $s) }', variables: { s: ['\\u0000', '☃'] }, token });
  expect(answer.data).toEqual({ echo: '\\u0000☃' });
});
