/** Watchers on one address: each a socket of its own with one subscription, which counts what comes. */
import { WebSocket } from 'ws';
import { watch } from './world.ts';

export interface Watchers {
  /** Resolves when each has had so many events, counted from the last `reset`. */
  all: (events: number) => Promise<void>;
  reset: () => void;
  /** Tells until each has had an event: who asked is not subscribed yet, and nothing says when it is. */
  warm: (tell: () => Promise<unknown>) => Promise<void>;
  close: () => Promise<void>;
}

export interface WatchersOptions {
  url: string;
  tokens: readonly string[];
  count: number;
  /** Each says why in words of its own, so that no two streams are one. */
  distinct?: boolean;
  /** Told each message. */
  onMessage?: (bytes: Buffer) => void;
}

/** So many connect at a time. */
const atOnce = 100;

export const openWatchers = async ({ url, tokens, count, distinct = false, onMessage }: WatchersOptions): Promise<Watchers> => {
  const sockets: WebSocket[] = [];
  let events = new Uint32Array(count);
  let wanted = Number.POSITIVE_INFINITY;
  let missing = count;
  let done = () => {};
  const seen = (at: number, bytes: Buffer) => {
    onMessage?.(bytes);
    const had = (events[at] ?? 0) + 1;
    events[at] = had;
    if (had !== wanted) return;
    missing -= 1;
    if (missing === 0) done();
  };
  for (let first = 0; first < count; first += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, count - first) }, (_, at) => first + at);
    sockets.push(
      ...(await Promise.all(
        some.map((at) => {
          const reason = distinct ? `shift briefing of watcher ${at}` : undefined;
          return connect({ url, token: tokens[at % tokens.length] ?? '', reason }, (bytes) => seen(at, bytes));
        }),
      )),
    );
  }
  const all = (times: number): Promise<void> =>
    new Promise((resolve) => {
      wanted = times;
      missing = events.filter((had) => had < times).length;
      done = resolve;
      if (missing === 0) resolve();
    });
  return {
    all,
    warm: async (tell) => {
      let had = false;
      const each = all(1).then(() => {
        had = true;
      });
      while (!had) {
        await tell();
        await Promise.race([each, pause(200 + count / 5)]);
      }
      await pause(500 + count / 2); // What is still on its way.
    },
    reset: () => {
      events = new Uint32Array(count);
      wanted = Number.POSITIVE_INFINITY;
    },
    close: async () => {
      await Promise.all(
        sockets.map(
          (socket) =>
            new Promise<void>((resolve) => {
              socket.once('close', () => resolve());
              socket.terminate();
            }),
        ),
      );
    },
  };
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Connect {
  url: string;
  token: string;
  reason: string | undefined;
}

/** Resolves when the socket is let in and has asked. */
const connect = ({ url, token, reason }: Connect, seen: (bytes: Buffer) => void): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
    socket.once('error', reject);
    socket.once('open', () =>
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })),
    );
    socket.once('message', () => {
      socket.on('message', (bytes: Buffer) => seen(bytes));
      const extensions = reason === undefined ? {} : { reason };
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: watch, extensions } }));
      resolve(socket);
    });
  });
