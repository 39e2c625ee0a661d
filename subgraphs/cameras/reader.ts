/** What a request can read of the registry, and the rows that it gets. */
import type { Page, PageArguments } from '../kit/page.ts';
import type { Area } from './quarantine.ts';
import type { Point, Reach } from './spatial.ts';
import type { Decision } from './viewable.ts';

interface Recorded {
  ownerOri: string;
  ownerName: string;
  observedAt: Date | null;
  derived: boolean;
  synthetic: boolean;
  sourceId: string;
  changedAt: Date;
}

export interface Camera extends Recorded {
  id: string;
  label: string;
  kind: string;
  ownership: string;
  partyName: string;
  status: string;
  latitude: number;
  longitude: number;
  headingDegrees: number | null;
  tiltDegrees: number | null;
  fieldOfViewDegrees: number | null;
  heightMeters: number | null;
}

export interface Agreement extends Recorded {
  id: string;
  partyName: string;
  scopeLive: boolean;
  scopeRecorded: boolean;
  scopePtz: boolean;
  triggers: string[];
  validFrom: Date | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

export interface Stream {
  id: string;
  cameraId: string;
  protocol: string;
  reference: string;
  live: boolean;
  recorded: boolean;
  ptz: boolean;
}

export interface Quarantined extends Recorded {
  id: string;
  label: string;
  latitude: number | null;
  longitude: number | null;
  reason: string;
}

export interface CameraFilter {
  ownership?: string | null;
  statuses?: string[] | null;
  bounds?: Area | null;
  viewable?: boolean | null;
}

export interface NearestCamera {
  distanceMeters: number;
  node: Camera;
}

export interface CamerasReader {
  camera: (id: string) => Promise<Camera | null>;
  cameras: (filter: CameraFilter, page: PageArguments) => Promise<Page<Camera>>;
  /** Of the cameras that the caller may see, those around the point, nearest first. */
  nearest: (point: Point, reach: Reach) => Promise<NearestCamera[]>;
  quarantined: (page: PageArguments) => Promise<Page<Quarantined>>;
  agreement: (id: string) => Promise<Agreement | null>;
  inForce: (agreement: Agreement) => boolean;
  /** Read anew for each request: it depends on the agreements and on the time. */
  decision: (camera: Pick<Camera, 'id' | 'ownership'>) => Promise<Decision>;
  /** Null unless the camera is viewable. */
  streams: (camera: Pick<Camera, 'id' | 'ownership'>) => Promise<Stream[] | null>;
  /** Where a player finds a permitted stream for the next two minutes; null where no video server is set, or it shows nothing live. */
  address: (stream: Stream) => string | null;
  /** Whether the camera, or what it was before it was retired, fits the filter and the caller may know of it. */
  fits: (id: string, filter: CameraFilter) => Promise<boolean>;
}
