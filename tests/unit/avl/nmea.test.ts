/** NMEA 0183 RMC, against sentences of the format's public definitions with hand-computed values. */
import { nmeaChecksum, parseNmea, splitPrefix } from '../../../subgraphs/avl/nmea.ts';

const parse = (line: string) => {
  const split = splitPrefix(line);
  if (!split) throw new Error('not an NMEA line');
  return parseNmea(split);
};

test('the classic sample reads as its definition says', () => {
  // 48°07.038' N, 11°31.000' E, 22.4 knots, 84.4° true, 23 March 1994 12:35:19 UTC.
  const parsed = parse('$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A');
  expect(parsed).toMatchObject({ protocol: 'NMEA', deviceId: undefined, headingDegrees: 84.4 });
  if (typeof parsed === 'string') throw new Error(parsed);
  expect(parsed.latitude).toBeCloseTo(48 + 7.038 / 60, 9);
  expect(parsed.longitude).toBeCloseTo(11 + 31 / 60, 9);
  expect(parsed.speedKph).toBeCloseTo(22.4 * 1.852, 6);
  expect(new Date(parsed.fixedAtMs).toISOString()).toMatch(/^(19|20)94-03-23T12:35:19.000Z$/);
});

test("a modem's sample with its id in front reads with the id; an empty course is none", () => {
  const parsed = parse('0001010407500001 $GPRMC,153716.00,A,4529.72428,N,07339.86082,W,0.007,,180108,,,A*69');
  expect(parsed).toMatchObject({
    deviceId: '0001010407500001',
    headingDegrees: null,
    fixedAtMs: Date.UTC(2008, 0, 18, 15, 37, 16),
  });
  if (typeof parsed === 'string') throw new Error(parsed);
  expect(parsed.latitude).toBeCloseTo(45.4954046667, 8);
  expect(parsed.longitude).toBeCloseTo(-73.664347, 8);
  expect(parsed.speedKph).toBeCloseTo(0.007 * 1.852, 6);
});

test.each([',', ' ', ', '])('the id may be followed by "%s"', (separator) => {
  expect(splitPrefix(`MODEM_7${separator}$GPRMC,1`)?.deviceId).toBe('MODEM_7');
});

test("sentences of other satellite systems' talkers are read", () => {
  const body = 'GNRMC,153716.00,A,4529.72428,N,07339.86082,W,0.007,,180108,,,A';
  expect(parse(`$${body}*${nmeaChecksum(`$${body}`)}`)).toMatchObject({ protocol: 'NMEA' });
});

const signed = (body: string) => `$${body}*${nmeaChecksum(`$${body}`)}`;

test.each([
  ['a wrong checksum', '$GPRMC,153716.00,A,4529.72428,N,07339.86082,W,0.007,,180108,,,A*68', 'checksum'],
  ['a missing checksum', '$GPRMC,153716.00,A,4529.72428,N,07339.86082,W,0.007,,180108,,,A', 'malformed'],
  ['a truncated sentence', '$GPRMC,153716.00,A,4529.72', 'malformed'],
  ['a void fix', signed('GPRMC,153716.00,V,,,,,,,180108,,,N'), 'no_fix'],
  ['a missing date', signed('GPRMC,153716.00,A,4529.72428,N,07339.86082,W,0.007,,,,,A'), 'malformed'],
  ['a missing place', signed('GPRMC,153716.00,A,,,,,0.007,,180108,,,A'), 'malformed'],
  ['sixty minutes of a degree', signed('GPRMC,153716.00,A,4560.00000,N,07339.86082,W,0.007,,180108,,,A'), 'malformed'],
  ['a latitude beyond the pole', signed('GPRMC,153716.00,A,9529.72428,N,07339.86082,W,0.007,,180108,,,A'), 'malformed'],
  ['a hostile speed', signed('GPRMC,153716.00,A,4529.72428,N,07339.86082,W,999999,,180108,,,A'), 'malformed'],
  ['a day that does not exist', signed('GPRMC,153716.00,A,4529.72428,N,07339.86082,W,0.007,,310222,,,A'), 'malformed'],
  ['an hour that does not exist', signed('GPRMC,253716.00,A,4529.72428,N,07339.86082,W,0.007,,180108,,,A'), 'malformed'],
  ['a sentence without speed and date', signed('GPGLL,4529.7241,N,07339.8584,W,202645.0,A,D'), 'unsupported'],
])('%s is refused', (_what, line, refusal) => {
  expect(parse(line)).toBe(refusal);
});

test('a line that is no sentence has no prefix either', () => {
  expect(splitPrefix('GET / HTTP/1.1')).toBeUndefined();
  expect(splitPrefix(`${'9'.repeat(33)} $GPRMC,1`)).toBeUndefined();
});
