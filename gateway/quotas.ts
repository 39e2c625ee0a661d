/**
 * How often, and how much at once: a bucket of requests for whoever is counted,
 * refilled evenly, and a count of open streams. Kept in this process, so of
 * several gateways each allows its own share; but for requests of a vendor's
 * system, which are counted where all gateways count, as long as that answers.
 */
import { HubError } from '../schema/errors.ts';
import { openKept } from './kept.ts';

export interface Quotas {
  /** Counts requests of whoever `who` stands for. Throws LIMIT_RATE, and counts none, when its bucket has fewer left. */
  take: (who: string, perMinute: number, requests?: number) => void;
  /** The same over all gateways; while nobody can say what they took, of this one. */
  takeOfAll: (who: string, perMinute: number) => Promise<void>;
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

/** Draws from a bucket of all gateways: milliseconds until there is enough in it, 0 where it was taken, undefined where nobody can say. */
export type Tally = (who: string, perMinute: number, requests: number) => Promise<number | undefined>;

export const openQuotas = (now: () => number, tally?: Tally): Quotas => {
  const buckets = openKept<Bucket>(bucketsAtMost);
  const streams = new Map<string, number>();
  const take: Quotas['take'] = (who, perMinute, requests = 1) => {
    const nowMs = now();
    const { left, atMs } = buckets.get(who) ?? { left: perMinute, atMs: nowMs };
    const refilled = Math.min(perMinute, left + (Math.max(0, nowMs - atMs) * perMinute) / minuteMs);
    const taken = refilled >= requests;
    buckets.set(who, { left: taken ? refilled - requests : refilled, atMs: nowMs });
    if (!taken) throw tooOften(((requests - refilled) * minuteMs) / perMinute);
  };
  return {
    take,
    takeOfAll: async (who, perMinute) => {
      const waitMs = await tally?.(who, perMinute, 1);
      if (waitMs === undefined) take(who, perMinute);
      else if (waitMs > 0) throw tooOften(waitMs);
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

const tooOften = (waitMs: number): HubError => {
  const retryAfter = Math.max(1, Math.ceil(waitMs / 1000));
  return new HubError('LIMIT_RATE', {
    extensions: { retryAfter, http: { status: 429, headers: new Map([['retry-after', String(retryAfter)]]) } },
  });
};
