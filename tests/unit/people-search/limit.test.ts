import fc from 'fast-check';
import { inTurn, openBucket } from '../../../subgraphs/people-search/limit.ts';
import { retryAfterOf } from '../../../subgraphs/people-search/wire.ts';

const clock = () => {
  let at = 1_000_000;
  return { now: () => at, pass: (ms: number) => (at += ms) };
};

test('in no period are more requests let through than agreed, however they come', () => {
  const limits = fc.record({ perPeriod: fc.integer({ min: 1, max: 30 }), burst: fc.integer({ min: 1, max: 40 }) });
  const gaps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 90_000 })), { minLength: 1, maxLength: 120 });
  const pauses = fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 120 });
  fc.assert(
    fc.property(limits, gaps, pauses, (limit, waits, pausing) => {
      const time = clock();
      const bucket = openBucket({ ...limit, periodMs: 60_000 }, time.now);
      const sent: number[] = [];
      waits.forEach((gap, at) => {
        time.pass(gap);
        const wait = bucket.take(Number.POSITIVE_INFINITY);
        sent.push(time.now() + (wait ?? 0));
        if (at % 10 === 9) bucket.pause(pausing[at] ?? 0);
      });
      for (const from of sent) {
        const within = sent.filter((at) => at >= from && at < from + 60_000 - 0.001).length;
        expect(within).toBeLessThanOrEqual(limit.perPeriod);
      }
    }),
  );
});

test('a burst goes at once, and what is beyond it waits for its place', () => {
  const time = clock();
  const bucket = openBucket({ perPeriod: 60, burst: 10, periodMs: 60_000 }, time.now);
  const waits = Array.from({ length: 12 }, () => Math.round(bucket.take(60_000) ?? -1));
  expect(waits.slice(0, 10)).toEqual(Array(10).fill(0));
  expect(waits.slice(10)).toEqual([1200, 2400]);
});

test('whoever cannot wait so long takes no place away', () => {
  const time = clock();
  const bucket = openBucket({ perPeriod: 2, burst: 1, periodMs: 60_000 }, time.now);
  expect(bucket.take(0)).toBe(0);
  expect(bucket.take(1_000)).toBeUndefined();
  expect(bucket.take(1_000)).toBeUndefined();
  expect(bucket.take(60_000)).toBe(60_000);
});

test('a pause that the vendor asks for holds everybody back, and ends', () => {
  const time = clock();
  const bucket = openBucket({ perPeriod: 60, burst: 10, periodMs: 60_000 }, time.now);
  bucket.pause(5_000);
  expect(bucket.take(4_999)).toBeUndefined();
  expect(bucket.take(5_000)).toBe(5_000);
  time.pass(5_000);
  expect(bucket.pausedForMs()).toBe(0);
  expect(bucket.take(0)).toBe(0);
});

test('who gives up in line is told of the limit', async () => {
  const bucket = openBucket({ perPeriod: 2, burst: 1, periodMs: 60_000 }, Date.now);
  bucket.take(0);
  await expect(inTurn('RecordTrace', bucket, 120_000, AbortSignal.timeout(20))).rejects.toMatchObject({
    code: 'VENDOR_RATE_LIMITED',
  });
  await expect(inTurn('RecordTrace', bucket, 10, AbortSignal.timeout(20))).rejects.toMatchObject({ code: 'VENDOR_RATE_LIMITED' });
});

test('Retry-After is read as seconds or as a date, and believed for an hour at the most', () => {
  const now = Date.parse('2022-02-21T00:00:00Z');
  expect(retryAfterOf('7', now)).toBe(7_000);
  expect(retryAfterOf('Mon, 21 Feb 2022 00:00:30 GMT', now)).toBe(30_000);
  expect(retryAfterOf('Sun, 20 Feb 2022 00:00:30 GMT', now)).toBe(0);
  expect(retryAfterOf('999999', now)).toBe(3_600_000);
  expect(retryAfterOf('soon', now)).toBeUndefined();
  expect(retryAfterOf(undefined, now)).toBeUndefined();
});
