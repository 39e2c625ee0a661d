/**
 * Which reports are believed. UDP proves nothing about its sender, so a report
 * must name (or come from the pinned address of) a registered device, be taken
 * at a time that can be, and be reachable from that device's last fix.
 *
 * Everything remembered here is one entry a registered device, so that no flood
 * of made-up ids costs memory.
 */
import type { Refusal, Report } from './fix.ts';
import { type DeviceState, stateOf, type Thresholds } from './state.ts';

export interface Device {
  id: string;
  unitId: string | null;
  /** `TAIP` or `NMEA`; null: either. */
  protocol: string | null;
  pinnedAddress: string | null;
  active: boolean;
}

/** A report that was believed, as `avl.record_fixes` takes it. */
export interface Fix {
  device: string;
  latitude: number;
  longitude: number;
  heading: number | null;
  speedKph: number | null;
  state: DeviceState;
  fixedAt: number;
  receivedAt: number;
}

export interface GateOptions {
  thresholds: Thresholds;
  /** Older fixes are refused: the trail does not reach back to them. */
  maximumAgeMs: number;
  maximumSpeedKph: number;
}

export interface Gate {
  /** The registry, as often as it is read anew; what is known of devices that stay is kept. */
  register: (devices: readonly Device[]) => void;
  admit: (report: Report, address: string, receivedAtMs: number) => Fix | Refusal;
}

/** Receivers that tell GPS time instead of UTC are 18 s ahead. */
const futureToleranceMs = 30_000;
/** What positioning errors alone may add up to between two fixes. */
const slackMeters = 200;

export const openGate = (options: GateOptions): Gate => {
  let devices: Map<string, Device> | undefined;
  let byAddress = new Map<string, Device | 'several'>();
  const last = new Map<string, Fix>();
  return {
    register: (registered) => {
      devices = new Map(registered.map((device) => [device.id, device]));
      byAddress = addressBook(registered);
      for (const id of last.keys()) if (!devices.has(id)) last.delete(id);
    },
    admit: (report, address, receivedAtMs) => {
      if (!devices) return 'not_ready';
      const device = report.deviceId === undefined ? nameless(byAddress.get(address)) : devices.get(report.deviceId);
      const refusal = judgeSender(device, report, address) ?? judgeTime(report, receivedAtMs, options);
      if (refusal || !device) return refusal ?? 'unknown_device';
      const fix = fixOf(device, report, receivedAtMs, options.thresholds);
      const doubt = judgeMove(last.get(device.id), fix, options);
      if (doubt) return doubt;
      if (fix.fixedAt >= (last.get(device.id)?.fixedAt ?? 0)) last.set(device.id, fix);
      return fix;
    },
  };
};

const judgeSender = (device: Device | undefined, report: Report, address: string): Refusal | undefined => {
  if (!device) return 'unknown_device';
  if (!device.active || device.unitId === null) return 'inactive_device';
  if (device.pinnedAddress !== null && device.pinnedAddress !== address) return 'wrong_source';
  return device.protocol !== null && device.protocol !== report.protocol ? 'wrong_protocol' : undefined;
};

const judgeTime = ({ fixedAtMs }: Report, receivedAtMs: number, { maximumAgeMs }: GateOptions): Refusal | undefined => {
  if (fixedAtMs > receivedAtMs + futureToleranceMs) return 'future';
  return fixedAtMs < receivedAtMs - maximumAgeMs ? 'too_old' : undefined;
};

/**
 * The time between two fixes widens what is reachable, so a false fix that got
 * in (or a car that was towed while off) shuts the true ones out for minutes, not for good.
 */
const judgeMove = (before: Fix | undefined, fix: Fix, { maximumSpeedKph }: GateOptions): Refusal | undefined => {
  if (!before) return undefined;
  if (before.fixedAt === fix.fixedAt) return 'duplicate';
  const seconds = Math.max(1, Math.abs(fix.fixedAt - before.fixedAt) / 1000);
  return metersBetween(before, fix) > slackMeters + (seconds * maximumSpeedKph) / 3.6 ? 'jump' : undefined;
};

const fixOf = (device: Device, report: Report, receivedAt: number, thresholds: Thresholds): Fix => {
  const state = stateOf(report.speedKph, thresholds);
  const { latitude, longitude, speedKph, fixedAtMs } = report;
  // A standing receiver's course is noise.
  const heading = state === 'MOVING' ? report.headingDegrees : null;
  return { device: device.id, latitude, longitude, heading, speedKph, state, fixedAt: fixedAtMs, receivedAt };
};

/** Whose pinned address it is; an address that several devices share names none of them. */
const addressBook = (devices: readonly Device[]): Map<string, Device | 'several'> => {
  const book = new Map<string, Device | 'several'>();
  for (const device of devices) {
    if (device.pinnedAddress === null) continue;
    book.set(device.pinnedAddress, book.has(device.pinnedAddress) ? 'several' : device);
  }
  return book;
};

const nameless = (found: Device | 'several' | undefined): Device | undefined => (found === 'several' ? undefined : found);

interface Place {
  latitude: number;
  longitude: number;
}

/** Haversine on a sphere; right to 0.5 %. */
export const metersBetween = (one: Place, other: Place): number => {
  const radians = Math.PI / 180;
  const across = Math.sin(((other.longitude - one.longitude) * radians) / 2) ** 2;
  const up = Math.sin(((other.latitude - one.latitude) * radians) / 2) ** 2;
  const half = up + Math.cos(one.latitude * radians) * Math.cos(other.latitude * radians) * across;
  return 2 * 6_371_008.8 * Math.asin(Math.min(1, Math.sqrt(half)));
};
