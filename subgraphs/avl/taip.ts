/**
 * TAIP, the Trimble ASCII Interface Protocol: the position/velocity report that
 * most vehicle modems send.
 *
 *     >RPV15714+3739438-1220384601512612;ID=1234;*7F<
 *         │    │       │        │  │  ││ └ qualifiers
 *         │    │       │        │  │  │└ age: 2 under 10 s, 1 older, 0 no data
 *         │    │       │        │  │  └ source: 0 2D, 1 3D, … 9 unknown
 *         │    │       │        │  └ heading, degrees from true north
 *         │    │       │        └ speed, whole miles per hour
 *         │    │       └ longitude, 1e-5 degree, east positive
 *         │    └ latitude, 1e-5 degree, north positive
 *         └ seconds since midnight, UTC
 *
 * The checksum is the XOR of every character from `>` to `*`, both included.
 */
import { foldHeading, isPlausible, kphPerMph, type Parsed } from './fix.ts';

const frame = /^>([A-Z])([A-Z]{2})([^;<>]*)((?:;[^;<>]*)*)<$/;
const positionVelocity = /^(\d{5})([+-]\d{7})([+-]\d{8})(\d{3})(\d{3})(\d)(\d)$/;
const daySeconds = 86_400;

export const parseTaip = (sentence: string, receivedAtMs: number): Parsed => {
  const [, , kind, body = '', qualifiers = ''] = frame.exec(sentence) ?? [];
  if (!kind) return 'malformed';
  const named = readQualifiers(qualifiers);
  if (named.checksum !== undefined && named.checksum !== taipChecksum(sentence)) return 'checksum';
  if (!sentence.startsWith('>RPV')) return 'unsupported';
  const fields = positionVelocity.exec(body);
  if (!fields) return 'malformed';
  const [seconds = 0, latitudeE5 = 0, longitudeE5 = 0, mph = 0, heading = 0, source, age] = fields.slice(1).map(Number);
  const latitude = latitudeE5 / 1e5;
  const longitude = longitudeE5 / 1e5;
  const speedKph = mph * kphPerMph;
  if (seconds >= daySeconds || heading > 360 || !isPlausible(latitude, longitude, speedKph)) return 'malformed';
  if (source === 9 || age === 0) return 'no_fix';
  return {
    protocol: 'TAIP',
    deviceId: named.id,
    latitude,
    longitude,
    headingDegrees: foldHeading(heading),
    speedKph,
    fixedAtMs: onNearestDay(seconds, receivedAtMs),
  };
};

/** `>` up to and including `*`, as two upper-case hexadecimal digits. */
export const taipChecksum = (sentence: string): string => {
  let sum = 0;
  for (let at = 0; at <= sentence.lastIndexOf('*'); at += 1) sum ^= sentence.charCodeAt(at);
  return sum.toString(16).toUpperCase().padStart(2, '0');
};

/**
 * A time of day has no date: it is taken for the one nearest to when it came,
 * within twelve hours either way, so that 23:59:58 received at 00:00:01 is
 * yesterday's. A report that was held back for longer lands in the future and is
 * refused there; it is never filed under a wrong day.
 */
export const onNearestDay = (secondsOfDay: number, receivedAtMs: number): number => {
  const dayMs = daySeconds * 1000;
  const sinceMidnightMs = secondsOfDay * 1000;
  return Math.round((receivedAtMs - sinceMidnightMs) / dayMs) * dayMs + sinceMidnightMs;
};

const readQualifiers = (text: string): { id?: string; checksum?: string } => {
  const parts = text.split(';').slice(1);
  const id = parts.find((part) => /^ID=[\x21-\x7e]{1,32}$/.test(part))?.slice(3);
  const checksum = parts
    .find((part) => part.startsWith('*'))
    ?.slice(1)
    .toUpperCase();
  return { ...(id === undefined ? {} : { id }), ...(checksum === undefined ? {} : { checksum }) };
};
