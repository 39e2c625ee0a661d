/**
 * The status board as people read it. A system says itself whether it is live;
 * one that stopped saying anything is down, whatever it said last.
 */
import type { SourceStatus } from '../kit/status.ts';
import type { BoardEntry } from './reader.ts';

/** Systems report every five seconds; two reports may get lost. */
export const silentAfterMs = 15_000;

/** Every registered system, then those that report without being registered here. */
export const boardOf = (statuses: readonly SourceStatus[], registered: readonly string[], nowMs: number): BoardEntry[] => {
  const said = new Map(statuses.map((status) => [status.name, status]));
  const known = registered.map((name) => entryOf(said.get(name) ?? neverSeen(name), nowMs));
  const others = statuses.filter(({ name }) => !registered.includes(name)).map((status) => entryOf(status, nowMs));
  return [...known, ...others];
};

/** The systems whose state differs; one that was never heard of has not gone anywhere. */
export const changesOf = (before: ReadonlyMap<string, string>, board: readonly BoardEntry[]): BoardEntry[] =>
  board.filter(({ name, state, lastSeenAt }) => {
    const previous = before.get(name);
    return previous === undefined ? lastSeenAt !== undefined : previous !== state;
  });

const neverSeen = (name: string): BoardEntry => ({ name, title: name, state: 'DOWN', detail: 'It has never reported.' });

const entryOf = (entry: BoardEntry, nowMs: number): BoardEntry => {
  if (entry.lastSeenAt === undefined || nowMs - Date.parse(entry.lastSeenAt) <= silentAfterMs) return entry;
  return { ...entry, state: 'DOWN', detail: `It has not reported since ${entry.lastSeenAt}.` };
};
