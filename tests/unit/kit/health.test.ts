/** What a system says of itself: live, stale or down, how far behind, and whether anybody heard. */
import { jest } from '@jest/globals';
import { pino } from 'pino';
import { openLocalBus } from '../../../subgraphs/kit/bus/local.ts';
import type { Bus } from '../../../subgraphs/kit/bus.ts';
import { type Health, watchHealth } from '../../../subgraphs/kit/health.ts';
import type { Feed, Freshness, Runtime, System } from '../../../subgraphs/kit/system.ts';

const nowMs = Date.parse('2022-02-20T18:42:11.000Z');
const ago = (ms: number) => new Date(nowMs - ms);
const lines: string[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
let healths: Health[] = [];

afterEach(() => {
  for (const health of healths) health.stop();
  healths = [];
  lines.length = 0;
});

interface Scene {
  check?: () => Promise<Freshness>;
  bus?: Bus;
  topics?: (string | undefined)[];
}

const watch = ({ check = async () => ({}), bus = openLocalBus({ now: () => nowMs }), topics = [] }: Scene = {}): Health => {
  const feeds = topics.map((topic) => Object.assign(async () => {}, topic ? { topic } : {}) as Feed);
  const system = { name: 'cad', title: 'Dispatch (CAD)', feeds } as unknown as System<unknown>;
  const source = { reader: () => ({}), check, close: async () => {} };
  const health = watchHealth(system, source, { bus, log, now: () => nowMs } as Runtime);
  healths.push(health);
  return health;
};

describe('a source that answers', () => {
  test.each<[string, Freshness, 'LIVE' | 'STALE']>([
    ['and has no notion of being stale', {}, 'LIVE'],
    ['and last changed years ago, which it may', { lastEventAt: ago(10 ** 11) }, 'LIVE'],
    ['with a change just within its limit', { lastEventAt: ago(60_000), staleAfterSeconds: 60 }, 'LIVE'],
    ['with a change just past its limit', { lastEventAt: ago(60_001), staleAfterSeconds: 60 }, 'STALE'],
    ['with a limit and no change ever', { staleAfterSeconds: 60 }, 'STALE'],
    ['with a change that its clock puts ahead of ours', { lastEventAt: ago(-5_000), staleAfterSeconds: 60 }, 'LIVE'],
  ])('%s is told as it is', async (_what, freshness, state) => {
    const health = watch({ check: async () => freshness });
    expect(await health.look()).toMatchObject({
      name: 'cad',
      title: 'Dispatch (CAD)',
      state,
      lastSeenAt: '2022-02-20T18:42:11.000Z',
    });
    expect(health.ready()).toBe(true);
  });

  test('says when it changed last, and what is amiss though it answers', async () => {
    const status = await watch({
      check: async () => ({ lastEventAt: ago(1_000), detail: 'One of two feeds is silent.' }),
    }).look();
    expect(status).toMatchObject({ lastEventAt: '2022-02-20T18:42:10.000Z', detail: 'One of two feeds is silent.' });
  });

  test('says why it is stale', async () => {
    expect((await watch({ check: async () => ({ staleAfterSeconds: 60 }) }).look()).detail).toBe(
      'No change for longer than 60 s.',
    );
  });
});

describe('a source that does not answer', () => {
  test('is down and not ready, with a detail that tells nothing of its inside', async () => {
    const health = watch({ check: () => Promise.reject(new Error('password authentication failed for user "dba" on db7')) });
    const status = await health.look();
    expect(status.state).toBe('DOWN');
    expect(status.detail).toBe('The source refuses the connection or the query.');
    expect(health.ready()).toBe(false);
    expect(lines.join()).not.toContain('db7');
  });

  test('in time is down, and it is said that time ran out', async () => {
    const timeouts: number[] = [];
    const spy = jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      timeouts.push(ms);
      const ended = new AbortController();
      setImmediate(() => ended.abort(Object.assign(new Error('late'), { name: 'TimeoutError' })));
      return ended.signal;
    });
    const status = await watch({ check: () => new Promise(() => {}) }).look();
    spy.mockRestore();
    expect(status).toMatchObject({ state: 'DOWN', detail: 'The source did not answer in time.' });
    expect(timeouts).toEqual([4_000]);
  });

  test('and then answers is ready again; each change of state is logged, and only changes', async () => {
    let away = false;
    const health = watch({
      check: async () => {
        if (away) throw new Error('away');
        return {};
      },
    });
    expect(health.ready()).toBe(false);
    const ready: boolean[] = [];
    for (const next of [false, false, true, true, false]) {
      away = next;
      await health.look();
      ready.push(health.ready());
    }
    expect(ready).toEqual([true, true, false, false, true]);
    expect(lines.map((line) => (JSON.parse(line) as { state: string }).state)).toEqual(['LIVE', 'DOWN', 'LIVE']);
  });
});

describe('the lag', () => {
  const busWith = async (changes: Record<string, Date>): Promise<Bus> => {
    const bus = openLocalBus({ now: () => nowMs });
    for (const [topic, changedAt] of Object.entries(changes))
      await bus.publish(topic, [{ key: 'k', change: 'UPDATED', changedAt }]);
    return bus;
  };

  test("is from the source's change to the bus, of the feed that is furthest behind", async () => {
    const bus = await busWith({ incident: ago(1_500), unit: ago(250) });
    expect((await watch({ bus, topics: ['unit', 'incident', undefined] }).look()).lagSeconds).toBe(1.5);
  });

  test('is nothing where a clock runs ahead, and unknown where nothing was published', async () => {
    const bus = await busWith({ unit: ago(-10_000) });
    expect((await watch({ bus, topics: ['unit'] }).look()).lagSeconds).toBe(0);
    expect((await watch({ topics: ['unit'] }).look()).lagSeconds).toBeUndefined();
    expect((await watch().look()).lagSeconds).toBeUndefined();
  });

  test('that cannot be asked for does not make the source stale or down', async () => {
    const bus: Bus = { ...openLocalBus(), last: () => Promise.reject(new Error('away')) };
    expect(await watch({ bus, topics: ['unit'] }).look()).toMatchObject({ state: 'LIVE', lagSeconds: undefined });
  });
});

test('what it sees is on the status board', async () => {
  const bus = openLocalBus({ now: () => nowMs });
  const status = await watch({ bus }).look();
  expect(await bus.statuses()).toEqual([status]);
});

test('a bus that is away costs the report and nothing else', async () => {
  const bus: Bus = { ...openLocalBus(), report: () => Promise.reject(new Error('away')) };
  const health = watch({ bus });
  expect((await health.look()).state).toBe('LIVE');
  expect(health.ready()).toBe(true);
  expect(lines.some((line) => line.includes('The bus is away'))).toBe(true);
});

test('it looks every five seconds until it is stopped', () => {
  jest.useFakeTimers();
  try {
    let looks = 0;
    const health = watch({
      check: async () => {
        looks += 1;
        return {};
      },
    });
    jest.advanceTimersByTime(15_000);
    expect(looks).toBe(3);
    health.stop();
    jest.advanceTimersByTime(60_000);
    expect(looks).toBe(3);
  } finally {
    jest.useRealTimers();
  }
});
