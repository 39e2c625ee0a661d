/**
 * A vendor's rate limit, kept on our side so that the vendor never has to
 * refuse. A token bucket, sized so that burst and refill together stay within
 * the agreed number in any period, not only on average: a full bucket of
 * `burst` plus a period's refill is `perPeriod`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { VendorError } from './vendor.ts';

export interface Limit {
  /** Requests in any stretch of `periodMs`, at the most. */
  perPeriod: number;
  burst: number;
  periodMs: number;
}

export interface Bucket {
  /** Takes a place in the line and says how long to wait for it, in milliseconds; undefined, and no place, where that is longer than `patienceMs`. */
  take: (patienceMs: number) => number | undefined;
  /** The vendor wants to be left alone (Retry-After). */
  pause: (milliseconds: number) => void;
  /** For how long it still does. */
  pausedForMs: () => number;
}

export const openBucket = ({ perPeriod, burst, periodMs }: Limit, now: () => number): Bucket => {
  const capacity = Math.max(1, Math.min(burst, perPeriod));
  const msEach = periodMs / Math.max(1, perPeriod - capacity);
  let lastEarned = now() - capacity * msEach; // When the place that was given out last had been earned.
  let pausedUntil = 0;
  return {
    take: (patienceMs) => {
      const at = now();
      const start = Math.max(at, pausedUntil); // A pause earns nothing beyond a full bucket, or its end would be a flood.
      const earned = Math.max(lastEarned, start - capacity * msEach) + msEach;
      const wait = Math.max(earned, start) - at;
      if (wait > patienceMs) return undefined;
      lastEarned = earned;
      return wait;
    },
    pause: (milliseconds) => {
      pausedUntil = Math.max(pausedUntil, now() + milliseconds);
    },
    pausedForMs: () => Math.max(0, pausedUntil - now()),
  };
};

/** Resolves when the vendor may be asked; refuses where it may not be within the patience, or the pause began while in line. */
export const inTurn = async (vendor: string, bucket: Bucket, patienceMs: number, signal: AbortSignal): Promise<void> => {
  const wait = bucket.take(patienceMs);
  if (wait === undefined)
    throw new VendorError(vendor, 'VENDOR_RATE_LIMITED', 'the wait for a place is longer than the search may take');
  if (wait === 0) return;
  await sleep(wait, undefined, { signal }).catch(() => {
    throw new VendorError(vendor, 'VENDOR_RATE_LIMITED', 'no place came up in time');
  });
  if (bucket.pausedForMs() > 0)
    throw new VendorError(vendor, 'VENDOR_RATE_LIMITED', 'the vendor asked for a pause', bucket.pausedForMs());
};
