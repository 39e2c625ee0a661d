/**
 * How often, over all processes on the bus: a bucket that refills evenly, kept in
 * Redis by Redis's own clock. Nobody waits for a Redis that is away or does not
 * answer: then there is no answer, and each process counts for itself.
 */
import { createHash } from 'node:crypto';
import type { RedisClientType } from 'redis';
import { inTime } from './intime.ts';

/** Takes from whoever's bucket. Milliseconds until there is enough in it: 0 where it was taken; undefined: nobody can say. */
export type Tally = (who: string, perMinute: number, requests: number) => Promise<number | undefined>;

/** More than a Redis nearby takes; after one silence it is left alone for a while, so that not each request waits. */
const patienceMs = 50;
const leftAloneMs = 1_000;
const minuteMs = 60_000;

/** A bucket that nobody draws from for a minute is full, so it is forgotten. */
const draw = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local most, wanted = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'left', 'at')
local left, at = tonumber(kept[1] or most), tonumber(kept[2] or now)
left = math.min(most, left + math.max(0, now - at) * most / ${minuteMs})
local wait = 0
if left >= wanted then left = left - wanted else wait = math.ceil((wanted - left) * ${minuteMs} / most) end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', now)
redis.call('PEXPIRE', KEYS[1], ${minuteMs})
return wait`;

type Drawing = Pick<RedisClientType, 'isReady' | 'eval'>;

export const openTally = (client: Drawing, prefix: string): Tally => {
  let silentUntilMs = 0;
  return async (who, perMinute, requests) => {
    if (!client.isReady || Date.now() < silentUntilMs) return undefined;
    const key = `${prefix}rate:${createHash('sha256').update(who).digest('base64url')}`;
    const drawn = client.eval(draw, { keys: [key], arguments: [String(perMinute), String(requests)] });
    const wait = await inTime(
      drawn.catch(() => undefined),
      patienceMs,
    );
    if (typeof wait === 'number') return wait;
    silentUntilMs = Date.now() + leftAloneMs;
    return undefined;
  };
};
