/**
 * What systems tell each other: that a record changed, by its key, never what
 * it says. A topic is a log: a reader holds a cursor and reads on from it, so
 * a slow reader costs nobody else anything, and whoever comes back later
 * resumes where it stopped, as long as the log still reaches back that far.
 *
 * Two implementations: `openLocalBus` for one process, `openRedisBus` for many.
 */
import type { Claim } from './bus/claims.ts';
import type { Tally } from './bus/tally.ts';
import type { Change, SourceStatus } from './status.ts';

export interface NewEvent {
  /** The entity's id in the graph. */
  key: string;
  change: Change;
  /** The record's `changed_at`; feeds resume from the last one that was published. */
  changedAt: Date;
}

export interface BusEvent extends NewEvent {
  /** `milliseconds-counter`, increasing within a topic: a Redis stream id. */
  cursor: string;
}

export interface FollowOptions {
  /** Read behind this cursor; absent: from now. */
  after?: string | undefined;
  signal: AbortSignal;
}

export interface Bus {
  publish: (topic: string, events: NewEvent[]) => Promise<void>;
  /** Everything behind `after`, then what comes, in batches of at most 500. Throws CURSOR_TOO_OLD or CURSOR_INVALID. */
  follow: (topic: string, options: FollowOptions) => AsyncIterable<BusEvent[]>;
  /** The newest event of a topic. */
  last: (topic: string) => Promise<BusEvent | undefined>;
  /** The status board: what each system last said of itself. */
  report: (status: SourceStatus) => Promise<void>;
  statuses: () => Promise<SourceStatus[]>;
  /** Whether nobody took this key before, in any process on the bus; it is taken until then. */
  claim: Claim;
  /** How often, counted over all processes on the bus; absent where there is one. */
  tally?: Tally;
  close: () => Promise<void>;
}

export interface Retention {
  /** Events kept a topic, at the most. */
  events: number;
  /** Age at which events may go, in milliseconds. */
  ageMs: number;
}

export const defaultRetention: Retention = { events: 100_000, ageMs: 24 * 3_600_000 };
