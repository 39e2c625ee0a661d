/**
 * Where a point is, as people say it: the corner that it stands at, the block,
 * or the street. The published cameras have a position and no name.
 */
import { around } from 'geokdbush';
import KDBush from 'kdbush';
import type { Area } from '../quarantine.ts';
import { metersBetween, type Point } from '../spatial.ts';

export interface Places {
  /** Where two streets meet. */
  corners: Named[];
  /** Middles of blocks. */
  blocks: Named[];
  /** Pieces of streets. */
  segments: { name: string; line: readonly Point[] }[];
}

export interface Named {
  name: string;
  at: Point;
}

/** `Carondelet St & Common St`, `100 block Carondelet St`, `Carondelet St` or `Near Carondelet St`. */
export type NameOf = (point: Point) => string;

interface Found {
  name: string;
  meters: number;
}

/** Cameras hang on a corner's poles: up to a wide crossing away from where the center lines meet. */
const cornerMeters = 30;
const blockMeters = 60;

export const openPlaces = ({ corners, blocks, segments }: Places): NameOf => {
  const nearestCorner = nearestOf(corners);
  const nearestBlock = nearestOf(blocks);
  const streets = segments.map(boxed);
  return (point) => {
    const corner = nearestCorner(point);
    if (corner && corner.meters <= cornerMeters) return corner.name;
    const block = nearestBlock(point);
    if (block && block.meters <= blockMeters) return block.name;
    const segment = nearestSegment(point, streets);
    if (segment && segment.meters <= blockMeters) return segment.name;
    const closest = [corner, block, segment].flatMap((found) => found ?? []).sort((a, b) => a.meters - b.meters)[0];
    return closest ? `Near ${closest.name}` : 'Place unknown';
  };
};

const nearestOf = (items: readonly Named[]): ((point: Point) => Found | undefined) => {
  const tree = new KDBush(items.length);
  for (const { at } of items) tree.add(at.longitude, at.latitude);
  tree.finish();
  return (point) => {
    const item = items[around(tree, point.longitude, point.latitude, 1)[0] ?? -1];
    return item && { name: item.name, meters: metersBetween(point, item.at) };
  };
};

const nearestSegment = (point: Point, segments: readonly Boxed[]): Found | undefined => {
  let best: Found | undefined;
  for (const { name, line, box } of segments) {
    // No degree near the city is shorter than 80 km: a box farther off in degrees is farther off in meters.
    const reach = (best?.meters ?? Number.POSITIVE_INFINITY) / 80_000;
    const { latitude, longitude } = point;
    if (latitude < box.south - reach || latitude > box.north + reach) continue;
    if (longitude < box.west - reach || longitude > box.east + reach) continue;
    const meters = metersToLine(point, line);
    if (!best || meters < best.meters) best = { name, meters };
  }
  return best;
};

type Boxed = Places['segments'][number] & { box: Area };

const boxed = (segment: Places['segments'][number]): Boxed => {
  const latitudes = segment.line.map(({ latitude }) => latitude);
  const longitudes = segment.line.map(({ longitude }) => longitude);
  const box = {
    west: Math.min(...longitudes),
    south: Math.min(...latitudes),
    east: Math.max(...longitudes),
    north: Math.max(...latitudes),
  };
  return { ...segment, box };
};

/** On a plane that touches the Earth at the point: exact to the decimeter within a kilometer. */
const metersToLine = (point: Point, line: readonly Point[]): number => {
  const metersPerDegree = 111_195;
  const shrink = Math.cos((point.latitude * Math.PI) / 180);
  let best = Number.POSITIVE_INFINITY;
  let before: { x: number; y: number } | undefined;
  for (const { latitude, longitude } of line) {
    const here = {
      x: (longitude - point.longitude) * metersPerDegree * shrink,
      y: (latitude - point.latitude) * metersPerDegree,
    };
    if (before) best = Math.min(best, metersToPiece(before, here));
    before = here;
  }
  return best;
};

/** From the origin to the piece of line between two points. */
const metersToPiece = (a: { x: number; y: number }, b: { x: number; y: number }): number => {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, -(a.x * dx + a.y * dy) / length));
  return Math.sqrt((a.x + along * dx) ** 2 + (a.y + along * dy) ** 2);
};
