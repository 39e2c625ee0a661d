/**
 * The nearest cameras to any point. A k-d tree over all placed cameras stands in
 * memory; the caller's row rules are asked while the tree is walked, so the k
 * nearest are the k nearest of those that the caller may see.
 *
 * The tree holds places and row-rule attributes, never what a camera is; the
 * rows themselves are read from the source for every request.
 */
import { around, distance } from 'geokdbush';
import KDBush from 'kdbush';
import type { Rules } from './rules.ts';

export interface Indexed extends Rules {
  id: string;
  latitude: number;
  longitude: number;
}

export interface Point {
  latitude: number;
  longitude: number;
}

export interface Neighbor {
  id: string;
  distanceMeters: number;
}

export interface Reach {
  first: number;
  radiusMeters: number;
}

export type Nearest = (point: Point, reach: Reach, visible: (row: Rules) => boolean) => Neighbor[];

/** geokdbush takes the Earth for a sphere of 6,371 km: up to 0.5 % off the ellipsoid. */
export const buildIndex = (rows: readonly Indexed[]): Nearest => {
  const tree = new KDBush(rows.length);
  for (const { longitude, latitude } of rows) tree.add(longitude, latitude);
  tree.finish();
  return (point, { first, radiusMeters }, visible) => {
    if (first === 0) return []; // geokdbush takes 0 for "all".
    const passes = (at: number) => {
      const row = rows[at];
      return row !== undefined && visible(row);
    };
    return around(tree, point.longitude, point.latitude, first, radiusMeters / 1000, passes).flatMap((at) => {
      const row = rows[at];
      return row ? [{ id: row.id, distanceMeters: metersBetween(point, row) }] : [];
    });
  };
};

export const metersBetween = (a: Point, b: Point): number => distance(a.longitude, a.latitude, b.longitude, b.latitude) * 1000;

export interface IndexReads {
  /** Cheap: something that differs after any change. */
  version: () => Promise<string>;
  rows: () => Promise<Indexed[]>;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** How long a version is believed. */
  believeMs: number;
}

export interface SpatialIndex {
  /** The index, at most `believeMs` behind the source; `mustRead` rebuilds it in any case. */
  current: (mustRead?: boolean) => Promise<Nearest>;
}

/** Many requests may ask at once; they wait for one look at the source. */
export const openIndex = ({ version, rows, now, believeMs }: IndexReads): SpatialIndex => {
  let nearest: Nearest | undefined;
  let built = '';
  let checkedMs = Number.NEGATIVE_INFINITY;
  let looking: Promise<Nearest> | undefined;

  const look = async (mustRead: boolean): Promise<Nearest> => {
    const startedMs = now();
    const latest = await version();
    if (!nearest || mustRead || latest !== built) nearest = buildIndex(await rows());
    built = latest; // Read before the rows: a change in between is seen at the next look.
    checkedMs = startedMs;
    return nearest;
  };

  return {
    current: async (mustRead = false) => {
      if (!mustRead && nearest && Math.abs(now() - checkedMs) < believeMs) return nearest;
      if (looking && !mustRead) return looking;
      const started = look(mustRead).finally(() => {
        if (looking === started) looking = undefined;
      });
      looking = started;
      return started;
    },
  };
};
