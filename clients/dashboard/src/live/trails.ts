/** Where each unit came from: its last fixes, as they arrived while the page was open. */
import type { Unit } from './picture.ts';

export interface Trails {
  add: (unit: Unit) => void;
  /** Longitude and latitude, oldest first. */
  of: (unitId: string) => readonly [number, number][];
}

const longest = 20;
const oldestMs = 5 * 60_000;

export const createTrails = (): Trails => {
  const trails = new Map<string, { at: number; place: [number, number] }[]>();
  return {
    add: ({ id, position }) => {
      if (!position) return;
      const at = Date.parse(position.fixedAt);
      const place: [number, number] = [position.point.longitude, position.point.latitude];
      const trail = trails.get(id) ?? [];
      const last = trail.at(-1);
      if (last && last.place[0] === place[0] && last.place[1] === place[1]) return;
      trail.push({ at, place });
      while (trail.length > longest || (trail[0] && trail[0].at < at - oldestMs)) trail.shift();
      trails.set(id, trail);
    },
    of: (unitId) => (trails.get(unitId) ?? []).map(({ place }) => place),
  };
};
