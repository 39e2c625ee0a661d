/** What a vendor's system may send: registered documents, by their text or by their hash, over HTTP and over WebSocket. */
import { createHash } from 'node:crypto';
import { live } from '../../subgraphs/kit/live.ts';
import type { Answer } from './harness.ts';
import { next, startToyHub, type ToyHub } from './harness.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const limits = { requestsPerMinute: 100, cost: 1_000, streams: 5 };

interface Approved {
  vendor: string;
  document: string;
  limits: typeof limits;
  vendorLimits?: typeof limits;
}

let approved: Approved[];
let away: boolean;

const register = {
  name: 'hub',
  sdl: `
    type Query {
      trustedDocument(hash: String!): TrustedDocument @inaccessible
      me: String @authenticated
      myOperations: String @policy(policies: [["hub:register"]])
      operations: String @policy(policies: [["hub:documents"]])
    }
    type Mutation { registerOperation(document: String!, name: String!): String @policy(policies: [["hub:register"]]) }
    type TrustedDocument @inaccessible { hash: String! document: String! limits: Limits! vendorLimits: Limits }
    type Limits @inaccessible { requestsPerMinute: Int! cost: Int! streams: Int! }
  `,
  resolvers: {
    Query: {
      trustedDocument: (_: unknown, { hash }: { hash: string }, { principal }: { principal: { subject: string } }) => {
        if (away) throw new Error('the register is away');
        const found = approved.find(({ vendor, document }) => vendor === principal.subject && hashOf(document) === hash);
        return found && { hash, vendorLimits: null, ...found };
      },
      me: () => 'vendor',
      myOperations: () => 'none',
    },
    Mutation: { registerOperation: () => 'registered' },
  },
};

const cad = {
  name: 'cad',
  sdl: `
    type Query {
      number: String @policy(policies: [["cad:read"]])
      account: String @policy(policies: [["rms:narrative"]])
      incidents(first: Int): [Incident!] @policy(policies: [["cad:read"]])
      open: String
    }
    type Incident { number: String }
    type Subscription { noted(after: String): String @policy(policies: [["cad:read"]]) }
  `,
  resolvers: {
    Query: { number: () => 'B-1', account: () => 'what happened', incidents: () => [{ number: 'B-1' }], open: () => 'anything' },
    Subscription: { noted: live({ topic: 'note', accept: () => true, resolve: ({ key }) => key }) },
  },
};

let hub: ToyHub;
let nowMs = Date.now();
let token: string;
/** Each test has a system of its own, so nothing is remembered of it and every bucket is full. */
let own = '';
let tests = 0;

beforeAll(async () => {
  hub = await startToyHub({ subgraphs: [register, cad], now: () => nowMs, env: { HUB_LIMIT_RATE: '500' } });
});
afterAll(() => hub.close());
beforeEach(async () => {
  tests += 1;
  own = `vendor-${tests}`;
  approved = [];
  away = false;
  token = await vendor();
  hub.asked.length = 0;
});

const exp = () => Math.floor(nowMs / 1000) + 3_000;
const vendor = (client = own) => hub.issuer.token(['vendor'], { sub: client, client_id: client, exp: exp() });
const approve = (document: string, more: Partial<Approved> = {}) => approved.push({ vendor: own, document, limits, ...more });
const byHash = (text: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(text) } } });
const codesOf = ({ errors }: Answer) => errors?.map(({ extensions }) => extensions.code);

const number = 'query Number { number }';

/** The same request over either way in. */
const ways = {
  HTTP: async (request: { query?: string; extensions?: Record<string, unknown> }, as = token): Promise<Answer> =>
    hub.ask({ ...(request as { query: string }), token: as }),
  WebSocket: async (request: { query?: string; extensions?: Record<string, unknown> }, as = token): Promise<Answer> => {
    const socket = hub.socket(as);
    const results = socket.iterate({ query: '', ...request });
    try {
      return (await results.next()).value as Answer;
    } catch (errors) {
      return { status: 0, errors: errors as Answer['errors'] & object };
    } finally {
      await socket.dispose();
    }
  },
};

describe.each(Object.entries(ways))('over %s', (_way, send) => {
  test('a text that was approved for the system runs, and so does its hash alone', async () => {
    approve(number);
    expect((await send({ query: number })).data).toEqual({ number: 'B-1' });
    expect((await send(byHash(number))).data).toEqual({ number: 'B-1' });
    expect((await send({ query: number, ...byHash(number) })).data).toEqual({ number: 'B-1' });
  });

  test.each([
    ['a text that nobody approved', { query: 'query Other { number }' }],
    ['an approved text with one character more', { query: `${number} ` }],
    ['a hash that nobody approved', byHash('query Other { number }')],
    ['an approved text beside another operation', { query: `${number} query Other { open }`, operationName: 'Other' }],
    ['a field beside its own business', { query: '{ me open }' }],
    ['a field behind a fragment beside its own business', { query: '{ me ... on Query { open } }' }],
  ])('%s is refused and recorded, and nothing of it is asked', async (_what, request) => {
    approve(number);
    expect(codesOf(await send(request))).toEqual(['DOCUMENT_NOT_TRUSTED']);
    expect(hub.asked.filter(({ body }) => !body.includes('trustedDocument'))).toEqual([]);
    expect((await hub.audit()).at(-1)).toMatchObject({ kind: 'REFUSED', outcome: 'DOCUMENT_NOT_TRUSTED', subject: own });
  });

  test('what was approved for one system is nothing to another', async () => {
    approve(number);
    const other = await vendor('another');
    expect(codesOf(await send({ query: number }, other))).toEqual(['DOCUMENT_NOT_TRUSTED']);
    expect(codesOf(await send(byHash(number), other))).toEqual(['DOCUMENT_NOT_TRUSTED']);
  });

  test('a hash that came with another text is refused', async () => {
    approve(number);
    expect(codesOf(await send({ query: '{ me }', ...byHash(number) }))).toEqual(['BAD_REQUEST']);
  });

  test('nothing is registered by being sent with its hash', async () => {
    const person = await hub.issuer.token(['patrol'], { exp: exp() });
    expect((await send({ query: number, ...byHash(number) }, person)).data).toEqual({ number: 'B-1' });
    expect(codesOf(await send(byHash(number), person))).toEqual(['DOCUMENT_NOT_TRUSTED']);
  });

  test('who may read what is decided when it runs', async () => {
    const document = 'query Both { number account }';
    approve(document, { vendor: 'embedded' });
    const embedded = await hub.issuer.token(['vendor', 'detective'], { sub: 'embedded', exp: exp() });
    const answer = await send(byHash(document), embedded);
    expect(answer.data).toEqual({ number: 'B-1', account: null }); // It takes a case, and none is stated.
    expect(codesOf(answer)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
  });

  test('the system learns who it is, reads the schema, registers and looks after its operations without an approval', async () => {
    expect((await send({ query: '{ me myOperations __typename __schema { queryType { name } } }' })).data).toMatchObject({
      me: 'vendor',
      myOperations: 'none',
    });
    const query = `mutation { registerOperation(document: "${number}", name: "Numbers") }`;
    expect((await send({ query })).data).toEqual({ registerOperation: 'registered' });
  });

  test('when the register is away nothing runs', async () => {
    approve(number);
    away = true;
    expect(codesOf(await send({ query: number }))).toEqual(['SOURCE_UNAVAILABLE']);
    expect(codesOf(await send(byHash(number)))).toEqual(['SOURCE_UNAVAILABLE']);
  });
});

test('people and nobody send what they like', async () => {
  const person = await hub.issuer.token(['patrol'], { exp: exp() });
  expect((await hub.ask({ query: '{ number }', token: person })).data).toEqual({ number: 'B-1' });
  expect((await hub.ask({ query: '{ open }' })).data).toEqual({ open: 'anything' });
});

test.each([
  ['a service without the role', { client_id: 'interface', sub: 'interface', roles: ['patrol'] }],
  ['a person with the role', { sub: 'somebody', roles: ['vendor'] }],
])('%s is bound to registered documents too', async (_who, claims) => {
  const bound = await hub.issuer.token([], { ...claims, exp: exp() });
  expect(codesOf(await hub.ask({ query: '{ number }', token: bound }))).toEqual(['DOCUMENT_NOT_TRUSTED']);
});

test('what is revoked runs no longer than five seconds', async () => {
  approve(number);
  expect((await hub.ask({ query: number, token })).data).toEqual({ number: 'B-1' });
  approved = [];
  nowMs += 5_001;
  expect(codesOf(await hub.ask({ query: number, token }))).toEqual(['DOCUMENT_NOT_TRUSTED']);
});

const notes = 'subscription Notes { noted }';

/** A subscription has begun when its subgraph was asked. */
const begun = async (times: number) => {
  while (hub.asked.filter(({ body }) => body.includes('noted')).length < times)
    await new Promise((resolve) => setTimeout(resolve, 5));
};
const note = (key: string) => hub.bus.publish('note', [{ key, change: 'CREATED', changedAt: new Date() }]);

test('a stream ends with the approval it ran on', async () => {
  approve(notes);
  const socket = hub.socket(token);
  const noted = socket.iterate({ query: '', ...byHash(notes) });
  const first = next(noted);
  await begun(1);
  await note('one');
  expect((await first).data).toEqual({ noted: 'one' });
  approved = [];
  nowMs += 5_001;
  await note('two');
  expect(codesOf(await next(noted))).toEqual(['DOCUMENT_NOT_TRUSTED']);
  await socket.dispose();
});

test.each([
  ['is not GraphQL', 'query {', /Syntax Error/],
  ['does not fit the schema', 'query Wrong { numbers }', /Cannot query field \\?"numbers\\?".*line 1, column 15/],
  ['has no name', '{ number }', /exactly one operation/],
  ['has two operations', 'query A { number } query B { number }', /exactly one operation/],
  ['is over a limit', `query Wide { ${'a: number '.repeat(51)} }`, /51 root fields/],
])('a document to register that %s is refused with what is wrong', async (_what, document, told) => {
  const query = 'mutation Register($document: String!) { registerOperation(document: $document, name: "Wrong") }';
  const answer = await hub.ask({ query, variables: { document }, token });
  expect(answer.status).toBe(400);
  expect(codesOf(answer)).toEqual(['DOCUMENT_INVALID']);
  expect(answer.errors?.[0]?.message).toMatch(told);
  expect(hub.asked.filter(({ body }) => body.includes('registerOperation'))).toEqual([]);
});

describe('limits of its own', () => {
  test('an operation runs so many times a minute, then 429 says when to try again', async () => {
    approve(number, { limits: { ...limits, requestsPerMinute: 2 } });
    expect([(await hub.ask({ query: number, token })).status, (await hub.ask({ query: number, token })).status]).toEqual([
      200, 200,
    ]);
    const response = await fetch(`${hub.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: number }),
    });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('30');
    const body = (await response.json()) as Answer;
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'LIMIT_RATE', retryAfter: 30, retryable: true });
    expect((await hub.audit()).at(-1)).toMatchObject({ kind: 'REFUSED', outcome: 'LIMIT_RATE', operation_name: 'Number' });
    nowMs += 30_001;
    expect((await hub.ask({ query: number, token })).status).toBe(200);
  });

  test('all operations of a system share its own rate', async () => {
    const vendorLimits = { ...limits, requestsPerMinute: 1 };
    const other = 'query Other { number }';
    approve(number, { vendorLimits });
    approve(other, { vendorLimits });
    expect((await hub.ask({ query: number, token })).status).toBe(200);
    expect(codesOf(await hub.ask({ query: other, token }))).toEqual(['LIMIT_RATE']);
  });

  test('an operation costs no more than it may', async () => {
    const document = 'query Many($first: Int) { incidents(first: $first) { number } }';
    approve(document, { limits: { ...limits, cost: 10 } });
    expect((await hub.ask({ query: document, variables: { first: 10 }, token })).status).toBe(200);
    expect(codesOf(await hub.ask({ query: document, variables: { first: 11 }, token }))).toEqual(['LIMIT_COST']);
  });

  test('so many streams of an operation are open at once, and one that ends makes room', async () => {
    approve(notes, { limits: { ...limits, streams: 1 } });
    const socket = hub.socket(token);
    const first = socket.iterate({ query: notes });
    const shown = next(first);
    await begun(1);
    expect(codesOf(await next(socket.iterate({ query: notes })))).toEqual(['LIMIT_STREAMS']);
    expect((await hub.audit()).filter(({ outcome, subject }) => outcome === 'LIMIT_STREAMS' && subject === own)).toHaveLength(1);
    await note('one');
    expect((await shown).data).toEqual({ noted: 'one' });
    await first.return?.();
    const isClosed = async () => (await hub.audit()).some(({ kind, subject }) => kind === 'STREAM_CLOSED' && subject === own);
    while (!(await isClosed())) await new Promise((resolve) => setTimeout(resolve, 5));
    const again = next(socket.iterate({ query: notes }));
    await begun(2);
    await note('two');
    expect((await again).data).toEqual({ noted: 'two' });
    await socket.dispose();
  });

  test('whoever it is asks no more than the hub allows a caller, over either way in', async () => {
    const person = await hub.issuer.token(['patrol'], { exp: exp(), sub: 'in-a-hurry' });
    const batches = Array.from({ length: 50 }, () =>
      fetch(`${hub.gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${person}` },
        body: JSON.stringify(Array.from({ length: 10 }, () => ({ query: '{ open }' }))),
      }),
    );
    expect(new Set((await Promise.all(batches)).map(({ status }) => status))).toEqual(new Set([200]));
    const refused = await hub.ask({ query: '{ open }', token: person });
    expect([refused.status, codesOf(refused)]).toEqual([429, ['LIMIT_RATE']]);
    expect(codesOf(await ways.WebSocket({ query: '{ open }' }, person))).toEqual(['LIMIT_RATE']);
    expect((await hub.ask({ query: '{ open }', token: await hub.issuer.token(['patrol'], { exp: exp() }) })).status).toBe(200);
  });
});
