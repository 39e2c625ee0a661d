/**
 * One upstream for all who watch the same (`sharing.ts`). Each event is read once,
 * as soon as anybody who may still see it takes it. Every watcher has a bounded
 * queue of its own: a slow one costs its own delay, and nobody's memory.
 */
import { setMaxListeners } from 'node:events';
import { reaches } from '../schema/cursor.ts';
import { answerEvent, type Hub } from './answer.ts';
import { openJoint } from './execute/joint.ts';
import { type FollowHub, followUpstream } from './following.ts';
import { openQueue, type Queue } from './queue.ts';
import { type Came, openRecent } from './recent.ts';
import type { Shown } from './redact.ts';
import type { Shared } from './sharing.ts';
import type { UpstreamEvent } from './upstream.ts';

export interface FlowHub extends Hub, FollowHub {
  /** Events that may wait for one reader. */
  queueBound: number;
}

export interface Item extends Came {
  /** Items of the same replace each other in a queue. */
  latestOf: string | undefined;
  /** Runs the plan, once, however many take it. */
  read: () => Promise<Shown>;
  /** What came of it, once it has been read. */
  shown: () => Shown | undefined;
}

export interface Watcher {
  /** Whether it may be shown an event without being decided anew. */
  holds: () => boolean;
  /** When its token ends: nothing is read for nobody. */
  expiresAtMs: () => number;
}

export interface Joined {
  items: Queue<Item>;
  /** Behind which event it joined, as far as that is known. */
  from: () => string | undefined;
  leave: () => void;
}

export interface Flow {
  /** The upstream has said where it stands, or is over. */
  opened: Promise<void>;
  /** Whether one who has seen everything up to the cursor misses nothing by joining. */
  covers: (cursor: string) => boolean;
  /** Without a cursor: from now. */
  join: (watcher: Watcher, cursor?: string) => Joined;
  /** Keeps it running for one who will join. */
  hold: (watcher: Watcher) => () => void;
}

/** What an event tells was read when it came. Longer than this it waits for nobody: it is read again. */
export const freshMs = 2_000;

/** So many events may be read before anybody takes them. */
const readAhead = 16;

/** So long an event that is being read is kept from those who wait for it; then they get it as it is, and wait for it themselves. */
const heldBackMs = 100;

export interface FlowOptions {
  /** Absent: from now, or from where the document says. */
  after?: string | undefined;
  /** From now: it reads ahead, and those who are behind are on their way to it. */
  live: boolean;
  closed: () => void;
}

interface Member {
  watcher: Watcher;
  items: Queue<Item>;
  /** It has seen everything up to here, where the flow has not come yet. */
  ahead: string | undefined;
}

export const openFlow = (hub: FlowHub, shared: Shared, { after, live, closed }: FlowOptions): Flow => {
  const members = new Set<Member>();
  const awaited = new Set<{ watcher: Watcher }>();
  const recent = openRecent<Item>({ ageMs: freshMs, atMost: hub.queueBound, now: hub.now });
  const stopping = new AbortController();
  const { signal } = stopping;
  setMaxListeners(0, signal); // Each event that is being read listens.
  const itemOf = reader(hub, shared, signal);
  const { promise: opened, resolve: open } = later();
  let beginning = after;
  /** Up to where events have come, and up to where they were handed out. */
  let came = after;
  let position = after;
  if (after !== undefined) recent.begin(after);

  const close = () => {
    stopping.abort();
    open();
    closed();
  };
  const closeIfLeft = () => {
    if (members.size === 0 && awaited.size === 0 && !signal.aborted) close();
  };
  const begin = (cursor: string | undefined) => {
    if (position === undefined && cursor !== undefined) recent.begin(cursor);
    beginning ??= cursor;
    position ??= cursor;
    came ??= cursor;
    open();
  };
  const handOut = (item: Item) => {
    position = item.cursor ?? position;
    recent.add(item);
    for (const member of members) if (!hand(item, member)) members.delete(member);
    closeIfLeft();
  };
  const held = holdBack(handOut);
  const arrive = (event: UpstreamEvent) => {
    const item = itemOf(event);
    came = item.cursor ?? came;
    held.add(item, live ? item.readAhead(members) : undefined);
  };
  const watchers = () => [...members, ...awaited].map(({ watcher }) => watcher);
  const expiresAtMs = () => watchers().reduce((latest, watcher) => Math.max(latest, watcher.expiresAtMs()), 0);
  /** A turn later, when those for whom it was opened have joined. */
  const run = async () => {
    await Promise.resolve();
    const error = await followUpstream(hub, shared, { position: () => came, expiresAtMs, begin, arrive, signal });
    if (signal.aborted) return;
    held.release();
    for (const { items } of members) items.end(error);
    close();
  };
  void run();

  return {
    opened,
    covers: (cursor) => !signal.aborted && recent.covers(cursor) && (live || reaches(position, cursor)),
    join: (watcher, cursor) => {
      const items = openQueue<Item>(hub.queueBound);
      const from = cursor ?? position;
      const member = { watcher, items, ahead: reaches(position, cursor) ? undefined : cursor };
      members.add(member);
      if (cursor !== undefined) for (const item of recent.behind(cursor)) hand(item, member);
      const leave = () => {
        items.end();
        members.delete(member);
        closeIfLeft();
      };
      return { items, from: () => from ?? beginning, leave };
    },
    hold: (watcher) => {
      const held = { watcher }; // One may hold it anew before it lets go: each time counts by itself.
      awaited.add(held);
      return () => {
        awaited.delete(held);
        closeIfLeft();
      };
    },
  };
};

/** False: its queue is full, and it must ask again. */
const hand = (item: Item, member: Member): boolean => {
  if (member.ahead !== undefined && reaches(member.ahead, item.cursor)) return true;
  member.ahead = undefined;
  return member.items.push({ value: item, latestOf: item.latestOf });
};

interface Held {
  item: Item;
  /** True once it has been read, or for long enough. */
  done: boolean;
}

/**
 * Hands out in order what came, each when it has been read: five thousand who wait for the same reading would take a turn
 * each, where one turn can serve them all.
 */
const holdBack = (handOut: (item: Item) => void) => {
  let waiting: Held[] = [];
  const handDone = () => {
    while (waiting[0]?.done) handOut((waiting.shift() as Held).item);
  };
  const release = () => {
    const all = waiting;
    waiting = [];
    for (const { item } of all) handOut(item);
  };
  const add = (item: Item, reading: Promise<unknown> | undefined) => {
    const held: Held = { item, done: reading === undefined };
    waiting.push(held);
    if (waiting.length > readAhead) return release();
    if (held.done) return handDone();
    const done = () => {
      clearTimeout(timer);
      held.done = true;
      handDone();
    };
    const timer = setTimeout(done, heldBackMs).unref();
    void reading?.then(done);
  };
  return { add, release };
};

interface Read extends Item {
  /** A promise where it is being read. */
  readAhead: (members: Iterable<Member>) => Promise<Shown> | undefined;
}

/** Events as they are read: once each, and only so many ahead of whoever takes them. */
const reader = (hub: FlowHub, shared: Shared, signal: AbortSignal): ((event: UpstreamEvent) => Read) => {
  let underWay = 0;
  const joint = openJoint();
  return (event) => {
    const { cursor, key, latest } = event.extensions ?? {};
    let reading: Promise<Shown> | undefined;
    let known: Shown | undefined;
    const start = async () => {
      underWay += 1;
      known = await answerEvent(hub, event, { ...shared, joint, signal });
      underWay -= 1;
      return known;
    };
    const read = () => {
      reading ??= start();
      return reading;
    };
    const readFor = (members: Iterable<Member>) => {
      if (underWay >= readAhead) return undefined;
      for (const { watcher } of members) if (watcher.holds()) return read();
      return undefined;
    };
    return { cursor, arrivedMs: hub.now(), latestOf: latest ? key : undefined, read, shown: () => known, readAhead: readFor };
  };
};

const later = (): { promise: Promise<void>; resolve: () => void } => {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
};
