/**
 * Asking a vendor, with everything that can go wrong around it: one deadline
 * for waits and retries together; a second attempt where the first was lost,
 * under the same reference code, so that it costs nothing; and a circuit
 * breaker, so that a vendor that is down is not waited for by every search.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import CircuitBreaker from 'opossum';
import type { Bucket } from './limit.ts';
import { type Query, type Terms, type Vendor, type VendorAnswer, VendorError } from './vendor.ts';

export interface GuardOptions {
  bucket: Bucket;
  timeoutMs: number;
  breakerResetMs: number;
  now: () => number;
}

export interface Guarded {
  readonly name: string;
  /** Rejects with a VendorError only. */
  search: (query: Query, terms: Terms) => Promise<VendorAnswer>;
  check: () => Promise<void>;
  close: () => Promise<void>;
}

const attempts = 2;
const backoffMs = 100;
const checkTimeoutMs = 3_000;
/** A vendor that answered so recently is not asked whether it is there. */
const trustMs = 30_000;

export const guard = (vendor: Vendor, { bucket, timeoutMs, breakerResetMs, now }: GuardOptions): Guarded => {
  const limits = new Set<AbortController>();
  let answeredAt = Number.NEGATIVE_INFINITY;
  const attempt = async (query: Query, terms: Terms, signal: AbortSignal): Promise<VendorAnswer> => {
    try {
      const answer = await vendor.search(query, terms, signal);
      answeredAt = now();
      return answer;
    } catch (cause) {
      answeredAt = Number.NEGATIVE_INFINITY;
      throw codedAs(vendor.name, cause);
    }
  };
  const breaker = new CircuitBreaker(attempt, {
    timeout: false,
    errorThresholdPercentage: 50,
    volumeThreshold: 5,
    resetTimeout: breakerResetMs,
    errorFilter: answersAll,
  });
  // Held by hand: on Node 20 a signal of AbortSignal.any can be collected before its timeout, which then never fires.
  const within = async <Value>(ms: number, run: (signal: AbortSignal) => Promise<Value>): Promise<Value> => {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), ms);
    limits.add(limit);
    try {
      return await run(limit.signal);
    } finally {
      clearTimeout(timer);
      limits.delete(limit);
    }
  };
  return {
    name: vendor.name,
    search: (query, terms) =>
      within(timeoutMs, async (signal) => {
        const deadline = now() + timeoutMs;
        for (let count = 1; ; count += 1) {
          try {
            return await breaker.fire(query, terms, signal);
          } catch (cause) {
            const error = codedAs(vendor.name, cause);
            if (error.retryAfterMs !== undefined) bucket.pause(error.retryAfterMs);
            if (count === attempts || signal.aborted || breaker.opened || !worthRetrying(error, deadline - now())) throw error;
          }
          await sleep(backoffMs, undefined, { signal }).catch(() => {});
        }
      }),
    check: async () => {
      if (now() - answeredAt < trustMs) return;
      try {
        await within(Math.min(timeoutMs, checkTimeoutMs), vendor.check);
        answeredAt = now();
      } catch (cause) {
        throw codedAs(vendor.name, cause);
      }
    },
    close: async () => {
      for (const limit of limits) limit.abort();
      breaker.shutdown();
      await vendor.close();
    },
  };
};

/** A refusal or a full line says that the vendor is up: those don't open the circuit. */
const answersAll = (error: unknown): boolean =>
  error instanceof VendorError && (error.code === 'SOURCE_REFUSED' || error.code === 'VENDOR_RATE_LIMITED');

const worthRetrying = ({ code, retryAfterMs }: VendorError, leftMs: number): boolean => {
  if (retryAfterMs !== undefined) return retryAfterMs < leftMs - backoffMs;
  return (code === 'SOURCE_UNAVAILABLE' || code === 'SOURCE_INVALID') && leftMs > backoffMs;
};

const codedAs = (vendor: string, cause: unknown): VendorError => {
  if (cause instanceof VendorError) return cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  return new VendorError(vendor, code === 'EOPENBREAKER' ? 'SOURCE_UNAVAILABLE' : 'SOURCE_INVALID', code);
};
