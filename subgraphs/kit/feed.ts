/**
 * Changes of any source: a view is polled by `changed_at`, and a source that can
 * notify wakes the poll at once. What goes to the bus are keys.
 *
 * Rows get their `changed_at` when their transaction begins and become visible
 * when it commits, so a later row can be seen first. Each poll therefore reads a
 * few seconds back and passes over what it has published already; a row is
 * delivered at least once.
 */
import type { Database } from './database.ts';
import type { Change } from './status.ts';
import type { Feed, Runtime } from './system.ts';

export interface PollOptions {
  topic: string;
  /** The contract's view, `cad.incident`; it has `changed_at`. Trusted text of ours. */
  view: string;
  /** The view's key column, which is the entity's id in the graph. */
  key?: string;
  /** An SQL expression over the view that gives CREATED, UPDATED or REMOVED. */
  change?: string;
  /** A channel that the source notifies when something changed; absent: polled only. */
  channel?: string;
  everyMs?: number;
}

interface Row {
  key: string;
  changed_at: Date;
  position: string;
  change: Change;
}

const overlapSeconds = 5;
const batchSize = 1_000;
const maximumPauseMs = 30_000;

export const pollFeed = (options: PollOptions): Feed =>
  Object.assign((runtime: Runtime, signal: AbortSignal) => watch(options, runtime, signal), { topic: options.topic });

interface Progress {
  /** The newest `changed_at` read, as the database prints it: JavaScript's dates would lose its microseconds. */
  position: string;
  /** What the overlap has published already, or held when the feed began on a bus without a past: key → position. */
  published: Map<string, string>;
}

const watch = async (options: PollOptions, runtime: Runtime, signal: AbortSignal): Promise<void> => {
  const { everyMs = 1_000, topic } = options;
  const alarm = openAlarm();
  let progress: Progress | undefined;
  let unlisten: (() => Promise<void>) | undefined;
  let failures = 0;
  while (!signal.aborted) {
    try {
      progress ??= await start(options, runtime);
      unlisten ??= await listen(options, runtime, alarm.ring, () => {
        if (!unlisten) return; // Was never there: that is a failure, and failures wait.
        unlisten = undefined;
        alarm.ring(); // Nothing was heard since it broke.
      });
      await poll(options, runtime, progress);
      failures = 0;
    } catch (error) {
      failures += 1;
      runtime.log.warn(
        { topic, failures, code: codeOf(error) },
        'The feed cannot read its source or reach the bus; it tries again.',
      );
    }
    await alarm.wait(failures === 0 ? everyMs : Math.min(everyMs * 2 ** failures, maximumPauseMs), signal);
  }
  await unlisten?.().catch(() => {});
};

/** Where an earlier process stopped publishing; on a bus without a past: the present, whose rows are history and no news. */
const start = async (options: PollOptions, { bus, database }: Runtime): Promise<Progress> => {
  const last = await bus.last(options.topic);
  if (last) return { position: last.changedAt.toISOString(), published: new Map() };
  const [row] = await database.query<{ position: string | null }>(
    `SELECT max(changed_at)::text AS position FROM ${options.view}`,
  );
  const progress: Progress = { position: row?.position ?? new Date(0).toISOString(), published: new Map() };
  for await (const rows of pages(options, database, progress.position)) pass(rows, progress);
  return progress;
};

const poll = async (options: PollOptions, { database, bus }: Runtime, progress: Progress): Promise<void> => {
  for await (const rows of pages(options, database, progress.position)) {
    const news = rows.filter(({ key, position }) => progress.published.get(key) !== position);
    await bus.publish(
      options.topic,
      news.map(({ key, change, changed_at }) => ({ key, change, changedAt: changed_at })),
    );
    pass(rows, progress);
  }
  advance(progress);
};

const pass = (rows: readonly Row[], { published }: Progress): void => {
  for (const { key, position } of rows) published.set(key, position);
};

/** What changed since a few seconds before `position`, in order. */
async function* pages(options: PollOptions, database: Database, position: string): AsyncGenerator<Row[]> {
  let behind: Row | undefined;
  do {
    const rows = await read(options, database, position, behind);
    yield rows;
    behind = rows.length < batchSize ? undefined : rows.at(-1);
  } while (behind);
}

const read = (
  { view, key = 'id', change = "'UPDATED'" }: PollOptions,
  database: Database,
  position: string,
  behind?: Row,
): Promise<Row[]> => {
  const where = behind
    ? `(changed_at, ${key}) > ($1::timestamptz, $2)`
    : `changed_at > $1::timestamptz - interval '${overlapSeconds} seconds'`;
  return database.query<Row>(
    `SELECT ${key} AS key, changed_at, changed_at::text AS position, ${change} AS change
     FROM ${view} WHERE ${where} ORDER BY changed_at, ${key} LIMIT ${batchSize}`,
    behind ? [behind.position, behind.key] : [position],
  );
};

/** Moves to the newest position read and forgets what the next overlap cannot reach. */
const advance = (progress: Progress): void => {
  const timed = [...progress.published].map(([key, position]) => ({ key, position, ms: Date.parse(position) }));
  const newest = timed.reduce((a, b) => (b.ms > a.ms ? b : a), {
    key: '',
    position: progress.position,
    ms: Date.parse(progress.position),
  });
  progress.position = newest.position;
  for (const { key, ms } of timed) if (ms < newest.ms - 2_000 * overlapSeconds) progress.published.delete(key);
};

const listen = async (
  { channel }: PollOptions,
  { database }: Runtime,
  ring: () => void,
  onLost: () => void,
): Promise<() => Promise<void>> => (channel ? database.listen(channel, ring, onLost) : async () => {});

interface Alarm {
  ring: () => void;
  /** Until the bell, the time or the end, whichever is first. A bell while nobody waits is remembered. */
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

const openAlarm = (): Alarm => {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    wait: async (ms, signal) => {
      if (!rung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
          signal.addEventListener('abort', wake, { once: true });
        });
        signal.removeEventListener('abort', wake ?? (() => {}));
      }
      wake = undefined;
      rung = false;
    },
  };
};

/** A driver's code, such as ECONNREFUSED; its message may quote data. */
const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'UNKNOWN';
};
