/**
 * The bus of several processes: one Redis stream a topic. One connection waits
 * for what is new on all followed topics and wakes the followers, who read on
 * from their own cursors, so followers cost no connection each.
 */
import { createClient } from 'redis';
import { type Bus, type BusEvent, defaultRetention, type FollowOptions, type Retention } from '../bus.ts';
import type { SourceStatus } from '../status.ts';
import { type Claim, openClaims } from './claims.ts';
import { assertReachable } from './cursor.ts';
import { inTime } from './intime.ts';
import { openTally } from './tally.ts';

export interface RedisBusOptions {
  url: string;
  /** In front of every key; several hubs may share a Redis. */
  prefix?: string;
  retention?: Retention;
  onError?: (error: Error) => void;
}

interface Entry {
  id: string;
  message: Record<string, string>;
}

const batchSize = 500;
/** Also how long a topic's first follower waits to be watched. */
const blockMs = 200;
/** How long a follower waits before it looks by itself: the bound on what a lost wake-up costs. */
const patienceMs = 2_000;

const connect = (url: string) =>
  createClient({ url, socket: { reconnectStrategy: (tries) => Math.min(100 * 2 ** tries, 2_000) } });
type Client = ReturnType<typeof connect>;

export const openRedisBus = async ({
  url,
  prefix = 'rtcc:',
  retention = defaultRetention,
  onError = () => {},
}: RedisBusOptions): Promise<Bus> => {
  const client = connect(url);
  const waiter = connect(url);
  client.on('error', onError);
  waiter.on('error', onError);
  await Promise.all([client.connect(), waiter.connect()]);

  const watch = watcher(waiter, prefix);
  const stream = (topic: string) => `${prefix}${topic}`;
  const range = async (topic: string, after: string): Promise<BusEvent[]> =>
    ((await client.xRange(stream(topic), `(${after}`, '+', { COUNT: batchSize })) as Entry[]).map(eventOf);
  const edge = async (topic: string, end: 'first' | 'last'): Promise<BusEvent | undefined> => {
    const entries =
      end === 'first'
        ? client.xRange(stream(topic), '-', '+', { COUNT: 1 })
        : client.xRevRange(stream(topic), '+', '-', { COUNT: 1 });
    return ((await entries) as Entry[]).map(eventOf)[0];
  };

  return {
    publish: async (topic, news) => {
      if (news.length === 0) return;
      const batch = client.multi();
      for (const { key, change, changedAt } of news) {
        batch.xAdd(
          stream(topic),
          '*',
          { key, change, changedAt: changedAt.toISOString() },
          {
            TRIM: { strategy: 'MAXLEN', strategyModifier: '~', threshold: retention.events },
          },
        );
      }
      batch.xTrim(stream(topic), 'MINID', Date.now() - retention.ageMs, { strategyModifier: '~' });
      await batch.exec();
    },
    follow: (topic, options) => follow({ topic, range, edge, watch }, options),
    last: (topic) => edge(topic, 'last'),
    report: async (status) => {
      await client.hSet(`${prefix}status`, status.name, JSON.stringify(status));
    },
    statuses: async () => Object.values(await client.hGetAll(`${prefix}status`)).map((text) => JSON.parse(text) as SourceStatus),
    claim: claimer(client, prefix),
    tally: openTally(client, prefix),
    close: async () => {
      watch.stop();
      waiter.destroy();
      await client.close();
    },
  };
};

/** How long Redis may take to say who came first; an answer from the process's own memory is better than none. */
const claimPatienceMs = 500;

/**
 * First in this process, then among all. While Redis is away the process's own memory decides: a signature could then be
 * used once at each replica, where refusing would stop every system at once.
 */
const claimer = (client: Client, prefix: string): Claim => {
  const own = openClaims();
  return async (key, untilMs) => {
    if (!(await own(key, untilMs))) return false;
    if (!client.isReady) return true;
    const ttlMs = Math.max(1, untilMs - Date.now());
    const asked = client.set(`${prefix}once:${key}`, '1', { condition: 'NX', expiration: { type: 'PX', value: ttlMs } });
    return (
      (await inTime(
        asked.catch(() => 'OK'),
        claimPatienceMs,
      )) !== null
    );
  };
};

interface Log {
  topic: string;
  range: (topic: string, after: string) => Promise<BusEvent[]>;
  edge: (topic: string, end: 'first' | 'last') => Promise<BusEvent | undefined>;
  watch: Watch;
}

async function* follow({ topic, range, edge, watch }: Log, { after, signal }: FollowOptions): AsyncGenerator<BusEvent[]> {
  if (after !== undefined) assertReachable(after, (await edge(topic, 'first'))?.cursor);
  let cursor = after ?? (await edge(topic, 'last'))?.cursor ?? '0-0';
  const leave = watch.join(topic, (await edge(topic, 'last'))?.cursor ?? '0-0');
  try {
    while (!signal.aborted) {
      const news = watch.next(topic, signal);
      const batch = await range(topic, cursor);
      const newest = batch.at(-1);
      if (!newest) {
        await news;
        continue;
      }
      // Trimming may have overtaken a reader that took its time, or one that waited while a burst came.
      assertReachable(cursor, (await edge(topic, 'first'))?.cursor);
      yield batch;
      cursor = newest.cursor;
    }
  } finally {
    leave();
  }
}

interface Watch {
  /** `seen`: the newest cursor so far; what is newer wakes. */
  join: (topic: string, seen: string) => () => void;
  next: (topic: string, signal: AbortSignal) => Promise<void>;
  stop: () => void;
}

/** One blocking XREAD over all followed topics; it only wakes, the followers read for themselves. */
const watcher = (client: Client, prefix: string): Watch => {
  const followed = new Map<string, { followers: number; seen: string; wakes: Set<() => void> }>();
  let stopped = false;
  let running = false;
  const run = async () => {
    running = true;
    while (!stopped && followed.size > 0) {
      try {
        const keys = [...followed].map(([topic, { seen }]) => ({ key: `${prefix}${topic}`, id: seen }));
        const found = (await client.xRead(keys, { BLOCK: blockMs })) as { name: string; messages: Entry[] }[] | null;
        for (const { name, messages } of found ?? []) {
          const entry = followed.get(name.slice(prefix.length));
          if (!entry) continue;
          entry.seen = messages.at(-1)?.id ?? entry.seen;
          wakeAll(entry.wakes);
        }
      } catch {
        if (!stopped) await new Promise((resolve) => setTimeout(resolve, patienceMs).unref()); // Redis is away; the client reconnects by itself.
      }
    }
    running = false;
  };
  return {
    join: (topic, seen) => {
      const entry = followed.get(topic) ?? { followers: 0, seen, wakes: new Set() };
      entry.followers += 1;
      followed.set(topic, entry);
      if (!running) void run();
      return () => {
        entry.followers -= 1;
        if (entry.followers === 0) followed.delete(topic);
      };
    },
    next: (topic, signal) => woken(followed.get(topic)?.wakes ?? new Set(), signal),
    stop: () => {
      stopped = true;
      for (const { wakes } of followed.values()) wakeAll(wakes);
    },
  };
};

const wakeAll = (wakes: Set<() => void> | undefined): void => {
  for (const wake of [...(wakes ?? [])]) wake();
};

const woken = (wakes: Set<() => void>, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const wake = () => {
      wakes.delete(wake);
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, patienceMs).unref();
    wakes.add(wake);
    signal.addEventListener('abort', wake, { once: true });
  });

const eventOf = ({ id, message }: Entry): BusEvent => ({
  cursor: id,
  key: message.key ?? '',
  change: (message.change ?? 'UPDATED') as BusEvent['change'],
  changedAt: new Date(message.changedAt ?? 0),
});
