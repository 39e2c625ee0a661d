/** Records as the map draws them: GeoJSON with nothing but what a sign needs. */
import type { Camera, Incident, Unit } from '../live/picture.ts';
import { titleOf, urgencyOf } from '../priority.ts';

type Collection = GeoJSON.FeatureCollection<GeoJSON.Geometry, Record<string, string | number | boolean>>;

const collect = (features: Collection['features']): Collection => ({ type: 'FeatureCollection', features });

const pointOf = ({ longitude, latitude }: { longitude: number; latitude: number }): GeoJSON.Point => ({
  type: 'Point',
  coordinates: [longitude, latitude],
});

export const incidentFeatures = (incidents: Iterable<Incident>): Collection =>
  collect(
    [...incidents].flatMap((incident) => {
      const point = incident.location?.point;
      if (!point) return [];
      const urgency = urgencyOf(incident);
      const state = incident.status === 'CLOSED' ? 'closed' : incident.status === 'RECEIVED' ? 'waiting' : 'open';
      const properties = {
        id: incident.id,
        icon: `incident-${urgency}-${state}`,
        urgency: state === 'closed' ? -1 : Number(urgency),
        title: titleOf(incident),
      };
      return [{ type: 'Feature' as const, geometry: pointOf(point), properties }];
    }),
  );

/** As the hub says of positions: 90 s moving, 10 min parked, never fresh when off. Time passes also when no event comes. */
const freshMs = { MOVING: 90_000, PARKED: 600_000, OFF: 0 } as const;

export const isStale = ({ position }: Unit, now: number): boolean =>
  position !== null && (position.stale || now - Date.parse(position.fixedAt) > freshMs[position.deviceState]);

/** Which sign a unit has now, and where it points. */
export const signOf = (unit: Unit, now: number): { icon: string; heading: number } => {
  const heading = unit.position?.headingDegrees ?? null;
  const form = isStale(unit, now) ? 'stale' : heading === null ? 'parked' : 'moving';
  return { icon: `unit-${unit.status}-${form}`, heading: form === 'moving' ? (heading ?? 0) : 0 };
};

export type CameraForm = 'public' | 'partner' | 'hidden' | 'out';

export const cameraForm = ({ status, viewable, ownership }: Pick<Camera, 'status' | 'viewable' | 'ownership'>): CameraForm => {
  if (status === 'OFFLINE' || status === 'MAINTENANCE') return 'out';
  if (!viewable) return 'hidden';
  return ownership === 'PUBLIC' ? 'public' : 'partner';
};

export const cameraWords: Record<CameraForm, string> = {
  public: 'Public camera',
  partner: 'Partner camera, may be viewed',
  hidden: 'Partner camera, may not be viewed now',
  out: 'Out of service',
};

export const cameraFeatures = (cameras: Iterable<Camera>): Collection =>
  collect(
    [...cameras].map((camera) => ({
      type: 'Feature' as const,
      geometry: pointOf(camera.point),
      properties: { id: camera.id, icon: `camera-${cameraForm(camera)}`, title: camera.label },
    })),
  );

export interface Focus {
  incident: Incident | undefined;
  /** Docked cameras, in the dock's order: the map shows the same numbers. */
  cameras: readonly Camera[];
}

/** The selected incident's ring, and a line to each docked camera. */
export const focusFeatures = ({ incident, cameras }: Focus): Collection => {
  const point = incident?.location?.point;
  if (!point) return collect([]);
  return collect([
    { type: 'Feature', geometry: pointOf(point), properties: { kind: 'ring' } },
    ...cameras.flatMap((camera, at): Collection['features'] => [
      {
        type: 'Feature',
        geometry: {
          type: 'LineString',
          coordinates: [
            [point.longitude, point.latitude],
            [camera.point.longitude, camera.point.latitude],
          ],
        },
        properties: { kind: 'line' },
      },
      { type: 'Feature', geometry: pointOf(camera.point), properties: { kind: 'number', title: String(at + 1) } },
    ]),
  ]);
};
