/**
 * Patrol units, which the published calls lack. They are derived: each police
 * zone has up to three cars a watch, a call goes to the nearest car of its
 * district that is free, and no car is ever on two calls at once.
 */
import { type DemoCall, groupBy, type Point } from './calls.ts';
import { hashOf, ownerOf } from './ownership.ts';
import { offsetMsAt } from './time.ts';

export interface DemoUnit {
  /** District, car, watch: `809B`. */
  callSign: string;
  beat: string;
  zone: string;
  district: string;
  ori: string;
  /** Where the car waits between calls: a place in its zone that a call named. */
  home: Point;
}

export interface Assignment {
  callSign: string;
  item: string;
  /** Null where the unit came upon the call or was sent without a record of it. */
  dispatchedAt: Date | null;
  enRouteAt: Date | null;
  /** Null where nobody arrived. May lie before `dispatchedAt`, as the source has it. */
  onSceneAt: Date | null;
  clearedAt: Date;
}

export interface Units {
  units: DemoUnit[];
  assignments: Assignment[];
}

const minuteMs = 60_000;
const carsPerWatch = 3;
/** A car is relieved after this long, however long the call stays open. */
const longestMs = 8 * 60 * minuteMs;
/** Between two calls a car needs time to drive. */
const restMs = 5 * minuteMs;

export const deriveUnits = (calls: readonly DemoCall[]): Units => {
  const homes = homesOf(calls);
  const neighbors = neighborsOf(homes);
  const units = new Map<string, DemoUnit>();
  const freeAtMs = new Map<string, number>();
  const started = calls.flatMap((call) => {
    const startMs = startMsOf(call);
    return startMs === undefined ? [] : [{ call, startMs }];
  });
  started.sort((one, other) => one.startMs - other.startMs || (one.call.item < other.call.item ? -1 : 1));
  const assignments = started.flatMap(({ call, startMs }) => {
    const zones = neighbors.get(call.zone ?? '') ?? [];
    const free = carsOf(zones, startMs, homes).filter(({ callSign }) => (freeAtMs.get(callSign) ?? 0) <= startMs);
    return free.slice(0, wantedFor(call)).map((unit, rank) => {
      const assignment = assign(call, unit.callSign, rank);
      units.set(unit.callSign, unit);
      freeAtMs.set(unit.callSign, assignment.clearedAt.getTime() + restMs);
      return assignment;
    });
  });
  const byCallSign = [...units.values()].sort((one, other) => (one.callSign < other.callSign ? -1 : 1));
  return { units: byCallSign, assignments };
};

/** Priority 2 is the agency's "come at once": two or three cars go. */
const wantedFor = ({ item, priority }: DemoCall): number => (priority.startsWith('2') ? 2 + (hashOf(`units:${item}`) % 2) : 1);

const startMsOf = ({ dispatchedAt, arrivedAt }: DemoCall): number | undefined => {
  const known = [dispatchedAt, arrivedAt].flatMap((at) => (at ? [at.getTime()] : []));
  return known.length > 0 ? Math.min(...known) : undefined;
};

/** Of each zone the call's place that lies nearest to the middle of all of them. */
const homesOf = (calls: readonly DemoCall[]): Map<string, Point> => {
  const located = calls.flatMap(({ zone, point }) => (zone && point ? [{ zone, point }] : []));
  const homes = new Map<string, Point>();
  for (const [zone, places] of groupBy(located, (place) => place.zone)) {
    const points = places.map(({ point }) => point);
    const middle = {
      latitude: mean(points.map(({ latitude }) => latitude)),
      longitude: mean(points.map(({ longitude }) => longitude)),
    };
    const [home] = points.sort((one, other) => apart(one, middle) - apart(other, middle));
    if (home) homes.set(zone, home);
  }
  return homes;
};

/** Each zone's district, nearest zone first, itself in front. */
const neighborsOf = (homes: Map<string, Point>): Map<string, string[]> =>
  new Map(
    [...homes].map(([zone, home]) => {
      const district = [...homes].filter(([other]) => other[0] === zone[0]);
      return [zone, district.sort(([, one], [, other]) => apart(one, home) - apart(other, home)).map(([other]) => other)];
    }),
  );

const carsOf = (zones: readonly string[], startMs: number, homes: Map<string, Point>): DemoUnit[] =>
  Array.from({ length: carsPerWatch }, (_, car) =>
    zones.flatMap((zone) => unitOf(zone, car, watchAt(startMs), homes.get(zone))),
  ).flat();

const unitOf = (zone: string, car: number, watch: string, home: Point | undefined): DemoUnit[] => {
  if (!home) return [];
  const number = zone.charCodeAt(1) - 64 + 30 * car;
  const district = zone.slice(0, 1);
  const callSign = `${district}${String(number).padStart(2, '0')}${watch}`;
  return [{ callSign, beat: `${zone}0${car + 1}`, zone, district, ori: ownerOf(callSign).ori, home }];
};

/** A from 7, B from 15, C from 23 o'clock, local. */
const watchAt = (instantMs: number): string => {
  const hour = new Date(instantMs + offsetMsAt(instantMs)).getUTCHours();
  if (hour >= 7 && hour < 15) return 'A';
  return hour >= 15 && hour < 23 ? 'B' : 'C';
};

/** The first car has the call's recorded times; the others follow it and leave before it. */
const assign = (call: DemoCall, callSign: string, rank: number): Assignment => {
  const chance = (what: string, from: number, to: number) => from + (hashOf(`${what}:${call.item}:${rank}`) % (to - from + 1));
  const startMs = startMsOf(call) ?? call.createdAt.getTime();
  const endMs = Math.max(startMs, Math.min(call.closedAt.getTime(), startMs + longestMs));
  const leftMs = startMs + ((endMs - startMs) * chance('clear', 50, 90)) / 100;
  const clearedMs = rank === 0 ? endMs : Math.floor(leftMs / 1000) * 1000;
  const late = (at: Date | null, seconds: number) =>
    at ? new Date(Math.min(at.getTime() + rank * seconds * 1000, clearedMs)) : null;
  const dispatchedAt = rank === 0 ? call.dispatchedAt : late(call.dispatchedAt ?? call.arrivedAt, chance('sent', 20, 90));
  const onSceneAt = rank === 0 ? call.arrivedAt : late(call.arrivedAt, chance('there', 60, 240));
  return {
    callSign,
    item: call.item,
    dispatchedAt,
    enRouteAt: enRouteOf(dispatchedAt, onSceneAt, clearedMs, chance),
    onSceneAt,
    clearedAt: new Date(clearedMs),
  };
};

const enRouteOf = (
  dispatchedAt: Date | null,
  onSceneAt: Date | null,
  clearedMs: number,
  chance: (what: string, from: number, to: number) => number,
): Date | null => {
  if (!dispatchedAt) return null;
  const spareMs = (onSceneAt?.getTime() ?? clearedMs) - dispatchedAt.getTime();
  return spareMs <= 0
    ? null
    : new Date(dispatchedAt.getTime() + Math.min(chance('roll', 15, 90) * 1000, Math.floor(spareMs / 2000) * 1000));
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Good enough to compare: squared degrees, with longitude shrunk as it is at 30° north. */
const apart = (one: Point, other: Point): number =>
  (one.latitude - other.latitude) ** 2 + (0.866 * (one.longitude - other.longitude)) ** 2;
