/**
 * One server of watchers, as a process of its own: `serve.ts hub|stock|buffer DATABASE`.
 *
 *   hub     the gateway with access and audit on, and two systems behind it
 *   stock   graphql-js and graphql-ws: an execution and a serialisation for each client
 *   buffer  one text, made once, sent to each socket: nobody can do less
 *
 * Told by message what to publish; tells what it has used.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { openDatabase } from '../../../subgraphs/kit/database.ts';
import { startToyHub } from '../../federation/harness.ts';
import { signedAudit } from '../audit/settings.ts';
import type { Ask, Used } from './child.ts';
import { cad, call, units, unitsOf } from './world.ts';

interface Served {
  url: string;
  /** Tokens of so many people. */
  tokens: (people: number) => Promise<string[]>;
  publish: (keys: string[]) => Promise<void> | void;
  /** Changes these in the source, where the hub finds them when it looks. */
  change?: (keys: string[]) => Promise<void>;
  flows?: () => number;
}

const hub = async (database: string): Promise<Served> => {
  const env = { HUB_LIMIT_STREAMS: '1000000', HUB_LIMIT_RATE: '1000000000', HUB_LIVE_QUEUE: '10000' };
  const store = await openDatabase(database);
  await store.query(`CREATE SCHEMA IF NOT EXISTS bench`);
  await store.query(`DROP TABLE IF EXISTS bench.incident`);
  await store.query(`CREATE TABLE bench.incident (id text PRIMARY KEY, changed_at timestamptz NOT NULL)`);
  await store.query(`CREATE INDEX ON bench.incident (changed_at)`);
  const toy = await startToyHub({ subgraphs: [cad, units], database: store, env, audit: signedAudit() });
  const change = async (keys: string[]) => {
    await store.query(
      `INSERT INTO bench.incident SELECT DISTINCT unnest($1::text[]), clock_timestamp()
       ON CONFLICT (id) DO UPDATE SET changed_at = EXCLUDED.changed_at`,
      [keys],
    );
  };
  const publish = (keys: string[]) =>
    toy.bus.publish(
      'incident',
      keys.map((key) => ({ key, change: 'UPDATED', changedAt: new Date() })),
    );
  const tokens = (people: number) =>
    Promise.all(
      Array.from({ length: people }, (_, at) => toy.issuer.token(['patrol'], { sub: `watcher-${at}`, exp: inHours(2) })),
    );
  const flows = () => toy.gateway.hub.flows.size();
  return { url: `${toy.gateway.url.replace('http', 'ws')}/graphql`, tokens, publish, change, flows };
};

const inHours = (hours: number): number => Math.floor(Date.now() / 1000) + hours * 3_600;

const listening = async (): Promise<{ sockets: WebSocketServer; url: string }> => {
  const server = createServer();
  const sockets = new WebSocketServer({ server, path: '/graphql', perMessageDeflate: false });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { sockets, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/graphql` };
};

const eventOf = (key: string) => ({
  incidentChanged: { cursor: `${Date.now()}-0`, incident: { ...call(key, Date.now()), units: unitsOf() } },
});

const stock = async (): Promise<Served> => {
  const schema = buildSchema(`
    type Query { unused: Int }
    type Subscription { incidentChanged(after: String): IncidentChanged! }
    type IncidentChanged { cursor: String! incident: Incident }
    type Incident { id: ID! number: String! type: String! priority: String! status: String! address: String! district: String!
      receivedAt: String! changedAtMs: Float! units: [Unit!]! }
    type Unit { callSign: String! status: String! since: String! }
  `);
  const readers = new Set<(event: object) => void>();
  const field = schema.getSubscriptionType()?.getFields().incidentChanged;
  if (field) field.subscribe = () => eventsOf(readers);
  const { sockets, url } = await listening();
  useServer({ schema }, sockets, 0);
  const publish = (keys: string[]) => {
    for (const key of keys) for (const tell of readers) tell(eventOf(key));
  };
  return { url, tokens: async (people) => Array.from({ length: people }, () => 'none'), publish };
};

/** As a plain in-memory publisher has it. */
async function* eventsOf(readers: Set<(event: object) => void>): AsyncGenerator<object> {
  const waiting: object[] = [];
  let wake = () => {};
  const tell = (event: object) => {
    waiting.push(event);
    wake();
  };
  readers.add(tell);
  try {
    for (;;) {
      const event = waiting.shift();
      if (event) yield event;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    readers.delete(tell);
  }
}

const buffer = async (): Promise<Served> => {
  const { sockets, url } = await listening();
  const watching = new Set<WebSocket>();
  sockets.on('connection', (socket) => {
    socket.on('message', (bytes) => {
      if (String(bytes).includes('connection_init')) socket.send('{"type":"connection_ack"}');
      else watching.add(socket);
    });
    socket.on('close', () => watching.delete(socket));
  });
  const publish = (keys: string[]) => {
    for (const key of keys) {
      const message = Buffer.from(JSON.stringify({ id: '1', type: 'next', payload: { data: eventOf(key) } }));
      for (const socket of watching) socket.send(message, { binary: false });
    }
  };
  return { url, tokens: async (people) => Array.from({ length: people }, () => 'none'), publish };
};

const kinds: Record<string, (database: string) => Promise<Served>> = { hub, stock, buffer };

const [kind = '', database = ''] = process.argv.slice(2);
const start = kinds[kind];
if (!start) throw new Error(`There is no server ${kind}.`);
const served = await start(database);

const used = (collect = false): Used => {
  if (collect) (globalThis as { gc?: () => void }).gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    cpuMs: (user + system) / 1000,
    rssMb: rss / 2 ** 20,
    heapMb: heapUsed / 2 ** 20,
    flows: served.flows?.() ?? 0,
  };
};

/** Changes one after another, evenly. */
const evenly = async ({ perSecond, seconds, polled }: NonNullable<Ask['rate']>): Promise<void> => {
  const tell = polled && served.change ? served.change : served.publish;
  const startedMs = performance.now();
  for (let sent = 0; sent < perSecond * seconds; ) {
    const due = Math.min(perSecond * seconds, Math.floor(((performance.now() - startedMs) / 1000) * perSecond));
    const keys = Array.from({ length: due - sent }, (_, at) => String((sent + at) % 400));
    if (polled) await tell(keys);
    else for (const key of keys) await tell([key]);
    sent = due;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
};

process.on('message', async ({ number, publish, rate, people, collect }: Ask) => {
  if (publish) await served.publish(publish);
  if (rate) await evenly(rate);
  process.send?.({ number, used: used(collect), ...(people ? { tokens: await served.tokens(people) } : {}) });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ number: 0, url: served.url });
