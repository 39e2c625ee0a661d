/** Streams that outlive their socket, against a real graphql-ws server that is cut off, refuses, and forgets. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloClient, InMemoryCache } from '@apollo/client';
import { buildSchema, GraphQLError, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import WebSocket, { WebSocketServer } from 'ws';
import { type Live, openLive } from '../../../clients/kit/live.ts';

const schema = buildSchema('type Query { a: Int } type Tick { cursor: String! } type Subscription { tick(after: String): Tick }');
const document = parse('subscription Ticks($after: String) { tick(after: $after) { cursor } }');

/** How the server answers one subscription, told which cursor it was asked to continue behind. */
type Answer = (after: number | undefined) => AsyncGenerator<unknown>;

interface Hub {
  asked: (number | undefined)[];
  tokens: unknown[];
  answers: Answer[];
  cut: (code?: number) => void;
  url: string;
  close: () => void;
}

async function* ticks(from: number, to: number): AsyncGenerator<unknown> {
  for (let at = from; at <= to; at += 1) yield { tick: { cursor: String(at) } };
  await new Promise(() => undefined); // Stays open, as a stream does.
}

/** As the hub ends a stream for a reason of its own: an error is the last result. */
const refusing = (code: string): Answer =>
  async function* () {
    yield { tick: new GraphQLError('A reason.', { extensions: { code } }) };
  };

const serve = async (): Promise<Hub> => {
  const server: Server = createServer();
  const sockets = new WebSocketServer({ server });
  const hub: Omit<Hub, 'url' | 'close' | 'cut'> = { asked: [], tokens: [], answers: [] };
  const tick = ({ after }: { after?: string | null }) => {
    const behind = after == null ? undefined : Number(after);
    hub.asked.push(behind);
    const answer = hub.answers.shift();
    return answer ? answer(behind) : ticks((behind ?? 0) + 1, (behind ?? 0) + 2);
  };
  useServer(
    {
      schema,
      roots: { subscription: { tick } },
      onConnect: ({ connectionParams }) => void hub.tokens.push(connectionParams?.authorization),
    },
    sockets,
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...hub,
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: (code) => {
      for (const socket of sockets.clients) code ? socket.close(code) : socket.terminate();
    },
    close: () => {
      for (const socket of sockets.clients) socket.terminate();
      server.close();
    },
  };
};

let hub: Hub;
let live: Live;
let token = 'first';
let renewed: () => void;
let revoked: number;

beforeAll(() => {
  Object.assign(globalThis, { WebSocket });
});

beforeEach(async () => {
  hub = await serve();
  token = 'first';
  revoked = 0;
  const renewal = new Promise<void>((resolve) => {
    renewed = resolve;
  });
  const onRevoked = (): void => {
    revoked += 1;
  };
  live = openLive({ url: hub.url, token: () => token, onTokenEnded: () => undefined, onRevoked, anotherToken: () => renewal });
});

afterEach(() => {
  live.close();
  hub.close();
});

interface Reading {
  cursors: string[];
  gaps: number;
  ended: boolean;
  until: (count: number) => Promise<void>;
}

const defaultOptions = {
  query: { fetchPolicy: 'no-cache', errorPolicy: 'all' },
  watchQuery: { fetchPolicy: 'no-cache', errorPolicy: 'all' },
  mutate: { fetchPolicy: 'no-cache', errorPolicy: 'all' },
} as const;

const read = (): Reading => {
  const waiting: { count: number; resolve: () => void }[] = [];
  const reading: Reading = {
    cursors: [],
    gaps: 0,
    ended: false,
    until: (count) => new Promise((resolve) => (reading.cursors.length >= count ? resolve() : waiting.push({ count, resolve }))),
  };
  const client = new ApolloClient({ link: live.link, cache: new InMemoryCache(), defaultOptions });
  const onGap = (): void => {
    reading.gaps += 1;
  };
  client.subscribe({ query: document, fetchPolicy: 'no-cache', errorPolicy: 'all', context: { onGap } }).subscribe({
    next: ({ data }) => {
      const { tick } = (data ?? {}) as { tick?: { cursor: string } | null };
      if (tick) reading.cursors.push(tick.cursor);
      for (const { count, resolve } of waiting) if (reading.cursors.length >= count) resolve();
    },
    complete: () => {
      reading.ended = true;
      for (const { resolve } of waiting) resolve();
    },
  });
  return reading;
};

test('a stream whose socket is cut goes on behind the last event it got', async () => {
  const reading = read();
  await reading.until(2);
  hub.cut();
  await reading.until(4);
  expect(hub.asked).toEqual([undefined, 2]);
  expect(reading.cursors).toEqual(['1', '2', '3', '4']);
  expect(live.state.get().kind).toBe('live');
});

test('a stream that ends without a word is asked for again', async () => {
  hub.answers.push(async function* () {
    yield { tick: { cursor: '7' } };
  });
  const reading = read();
  await reading.until(3);
  expect(hub.asked).toEqual([undefined, 7]);
});

test('when the token has ended, it waits for another, and resumes with that', async () => {
  const reading = read();
  await reading.until(2);
  hub.cut(4401);
  token = 'second';
  renewed();
  await reading.until(4);
  expect(hub.tokens).toEqual(['Bearer first', 'Bearer second']);
  expect(hub.asked).toEqual([undefined, 2]);
});

test('when events are lost for good, it says so and begins anew from the present', async () => {
  hub.answers.push(async function* () {
    yield { tick: { cursor: '1' } };
  });
  hub.answers.push(refusing('CURSOR_TOO_OLD'));
  const reading = read();
  await reading.until(3);
  expect(reading.gaps).toBe(1);
  expect(hub.asked).toEqual([undefined, 1, undefined]);
});

test('a refusal is the last word: it is not asked again', async () => {
  hub.answers.push(refusing('UNAUTHORIZED_FIELD_OR_TYPE'));
  const reading = read();
  await reading.until(1);
  expect(reading).toMatchObject({ ended: true, cursors: [] });
  expect(hub.asked).toEqual([undefined]);
});

test('a stream whose reader is revoked says that, and is not asked for again', async () => {
  hub.answers.push(refusing('TOKEN_REVOKED'));
  const reading = read();
  await reading.until(1);
  expect(reading).toMatchObject({ ended: true, cursors: [] });
  expect(revoked).toBe(1);
  expect(hub.asked).toEqual([undefined]);
});

test('once it is closed, no socket is opened again', async () => {
  const reading = read();
  await reading.until(2);
  live.close();
  await new Promise((resolve) => setTimeout(resolve, 600)); // Longer than the first pause: silence has no event to wait for.
  expect(hub.asked).toEqual([undefined]);
  expect(hub.tokens).toHaveLength(1);
});
