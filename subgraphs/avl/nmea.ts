/**
 * NMEA 0183 RMC, the "recommended minimum" sentence, as modems forward it: with
 * the modem's id in front where it is set to send one ("device id in reports").
 *
 *     0001010407500001 $GPRMC,153716.00,A,4529.72428,N,07339.86082,W,0.007,,180108,,,A*69
 *
 * The sentence itself is left to the `gps` package; what is decided here is
 * which of its answers are believed.
 */
import { GPS } from 'gps';
import { foldHeading, isPlausible, type Parsed } from './fix.ts';

const prefixed = /^(?:([A-Za-z0-9_-]{1,32})[ ,]\s*)?(\$[\x20-\x7e]*)$/;
const anySentence = /^\$[A-Z]{2,}[A-Z0-9]*,[^*]*\*[0-9A-Fa-f]{2}$/;
/** Time, status, position, speed, course and date, in their widths: the library reads a cut-off field as if it were whole. */
const minimum = /^\$[A-Z]{2}RMC,\d{6}(\.\d+)?,[AV],(\d\d[0-5]\d\.\d+)?,[NS]?,(\d{3}[0-5]\d\.\d+)?,[EW]?,[\d.]*,[\d.]*,\d{6},/;

export interface Line {
  /** The id in front of the sentence; undefined where there is none. */
  deviceId: string | undefined;
  sentence: string;
}

/** A line of a datagram; undefined where it is no NMEA line. */
export const splitPrefix = (line: string): Line | undefined => {
  const [, deviceId, sentence] = prefixed.exec(line) ?? [];
  return sentence === undefined ? undefined : { deviceId, sentence };
};

export const parseNmea = ({ deviceId, sentence }: Line): Parsed => {
  if (!anySentence.test(sentence)) return 'malformed';
  if (nmeaChecksum(sentence) !== sentence.slice(-2).toUpperCase()) return 'checksum';
  if (!/^\$[A-Z]{2}RMC,/.test(sentence)) return 'unsupported';
  if (!minimum.test(sentence)) return 'malformed';
  const said = read(sentence);
  if (said === false || said.type !== 'RMC') return 'malformed';
  if (said.status !== 'active' || said.faa === 'not valid') return 'no_fix';
  const { lat: latitude, lon: longitude, speed, track, time } = said;
  if (latitude === null || longitude === null || !time || !isAsWritten(sentence, time)) return 'malformed';
  if (!isPlausible(latitude, longitude, speed ?? 0) || (track ?? 0) > 360) return 'malformed';
  return {
    protocol: 'NMEA',
    deviceId,
    latitude,
    longitude,
    headingDegrees: track === null ? null : foldHeading(track),
    speedKph: speed,
    fixedAtMs: time.getTime(),
  };
};

/** The XOR of every character between `$` and `*`, as two upper-case hexadecimal digits. */
export const nmeaChecksum = (sentence: string): string => {
  let sum = 0;
  for (let at = 1; at < sentence.length && sentence[at] !== '*'; at += 1) sum ^= sentence.charCodeAt(at);
  return sum.toString(16).toUpperCase().padStart(2, '0');
};

/** The library folds the 31st of February and 25 o'clock into days and hours that exist. */
const isAsWritten = (sentence: string, time: Date): boolean => {
  if (Number.isNaN(time.getTime())) return false;
  const fields = sentence.split(',');
  const [date = '', clock = ''] = time.toISOString().split('T');
  const [year = '', month, day] = date.split('-');
  return fields[1]?.slice(0, 6) === clock.slice(0, 8).replaceAll(':', '') && fields[9] === `${day}${month}${year.slice(2)}`;
};

/** The library throws where a field is beyond what it knows. */
const read = (sentence: string): ReturnType<typeof GPS.Parse> => {
  try {
    return GPS.Parse(sentence);
  } catch {
    return false;
  }
};
