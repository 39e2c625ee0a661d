/**
 * What a device says or implies about itself, and how old a fix may be for it.
 * A parked car that reported nine minutes ago is where it was; a moving one is
 * not. A device that has been silent for long counts as off, because modems
 * that are switched off do not say so.
 */
export const deviceStates = ['MOVING', 'PARKED', 'OFF'] as const;
export type DeviceState = (typeof deviceStates)[number];

export interface Thresholds {
  /** A fix at this speed or more is a moving vehicle's; below it a receiver's own drift looks the same. */
  movingKph: number;
  movingSeconds: number;
  parkedSeconds: number;
  /** Silence after which a device counts as off. */
  offSeconds: number;
}

export const defaultThresholds: Thresholds = { movingKph: 5, movingSeconds: 90, parkedSeconds: 600, offSeconds: 1_800 };

/** A view's text; one that the contract does not know says nothing good about the device. */
export const recordedState = (text: string): DeviceState => deviceStates.find((state) => state === text) ?? 'OFF';

export const stateOf = (speedKph: number | null, { movingKph }: Thresholds): DeviceState =>
  (speedKph ?? 0) >= movingKph ? 'MOVING' : 'PARKED';

export interface Aged {
  state: DeviceState;
  stale: boolean;
}

/** `state` as recorded with the fix; ages below zero (clocks differ) count as fresh. */
export const ageOf = (state: DeviceState, fixedAtMs: number, nowMs: number, thresholds: Thresholds): Aged => {
  const ageSeconds = (nowMs - fixedAtMs) / 1000;
  if (state === 'OFF' || ageSeconds > thresholds.offSeconds) return { state: 'OFF', stale: true };
  return { state, stale: ageSeconds > (state === 'MOVING' ? thresholds.movingSeconds : thresholds.parkedSeconds) };
};
