/** Databases and the bus as a process of the hub opens them: it waits for them, saying for what, instead of giving up. */
import { setTimeout as pause } from 'node:timers/promises';
import { openLocalBus } from '../subgraphs/kit/bus/local.ts';
import type { Bus } from '../subgraphs/kit/bus.ts';
import { type Database, type DatabaseOptions, openDatabase } from '../subgraphs/kit/database.ts';
import { reasonOf } from './expected.ts';
import { placeOf } from './settings.ts';

export interface Patience {
  say: (text: string) => void;
  /** Between two attempts; it doubles up to this. */
  longestPauseMs?: number;
  signal?: AbortSignal;
}

/** Asks until the answer comes; tells each time what it waits for and why. */
export const persevere = async <Value>(
  what: string,
  attempt: () => Promise<Value>,
  { say, longestPauseMs = 10_000, signal }: Patience,
): Promise<Value> => {
  for (let pauseMs = Math.min(500, longestPauseMs); ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      say(`${what} does not answer: ${reasonOf(error)}. Trying again in ${pauseMs / 1000} s.`);
      await pause(pauseMs, undefined, signal ? { signal } : {});
    }
  }
};

export const connectDatabase = async (url: string, patience: Patience, options: DatabaseOptions = {}): Promise<Database> => {
  const database = await openDatabase(url, options);
  try {
    await persevere(`The database at ${placeOf(url)}`, () => database.query('SELECT 1'), patience);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
};

const sayEveryMs = 10_000;

export const connectBus = async (redisUrl: string | undefined, folder: string | undefined, { say }: Patience): Promise<Bus> => {
  if (!redisUrl) return openLocalBus(folder ? { folder } : {});
  const { openRedisBus } = await import('../subgraphs/kit/bus/redis.ts'); // Its library takes as long to load as a small supergraph.
  let saidAt = 0;
  return openRedisBus({
    url: redisUrl,
    onError: (error) => {
      if (Date.now() - saidAt < sayEveryMs) return;
      saidAt = Date.now();
      say(`Redis at ${new URL(redisUrl).host} does not answer: ${reasonOf(error)}. It is asked again until it does.`);
    },
  });
};
