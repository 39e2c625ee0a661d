/**
 * The edge from a point to the cameras around it, for many points at once: the
 * index says which, one read brings the rows. A row that the index has and the
 * read lacks was hidden, moved or retired a moment ago; the index is rebuilt
 * then and asked once more, so that nobody gets three neighbors of four.
 */
import DataLoader from 'dataloader';
import type { Principal } from '../../schema/principal.ts';
import type { Camera, NearestCamera } from './reader.ts';
import { visibleTo } from './rules.ts';
import { metersBetween, type Neighbor, type Point, type Reach, type SpatialIndex } from './spatial.ts';

export interface NearestParts {
  index: SpatialIndex;
  principal: Principal;
  byId: DataLoader<string, Camera | null>;
}

/** Keys are `LATITUDE,LONGITUDE`. */
export const nearestCameras =
  ({ index, principal, byId }: NearestParts) =>
  (reach: Reach): DataLoader<string, NearestCamera[]> => {
    const visible = visibleTo(principal);
    const read = async (points: readonly Point[], rebuild: boolean): Promise<Found[]> => {
      const nearest = await index.current(rebuild);
      const around = points.map((point) => nearest(point, reach, visible));
      const rows = new Map<string, Camera>();
      const ids = [...new Set(around.flat().map(({ id }) => id))];
      for (const row of await byId.loadMany(ids)) {
        if (row instanceof Error) throw row;
        if (row) rows.set(row.id, row);
      }
      return around.map((neighbors, at) => assemble(neighbors, rows, points[at], reach));
    };
    return new DataLoader(async (keys) => {
      const points = keys.map(pointOf);
      const found = await read(points, false);
      const complete = found.every(({ stale }) => !stale);
      return (complete ? found : await read(points, true)).map(({ cameras }) => cameras);
    });
  };

interface Found {
  cameras: NearestCamera[];
  stale: boolean;
}

/** Distances are to where the row says that the camera is now. */
const assemble = (
  neighbors: readonly Neighbor[],
  rows: Map<string, Camera>,
  point: Point | undefined,
  { radiusMeters }: Reach,
): Found => {
  const cameras = neighbors.flatMap(({ id, distanceMeters }) => {
    const node = rows.get(id);
    return node && point ? [{ distanceMeters: metersBetween(point, node), node, indexed: distanceMeters }] : [];
  });
  const moved = cameras.some(({ distanceMeters, indexed }) => distanceMeters !== indexed);
  const inReach = cameras.filter(({ distanceMeters }) => distanceMeters <= radiusMeters);
  return {
    cameras: inReach
      .sort((a, b) => a.distanceMeters - b.distanceMeters)
      .map(({ distanceMeters, node }) => ({ distanceMeters, node })),
    stale: moved || cameras.length < neighbors.length,
  };
};

const pointOf = (key: string): Point => {
  const [latitude = Number.NaN, longitude = Number.NaN] = key.split(',').map(Number);
  return { latitude, longitude };
};
