/** A subscription field over a bus: where it begins, what it passes over, how it ends. */
import { jest } from '@jest/globals';
import { openLocalBus } from '../../../subgraphs/kit/bus/local.ts';
import type { Bus } from '../../../subgraphs/kit/bus.ts';
import { type LiveOptions, type LivePayload, live } from '../../../subgraphs/kit/live.ts';
import type { Context } from '../../../subgraphs/kit/system.ts';

interface Reader {
  /** Each context has a reader of its own. */
  number: number;
}
interface Arguments {
  after?: string | null;
  only?: string;
}

const startMs = 1_000_000;
let bus: Bus;
/** Whether the bus still holds a reader. */
let signals: AbortSignal[];

beforeEach(() => {
  signals = [];
  const own = openLocalBus({ now: () => startMs });
  bus = {
    ...own,
    follow: (topic, options) => {
      signals.push(options.signal);
      return own.follow(topic, options);
    },
  };
});

const publish = (...keys: string[]) =>
  bus.publish(
    'unit',
    keys.map((key) => ({ key, change: 'UPDATED', changedAt: new Date(startMs) })),
  );

const contextOf = (expiresAtMs = startMs + 60_000, resumeAfter?: string): Context<Reader> => {
  let made = 0;
  const make = (): Context<Reader> => ({
    principal: {} as Context<Reader>['principal'],
    read: { number: made++ },
    stream: { bus, now: () => startMs, resumeAfter, expiresAtMs, renew: make },
  });
  return make();
};

type Options = Partial<LiveOptions<Reader, Arguments, unknown>>;

const subscribe = (options: Options = {}, args: Arguments = {}, context = contextOf()) => {
  const field = live<Reader, Arguments, unknown>({
    topic: 'unit',
    accept: () => true,
    resolve: ({ key }) => key,
    ...options,
  });
  return { field, events: field.subscribe(undefined, args, context) };
};

const nextOf = async (events: AsyncGenerator<LivePayload<Reader>, void>): Promise<LivePayload<Reader>> => {
  const { value, done } = await events.next();
  if (done || !value) throw new Error('The stream ended.');
  return value;
};

/** Past the opening. */
const opened = async (...parameters: Parameters<typeof subscribe>) => {
  const { events } = subscribe(...parameters);
  await nextOf(events);
  return events;
};

const keys = async (events: AsyncGenerator<LivePayload<Reader>, void>, count: number): Promise<string[]> => {
  const found: string[] = [];
  while (found.length < count) found.push((await nextOf(events)).event.key);
  return found;
};

describe('the opening says where the stream begins, so that nothing is lost however soon it breaks', () => {
  test('on an empty topic: at the beginning', async () => {
    const { events } = subscribe();
    expect(await nextOf(events)).toMatchObject({ opening: true, event: { cursor: '0-0', key: '' } });
  });

  test('without a cursor: behind the last event', async () => {
    await publish('a', 'b');
    const { events } = subscribe();
    expect((await nextOf(events)).event.cursor).toBe((await bus.last('unit'))?.cursor);
    await publish('c');
    expect(await keys(events, 1)).toEqual(['c']);
  });

  test("at the field's own cursor", async () => {
    await publish('a', 'b', 'c');
    const { events } = subscribe({}, { after: '1000000-0' });
    expect((await nextOf(events)).event.cursor).toBe('1000000-0');
    expect(await keys(events, 2)).toEqual(['b', 'c']);
  });

  test("at the gateway's cursor, which goes before the field's own", async () => {
    await publish('a', 'b', 'c');
    const { events } = subscribe({}, { after: '1000000-0' }, contextOf(undefined, '1000000-1'));
    expect((await nextOf(events)).event.cursor).toBe('1000000-1');
    expect(await keys(events, 1)).toEqual(['c']);
  });

  test('what comes between the opening and the first read is not lost', async () => {
    const { events } = subscribe();
    await nextOf(events);
    await publish('a');
    expect(await keys(events, 1)).toEqual(['a']);
  });
});

test('an event that is not accepted is no event', async () => {
  const events = await opened({ accept: async ({ key }, { only }) => key === only }, { only: 'b' });
  await publish('a', 'b', 'c', 'b');
  expect(await keys(events, 2)).toEqual(['b', 'b']);
});

test('each event has fresh loaders: what one read answers no other', async () => {
  const seen: number[] = [];
  const events = await opened({
    accept: (_event, _args, { read }) => {
      seen.push(read.number);
      return true;
    },
  });
  await publish('a', 'b');
  const payloads = [await nextOf(events), await nextOf(events)];
  expect(payloads.map(({ context }) => context.read.number)).toEqual(seen);
  expect(new Set(seen).size).toBe(2);
});

test("the field's value is made of the event, the arguments and the event's own context", async () => {
  const { field, events } = subscribe({ resolve: ({ key }, { only }, { read }) => [key, only, read.number] }, { only: 'a' });
  await nextOf(events);
  await publish('a');
  const payload = await nextOf(events);
  expect(field.resolve(payload, { only: 'a' })).toEqual(['a', 'a', payload.context.read.number]);
});

test('of a backlog of positions a reader gets the newest of each, with cursors in order', async () => {
  await publish('a', 'b', 'a', 'c', 'b', 'a');
  const events = await opened({ latest: true }, { after: '0-0' });
  const payloads = [await nextOf(events), await nextOf(events), await nextOf(events)];
  expect(payloads.map(({ event, latest }) => [event.key, event.cursor, latest])).toEqual([
    ['c', '1000000-3', true],
    ['b', '1000000-4', true],
    ['a', '1000000-5', true],
  ]);
});

test('of any other backlog nothing is dropped', async () => {
  await publish('a', 'b', 'a', 'c', 'b', 'a');
  expect(await keys(await opened({}, { after: '0-0' }), 6)).toEqual(['a', 'b', 'a', 'c', 'b', 'a']);
});

test.each([
  ['5-0', 'CURSOR_TOO_OLD'],
  ['soon', 'CURSOR_INVALID'],
])('the cursor %s ends the stream with %s', async (after, code) => {
  await publish('a');
  const events = await opened({}, { after });
  await expect(events.next()).rejects.toMatchObject({ code });
  expect((await events.next()).done).toBe(true);
});

test('a reader that waits is let go by return(), and leaves nothing on the bus', async () => {
  const events = await opened();
  const waiting = events.next();
  expect((await events.return()).done).toBe(true);
  expect((await waiting).done).toBe(true);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});

test('a reader that leaves before it reads leaves nothing either', async () => {
  const { events } = subscribe();
  await events.return();
  expect((await events.next()).done).toBe(true);
  expect(signals).toEqual([]);
});

test('a reader that leaves a for-await in the middle leaves nothing on the bus', async () => {
  await publish('a', 'b');
  const { events } = subscribe({}, { after: '0-0' });
  for await (const { opening } of events) if (!opening) break;
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});

test('what fails while an event is judged ends the stream, and the bus is let go', async () => {
  const events = await opened({ accept: () => Promise.reject(new Error('away')) });
  await publish('a');
  await expect(events.next()).rejects.toThrow('away');
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});

describe("when the gateway's signature ends", () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('a waiting stream ends with STREAM_ENDED, and not before', async () => {
    const events = await opened();
    const waiting = events.next();
    jest.advanceTimersByTime(59_999);
    await publish('still');
    expect((await waiting).value).toMatchObject({ event: { key: 'still' } });
    const late = events.next();
    jest.advanceTimersByTime(1);
    await expect(late).rejects.toMatchObject({ code: 'STREAM_ENDED' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  test('what was in the batch already is not read for the reader any more', async () => {
    await publish('a', 'b');
    const judged: string[] = [];
    const events = await opened({ accept: ({ key }) => judged.push(key) > 0 }, { after: '0-0' });
    expect(await keys(events, 1)).toEqual(['a']);
    jest.advanceTimersByTime(60_000);
    await expect(events.next()).rejects.toMatchObject({ code: 'STREAM_ENDED' });
    expect(judged).toEqual(['a']);
  });

  test('a stream that was left sets off nothing later', async () => {
    const events = await opened();
    await events.return();
    expect(jest.getTimerCount()).toBe(0);
  });
});
