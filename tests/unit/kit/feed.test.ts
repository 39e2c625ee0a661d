/** The feed over a view in PGlite. Polls are driven by NOTIFY, so that a test knows when one is over. */
import { pino } from 'pino';
import { openLocalBus } from '../../../subgraphs/kit/bus/local.ts';
import type { Bus, BusEvent, NewEvent } from '../../../subgraphs/kit/bus.ts';
import { type Database, openDatabase } from '../../../subgraphs/kit/database.ts';
import { type PollOptions, pollFeed } from '../../../subgraphs/kit/feed.ts';
import type { Runtime } from '../../../subgraphs/kit/system.ts';

const topic = 'thing';
const hourMs = 3_600_000;
let database: Database;

beforeAll(async () => {
  database = await openDatabase('pglite:');
  await database.exec(`
    CREATE TABLE thing (id text PRIMARY KEY, badge text, changed_at timestamptz NOT NULL, gone boolean NOT NULL DEFAULT false);
    CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NOTIFY thing_changed; RETURN NULL; END $$;
    CREATE TRIGGER thing_tells AFTER INSERT OR UPDATE ON thing FOR EACH STATEMENT EXECUTE FUNCTION tell();`);
});
afterAll(() => database.close());

const running: { stop: AbortController; feed: Promise<void> }[] = [];

afterEach(async () => {
  for (const { stop } of running) stop.abort();
  await Promise.all(running.splice(0).map(({ feed }) => feed));
  await database.exec('TRUNCATE thing');
});

interface Scene {
  options?: Partial<PollOptions>;
  bus?: Bus;
  /** Stands before the database's own functions. */
  override?: (own: Database) => Partial<Database>;
}

const start = ({ options = {}, bus = openLocalBus(), override = () => ({}) }: Scene = {}) => {
  const calls: NewEvent[][] = [];
  let waiting: { ready: () => boolean; resolve: () => void }[] = [];
  const warnings: string[] = [];
  const settle = () => {
    for (const { resolve } of waiting.filter(({ ready }) => ready())) resolve();
    waiting = waiting.filter(({ ready }) => !ready());
  };
  const spied: Bus = {
    ...bus,
    publish: async (name, events) => {
      await bus.publish(name, events);
      calls.push(events);
      queueMicrotask(settle);
    },
  };
  const until = (ready: () => boolean) =>
    ready() ? Promise.resolve() : new Promise<void>((resolve) => waiting.push({ ready, resolve }));
  const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
  const stop = new AbortController();
  const runtime = { bus: spied, database: { ...database, ...override(database) }, log, now: Date.now, settings: {} } as Runtime;
  const feed = pollFeed({ topic, view: 'thing', channel: 'thing_changed', everyMs: hourMs, ...options })(runtime, stop.signal);
  running.push({ stop, feed });
  return {
    feed,
    stop,
    calls,
    warnings,
    keys: () => calls.flat().map(({ key }) => key),
    /** So many polls (or pages of one) are over. */
    polls: (count: number) => until(() => calls.length >= count),
    published: (count: number) => until(() => calls.flat().length >= count),
    /** One poll more, from now on. */
    again: async () => {
      const before = calls.length;
      await database.exec('NOTIFY thing_changed');
      await until(() => calls.length > before);
    },
  };
};

/** 2022-02-20 12:MM:SS.ffffff */
const at = (time: string) => `2022-02-20 12:${time}+00`;
const put = (id: string, time: string, gone = false) =>
  database.query(
    `INSERT INTO thing (id, badge, changed_at, gone) VALUES ($1, 'badge-' || $1, $2::timestamptz, $3)
     ON CONFLICT (id) DO UPDATE SET changed_at = excluded.changed_at, gone = excluded.gone`,
    [id, at(time), gone],
  );
const putMany = (count: number, prefix: string, time: string) =>
  database.query(
    `INSERT INTO thing (id, changed_at) SELECT $1 || lpad(n::text, 5, '0'), $2::timestamptz FROM generate_series(1, $3::int) n`,
    [prefix, at(time), count],
  );

test('a change is published by its key and time, and says nothing of the record', async () => {
  const { polls, published, calls } = start();
  await polls(1);
  await put('a', '00:01.5');
  await published(1);
  expect(calls.flat()).toEqual([{ key: 'a', change: 'UPDATED', changedAt: new Date('2022-02-20T12:00:01.500Z') }]);
});

test('a notification wakes the feed at once; many of them cost no event twice', async () => {
  const { polls, published, again, keys } = start();
  await polls(1);
  await put('a', '00:01');
  await published(1);
  await put('b', '00:02');
  await published(2);
  for (let round = 0; round < 3; round += 1) await again();
  expect(keys()).toEqual(['a', 'b']);
});

test('a source that cannot notify is polled', async () => {
  const { polls, published, keys } = start({ options: { channel: undefined, everyMs: 1 } });
  await polls(1);
  await put('a', '00:01');
  await published(1);
  await polls(10);
  expect(keys()).toEqual(['a']);
});

test('on a bus without a past, what the view holds already is history and no news', async () => {
  await put('old', '00:00');
  await put('older', '00:00');
  const { polls, again, keys } = start();
  await polls(1);
  await put('new', '00:01');
  await again();
  expect(keys()).toEqual(['new']);
});

test('history of more than one page, all of one instant, is no news either', async () => {
  await putMany(2_500, 'old', '00:00');
  const { polls, published, keys } = start();
  await polls(3);
  await put('new', '00:00');
  await published(1);
  expect(keys()).toEqual(['new']);
});

test('changes microseconds apart are told apart', async () => {
  await put('old', '00:00.123456');
  const { polls, published, again, keys } = start();
  await polls(1);
  await put('new', '00:00.123900');
  await published(1);
  await put('new', '00:00.123901');
  await published(2);
  await again();
  expect(keys()).toEqual(['new', 'new']);
});

test('a row that commits late, within the overlap, is published, and once', async () => {
  await put('old', '00:10');
  const { polls, published, again, keys } = start();
  await polls(1);
  await put('late behind history', '00:07');
  await published(1);
  await put('new', '00:20');
  await published(2);
  await put('late', '00:16');
  await published(3);
  await again();
  await again();
  expect(keys()).toEqual(['late behind history', 'new', 'late']);
});

test('a row that commits later than the overlap reaches is passed over, and so is history', async () => {
  await put('old', '00:10');
  const { polls, again, keys } = start();
  await polls(1);
  await put('too late', '00:04');
  await again();
  expect(keys()).toEqual([]);
});

test('the first row of an empty view is news', async () => {
  const { polls, published, keys } = start();
  await polls(1);
  await put('first', '00:01');
  await published(1);
  expect(keys()).toEqual(['first']);
});

test("after a restart the feed resumes from the bus's last event: nothing is lost, and only the last seconds may come twice", async () => {
  const bus = openLocalBus();
  await put('long ago', '00:01');
  const before = start({ bus });
  await before.polls(1);
  await put('a', '00:10');
  await put('b', '00:20');
  await before.published(2);
  before.stop.abort();
  await before.feed;
  await put('while away', '00:30');
  await put('while away, late', '00:17');
  const after = start({ bus });
  await after.published(3);
  expect(after.keys()).toEqual(['while away, late', 'b', 'while away']);
});

test('a change of more rows than a page is published page by page, each row once', async () => {
  const { polls, published, again, calls, keys } = start();
  await polls(1);
  await putMany(2_500, 'k', '00:01');
  await published(2_500);
  await again();
  expect(calls.map(({ length }) => length).filter(Boolean)).toEqual([1_000, 1_000, 500]);
  expect(new Set(keys()).size).toBe(2_500);
});

test('an expression over the view says what a change was', async () => {
  const { polls, published, calls } = start({ options: { change: "CASE WHEN gone THEN 'REMOVED' ELSE 'UPDATED' END" } });
  await polls(1);
  await put('a', '00:01');
  await published(1);
  await put('a', '00:02', true);
  await published(2);
  expect(calls.flat().map(({ key, change }) => [key, change])).toEqual([
    ['a', 'UPDATED'],
    ['a', 'REMOVED'],
  ]);
});

test('another column may be the key', async () => {
  const { polls, published, keys } = start({ options: { key: 'badge' } });
  await polls(1);
  await put('a', '00:01');
  await published(1);
  expect(keys()).toEqual(['badge-a']);
});

describe('when something fails', () => {
  /** Rejects while `away` says so. */
  const failing = (away: () => boolean) => (own: Database) => ({
    query: async <Row>(sql: string, parameters?: unknown[]): Promise<Row[]> => {
      if (away()) throw Object.assign(new Error('duplicate key (name)=(John Doe)'), { code: 'ECONNREFUSED' });
      return own.query<Row>(sql, parameters);
    },
  });

  test('a source that is away at the start and comes back is read; the log has the code and nothing of a record', async () => {
    let failures = 0;
    const { polls, published, keys, warnings } = start({ options: { everyMs: 1 }, override: failing(() => failures++ < 3) });
    await polls(1);
    await put('a', '00:01');
    await published(1);
    expect(keys()).toEqual(['a']);
    expect(warnings).toHaveLength(3);
    expect(warnings[2]).toContain('"failures":3,"code":"ECONNREFUSED"');
    expect(warnings.join()).not.toContain('John');
  });

  test('what changed while the source was away is published when it is back', async () => {
    let away = false;
    const { polls, published, keys, warnings } = start({ options: { everyMs: 1 }, override: failing(() => away) });
    await polls(1);
    away = true;
    await put('a', '00:01');
    while (warnings.length < 2) await new Promise((resolve) => setImmediate(resolve));
    away = false;
    await published(1);
    expect(keys()).toEqual(['a']);
  });

  test('what a bus would not take is published when it does', async () => {
    const bus = openLocalBus();
    let refusals = 2;
    const moody: Bus = {
      ...bus,
      publish: async (name, events) => {
        if (events.length > 0 && refusals-- > 0) throw new Error('away');
        await bus.publish(name, events);
      },
    };
    const { polls, published, keys } = start({ bus: moody, options: { everyMs: 1 } });
    await polls(1);
    await put('a', '00:01');
    await published(1);
    expect(keys()).toEqual(['a']);
  });

  test('a page that was published is not published again because the next one could not be read', async () => {
    let failed = false;
    const { polls, published, again, keys } = start({
      options: { everyMs: 1 },
      override: (own) => ({
        query: async <Row>(sql: string, parameters?: unknown[]): Promise<Row[]> => {
          if (!failed && parameters?.length === 2) {
            failed = true;
            throw new Error('away');
          }
          return own.query<Row>(sql, parameters);
        },
      }),
    });
    await polls(1);
    await putMany(1_500, 'k', '00:01');
    await published(1_500);
    await again();
    expect([failed, keys().length]).toEqual([true, 1_500]);
  });

  test('a listening connection that was lost is opened again at once, and what happened meanwhile is read', async () => {
    const lost: (() => void)[] = [];
    let deaf = false;
    const { polls, published, keys } = start({
      override: (own) => ({
        listen: (channel, onNotify, onLost) => {
          lost.push(onLost);
          return own.listen(channel, (payload) => deaf || onNotify(payload), onLost);
        },
      }),
    });
    await polls(1);
    deaf = true;
    await put('unheard', '00:01');
    deaf = false;
    lost[0]?.();
    await published(1);
    expect([lost.length, keys()]).toEqual([2, ['unheard']]);
  });

  test('a listening connection that cannot be opened is tried with patience', async () => {
    let tries = 0;
    const { polls, warnings } = start({
      options: { everyMs: 1 },
      override: (own) => ({
        listen: (channel, onNotify, onLost) => {
          tries += 1;
          if (tries > 3) return own.listen(channel, onNotify, onLost);
          onLost(); // As a driver does for a connection that never was.
          return Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
        },
      }),
    });
    await polls(1);
    expect([tries, warnings.length]).toEqual([4, 3]);
  });
});

test('an abort ends a feed that waits, and it listens no more', async () => {
  let listening = 0;
  const { polls, feed, stop } = start({
    override: (own) => ({
      listen: async (channel, onNotify, onLost) => {
        const unlisten = await own.listen(channel, onNotify, onLost);
        listening += 1;
        return async () => {
          listening -= 1;
          await unlisten();
        };
      },
    }),
  });
  await polls(1);
  expect(listening).toBe(1);
  stop.abort();
  await feed;
  expect(listening).toBe(0);
});

test("a feed names its topic, by which a source's lag is told", () => {
  expect(pollFeed({ topic: 'unit', view: 'thing' }).topic).toBe('unit');
});

test('followers of the bus see what the feed publishes', async () => {
  const bus = openLocalBus();
  const { polls } = start({ bus });
  await polls(1);
  const ended = new AbortController();
  const batches = bus.follow(topic, { signal: ended.signal })[Symbol.asyncIterator]();
  const next = batches.next() as Promise<IteratorResult<BusEvent[]>>;
  await put('a', '00:01');
  expect((await next).value).toMatchObject([{ key: 'a' }]);
  ended.abort();
});
