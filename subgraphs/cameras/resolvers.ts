/** Field → reader. What is decided here is only whether an argument can be asked at all. */
import { HubError } from '../../schema/errors.ts';
import { live } from '../kit/live.ts';
import type { PageArguments } from '../kit/page.ts';
import type { Context, System } from '../kit/system.ts';
import { topic } from './feed.ts';
import type { Agreement, Camera, CameraFilter, CamerasReader, NearestCamera, Quarantined, Stream } from './reader.ts';
import type { Point } from './spatial.ts';

type Asked = Context<CamerasReader>;

interface IncidentReference {
  location?: { point?: Point | null } | null;
}

interface Around {
  first?: number | null;
  radiusMeters?: number | null;
}

interface Watch {
  filter?: CameraFilter | null;
  after?: string | null;
}

const maximumNearest = 50;
const maximumRadiusMeters = 50_000;

export const resolvers: System<CamerasReader>['resolvers'] = {
  Query: {
    camera: (_: unknown, { id }: { id: string }, { read }: Asked) => read.camera(id),
    cameras: (_: unknown, { filter, ...page }: { filter?: CameraFilter | null } & PageArguments, { read }: Asked) =>
      read.cameras(filterOf(filter), page),
    nearestCameras: (
      _: unknown,
      { near, first }: { near: Point & { radiusMeters: number }; first?: number | null },
      { read }: Asked,
    ) => around(read, near, { first, radiusMeters: near.radiusMeters }),
    quarantinedCameras: (_: unknown, page: PageArguments, { read }: Asked) => read.quarantined(page),
  },
  Subscription: {
    cameraStatusChanged: live<CamerasReader, Watch, unknown>({
      topic,
      accept: ({ key }, { filter }, { read }) => read.fits(key, filterOf(filter)),
      resolve: async ({ cursor, change, key }, _args, { read }) => ({
        cursor,
        change,
        cameraId: key,
        camera: await read.camera(key),
      }),
    }),
  },
  Camera: {
    __resolveReference: ({ id }: { id: string }, { read }: Asked) => read.camera(id),
    owner: ({ partyName }: Camera) => partyName,
    point: ({ latitude, longitude }: Camera) => ({ latitude, longitude }),
    pose: (camera: Camera) => (isPosed(camera) ? camera : null),
    viewable: async (camera: Camera, _: unknown, { read }: Asked) => (await read.decision(camera)).viewable,
    notViewableBecause: async (camera: Camera, _: unknown, { read }: Asked) => (await read.decision(camera)).because ?? null,
    agreement: async (camera: Camera, _: unknown, { read }: Asked) => (await read.decision(camera)).agreement ?? null,
    streams: (camera: Camera, _: unknown, { read }: Asked) => read.streams(camera),
    agency: agencyOf,
    provenance: provenanceOf,
  },
  CameraStream: { url: (stream: Stream, _: unknown, { read }: Asked) => read.address(stream) },
  Agreement: {
    __resolveReference: ({ id }: { id: string }, { read }: Asked) => read.agreement(id),
    party: ({ partyName }: Agreement) => partyName,
    scope: ({ scopeLive, scopeRecorded, scopePtz }: Agreement) => [
      ...(scopeLive ? ['LIVE'] : []),
      ...(scopeRecorded ? ['RECORDED'] : []),
      ...(scopePtz ? ['PTZ'] : []),
    ],
    inForce: (agreement: Agreement, _: unknown, { read }: Asked) => read.inForce(agreement),
    agency: agencyOf,
    provenance: provenanceOf,
  },
  Incident: {
    nearestCameras: ({ location }: IncidentReference, args: Around, { read }: Asked) => around(read, location?.point, args),
  },
  QuarantinedCamera: {
    latitude: ({ latitude }: Quarantined) => finite(latitude),
    longitude: ({ longitude }: Quarantined) => finite(longitude),
    provenance: provenanceOf,
  },
};

/** Checks the arguments even where there is no place, so that a wrong one is never silent. */
const around = async (read: CamerasReader, point: Point | null | undefined, { first, radiusMeters }: Around) => {
  const reach = { first: first ?? 4, radiusMeters: radiusMeters ?? 500 };
  if (reach.first < 0 || reach.first > maximumNearest) {
    throw new HubError('LIMIT_LIST_SIZE', { message: `"first" takes 0 to ${maximumNearest}.` });
  }
  if (!(reach.radiusMeters > 0 && reach.radiusMeters <= maximumRadiusMeters)) {
    throw new HubError('BAD_USER_INPUT', { message: `"radiusMeters" takes more than 0 and at most ${maximumRadiusMeters}.` });
  }
  if (point && !(Math.abs(point.latitude) <= 90 && Math.abs(point.longitude) <= 180)) {
    throw new HubError('BAD_USER_INPUT', { message: 'A latitude is -90 to 90 degrees, a longitude -180 to 180.' });
  }
  return connectionOf(point ? await read.nearest(point, reach) : []);
};

const connectionOf = (edges: NearestCamera[]) => ({ edges, nodes: edges.map(({ node }) => node) });

const filterOf = (filter: CameraFilter | null | undefined): CameraFilter => {
  const bounds = filter?.bounds;
  if (bounds && !(bounds.south <= bounds.north && bounds.west <= bounds.east)) {
    throw new HubError('BAD_USER_INPUT', { message: 'Bounds have "south" below "north" and "west" left of "east".' });
  }
  return filter ?? {};
};

/** GraphQL has no NaN. */
const finite = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null);

const isPosed = ({ headingDegrees, tiltDegrees, fieldOfViewDegrees, heightMeters }: Camera): boolean =>
  [headingDegrees, tiltDegrees, fieldOfViewDegrees, heightMeters].some((value) => value !== null);

function agencyOf({ ownerOri, ownerName }: Camera | Agreement) {
  return { ori: ownerOri, name: ownerName };
}

function provenanceOf({ sourceId, observedAt, changedAt, derived, synthetic }: Camera | Agreement | Quarantined) {
  return { source: 'cameras', sourceId, observedAt, receivedAt: changedAt, derived, synthetic };
}
