import { live } from '../../subgraphs/kit/live.ts';
import { next, startToyHub, type ToyHub } from './harness.ts';

const names = new Map([
  ['1', 'One'],
  ['2', 'Two'],
]);

const dispatch = {
  name: 'dispatch',
  sdl: `
    scalar DateTime
    type Query { unit(id: ID!): Unit }
    type Subscription {
      unitMoved(only: ID @reads(fields: ["Unit.id"]), after: String): UnitMoved! @authenticated @policy(policies: [["avl:read"]])
      noted(after: String): UnitMoved! @authenticated
    }
    type UnitMoved @authenticated { cursor: String! unit: Unit! }
    type Unit @key(fields: "id") { id: ID! name: String notes: String @policy(policies: [["cad:notes"]]) }
  `,
  resolvers: {
    Query: { unit: (_: unknown, { id }: { id: string }) => ({ id }) },
    Unit: {
      __resolveReference: (reference: object) => reference,
      name: ({ id }: { id: string }) => names.get(id),
      notes: () => 'noted',
    },
    Subscription: {
      unitMoved: live({
        topic: 'unit',
        latest: true,
        accept: (event, { only }: { only?: string; after?: string }) => !only || event.key === only,
        resolve: ({ cursor, key }) => ({ cursor, unit: { id: key } }),
      }),
      noted: live({ topic: 'note', accept: () => true, resolve: ({ cursor, key }) => ({ cursor, unit: { id: key } }) }),
    },
  },
};

const shields = {
  name: 'shields',
  sdl: `
    type Query { unused: Int }
    type Unit @key(fields: "id") { id: ID! shield: Int secret: String @policy(policies: [["people:ssn"]]) }
  `,
  resolvers: {
    Unit: {
      __resolveReference: (reference: object) => reference,
      shield: ({ id }: { id: string }) => Number(id) * 10,
      secret: () => 's',
    },
  },
};

let hub: ToyHub;
let token: string;

beforeAll(async () => {
  hub = await startToyHub({ subgraphs: [dispatch, shields], env: { HUB_AUDIT_INTERVAL_MS: '50', HUB_LIVE_QUEUE: '50' } });
  token = await hub.issuer.token(['analyst']);
});
afterAll(() => hub.close());

const moved = (key: string) => hub.bus.publish('unit', [{ key, change: 'UPDATED', changedAt: new Date() }]);
const noted = (key: string) => hub.bus.publish('note', [{ key, change: 'UPDATED', changedAt: new Date() }]);
/** A subscription has begun when its subgraph was asked; events from then on are its own. */
const begun = async (times: number) => {
  while (hub.asked.filter(({ body }) => body.includes('subscription')).length < times)
    await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
};

beforeEach(() => {
  hub.asked.length = 0;
});

test("an event's selection reaches into another subgraph", async () => {
  const socket = hub.socket(token);
  const results = socket.iterate<Record<string, unknown>>({ query: 'subscription { unitMoved { unit { name shield } } }' });
  const first = next(results);
  await begun(1);
  await moved('2');
  expect((await first).data).toEqual({ unitMoved: { unit: { name: 'Two', shield: 20 } } });
  await socket.dispose();
});

test('a denied field of an event is null with its path, and not fetched', async () => {
  const socket = hub.socket(token);
  const results = socket.iterate<Record<string, unknown>>({ query: 'subscription { unitMoved { unit { id secret } } }' });
  const first = next(results);
  await begun(1);
  await moved('1');
  expect(await first).toMatchObject({
    data: { unitMoved: { unit: { id: '1', secret: null } } },
    errors: [{ path: ['unitMoved', 'unit', 'secret'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }],
  });
  expect(hub.asked.some(({ body }) => body.includes('secret'))).toBe(false);
  await socket.dispose();
});

test('a caller without the grant gets no stream, and is told', async () => {
  const socket = hub.socket(await hub.issuer.token(['auditor']));
  const answer = await next(socket.iterate<Record<string, unknown>>({ query: 'subscription { unitMoved { cursor } }' }));
  expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', policy: 'avl:read' } }]);
  expect(hub.asked).toEqual([]);
  await socket.dispose();
});

test('a cursor resumes behind the event it came with, whatever happened meanwhile', async () => {
  const socket = hub.socket(token);
  const results = socket.iterate<Record<string, unknown>>({ query: 'subscription { noted { cursor unit { id } } }' });
  const first = next(results);
  await begun(1);
  await noted('1');
  const { noted: event } = (await first).data as { noted: { cursor: string } };
  await results.return?.();
  await noted('2');
  await noted('1');
  const resumed = socket.iterate<Record<string, unknown>>({
    query: 'subscription ($after: String) { noted(after: $after) { unit { id } } }',
    variables: { after: event.cursor },
  });
  expect((await next(resumed)).data).toEqual({ noted: { unit: { id: '2' } } });
  expect((await next(resumed)).data).toEqual({ noted: { unit: { id: '1' } } });
  await socket.dispose();
});

test.each([
  ['5-0', 'CURSOR_TOO_OLD'],
  ['not a cursor', 'CURSOR_INVALID'],
])('the cursor %s ends the stream with %s', async (after, code) => {
  const socket = hub.socket(token);
  await noted('1');
  const results = socket.iterate<Record<string, unknown>>({ query: `subscription { noted(after: "${after}") { cursor } }` });
  expect((await next(results)).errors).toMatchObject([{ extensions: { code } }]);
  expect((await results.next()).done).toBe(true);
  await socket.dispose();
});

test('a token that ends closes the socket with 4401', async () => {
  const short = await hub.issuer.token(['analyst'], { exp: Math.floor(Date.now() / 1000) + 1 });
  const closed = new Promise<{ code: number }>((resolve) => {
    const socket = hub.socket(short, { closed: resolve });
    socket.subscribe({ query: 'subscription { unitMoved { cursor } }' }, { next: () => {}, error: () => {}, complete: () => {} });
  });
  expect((await closed).code).toBe(4401);
});

test('a forged token is refused at the door with 4401', async () => {
  const closed = new Promise<{ code: number }>((resolve) => {
    const socket = hub.socket(`${token.slice(0, -4)}AAAA`, { closed: resolve });
    socket.subscribe({ query: '{ unit(id: 1) { id } }' }, { next: () => {}, error: () => {}, complete: () => {} });
  });
  expect((await closed).code).toBe(4401);
});

test('a query over the socket goes through the same rules', async () => {
  const socket = hub.socket(token);
  const answer = await next(socket.iterate<Record<string, unknown>>({ query: '{ unit(id: 1) { name secret } }' }));
  expect(answer.data).toEqual({ unit: { name: 'One', secret: null } });
  await socket.dispose();
});

test('the audit says when a stream opened, what it delivered, and when it closed', async () => {
  const socket = hub.socket(await hub.issuer.token(['analyst'], { sub: 'watcher' }));
  const results = socket.iterate<Record<string, unknown>>({ query: 'subscription Watch { unitMoved { unit { name } } }' });
  const first = next(results);
  await begun(1);
  await moved('1');
  await first;
  await results.return?.();
  await socket.dispose();
  const records = async () => (await hub.audit()).filter(({ subject }) => subject === 'watcher');
  while (!(await records()).some(({ kind }) => kind === 'STREAM_CLOSED')) await new Promise((resolve) => setImmediate(resolve));
  expect((await records()).map(({ kind, entities }) => [kind, entities])).toEqual([
    ['STREAM_OPENED', []],
    ['STREAM_DELIVERED', ['Unit:1']],
    ['STREAM_CLOSED', []],
  ]);
});
