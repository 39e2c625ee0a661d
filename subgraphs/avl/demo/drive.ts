/**
 * Drives the demo's cars through one round of Carnival, to the real calls at
 * their real times and on loops around home in between, and reports as their
 * modems would: real UDP datagrams to the listener, TAIP from one half of the
 * fleet, NMEA from the other; every second while moving, every half minute while
 * parked. What arrives in the hub has come through everything a real car's
 * report comes through.
 */
import { createSocket, type Socket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoCall } from '../../kit/demo/calls.ts';
import type { ScheduledStep } from '../../kit/demo/schedule.ts';
import type { DemoUnit } from '../../kit/demo/units.ts';
import { encodeNmea, encodeTaip, type Moment } from './encode.ts';
import { fleetOf, type Vehicle } from './fleet.ts';
import { patrolAt } from './patrol.ts';
import { type Frame, momentAt, tracksOf } from './track.ts';

export interface DriveOptions {
  /** One round, as `carnivalSchedule` makes it. */
  steps: readonly ScheduledStep[];
  /** All units, as `deriveUnits` makes them: the same that were loaded. */
  units: readonly DemoUnit[];
  calls: readonly DemoCall[];
  /** Data seconds a wall-clock second, as the schedule was made with. */
  speed: number;
  target: { host: string; port: number };
  now: () => number;
  signal: AbortSignal;
}

const parkedEverySeconds = 30;
/** A failing modem reports for five minutes, then is silent for forty: long enough to be shown as off. */
const failing = { cycleSeconds: 45 * 60, reportingSeconds: 5 * 60 };

/** Resolves when the round's last step has passed, or at once when the signal aborts. */
export const drive = async ({ target, now, signal, ...round }: DriveOptions): Promise<void> => {
  const cars = carsOf(round);
  const endMs = round.steps.at(-1)?.at.getTime() ?? now();
  const beganMs = now();
  const socket = createSocket(target.host.includes(':') ? 'udp6' : 'udp4').unref();
  socket.on('error', () => {}); // A lost datagram is a lost datagram, as on the air.
  try {
    while (!signal.aborted && now() < endMs) {
      const second = Math.floor(now() / 1000);
      for (const car of cars) report(car, second, { socket, target, round, beganMs });
      await sleep(1_000 - (now() % 1000), undefined, { signal }).catch(() => {});
    }
  } finally {
    socket.close();
  }
};

interface Car {
  vehicle: Vehicle;
  frames: readonly Frame[];
  wasMoving: boolean;
  /** The second of the last report, so that none is sent twice. */
  reportedAt: number;
}

const carsOf = ({ steps, units, calls, speed }: Pick<DriveOptions, 'steps' | 'units' | 'calls' | 'speed'>): Car[] => {
  const fleet = fleetOf(units);
  const homes = new Map(fleet.map(({ callSign, home }) => [callSign, home]));
  const tracks = tracksOf({ steps, calls, homes, speed });
  return fleet.map((vehicle) => ({ vehicle, frames: tracks.get(vehicle.callSign) ?? [], wasMoving: false, reportedAt: 0 }));
};

interface Air {
  socket: Socket;
  target: DriveOptions['target'];
  round: Pick<DriveOptions, 'speed' | 'steps'>;
  beganMs: number;
}

const report = (car: Car, second: number, { socket, target, round, beganMs }: Air): void => {
  const { vehicle } = car;
  if (isSilent(vehicle, second, Math.floor(beganMs / 1000))) return;
  const moment = whereAt(car, second * 1000, round);
  const moving = moment.headingDegrees !== null;
  const due = moving || car.wasMoving || second - car.reportedAt >= parkedEverySeconds;
  if (!due || second === car.reportedAt) return;
  // Parked cars are spread over the half minute: the first round of reports is everybody's, the next comes staggered.
  car.reportedAt = car.reportedAt === 0 ? second - (vehicle.number % parkedEverySeconds) : second;
  car.wasMoving = moving;
  socket.send(sentence(vehicle, moment), target.port, target.host, () => {});
};

/** On a call, or else on its loop, or at home. */
const whereAt = ({ vehicle, frames }: Car, atMs: number, { steps, speed }: Air['round']): Moment => {
  const { callSign, home } = vehicle;
  const [first] = steps;
  const dataMsAt = (wallMs: number) => (first ? first.dataAt.getTime() + (wallMs - first.at.getTime()) * speed : wallMs);
  return patrolAt({ callSign, home, frames }, atMs, dataMsAt) ?? momentAt(frames, atMs, home, speed);
};

const sentence = ({ protocol, deviceId }: Vehicle, moment: Moment): string =>
  protocol === 'TAIP' ? encodeTaip(deviceId, moment) : encodeNmea(deviceId, moment);

const isSilent = ({ failing: fails }: Vehicle, second: number, began: number): boolean =>
  fails && (second - began) % failing.cycleSeconds >= failing.reportingSeconds;
