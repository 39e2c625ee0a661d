/** The watcher of the status board, one look at a time. */
import { pino } from 'pino';
import { topic, watchSources } from '../../../subgraphs/hub/feed.ts';
import { openLocalBus } from '../../../subgraphs/kit/bus/local.ts';
import type { Bus } from '../../../subgraphs/kit/bus.ts';
import type { Runtime } from '../../../subgraphs/kit/system.ts';

interface Scene {
  bus?: Bus;
  /** What happens before each look. */
  steps: ((bus: Bus, clock: { nowMs: number }) => void | Promise<void>)[];
}

/** The keys that were published, in order. */
const run = async ({ bus = openLocalBus(), steps }: Scene): Promise<string[]> => {
  const clock = { nowMs: Date.parse('2022-02-20T12:00:00Z') };
  const published: string[] = [];
  const spied: Bus = {
    ...bus,
    publish: async (name, events) => {
      await bus.publish(name, events);
      if (name === topic) published.push(...events.map(({ key }) => key));
    },
  };
  const ticks = async function* () {
    for (const step of steps) {
      await step(bus, clock);
      yield;
    }
  };
  const runtime = { bus: spied, log: pino({ level: 'silent' }), now: () => clock.nowMs } as unknown as Runtime;
  await watchSources(ticks)(runtime, new AbortController().signal);
  return published;
};

const report =
  (name: string, state: 'LIVE' | 'STALE') =>
  (bus: Bus, { nowMs }: { nowMs: number }) =>
    bus.report({ name, title: name, state, lastSeenAt: new Date(nowMs).toISOString() });

const nothing = () => {};

test('a state is told when it changes and not again', async () => {
  expect(await run({ steps: [nothing, report('cad', 'LIVE'), nothing, report('cad', 'LIVE'), report('cad', 'STALE')] })).toEqual([
    'cad',
    'cad',
  ]);
});

test('a system that falls silent is told of once, though it says nothing', async () => {
  const later = (_bus: Bus, clock: { nowMs: number }) => {
    clock.nowMs += 16_000;
  };
  expect(await run({ steps: [report('avl', 'LIVE'), later, nothing] })).toEqual(['avl', 'avl']);
});

test('systems that nobody has heard of are not told of', async () => {
  expect(await run({ steps: [nothing, nothing] })).toEqual([]);
});

test('a bus that is away costs nothing but time: the change is told when it is back', async () => {
  const bus = openLocalBus();
  let away = true;
  const shaky: Bus = {
    ...bus,
    statuses: () => (away ? Promise.reject(new Error('away')) : bus.statuses()),
  };
  const back = () => {
    away = false;
  };
  expect(await run({ bus: shaky, steps: [report('cad', 'LIVE'), nothing, back] })).toEqual(['cad']);
});

test('a change that could not be published is published at the next look', async () => {
  const bus = openLocalBus();
  let refusals = 1;
  const shaky: Bus = {
    ...bus,
    publish: (name, events) =>
      events.length > 0 && refusals-- > 0 ? Promise.reject(new Error('away')) : bus.publish(name, events),
  };
  expect(await run({ bus: shaky, steps: [report('cad', 'LIVE'), nothing, nothing] })).toEqual(['cad']);
});
