/** Sentences as a modem writes them, checksum and all. */

import { kphPerMph } from '../fix.ts';
import { nmeaChecksum } from '../nmea.ts';
import { taipChecksum } from '../taip.ts';

export interface Moment {
  atMs: number;
  latitude: number;
  longitude: number;
  /** Null while standing. */
  headingDegrees: number | null;
  speedKph: number;
}

const kphPerKnot = 1.852;

/** `>RPV…;ID=809B;*5A<`: 3-D fix, fresh. */
export const encodeTaip = (id: string, { atMs, latitude, longitude, headingDegrees, speedKph }: Moment): string => {
  const seconds = digits(Math.floor(atMs / 1000) % 86_400, 5);
  const mph = digits(Math.min(999, Math.round(speedKph / kphPerMph)), 3);
  const heading = digits(Math.round(headingDegrees ?? 0) % 360, 3);
  const open = `>RPV${seconds}${signed(latitude, 7)}${signed(longitude, 8)}${mph}${heading}12;ID=${id};*`;
  return `${open}${taipChecksum(open)}<`;
};

/** `0001010407500001 $GPRMC,…*5A`: valid, autonomous. */
export const encodeNmea = (id: string, { atMs, latitude, longitude, headingDegrees, speedKph }: Moment): string => {
  const iso = new Date(atMs).toISOString();
  const time = `${iso.slice(11, 19).replaceAll(':', '')}.${iso.slice(20, 22)}`;
  const date = `${iso.slice(8, 10)}${iso.slice(5, 7)}${iso.slice(2, 4)}`;
  const place = `${minutes(latitude, 2)},${latitude < 0 ? 'S' : 'N'},${minutes(longitude, 3)},${longitude < 0 ? 'W' : 'E'}`;
  const course = headingDegrees === null ? '' : headingDegrees.toFixed(1);
  const sentence = `$GPRMC,${time},A,${place},${(speedKph / kphPerKnot).toFixed(3)},${course},${date},,,A`;
  return `${id} ${sentence}*${nmeaChecksum(sentence)}\r\n`;
};

const digits = (value: number, width: number): string => String(value).padStart(width, '0');

const signed = (degrees: number, width: number): string =>
  `${degrees < 0 ? '-' : '+'}${digits(Math.round(Math.abs(degrees) * 1e5), width)}`;

/** Degrees and decimal minutes run together, `DDMM.MMMMM`, as NMEA has them. Rounded before they are split: never 60 minutes. */
const minutes = (degrees: number, width: number): string => {
  const hundredThousandths = Math.round(Math.abs(degrees) * 60 * 1e5);
  const whole = Math.floor(hundredThousandths / 6e6);
  return `${digits(whole, width)}${((hundredThousandths - whole * 6e6) / 1e5).toFixed(5).padStart(8, '0')}`;
};
