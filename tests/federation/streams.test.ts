import { parse } from 'graphql';
import WebSocket from 'ws';
import { readConfig } from '../../gateway/config.ts';
import { startGateway } from '../../gateway/index.ts';
import { live } from '../../gateway/live.ts';
import { openLocalBus } from '../../subgraphs/kit/bus/local.ts';
import { openRedisBus } from '../../subgraphs/kit/bus/redis.ts';
import { live as source } from '../../subgraphs/kit/live.ts';
import { describeOn, scratchRedis } from '../setup/services.ts';
import { follow } from './follow.ts';
import { type Answer, next, startToyHub, type ToyHub } from './harness.ts';

const filler = 'x'.repeat(200_000);
const resolve = ({ cursor, key }: { cursor: string; key: string }) => ({ cursor, item: { id: key } });

const feed = {
  name: 'feed',
  sdl: `
    type Query { item: Item }
    type Subscription {
      each(after: String): Event! @authenticated
      newest(after: String): Event! @authenticated
    }
    type Event @authenticated { cursor: String! item: Item! }
    type Item @key(fields: "id") { id: ID! heavy: String notes: String @policy(policies: [["cad:notes"]]) }
  `,
  resolvers: {
    Item: { __resolveReference: (reference: object) => reference, heavy: () => filler, notes: () => 'noted' },
    Subscription: {
      each: source({ topic: 'each', accept: () => true, resolve }),
      newest: source({ topic: 'newest', latest: true, accept: () => true, resolve }),
    },
  },
};

const publish = (hub: ToyHub, topic: string, keys: string[]) =>
  hub.bus.publish(
    topic,
    keys.map((key) => ({ key, change: 'UPDATED', changedAt: new Date() })),
  );

const opened = async (hub: ToyHub, times = 1) => {
  while (hub.asked.filter(({ body }) => body.includes('subscription')).length < times)
    await new Promise((done) => setImmediate(done));
};

interface Told {
  item: { notes: string | null };
}

const later = (): { promise: Promise<void>; resolve: () => void } => {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
};

const numbers = (count: number) => Array.from({ length: count }, (_, at) => String(at));

/** A reader whose socket can be stopped as a frozen browser tab stops: nothing is read, nothing is closed. */
const rawReader = async (hub: ToyHub, query: string, token: string) => {
  const socket = new WebSocket(`${hub.gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const ids: string[] = [];
  const cursors: string[] = [];
  const closed = new Promise<number>((done) => socket.once('close', done));
  await new Promise((done) => socket.once('open', done));
  socket.on('message', (bytes) => {
    const message = JSON.parse(String(bytes));
    if (message.type === 'connection_ack') socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
    if (message.type !== 'next') return;
    const [event] = Object.values(message.payload.data ?? {}) as { cursor: string; item: { id: string } }[];
    if (!event) return;
    ids.push(event.item.id);
    cursors.push(event.cursor);
  });
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  return { socket, ids, cursors, closed };
};

describe('a reader that is too slow', () => {
  let hub: ToyHub;
  let token: string;
  beforeAll(async () => {
    hub = await startToyHub({ subgraphs: [feed], env: { HUB_LIVE_QUEUE: '20', HUB_LIVE_STALL_MS: '1000' } });
    token = await hub.issuer.token(['analyst']);
  });
  afterAll(() => hub.close());
  beforeEach(() => {
    hub.asked.length = 0;
  });

  test('and takes nothing at all is closed with 4490, and resumes with nothing lost, however long the backlog', async () => {
    const reader = await rawReader(hub, 'subscription { each { cursor item { id heavy } } }', token);
    await opened(hub);
    reader.socket.pause();
    const all = numbers(120);
    await publish(hub, 'each', all);
    // The gateway closes; what it had sent until then can still be read.
    const isClosed = async () =>
      (await hub.audit()).some(({ kind, outcome }) => kind === 'STREAM_CLOSED' && outcome === 'READER_TOO_SLOW');
    while (!(await isClosed())) await new Promise((done) => setImmediate(done));
    reader.socket.resume();
    expect(await reader.closed).toBe(4490);
    expect(reader.ids.length).toBeLessThan(all.length);
    const socket = hub.socket(token);
    const after = reader.cursors.at(-1);
    const rest = socket.iterate({
      query: `subscription { each${after ? `(after: "${after}")` : '(after: "0-0")'} { item { id } } }`,
    });
    for (const id of all.slice(reader.ids.length)) expect((await next(rest)).data).toEqual({ each: { item: { id } } });
    await socket.dispose();
  }, 60_000);

  test('of positions gets the newest of each', async () => {
    const reader = await rawReader(hub, 'subscription { newest { cursor item { id heavy } } }', token);
    await opened(hub);
    reader.socket.pause();
    for (let round = 0; round < 60; round += 1) await publish(hub, 'newest', ['a', 'b']);
    await publish(hub, 'newest', ['last']);
    reader.socket.resume();
    while (reader.ids.at(-1) !== 'last') await new Promise((done) => setImmediate(done));
    expect(reader.ids.length).toBeLessThan(121);
    reader.socket.close();
    await reader.closed;
  }, 60_000);
});

test('a reader that leaves while an event is on its way is not taken for a slow one', async () => {
  const hub = await startToyHub({ subgraphs: [feed], env: { HUB_LIVE_STALL_MS: '20' } });
  const token = await hub.issuer.token(['analyst']);
  const document = parse('subscription { each { item { id } } }');
  let stalls = 0;
  const events = follow(hub.gateway.hub, { document, variables: {}, token }, () => {
    stalls += 1;
  });
  const first = events.next();
  await opened(hub);
  await publish(hub, 'each', ['1']);
  await first;
  await events.return();
  await new Promise((done) => setTimeout(done, 60)); // Three times as long as a reader may take: what must not come has had its chance.
  expect(stalls).toBe(0);
  await hub.close();
});

test('rights that end while a stream runs are gone from its next event', async () => {
  let aheadMs = 0;
  const hub = await startToyHub({ subgraphs: [feed], now: () => Date.now() + aheadMs });
  const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
  const token = await hub.issuer.token(['analyst'], {
    certifications: [{ name: 'CJIS', expiresAt: inAnHour }],
    exp: Math.floor(Date.now() / 1000) + 20_000,
  });
  const socket = hub.socket(token);
  const results = socket.iterate({ query: 'subscription { each { item { id notes } } }' });
  const first = next(results);
  await opened(hub);
  await publish(hub, 'each', ['1']);
  expect((await first).data).toEqual({ each: { item: { id: '1', notes: 'noted' } } });
  aheadMs = 2 * 3_600_000;
  const second = next(results);
  await publish(hub, 'each', ['2']);
  expect((await second).data).toEqual({ each: { item: { id: '2', notes: null } } });
  await socket.dispose();
  await hub.close();
});

test('and from nobody else who watches the same', async () => {
  let aheadMs = 0;
  const hub = await startToyHub({ subgraphs: [feed], now: () => Date.now() + aheadMs });
  const watching = async (seconds: number) => {
    const certifications = [{ name: 'CJIS', expiresAt: new Date(Date.now() + seconds * 1_000).toISOString() }];
    const socket = hub.socket(
      await hub.issuer.token(['analyst'], { certifications, exp: Math.floor(Date.now() / 1000) + 20_000 }),
    );
    return { socket, results: socket.iterate({ query: 'subscription { each { item { id notes } } }' }) };
  };
  const both = [await watching(20), await watching(2_000)];
  const first = both.map(({ results }) => next(results));
  await opened(hub);
  const opens = async () => (await hub.audit()).filter(({ kind }) => kind === 'STREAM_OPENED').length;
  while ((await opens()) < 2) await new Promise((done) => setImmediate(done));
  await publish(hub, 'each', ['1']);
  const notes = async (told: Promise<Answer>[]) =>
    (await Promise.all(told)).map(({ data }) => (data?.each as Told | undefined)?.item.notes);
  expect(await notes(first)).toEqual(['noted', 'noted']);
  aheadMs = 40_000; // The other's decision still stands, so the event is read for it.
  const second = both.map(({ results }) => next(results));
  await publish(hub, 'each', ['2']);
  expect(await notes(second)).toEqual([null, 'noted']);
  await Promise.all(both.map(({ socket }) => socket.dispose()));
  await hub.close();
});

test('no event is shown before those before it are on record', async () => {
  const hub = await startToyHub({ subgraphs: [feed] });
  const { promise: written, resolve: write } = later();
  let behind = false;
  const entry = { settle: () => (behind ? written : undefined), isBehind: () => behind, close: async () => {} };
  const audited = { ...hub.gateway.hub, audit: { ...hub.gateway.hub.audit, open: async () => entry } };
  const left = new AbortController();
  const token = await hub.issuer.token(['analyst']);
  const document = parse('subscription { each { item { id } } }');
  let shown = 0;
  const show = () => {
    shown += 1;
    return undefined;
  };
  const running = live(audited, { document, variables: {}, token, signal: left.signal }, show);
  const seen = async (count: number) => {
    while (shown < count) await new Promise((done) => setImmediate(done));
  };
  await opened(hub);
  await publish(hub, 'each', ['1']);
  await seen(1);
  behind = true;
  await publish(hub, 'each', ['2']);
  for (let turn = 0; turn < 100; turn += 1) await new Promise((done) => setImmediate(done));
  expect(shown).toBe(1);
  behind = false;
  write();
  await seen(2);
  left.abort();
  await running;
  await hub.close();
});

test('a stream outlives its signature: it is signed anew and misses nothing', async () => {
  const hub = await startToyHub({ subgraphs: [feed], env: { HUB_LIVE_SIGNATURE_SECONDS: '1' } });
  const socket = hub.socket(await hub.issuer.token(['analyst']));
  const results = socket.iterate({ query: 'subscription { each { item { id } } }' });
  const first = next(results);
  await opened(hub, 2);
  await publish(hub, 'each', ['1']);
  expect((await first).data).toEqual({ each: { item: { id: '1' } } });
  const second = next(results);
  await opened(hub, 3);
  await publish(hub, 'each', ['2']);
  expect((await second).data).toEqual({ each: { item: { id: '2' } } });
  await socket.dispose();
  await hub.close();
});

test('an unsubscribed reader leaves nothing waiting on the bus', async () => {
  const bus = openLocalBus();
  let following = 0;
  const counted = {
    ...bus,
    async *follow(...args: Parameters<typeof bus.follow>) {
      following += 1;
      try {
        yield* bus.follow(...args);
      } finally {
        following -= 1;
      }
    },
  };
  const hub = await startToyHub({ subgraphs: [feed], bus: counted });
  const socket = hub.socket(await hub.issuer.token(['analyst']));
  const results = socket.iterate({ query: 'subscription { each { item { id } } }' });
  const waiting = results.next();
  while (following === 0) await new Promise((done) => setImmediate(done));
  await results.return?.();
  while (following > 0) await new Promise((done) => setImmediate(done));
  expect((await waiting).done).toBe(true);
  await socket.dispose();
  await hub.close();
});

describeOn('redis', 'two gateways on one Redis', () => {
  test('a stream that began at one is resumed at the other, with nothing lost', async () => {
    const redis = scratchRedis();
    const own = await openRedisBus({ url: redis.url, prefix: redis.prefix });
    let begun = () => {};
    const following = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const follow: typeof own.follow = (...args) => {
      begun(); // It knows behind which event it begins.
      return own.follow(...args);
    };
    const bus = { ...own, follow };
    const hub = await startToyHub({ subgraphs: [feed], bus });
    const config = readConfig({ PORT: '0', OIDC_ISSUER: hub.issuer.url, HUB_SIGNING_KEY: hub.signingKey });
    const other = await startGateway({ ...config, supergraph: hub.gateway.hub.supergraph.sdl }, { database: hub.database });
    const token = await hub.issuer.token(['analyst']);
    const here = hub.socket(token);
    const results = here.iterate({ query: 'subscription { each { cursor item { id } } }' });
    const first = next(results);
    await following;
    await publish(hub, 'each', ['1']);
    const { each } = (await first).data as { each: { cursor: string } };
    await here.dispose();
    await publish(hub, 'each', ['2', '3']);
    const there = { ...hub, gateway: other };
    const reader = await rawReader(there, `subscription { each(after: "${each.cursor}") { cursor item { id } } }`, token);
    while (reader.ids.length < 2) await new Promise((done) => setImmediate(done));
    expect(reader.ids).toEqual(['2', '3']);
    reader.socket.close();
    await reader.closed;
    await other.close();
    await hub.close();
    await redis.drop();
  });
});
