/**
 * Fixes on their way into the AVL store: collected for a moment, written as one
 * batch by one statement, retried while the database is away. At most
 * `maximumWaiting` wait; beyond that the oldest is given up and counted, because
 * the newest position of a car is worth more than where it was.
 */
import type { Logger } from 'pino';
import type { Database } from '../kit/database.ts';
import type { Fix } from './gate.ts';

export interface StoreOptions {
  database: Database;
  log: Logger;
  now: () => number;
  trailMs: number;
  /** Called for each fix that was given up. */
  onOverflow: () => void;
  maximumWaiting?: number;
  flushMs?: number;
}

export interface Store {
  add: (fix: Fix) => void;
  waiting: () => number;
  /** Writes what still waits, once, and stops. */
  close: () => Promise<void>;
}

const batchSize = 500;
const maximumPauseMs = 10_000;
const pruneEveryMs = 10 * 60_000;

export const openStore = (options: StoreOptions): Store => {
  const { maximumWaiting = 10_000, flushMs = 250, log } = options;
  const queue: Fix[] = [];
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  let prunedAtMs = Number.NEGATIVE_INFINITY;
  let working: Promise<void> = Promise.resolve();

  /** Fixes leave the queue only once they are written; `overflowed` of the batch may have left it meanwhile. */
  let inFlight: Fix[] = [];
  const flush = async (): Promise<void> => {
    while (queue.length > 0 || inFlight.length > 0) {
      if (inFlight.length === 0) inFlight = queue.splice(0, batchSize);
      await options.database.query('SELECT avl.record_fixes($1::jsonb)', [JSON.stringify(inFlight)]);
      inFlight = [];
    }
    if (options.now() - prunedAtMs < pruneEveryMs) return;
    prunedAtMs = options.now();
    await options.database.query('SELECT avl.prune_fixes($1::timestamptz)', [
      new Date(prunedAtMs - options.trailMs).toISOString(),
    ]);
  };

  const run = async (): Promise<void> => {
    try {
      await flush();
      failures = 0;
    } catch (error) {
      failures += 1;
      log.warn(
        { failures, waiting: queue.length, code: codeOf(error) },
        'Fixes cannot be written; they wait and are tried again.',
      );
    }
    timer = undefined;
    if (queue.length > 0 || inFlight.length > 0) schedule();
  };

  const schedule = (): void => {
    timer ??= setTimeout(
      () => {
        working = run();
      },
      Math.min(flushMs * 2 ** failures, maximumPauseMs),
    );
  };

  return {
    add: (fix) => {
      if (queue.length >= maximumWaiting) {
        queue.shift();
        options.onOverflow();
      }
      queue.push(fix);
      schedule();
    },
    waiting: () => queue.length + inFlight.length,
    close: async () => {
      clearTimeout(timer);
      await working;
      clearTimeout(timer);
      await flush().catch((error) =>
        log.warn({ lost: queue.length + inFlight.length, code: codeOf(error) }, 'Fixes were lost at shutdown.'),
      );
    },
  };
};

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : 'UNKNOWN';
};
