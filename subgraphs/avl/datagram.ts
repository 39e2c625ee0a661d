/**
 * A datagram's reports. Modems send one sentence a datagram, or after a gap in
 * coverage several; some end each with CR LF, some end none. The id in front of
 * an NMEA sentence holds for the lines behind it too, because a modem that sends
 * GGA, VTG and RMC together names itself once.
 */
import type { Parsed } from './fix.ts';
import { parseNmea, splitPrefix } from './nmea.ts';
import { parseTaip } from './taip.ts';

/** The largest payload that crosses an Ethernet unfragmented; modems stay below it. */
const maximumBytes = 1_472;
const printable = /^[\x20-\x7e]+$/;

export const parseDatagram = (datagram: Uint8Array, receivedAtMs: number): Parsed[] => {
  if (datagram.length > maximumBytes) return ['too_long'];
  const lines = Buffer.from(datagram)
    .toString('latin1')
    .split(/[\r\n\0]+/)
    .filter((line) => line.trim() !== '');
  if (lines.length === 0) return ['garbage'];
  let deviceId: string | undefined;
  return lines.flatMap((line): Parsed[] => {
    const text = line.trim();
    if (!printable.test(text)) return ['garbage'];
    if (text.startsWith('>')) return text.split(/(?<=<)/).map((sentence) => parseTaip(sentence.trim(), receivedAtMs));
    const nmea = splitPrefix(text);
    if (!nmea) return ['garbage'];
    deviceId = nmea.deviceId ?? deviceId;
    return [parseNmea({ deviceId, sentence: nmea.sentence })];
  });
};
