/**
 * The bus of a single process. Topics are arrays in memory; with a folder, each
 * event is also a line of a journal, so that cursors outlive a restart.
 */
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Bus, type BusEvent, defaultRetention, type FollowOptions, type NewEvent, type Retention } from '../bus.ts';
import type { SourceStatus } from '../status.ts';
import { openClaims } from './claims.ts';
import { assertReachable, compare, type Position, parseCursor, printCursor } from './cursor.ts';

export interface LocalBusOptions {
  /** Where the journal lives; absent: the log ends with the process. */
  folder?: string;
  retention?: Retention;
  now?: () => number;
}

interface Topic {
  events: BusEvent[];
  last: Position;
  waiting: Set<() => void>;
}

const batchSize = 500;

export const openLocalBus = ({ folder, retention = defaultRetention, now = Date.now }: LocalBusOptions = {}): Bus => {
  const topics = new Map<string, Topic>();
  const board = new Map<string, SourceStatus>();
  const journal = folder ? openJournal(folder, topics, (events) => trim(events, retention, now())) : undefined;

  const topicOf = (name: string): Topic => {
    const topic = topics.get(name) ?? { events: [], last: [0, 0], waiting: new Set() };
    topics.set(name, topic);
    return topic;
  };

  return {
    publish: async (name, news) => {
      if (news.length === 0) return;
      const topic = topicOf(name);
      const events = news.map((event) => stamp(topic, event, now()));
      journal?.append(name, events);
      topic.events.push(...events);
      trim(topic.events, retention, now());
      for (const wake of topic.waiting) wake();
    },
    follow: (name, options) => follow(topicOf(name), options),
    last: async (name) => topics.get(name)?.events.at(-1),
    report: async (status) => {
      board.set(status.name, status);
    },
    statuses: async () => [...board.values()],
    claim: openClaims(),
    close: async () => {
      journal?.close();
      for (const { waiting } of topics.values()) for (const wake of waiting) wake();
    },
  };
};

async function* follow(topic: Topic, { after, signal }: FollowOptions): AsyncGenerator<BusEvent[]> {
  if (after !== undefined) assertReachable(after, topic.events[0]?.cursor);
  let position = after === undefined ? topic.last : parseCursor(after);
  while (!signal.aborted) {
    const batch = behind(topic.events, position);
    const newest = batch.at(-1);
    if (newest) {
      assertReachable(printCursor(position), topic.events[0]?.cursor); // Trimming may have overtaken a slow or a waiting reader.
      position = parseCursor(newest.cursor);
      yield batch;
    } else {
      await woken(topic, signal);
    }
  }
}

/** Binary search: the log is sorted and readers are usually near its end. */
const behind = (events: readonly BusEvent[], position: Position): BusEvent[] => {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const event = events[middle];
    if (event && compare(parseCursor(event.cursor), position) <= 0) low = middle + 1;
    else high = middle;
  }
  return events.slice(low, low + batchSize);
};

const woken = (topic: Topic, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const wake = () => {
      topic.waiting.delete(wake);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    topic.waiting.add(wake);
    signal.addEventListener('abort', wake, { once: true });
  });

/** The clock may step back; cursors may not. */
const stamp = (topic: Topic, event: NewEvent, nowMs: number): BusEvent => {
  const [milliseconds, counter] = topic.last;
  topic.last = nowMs > milliseconds ? [nowMs, 0] : [milliseconds, counter + 1];
  return { ...event, cursor: printCursor(topic.last) };
};

const trim = (events: BusEvent[], { events: most, ageMs }: Retention, nowMs: number): void => {
  let drop = Math.max(0, events.length - most);
  while (drop < events.length - 1 && parseCursor(events[drop]?.cursor ?? '0-0')[0] < nowMs - ageMs) drop += 1;
  // Splicing moves the whole array, so it waits until it pays; readers see no difference.
  if (drop > most / 10 || drop > 1000) events.splice(0, drop);
};

interface Journal {
  append: (topic: string, events: BusEvent[]) => void;
  close: () => void;
}

/** Reads what an earlier process left, writes the part within retention anew, and appends from there. */
const openJournal = (folder: string, topics: Map<string, Topic>, trimEvents: (events: BusEvent[]) => void): Journal => {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'bus.jsonl');
  for (const line of readLines(path)) {
    const entry = parseLine(line);
    if (!entry) continue; // A crash can leave half a line at the end; the feed publishes that change again.
    const topic = topics.get(entry.topic) ?? { events: [], last: [0, 0], waiting: new Set() };
    topics.set(entry.topic, topic);
    topic.events.push(entry.event);
    topic.last = parseCursor(entry.event.cursor);
  }
  for (const { events } of topics.values()) trimEvents(events);
  writeFileSync(
    `${path}.new`,
    [...topics].flatMap(([name, { events }]) => events.map((event) => printLine(name, event))).join(''),
  );
  renameSync(`${path}.new`, path);
  const file = openSync(path, 'a');
  return {
    append: (name, events) => {
      writeSync(file, events.map((event) => printLine(name, event)).join(''));
    },
    close: () => closeSync(file),
  };
};

const printLine = (topic: string, { cursor, key, change, changedAt }: BusEvent): string =>
  `${JSON.stringify([topic, cursor, key, change, changedAt.getTime()])}\n`;

const parseLine = (line: string): { topic: string; event: BusEvent } | undefined => {
  try {
    const [topic, cursor, key, change, changedAt] = JSON.parse(line) as [string, string, string, BusEvent['change'], number];
    parseCursor(cursor);
    return { topic, event: { cursor, key, change, changedAt: new Date(changedAt) } };
  } catch {
    return undefined;
  }
};

const readLines = (path: string): string[] => {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
};
