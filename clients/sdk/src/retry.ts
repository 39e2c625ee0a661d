/**
 * Trying again: only what may succeed later, never before the hub said, and after
 * doubling pauses of which a part is left to chance, so that a hub that comes back
 * is not asked by all of its clients in the same instant.
 */
import type { Clock } from './clock.ts';
import { type HubFailure, isHubFailure } from './errors.ts';

export interface RetryOptions {
  /** In all, the first included. */
  attempts: number;
  firstPauseMs: number;
  longestPauseMs: number;
  /** Whoever is asked to wait longer than this is told instead. */
  patienceMs: number;
}

export const retryDefaults: RetryOptions = { attempts: 5, firstPauseMs: 250, longestPauseMs: 10_000, patienceMs: 60_000 };

export interface Trial {
  options: RetryOptions;
  clock: Clock;
  signal?: AbortSignal | undefined;
  /** Whether this failure may be tried again at all; a mutation that may have run may not. */
  may: (failure: HubFailure) => boolean;
}

export const retrying = async <Result>(
  attempt: () => Promise<Result>,
  { options, clock, signal, may }: Trial,
): Promise<Result> => {
  for (let failures = 0; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      const last = failures + 1 >= options.attempts;
      if (last || !isHubFailure(error) || !may(error) || isTooLong(error, options)) throw error;
      await clock.pause(pauseOf(failures, { options, clock, failure: error }), signal);
    }
  }
};

const isTooLong = ({ retryAfterSeconds = 0 }: HubFailure, { patienceMs }: RetryOptions): boolean =>
  retryAfterSeconds * 1_000 > patienceMs;

/** @param failures how many there were before this one. */
export const pauseOf = (
  failures: number,
  { options, clock, failure }: { options: RetryOptions; clock: Clock; failure?: HubFailure | undefined },
): number => {
  const ceiling = Math.min(options.longestPauseMs, options.firstPauseMs * 2 ** failures);
  const own = ceiling * (0.5 + clock.random() / 2);
  // Behind what the hub asked for, so that nobody comes back exactly when all do.
  return failure?.retryAfterSeconds === undefined
    ? own
    : failure.retryAfterSeconds * 1_000 + options.firstPauseMs * clock.random();
};
