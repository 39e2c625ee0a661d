/**
 * Where a demo car is at any moment of a round: at home, on its way to a call
 * in the time that the call's record leaves for it, at the call until cleared,
 * on its way home. All of it is derived from the calls' places and times. Ways
 * are straight lines: the published street file has half the city's streets, in
 * 2,900 pieces that do not meet, so no route could be found on it.
 */
import { type DemoCall, groupBy, type Point } from '../../kit/demo/calls.ts';
import type { ScheduledStep, StepKind } from '../../kit/demo/schedule.ts';
import { metersBetween } from '../gate.ts';
import type { Moment } from './encode.ts';

/** The car passes `point` at `atMs`; between two frames it goes straight on. */
export interface Frame {
  atMs: number;
  point: Point;
}

/** Frames by call sign, each in order of time; cars without a call have none. */
export type Tracks = Map<string, Frame[]>;

export interface TrackOptions {
  steps: readonly ScheduledStep[];
  calls: readonly DemoCall[];
  homes: ReadonlyMap<string, Point>;
  /** Data seconds a wall-clock second: the faster the replay, the faster cars cross the map. */
  speed: number;
}

interface Visit {
  point: Point;
  /** Sent or under way, whichever is recorded. */
  startMs: number | undefined;
  arriveMs: number | undefined;
  clearedMs: number;
}

const fastestKph = 100;
const slowestKph = 25;
const homewardKph = 40;

export const tracksOf = ({ steps, calls, homes, speed }: TrackOptions): Tracks => {
  const places = new Map(calls.map(({ item, point }) => [item, point]));
  const assigned = groupBy(
    steps.filter(({ callSign }) => callSign !== undefined),
    ({ callSign }) => callSign ?? '',
  );
  const tracks: Tracks = new Map();
  for (const [callSign, own] of assigned) {
    const home = homes.get(callSign);
    if (home) tracks.set(callSign, framesOf(home, visitsOf(own, places), speed));
  }
  return tracks;
};

const visitsOf = (steps: readonly ScheduledStep[], places: ReadonlyMap<string, Point | null>): Visit[] =>
  [...groupBy(steps, ({ item }) => item)]
    .flatMap(([item, own]): Visit[] => {
      const at = (kind: StepKind) => own.find((step) => step.kind === kind)?.at.getTime();
      const point = places.get(item);
      const clearedMs = at('cleared');
      if (!point || clearedMs === undefined) return [];
      return [{ point, startMs: at('enRoute') ?? at('dispatched'), arriveMs: at('onScene'), clearedMs }];
    })
    .sort((one, other) => one.clearedMs - other.clearedMs);

const framesOf = (home: Point, visits: readonly Visit[], speed: number): Frame[] => {
  let frames: Frame[] = [];
  let freeAtMs = Number.NEGATIVE_INFINITY;
  for (const visit of visits) {
    const { departMs, arriveMs } = timesOf(
      visit,
      metersBetween(placeAt(frames, visit.startMs ?? visit.arriveMs ?? 0, home), visit.point),
      speed,
      freeAtMs,
    );
    const from = placeAt(frames, departMs, home);
    const clearedMs = Math.max(visit.clearedMs, arriveMs);
    const homeMs = clearedMs + wayMs(metersBetween(visit.point, home), homewardKph, speed);
    frames = frames.filter(({ atMs }) => atMs < departMs);
    frames.push(
      { atMs: departMs, point: from },
      { atMs: arriveMs, point: visit.point },
      { atMs: clearedMs, point: visit.point },
      { atMs: homeMs, point: home },
    );
    freeAtMs = clearedMs;
  }
  return frames;
};

/** The record's own times, where a car can keep them; it never leaves before it is free from its last call. */
const timesOf = ({ startMs, arriveMs, clearedMs }: Visit, meters: number, speed: number, freeAtMs: number) => {
  const quick = wayMs(meters, fastestKph, speed);
  const arrive = arriveMs ?? Math.min(clearedMs, (startMs ?? clearedMs) + wayMs(meters, homewardKph, speed));
  const wanted = Math.min(arrive - quick, Math.max(startMs ?? 0, arrive - wayMs(meters, slowestKph, speed)));
  const departMs = Math.max(wanted, freeAtMs);
  return { departMs, arriveMs: Math.max(arrive, departMs + Math.min(quick, 1_000)) };
};

const wayMs = (meters: number, kph: number, speed: number): number => Math.ceil(((meters * 3.6) / kph / speed) * 1000);

const placeAt = (frames: readonly Frame[], atMs: number, home: Point): Point => momentAt(frames, atMs, home, 1);

export const momentAt = (frames: readonly Frame[], atMs: number, home: Point, speed: number): Moment => {
  const next = frames.findIndex((frame) => frame.atMs > atMs);
  const from = frames.at(next === -1 ? -1 : next - 1);
  const to = frames[next];
  if (next <= 0 || !from || !to) return standing(next === 0 || !from ? home : from.point, atMs);
  const meters = metersBetween(from.point, to.point);
  if (meters < 1) return standing(from.point, atMs);
  const passed = (atMs - from.atMs) / (to.atMs - from.atMs);
  return {
    atMs,
    latitude: from.point.latitude + (to.point.latitude - from.point.latitude) * passed,
    longitude: from.point.longitude + (to.point.longitude - from.point.longitude) * passed,
    headingDegrees: bearing(from.point, to.point),
    speedKph: (meters * 3.6) / ((to.atMs - from.atMs) / 1000) / speed,
  };
};

const standing = ({ latitude, longitude }: Point, atMs: number): Moment => ({
  atMs,
  latitude,
  longitude,
  headingDegrees: null,
  speedKph: 0,
});

/** Initial bearing, degrees clockwise from north; a city is flat enough. */
const bearing = (from: Point, to: Point): number => {
  const east = (to.longitude - from.longitude) * Math.cos((from.latitude * Math.PI) / 180);
  return ((Math.atan2(east, to.latitude - from.latitude) * 180) / Math.PI + 360) % 360;
};
