/**
 * How often, and how much at once: a bucket of requests for whoever is counted,
 * refilled evenly, and a count of open streams. Kept in this process, so of
 * several gateways each allows its own share: behind a load balancer that spreads
 * callers evenly, N gateways allow N times as much.
 */
import { HubError } from '../schema/errors.ts';
import { openKept } from './kept.ts';

export interface Quotas {
  /** Counts requests of whoever `who` stands for. Throws LIMIT_RATE, and counts none, when its bucket has fewer left. */
  take: (who: string, perMinute: number, requests?: number) => void;
  /** Counts an open stream until the answer is called. Throws LIMIT_STREAMS. */
  hold: (who: string, most: number) => () => void;
}

interface Bucket {
  left: number;
  atMs: number;
}

const minuteMs = 60_000;
/** Whoever has not asked for longest is forgotten, with a full bucket at the next request. */
const bucketsAtMost = 20_000;

export const openQuotas = (now: () => number): Quotas => {
  const buckets = openKept<Bucket>(bucketsAtMost);
  const streams = new Map<string, number>();
  return {
    take: (who, perMinute, requests = 1) => {
      const nowMs = now();
      const { left, atMs } = buckets.get(who) ?? { left: perMinute, atMs: nowMs };
      const refilled = Math.min(perMinute, left + (Math.max(0, nowMs - atMs) * perMinute) / minuteMs);
      const taken = refilled >= requests;
      buckets.set(who, { left: taken ? refilled - requests : refilled, atMs: nowMs });
      if (!taken) throw tooOften(Math.max(1, Math.ceil(((requests - refilled) * minuteMs) / perMinute / 1000)));
    },
    hold: (who, most) => {
      const open = streams.get(who) ?? 0;
      if (open >= most)
        throw new HubError('LIMIT_STREAMS', { message: `More than ${most} subscriptions of this operation or system are open.` });
      streams.set(who, open + 1);
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        const left = (streams.get(who) ?? 1) - 1;
        if (left > 0) streams.set(who, left);
        else streams.delete(who);
      };
    },
  };
};

const tooOften = (retryAfter: number): HubError =>
  new HubError('LIMIT_RATE', {
    extensions: { retryAfter, http: { status: 429, headers: new Map([['retry-after', String(retryAfter)]]) } },
  });
