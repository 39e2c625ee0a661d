/** One table of behaviours for both buses, then what is each one's own. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalBus } from '../../../subgraphs/kit/bus/local.ts';
import { openRedisBus } from '../../../subgraphs/kit/bus/redis.ts';
import type { Bus, BusEvent, NewEvent, Retention } from '../../../subgraphs/kit/bus.ts';
import { describeOn, type ScratchRedis, scratchRedis } from '../../setup/services.ts';
import { openRelay, type Relay } from './relay.ts';

const changedAt = new Date('2022-02-20T18:42:11.123Z');
const event = (key: string): NewEvent => ({ key, change: 'UPDATED', changedAt });
const many = (count: number, prefix = 'k'): NewEvent[] => Array.from({ length: count }, (_, at) => event(`${prefix}${at}`));
const keysOf = (events: readonly BusEvent[] = []): string[] => events.map(({ key }) => key);

const readers = new Set<AbortController>();

/** The batches of a topic; whatever is still open at a test's end is aborted. */
const follow = (bus: Bus, topic: string, after?: string): { batches: AsyncIterator<BusEvent[]>; abort: () => void } => {
  const ended = new AbortController();
  readers.add(ended);
  const batches = bus.follow(topic, { after, signal: ended.signal })[Symbol.asyncIterator]();
  return { batches, abort: () => ended.abort() };
};

const nextBatch = async (batches: AsyncIterator<BusEvent[]>): Promise<BusEvent[]> => {
  const { value, done } = await batches.next();
  if (done) throw new Error('The follower ended.');
  return value;
};

/** The first `count` events behind a cursor. */
const read = async (bus: Bus, topic: string, count: number, after = '0-0'): Promise<BusEvent[]> => {
  const { batches } = follow(bus, topic, after);
  const events: BusEvent[] = [];
  while (events.length < count) events.push(...(await nextBatch(batches)));
  return events;
};

const positionOf = ({ cursor }: BusEvent): [number, number] => {
  const [milliseconds = 0, counter = 0] = cursor.split('-').map(Number);
  return [milliseconds, counter];
};

const rises = (events: readonly BusEvent[]): boolean =>
  events.slice(1).every((later, at) => {
    const [before, counter] = positionOf(events[at] as BusEvent);
    const [after, laterCounter] = positionOf(later);
    return after > before || (after === before && laterCounter > counter);
  });

afterEach(() => {
  for (const ended of readers) ended.abort();
  readers.clear();
});

type Open = (retention?: Retention) => Promise<Bus>;
const small: Retention = { events: 100, ageMs: 3_600_000 };

const behavesLikeABus = (open: Open): void => {
  test('events come in the order in which they were published, as they were published, with rising cursors', async () => {
    const bus = await open();
    await bus.publish('unit', [event('a'), { key: 'b', change: 'REMOVED', changedAt: new Date(0) }]);
    await bus.publish('unit', [event('c')]);
    const events = await read(bus, 'unit', 3);
    expect(events.map(({ cursor: _, ...rest }) => rest)).toEqual([
      event('a'),
      { key: 'b', change: 'REMOVED', changedAt: new Date(0) },
      event('c'),
    ]);
    expect(rises(events)).toBe(true);
  });

  test('a reader resumes behind its cursor: nothing twice, nothing left out', async () => {
    const bus = await open();
    await bus.publish('unit', many(5));
    const [, second] = await read(bus, 'unit', 5);
    expect(keysOf(await read(bus, 'unit', 3, second?.cursor))).toEqual(['k2', 'k3', 'k4']);
  });

  test('a reader that names no cursor gets what comes from now on, and nothing before', async () => {
    const bus = await open();
    await bus.publish('unit', [event('before')]);
    const { batches } = follow(bus, 'unit');
    let arrived: BusEvent[] | undefined;
    const first = nextBatch(batches).then((batch) => {
      arrived = batch;
    });
    while (!arrived) {
      await bus.publish('unit', [event('later')]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await first;
    expect(new Set(keysOf(arrived))).toEqual(new Set(['later']));
  });

  test('a reader from the beginning of a topic that nobody has written to waits for its first event', async () => {
    const bus = await open();
    const { batches } = follow(bus, 'unit', '0-0');
    const first = nextBatch(batches);
    await bus.publish('unit', [event('a')]);
    expect(keysOf(await first)).toEqual(['a']);
  });

  test('two readers each go at their own pace', async () => {
    const bus = await open();
    await bus.publish('unit', many(600));
    const slow = follow(bus, 'unit', '0-0').batches;
    const began = await nextBatch(slow);
    expect(await read(bus, 'unit', 600)).toHaveLength(600);
    await bus.publish('unit', [event('newest')]);
    const rest = [...(await nextBatch(slow))];
    while (rest.length < 601 - began.length) rest.push(...(await nextBatch(slow)));
    expect(keysOf(rest)).toEqual([...many(600).slice(began.length), event('newest')].map(({ key }) => key));
  });

  test('a backlog comes in batches of at most 500', async () => {
    const bus = await open();
    await bus.publish('unit', many(1_201));
    const { batches } = follow(bus, 'unit', '0-0');
    const sizes = [await nextBatch(batches), await nextBatch(batches), await nextBatch(batches)].map(({ length }) => length);
    expect(sizes).toEqual([500, 500, 201]);
  });

  test('topics are logs of their own', async () => {
    const bus = await open();
    await bus.publish('unit', [event('u')]);
    await bus.publish('camera', [event('c')]);
    expect(keysOf(await read(bus, 'camera', 1))).toEqual(['c']);
    expect((await bus.last('unit'))?.key).toBe('u');
  });

  test('to publish nothing is no event', async () => {
    const bus = await open();
    await bus.publish('unit', []);
    expect(await bus.last('unit')).toBeUndefined();
  });

  test('the last event of a topic is the newest; an unknown topic has none', async () => {
    const bus = await open();
    await bus.publish('unit', many(3));
    expect(await bus.last('unit')).toMatchObject(event('k2'));
    expect(await bus.last('nothing')).toBeUndefined();
  });

  test('a cursor that retention has passed is too old; one within it still resumes', async () => {
    const bus = await open(small);
    await bus.publish('unit', [event('first')]);
    const [first] = await read(bus, 'unit', 1);
    await bus.publish('unit', many(1_000));
    await expect(nextBatch(follow(bus, 'unit', first?.cursor).batches)).rejects.toMatchObject({ code: 'CURSOR_TOO_OLD' });
    const kept = await read(bus, 'unit', 100);
    expect(keysOf(await read(bus, 'unit', 1, kept.at(-2)?.cursor))).toEqual([kept.at(-1)?.key]);
  });

  test('from the beginning is as far back as the log reaches, which is never too old', async () => {
    const bus = await open(small);
    for (let round = 0; round < 5; round += 1) await bus.publish('unit', many(200, `r${round}-`));
    const events = await read(bus, 'unit', 100);
    expect(events.at(-1)?.key).toBe('r4-199');
    expect(events.length).toBeLessThan(1_000);
  });

  test('a reader that retention overtakes while it handles a batch is told, instead of missing events unknowingly', async () => {
    const bus = await open(small);
    await bus.publish('unit', many(10));
    const { batches } = follow(bus, 'unit', '0-0');
    await nextBatch(batches);
    await bus.publish('unit', many(1_000));
    await expect(nextBatch(batches)).rejects.toMatchObject({ code: 'CURSOR_TOO_OLD' });
  });

  test('a waiting reader that one burst overtakes is told, instead of missing events unknowingly', async () => {
    const bus = await open(small);
    await bus.publish('unit', [event('first')]);
    const { batches } = follow(bus, 'unit', '0-0');
    await nextBatch(batches);
    const next = nextBatch(batches);
    next.catch(() => {});
    await bus.publish('unit', many(1_000));
    await expect(next).rejects.toMatchObject({ code: 'CURSOR_TOO_OLD' });
  });

  test('a cursor of a log that is gone is too old, not a wait without end', async () => {
    const bus = await open();
    await expect(nextBatch(follow(bus, 'unit', '5-0').batches)).rejects.toMatchObject({ code: 'CURSOR_TOO_OLD' });
  });

  test.each([
    '',
    'x',
    '1',
    '1-',
    '-1',
    '1-1-1',
    ' 1-1',
    '1-1\n',
    '１-１',
    '$',
    '+',
    '(1-1',
    `${'9'.repeat(16)}-0`,
    '1.5-0',
    '0x1-0',
  ])('the cursor %j is none of the bus', async (cursor) => {
    const bus = await open();
    await bus.publish('unit', [event('a')]);
    await expect(nextBatch(follow(bus, 'unit', cursor).batches)).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  });

  test('an abort ends a reader that waits', async () => {
    const bus = await open();
    await bus.publish('unit', [event('a')]);
    const { batches, abort } = follow(bus, 'unit', '0-0');
    await nextBatch(batches);
    const waiting = batches.next();
    abort();
    expect((await waiting).done).toBe(true);
  });

  test('an abort before the first read ends the reader without an event', async () => {
    const bus = await open();
    await bus.publish('unit', [event('a')]);
    const { batches, abort } = follow(bus, 'unit', '0-0');
    abort();
    expect((await batches.next()).done).toBe(true);
  });

  test('the status board holds what each system said last', async () => {
    const bus = await open();
    expect(await bus.statuses()).toEqual([]);
    const cad = { name: 'cad', title: 'Dispatch', lastSeenAt: '2022-02-20T18:42:11.000Z' };
    await bus.report({ ...cad, state: 'LIVE', lagSeconds: 0.5 });
    await bus.report({ ...cad, name: 'rms', title: 'Records', state: 'STALE', detail: 'No change for an hour.' });
    await bus.report({ ...cad, state: 'DOWN' });
    const statuses = await bus.statuses();
    expect(statuses.sort((a, b) => a.name.localeCompare(b.name))).toEqual([
      { ...cad, state: 'DOWN' },
      { ...cad, name: 'rms', title: 'Records', state: 'STALE', detail: 'No change for an hour.' },
    ]);
  });
};

const opened: Bus[] = [];
const keep = (bus: Bus): Bus => {
  opened.push(bus);
  return bus;
};
const folders: string[] = [];
const folderOf = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'rtcc-bus-'));
  folders.push(folder);
  return folder;
};

afterEach(async () => {
  await Promise.all(opened.splice(0).map((bus) => bus.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('the bus of one process, in memory', () => {
  behavesLikeABus(async (retention) => keep(openLocalBus(retention ? { retention } : {})));

  test('a clock that steps back does not take the cursors along', async () => {
    let nowMs = 1_000_000;
    const bus = keep(openLocalBus({ now: () => nowMs }));
    await bus.publish('unit', [event('a')]);
    nowMs = 400_000;
    await bus.publish('unit', [event('b'), event('c')]);
    nowMs = 1_000_001;
    await bus.publish('unit', [event('d')]);
    const events = await read(bus, 'unit', 4);
    expect(events.map(({ cursor }) => cursor)).toEqual(['1000000-0', '1000000-1', '1000000-2', '1000001-0']);
    expect(keysOf(await read(bus, 'unit', 2, '1000000-1'))).toEqual(['c', 'd']);
  });

  test('events go when they are old, but the newest stays: feeds resume from it', async () => {
    let nowMs = 1_000_000;
    const bus = keep(openLocalBus({ now: () => nowMs, retention: { events: 20, ageMs: 1_000 } }));
    await bus.publish('unit', many(10));
    nowMs += 5_000;
    await bus.publish('unit', [event('young')]);
    expect(keysOf(await read(bus, 'unit', 1))).toEqual(['young']);
    expect((await bus.last('unit'))?.key).toBe('young');
  });

  test('with a log that was lost, a cursor from before is too old', async () => {
    const before = keep(openLocalBus());
    await before.publish('unit', [event('a')]);
    const cursor = (await before.last('unit'))?.cursor;
    const after = keep(openLocalBus({ now: () => Date.now() + 10 }));
    await after.publish('unit', [event('b')]);
    await expect(nextBatch(follow(after, 'unit', cursor).batches)).rejects.toMatchObject({ code: 'CURSOR_TOO_OLD' });
  });
});

describe('the bus of one process, with a journal', () => {
  behavesLikeABus(async (retention) => keep(openLocalBus({ folder: folderOf(), ...(retention ? { retention } : {}) })));

  const restart = async (folder: string, bus: Bus, options: { now?: () => number; retention?: Retention } = {}): Promise<Bus> => {
    await bus.close();
    return keep(openLocalBus({ folder, ...options }));
  };

  test('cursors outlive a restart', async () => {
    const folder = folderOf();
    const before = openLocalBus({ folder });
    await before.publish('unit', many(3));
    await before.publish('camera', [event('c')]);
    const [first] = await read(before, 'unit', 3);
    const after = await restart(folder, before);
    await after.publish('unit', [event('new')]);
    const resumed = await read(after, 'unit', 3, first?.cursor);
    expect(keysOf(resumed)).toEqual(['k1', 'k2', 'new']);
    expect(resumed[0]).toMatchObject({ change: 'UPDATED', changedAt });
    expect(rises(resumed)).toBe(true);
    expect((await after.last('camera'))?.key).toBe('c');
  });

  test('cursors go on from the journal when the clock stepped back while the process was away', async () => {
    const folder = folderOf();
    const before = openLocalBus({ folder, now: () => 1_000_000 });
    await before.publish('unit', [event('a')]);
    const after = await restart(folder, before, { now: () => 400_000 });
    await after.publish('unit', [event('b')]);
    expect(await read(after, 'unit', 1, '1000000-0')).toMatchObject([{ key: 'b', cursor: '1000000-1' }]);
  });

  test.each([
    ['half of the last line', '["unit","99999999999'],
    ['a line of another make', '{"topic":"unit"}\n'],
    ['a cursor that is none', '["unit","soon","x","UPDATED",0]\n'],
    ['zeros, as a file system leaves them', '\0\0\0\0'],
  ])('a crash that left %s costs nothing else', async (_what, debris) => {
    const folder = folderOf();
    const before = openLocalBus({ folder });
    await before.publish('unit', many(2));
    await before.close();
    appendFileSync(join(folder, 'bus.jsonl'), debris);
    const after = openLocalBus({ folder });
    await after.publish('unit', [event('new')]);
    const again = await restart(folder, after);
    expect(keysOf(await read(again, 'unit', 3))).toEqual(['k0', 'k1', 'new']);
  });

  test('a restart drops from the journal what retention has passed', async () => {
    const folder = folderOf();
    const before = openLocalBus({ folder });
    await before.publish('unit', many(1_000));
    const after = await restart(folder, before, { retention: small });
    expect(await read(after, 'unit', 100)).toHaveLength(100);
    expect(readFileSync(join(folder, 'bus.jsonl'), 'utf8').trim().split('\n')).toHaveLength(100);
  });
});

describeOn('redis', 'the bus of many processes', () => {
  let redis: ScratchRedis;
  const open = async (retention?: Retention, url = redis.url): Promise<Bus> =>
    keep(await openRedisBus({ url, prefix: redis.prefix, ...(retention ? { retention } : {}) }));
  beforeEach(() => {
    redis = scratchRedis();
  });
  // Registered before the hook above that closes, and so run after it.
  afterEach(() => redis.drop());

  behavesLikeABus(open);

  test('what one process publishes another reads, waiting for it or later', async () => {
    const [here, there] = [await open(), await open()];
    const waiting = nextBatch(follow(there, 'unit', '0-0').batches);
    await here.publish('unit', [event('a')]);
    expect(keysOf(await waiting)).toEqual(['a']);
    expect(await there.last('unit')).toEqual(await here.last('unit'));
    await here.report({ name: 'cad', title: 'Dispatch', state: 'LIVE', lastSeenAt: '2022-02-20T18:42:11.000Z' });
    expect(await there.statuses()).toHaveLength(1);
  });

  test('hubs with prefixes of their own do not hear each other', async () => {
    const mine = await open();
    const other = keep(await openRedisBus({ url: redis.url, prefix: `${redis.prefix}other:` }));
    await other.publish('unit', [event('theirs')]);
    expect(await mine.last('unit')).toBeUndefined();
  });

  test('many readers of many topics share one waiting connection, and each is woken', async () => {
    const bus = await open();
    const topics = Array.from({ length: 20 }, (_, at) => `topic${at}`);
    const waiting = topics.map((topic) => nextBatch(follow(bus, topic, '0-0').batches));
    for (const topic of topics) await bus.publish(topic, [event(topic)]);
    expect((await Promise.all(waiting)).map((batch) => batch[0]?.key)).toEqual(topics);
  });

  describe('behind a connection that breaks', () => {
    let relay: Relay;
    beforeEach(async () => {
      relay = await openRelay(redis.url);
    });
    afterEach(() => relay.close());

    /** A command under way when its connection breaks is refused; whoever sent it tries again, as feeds do. */
    const persist = async (task: () => Promise<void>): Promise<void> => {
      for (;;) {
        try {
          return await task();
        } catch {
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
    };

    test('connections that Redis ends are made anew, and a waiting reader misses nothing', async () => {
      const errors: Error[] = [];
      const bus = keep(await openRedisBus({ url: relay.url, prefix: redis.prefix, onError: (error) => errors.push(error) }));
      await bus.publish('unit', [event('before')]);
      const { batches } = follow(bus, 'unit', '0-0');
      await nextBatch(batches);
      const waiting = nextBatch(batches);
      expect(await relay.killAtRedis()).toBe(2);
      await persist(() => bus.publish('unit', [event('after')]));
      expect(keysOf(await waiting)).toEqual(['after']);
      expect(errors.length).toBeGreaterThan(0);
    });

    test('what is published while Redis is away is published when it is back', async () => {
      const bus = keep(await openRedisBus({ url: relay.url, prefix: redis.prefix }));
      await bus.publish('unit', [event('before')]);
      const cursor = (await bus.last('unit'))?.cursor;
      await relay.stop();
      const publishing = persist(() => bus.publish('unit', [event('meanwhile')]));
      await relay.start();
      await publishing;
      expect(keysOf(await read(bus, 'unit', 1, cursor))).toEqual(['meanwhile']);
    });
  });
});
