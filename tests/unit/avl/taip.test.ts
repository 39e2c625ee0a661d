/** TAIP PV, against sentences of the format's public definitions with hand-computed values. */
import fc from 'fast-check';
import { isRefusal, type Report } from '../../../subgraphs/avl/fix.ts';
import { onNearestDay, parseTaip, taipChecksum } from '../../../subgraphs/avl/taip.ts';

/** 1996-05-14 04:22:00 UTC: a minute after the sample's 15,714 s of day (04:21:54). */
const received = Date.UTC(1996, 4, 14, 4, 22, 0);

const report = (sentence: string, at = received): Report => {
  const parsed = parseTaip(sentence, at);
  if (isRefusal(parsed)) throw new Error(`refused: ${parsed}`);
  return parsed;
};

test("the format's own sample reads as its definition says", () => {
  expect(report('>RPV15714+3739438-1220384601512612;ID=1234;*7F<')).toEqual({
    protocol: 'TAIP',
    deviceId: '1234',
    latitude: 37.39438,
    longitude: -122.03846,
    headingDegrees: 126,
    speedKph: 15 * 1.609344,
    fixedAtMs: Date.UTC(1996, 4, 14, 4, 21, 54),
  });
});

test('a report without id or checksum is read', () => {
  const { deviceId, latitude, longitude, speedKph, headingDegrees } = report('>RPV73511+4549542-0736643100035822<');
  expect({ deviceId, latitude, longitude, speedKph, headingDegrees }).toEqual({
    deviceId: undefined,
    latitude: 45.49542,
    longitude: -73.66431,
    speedKph: 0,
    headingDegrees: 358,
  });
});

test('the southern and eastern signs are kept', () => {
  expect(report('>RPV00000-3385678+1512093000000012<')).toMatchObject({ latitude: -33.85678, longitude: 151.2093 });
});

test('the checksum covers `>` to `*`; a wrong one is refused', () => {
  expect(taipChecksum('>RPV73511+4549542-0736643100035822;*7F<')).toBe('7F');
  expect(parseTaip('>RPV73511+4549542-0736643100035822;*7F<', received)).toMatchObject({ protocol: 'TAIP' });
  expect(parseTaip('>RPV73511+4549542-0736643100035822;*7f<', received)).toMatchObject({ protocol: 'TAIP' });
  expect(parseTaip('>RPV73511+4549543-0736643100035822;*7F<', received)).toBe('checksum');
  expect(parseTaip('>RPV73511+4549542-0736643100035822;*<', received)).toBe('checksum');
});

test.each([
  ['truncated in the position', '>RPV15714+3739438-1220', 'malformed'],
  ['truncated before its end', '>RPV15714+3739438-1220384601512612;ID=12', 'malformed'],
  ['a field too short', '>RPV15714+3739438-122038460151261<', 'malformed'],
  ['a time beyond midnight', '>RPV86400+3739438-1220384601512612<', 'malformed'],
  ['a latitude beyond the pole', '>RPV15714+9100000-1220384601512612<', 'malformed'],
  ['a longitude beyond the date line', '>RPV15714+3739438-1810000001512612<', 'malformed'],
  ['a heading beyond the compass', '>RPV15714+3739438-1220384601536112<', 'malformed'],
  ['no fix available', '>RPV15714+3739438-1220384601512692<', 'no_fix'],
  ['data not available', '>RPV15714+3739438-1220384601512610<', 'no_fix'],
  ['a long navigation message', '>RLN15714000+373943812<', 'unsupported'],
  ['a query', '>QPV<', 'unsupported'],
])('%s is refused', (_what, sentence, refusal) => {
  expect(parseTaip(sentence, received)).toBe(refusal);
});

test('a heading of 360 is north', () => {
  expect(report('>RPV15714+3739438-1220384601536012<').headingDegrees).toBe(0);
});

test('around midnight the date is the one nearest to the receipt', () => {
  const midnight = Date.UTC(2022, 1, 22);
  expect(onNearestDay(86_398, midnight + 1_000)).toBe(midnight - 2_000);
  expect(onNearestDay(1, midnight - 1_000)).toBe(midnight + 1_000);
  expect(onNearestDay(0, midnight)).toBe(midnight);
  expect(onNearestDay(43_200, midnight + 43_200_000)).toBe(midnight + 43_200_000);
});

test('the date is never more than twelve hours from the receipt', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 86_399 }), fc.integer({ min: 86_400_000, max: 4_000_000_000_000 }), (seconds, at) => {
      const fixedAt = onNearestDay(seconds, at);
      expect(Math.abs(fixedAt - at)).toBeLessThanOrEqual(43_200_000);
      expect((fixedAt / 1000) % 86_400).toBe(seconds);
    }),
  );
});
