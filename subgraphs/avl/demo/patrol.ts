/**
 * What a free car does: the data's calls are so few that the map would stand
 * still between them, so of the cars on watch one in eight drives a loop around
 * its home. The loop is the demo's own and says so, like every place of a car
 * here (`derived`). It is driven in wall-clock time, whatever the replay's speed.
 */
import type { Point } from '../../kit/demo/calls.ts';
import { hashOf } from '../../kit/demo/ownership.ts';
import { offsetMsAt } from '../../kit/demo/time.ts';
import { metersBetween } from '../gate.ts';
import type { Moment } from './encode.ts';
import { type Frame, momentAt } from './track.ts';

const slotMs = 240_000;
const oneIn = 8;
const metersPerDegree = 111_195;

export interface Free {
  callSign: string;
  home: Point;
  /** The car's way to and from its calls. */
  frames: readonly Frame[];
}

/** Where the car is on its loop; undefined where it drives none: not its turn, off watch, or a call comes in between. */
export const patrolAt = (
  { callSign, home, frames }: Free,
  atMs: number,
  dataMsAt: (atMs: number) => number,
): Moment | undefined => {
  const slot = Math.floor(atMs / slotMs);
  const startMs = slot * slotMs;
  if (hashOf(`patrol:${callSign}:${slot}`) % oneIn !== 0 || !callSign.endsWith(watchAt(dataMsAt(startMs)))) return undefined;
  if (!isFree(frames, home, startMs, startMs + slotMs)) return undefined;
  return momentAt(loopOf(callSign, home, slot), atMs, home, 1);
};

/** A, B or C from 7, 15 and 23 o'clock, local: the last letter of a call sign. */
export const watchAt = (instantMs: number): string => {
  const hour = new Date(instantMs + offsetMsAt(instantMs)).getUTCHours();
  if (hour >= 7 && hour < 15) return 'A';
  return hour >= 15 && hour < 23 ? 'B' : 'C';
};

const isFree = (frames: readonly Frame[], home: Point, fromMs: number, toMs: number): boolean => {
  const last = frames.findLast(({ atMs }) => atMs <= fromMs);
  const busy = frames.some(({ atMs }) => atMs > fromMs && atMs <= toMs);
  return !busy && (last === undefined || metersBetween(last.point, home) < 1);
};

/** Home, three corners around it, home again, at one speed. */
const loopOf = (callSign: string, home: Point, slot: number): Frame[] => {
  const turn = hashOf(`turn:${callSign}:${slot}`) % 360;
  const corners = [0, 120, 240].map((angle, corner) => {
    const meters = 250 + (hashOf(`corner:${callSign}:${slot}:${corner}`) % 200);
    const radians = ((turn + angle) * Math.PI) / 180;
    const latitude = home.latitude + (meters * Math.cos(radians)) / metersPerDegree;
    return {
      latitude,
      longitude: home.longitude + (meters * Math.sin(radians)) / metersPerDegree / Math.cos((latitude * Math.PI) / 180),
    };
  });
  const points = [home, ...corners, home];
  const whole = metersAlong(points);
  return points.map((point, at) => ({
    point,
    atMs: slot * slotMs + Math.round((metersAlong(points.slice(0, at + 1)) / whole) * slotMs),
  }));
};

const metersAlong = (points: readonly Point[]): number =>
  points.reduce((sum, point, at) => sum + metersBetween(points[at - 1] ?? point, point), 0);
