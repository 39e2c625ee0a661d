/**
 * What a modem's sentence says, in the units of the graph, and every reason for
 * which a sentence is not believed. Reasons are counted; sentences are never
 * kept or logged, because a position beside a unit's name is nobody's log line.
 */
export type Protocol = 'TAIP' | 'NMEA';

export interface Report {
  protocol: Protocol;
  /** What the modem calls itself; undefined where the sentence does not say. */
  deviceId: string | undefined;
  /** Degrees, WGS84. */
  latitude: number;
  longitude: number;
  /** Degrees clockwise from true north, 0 up to 360; null where the receiver does not say. */
  headingDegrees: number | null;
  speedKph: number | null;
  /** Milliseconds since the epoch. */
  fixedAtMs: number;
}

/** Why a sentence, or a whole datagram, was not taken. */
export const refusals = {
  garbage: 'It is neither TAIP nor NMEA 0183.',
  too_long: 'The datagram is longer than any report.',
  malformed: 'It starts like a report and does not go on like one, as a truncated one does.',
  checksum: 'Its checksum does not fit its text.',
  unsupported: 'It is a sentence that carries no position with a speed.',
  no_fix: 'The receiver itself says that it has no fix.',
  not_ready: 'The list of devices has not been read yet.',
  unknown_device: "No device of that id is registered, or the sender named none and its address is nobody's.",
  inactive_device: 'The device is switched off in the registry or mounted in no unit.',
  wrong_protocol: 'The device is registered with the other protocol.',
  wrong_source: 'The device is pinned to another address.',
  future: 'The fix was taken later than now.',
  too_old: 'The fix is older than the trail goes back.',
  duplicate: 'The device has reported this fix already.',
  jump: 'No vehicle gets there from the last fix in the time between.',
  overflow: 'The store could not take fixes as fast as they came: the oldest waiting one was given up.',
} as const satisfies Record<string, string>;

export type Refusal = keyof typeof refusals;

export type Parsed = Report | Refusal;

export const isRefusal = <Value extends object>(parsed: Value | Refusal): parsed is Refusal => typeof parsed === 'string';

export const kphPerMph = 1.609344;

/** No receiver in a vehicle is anywhere else, nor faster. */
export const isPlausible = (latitude: number, longitude: number, speedKph: number): boolean =>
  Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && speedKph >= 0 && speedKph <= 1_000;

/** Compass degrees fold at 360; a receiver that says 360 means 0. */
export const foldHeading = (degrees: number): number => degrees % 360;
