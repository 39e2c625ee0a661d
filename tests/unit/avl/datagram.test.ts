/** What may stand in one datagram, and that nothing in it can do harm. */
import fc from 'fast-check';
import { parseDatagram } from '../../../subgraphs/avl/datagram.ts';
import { refusals } from '../../../subgraphs/avl/fix.ts';
import { nmeaChecksum } from '../../../subgraphs/avl/nmea.ts';

const at = Date.UTC(2008, 0, 18, 15, 37, 20);
const taip = '>RPV56236+4549542-0736643100035822;ID=ADAM12<';
const rmc = '$GPRMC,153716.00,A,4529.72428,N,07339.86082,W,0.007,,180108,,,A*69';
const gllBody = '$GPGLL,4529.7241,N,07339.8584,W,202645.0,A,D';
const gll = `${gllBody}*${nmeaChecksum(gllBody)}`;
const parse = (text: string) => parseDatagram(Buffer.from(text, 'latin1'), at);

test('a datagram may hold several reports, with or without line ends', () => {
  expect(parse(`${taip}${taip}\r\n${taip}\r\n`)).toHaveLength(3);
  expect(parse(`${taip}\r\n`)).toEqual([expect.objectContaining({ deviceId: 'ADAM12' })]);
});

test('an id in front of the first NMEA sentence holds for those behind it', () => {
  expect(parse(`0001010407500001 ${gll}\r\n${rmc}\r\n`)).toEqual([
    'unsupported',
    expect.objectContaining({ deviceId: '0001010407500001' }),
  ]);
});

test('one bad report among good ones costs itself only', () => {
  expect(parse(`>RPV1\r\n${taip}`)).toEqual(['malformed', expect.objectContaining({ protocol: 'TAIP' })]);
});

test('empty, binary, foreign and oversized datagrams are refused by name', () => {
  expect(parse('')).toEqual(['garbage']);
  expect(parse('\x01\x02\xff')).toEqual(['garbage']);
  expect(parse('GET / HTTP/1.1')).toEqual(['garbage']);
  expect(parse(taip.repeat(100))).toEqual(['too_long']);
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1_600 }), (bytes) => {
      for (const parsed of parseDatagram(bytes, at))
        expect(typeof parsed === 'string' ? parsed in refusals : parsed.latitude <= 90).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('a sentence that is cut off anywhere, or has any byte changed, is refused or still plausible', () => {
  fc.assert(
    fc.property(fc.constantFrom(taip, rmc), fc.nat(), fc.nat(), fc.integer({ min: 32, max: 126 }), (text, cut, place, byte) => {
      const bytes = Buffer.from(text);
      bytes[place % bytes.length] = byte;
      for (const parsed of parseDatagram(bytes.subarray(0, cut % (bytes.length + 1)), at)) {
        if (typeof parsed === 'string') expect(Object.keys(refusals)).toContain(parsed);
        else expect(Math.abs(parsed.longitude)).toBeLessThanOrEqual(180);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('every proper prefix of a checksummed sentence is refused', () => {
  for (let length = 0; length < rmc.length; length += 1) expect(typeof parse(rmc.slice(0, length))[0]).toBe('string');
});
