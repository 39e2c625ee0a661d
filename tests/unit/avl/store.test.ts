/** Fixes wait for the database within bounds, are written in order, and are given up oldest first. */
import { pino } from 'pino';
import type { Fix } from '../../../subgraphs/avl/gate.ts';
import { openStore } from '../../../subgraphs/avl/store.ts';
import type { Database } from '../../../subgraphs/kit/database.ts';

const fix = (fixedAt: number): Fix => ({
  device: 'A',
  latitude: 29.95,
  longitude: -90.07,
  heading: null,
  speedKph: 0,
  state: 'PARKED',
  fixedAt,
  receivedAt: fixedAt,
});

/** Stands for a database that is away for the first `failures` batches. */
const flaky = (failures: number) => {
  const batches: number[][] = [];
  let left = failures;
  let horizon: unknown;
  const query = async (sql: string, parameters: unknown[] = []): Promise<never[]> => {
    if (sql.includes('prune_fixes')) {
      horizon = parameters[0];
      return [];
    }
    if (left > 0) {
      left -= 1;
      throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
    }
    batches.push((JSON.parse(String(parameters[0])) as Fix[]).map(({ fixedAt }) => fixedAt));
    return [];
  };
  return { database: { query } as unknown as Database, batches, horizon: () => horizon };
};

const open = (database: Database, more: { maximumWaiting?: number } = {}) => {
  let overflowed = 0;
  const store = openStore({
    database,
    log: pino({ enabled: false }),
    now: () => 90_000_000,
    trailMs: 86_400_000,
    flushMs: 1,
    onOverflow: () => {
      overflowed += 1;
    },
    ...more,
  });
  return { store, overflowed: () => overflowed };
};

const emptied = async (store: { waiting: () => number }): Promise<void> => {
  while (store.waiting() > 0) await new Promise((resolve) => setTimeout(resolve, 1));
};

test('what came together is one batch', async () => {
  const { database, batches } = flaky(0);
  const { store } = open(database);
  for (const at of [1, 2, 3]) store.add(fix(at));
  await emptied(store);
  expect(batches).toEqual([[1, 2, 3]]);
  await store.close();
});

test('a database that was away gets everything, in order, when it is back', async () => {
  const { database, batches } = flaky(3);
  const { store } = open(database);
  for (const at of [1, 2]) store.add(fix(at));
  await emptied(store);
  expect(batches.flat()).toEqual([1, 2]);
  await store.close();
});

test('beyond the bound the oldest is given up and counted', async () => {
  const { database, batches } = flaky(0);
  const { store, overflowed } = open(database, { maximumWaiting: 3 });
  for (const at of [1, 2, 3, 4, 5]) store.add(fix(at));
  expect(store.waiting()).toBe(3);
  expect(overflowed()).toBe(2);
  await store.close();
  expect(batches.flat()).toEqual([3, 4, 5]);
});

test('what waits at the close is written', async () => {
  const { database, batches } = flaky(0);
  const { store } = open(database);
  store.add(fix(1));
  await store.close();
  expect(batches).toEqual([[1]]);
});

test('a large backlog is written in several statements', async () => {
  const { database, batches } = flaky(0);
  const { store } = open(database);
  for (let at = 0; at < 1_200; at += 1) store.add(fix(at));
  await emptied(store);
  expect(batches.map(({ length }) => length)).toEqual([500, 500, 200]);
  await store.close();
});

test('the trail is kept as long as it is set to be', async () => {
  const { database, horizon } = flaky(0);
  const { store } = open(database);
  store.add(fix(1));
  await store.close();
  expect(horizon()).toBe(new Date(90_000_000 - 86_400_000).toISOString());
});
