/**
 * The live picture: incidents, units and cameras as the hub streams them. The
 * stream is opened first and the present read after it, so that nothing falls
 * between the two; of two versions of a record the later one stays. When the hub
 * says that events are lost for good, the present is read anew; where it ends a
 * stream for good, what that has shown goes first.
 */
import type { ApolloClient, TypedDocumentNode } from '@apollo/client';
import { distinct, type Gap, gapsOf } from '../../../kit/answer.ts';
import { createStore, type Store } from '../../../kit/store.ts';
import {
  type CameraRowFragment,
  CamerasLiveDocument,
  type CamerasLiveSubscription,
  CamerasNowDocument,
  type IncidentRowFragment,
  IncidentsLiveDocument,
  type IncidentsLiveSubscription,
  OpenIncidentsDocument,
  RecentIncidentsDocument,
  type UnitRowFragment,
  UnitsLiveDocument,
  type UnitsLiveSubscription,
  UnitsNowDocument,
} from '../../generated/graphql.ts';
import { createRecords, type Records } from './frames.ts';
import { readPages } from './pages.ts';
import { createTrails, type Trails } from './trails.ts';

export type Incident = IncidentRowFragment;
export type Unit = UnitRowFragment;
export type Camera = CameraRowFragment;

export interface Changed {
  incident: Incident;
  /** As the picture had it; absent also where the page had not read it yet. */
  before: Incident | undefined;
  /** Dispatch has just received it. */
  created: boolean;
}

export interface Picture {
  incidents: Records<Incident>;
  units: Records<Unit>;
  cameras: Records<Camera>;
  trails: Trails;
  /** What is missing from the picture, by the name of the part. */
  gaps: Store<ReadonlyMap<string, readonly Gap[]>>;
  /** True once the present was read for the first time. */
  ready: Store<boolean>;
  /** Each change of an incident after the present was read. */
  onIncident: (listener: (changed: Changed) => void) => () => void;
  /** @returns the end of all streams. */
  start: () => () => void;
}

/** How long a closed call stays in the list. */
export const closedForMs = 60 * 60_000;

/** List and filters go through all of them each time. */
const drawnEveryMs = 250;

export const createPicture = (client: ApolloClient): Picture => {
  const gaps = createStore<ReadonlyMap<string, readonly Gap[]>>(new Map());
  const picture: Omit<Picture, 'start'> & { listeners: Set<(changed: Changed) => void> } = {
    incidents: createRecords<Incident>(drawnEveryMs),
    units: createRecords<Unit>(),
    cameras: createRecords<Camera>(drawnEveryMs),
    trails: createTrails(),
    gaps,
    ready: createStore(false),
    listeners: new Set(),
    onIncident: (listener) => {
      picture.listeners.add(listener);
      return () => void picture.listeners.delete(listener);
    },
  };
  const start = (): (() => void) => {
    const over = new AbortController();
    const { signal } = over;
    const lack = (part: string, found: readonly Gap[]): void => {
      if (!signal.aborted) gaps.set(new Map(gaps.get()).set(part, found));
    };
    const parts = { client, picture, signal, lack };
    followIncidents(parts);
    followUnits(parts);
    followCameras(parts);
    const pruning = setInterval(() => prune(picture.incidents), 30_000);
    signal.addEventListener('abort', () => clearInterval(pruning));
    return () => over.abort();
  };
  return { ...picture, start };
};

interface Parts {
  client: ApolloClient;
  picture: Omit<Picture, 'start'> & { listeners: Set<(changed: Changed) => void> };
  signal: AbortSignal;
  lack: (part: string, found: readonly Gap[]) => void;
}

interface Following<Data> {
  part: string;
  records: Pick<Records<never>, 'replace'>;
  query: TypedDocumentNode<Data, { after?: string | null }>;
  take: (data: Data) => void;
  read: () => Promise<readonly Gap[]>;
}

const follow = <Data>({ client, signal, lack }: Parts, { part, records, query, take, read }: Following<Data>): void => {
  let ended: readonly Gap[] = [];
  const keep = () => keepReading({ read, signal, tell: (found) => lack(part, found.length > 0 ? found : ended) });
  const stream = client.subscribe({ query, context: { onGap: keep } }).subscribe({
    next: ({ data, error }) => {
      if (data) take(data as Data);
      else ended = gapsOf(error);
    },
    complete: () => {
      records.replace([]);
      keep();
    },
  });
  signal.addEventListener('abort', () => stream.unsubscribe());
  keep();
};

const followIncidents = (parts: Parts): void => {
  const { client, picture, signal } = parts;
  const { incidents, ready, listeners } = picture;
  const read = async (): Promise<readonly Gap[]> => {
    const touched = new Set<string>();
    const stop = picture.onIncident(({ incident }) => void touched.add(incident.id));
    const onPage = (nodes: readonly Incident[]): void => {
      for (const node of nodes) if (!touched.has(node.id)) incidents.put(node); // What came live meanwhile is later.
    };
    const shared = { client, onPage, signal };
    const [open, recent] = await Promise.all([
      readPages({ ...shared, query: OpenIncidentsDocument, variables: {}, read: (data) => data.incidents }),
      readPages({
        ...shared,
        query: RecentIncidentsDocument,
        variables: { from: new Date(Date.now() - closedForMs).toISOString() },
        read: (data) => data.incidents,
      }),
    ]);
    stop();
    if (!signal.aborted) ready.set(true);
    return distinct([...open, ...recent]);
  };
  const take = ({ incidentChanged: { incident, change } }: IncidentsLiveSubscription): void => {
    if (!incident) return;
    const before = incidents.get().get(incident.id);
    incidents.put(incident);
    for (const listener of [...listeners]) listener({ incident, before, created: change === 'CREATED' });
  };
  follow(parts, { part: 'Incidents', records: incidents, query: IncidentsLiveDocument, take, read });
};

const followUnits = (parts: Parts): void => {
  const { client, signal } = parts;
  const { units, trails } = parts.picture;
  const put = (unit: Unit): void => {
    const before = units.get().get(unit.id);
    if (before?.position && unit.position && before.position.fixedAt > unit.position.fixedAt) return;
    units.put(unit);
    trails.add(unit);
  };
  const read = () =>
    readPages({
      client,
      query: UnitsNowDocument,
      variables: {},
      read: (data) => data.units,
      onPage: (nodes) => nodes.forEach(put),
      signal,
    });
  const take = ({ unitMoved: { unit } }: UnitsLiveSubscription): void => void (unit && put(unit));
  follow(parts, { part: 'Units', records: units, query: UnitsLiveDocument, take, read });
};

const followCameras = (parts: Parts): void => {
  const { client, signal } = parts;
  const { cameras } = parts.picture;
  const read = () =>
    readPages({
      client,
      query: CamerasNowDocument,
      variables: {},
      read: (data) => data.cameras,
      onPage: (nodes) => nodes.forEach(cameras.put),
      signal,
    });
  const take = ({ cameraStatusChanged: { camera, cameraId } }: CamerasLiveSubscription): void => {
    if (camera) cameras.put(camera);
    else cameras.remove(cameraId);
  };
  follow(parts, { part: 'Cameras', records: cameras, query: CamerasLiveDocument, take, read });
};

interface Keeping {
  read: () => Promise<readonly Gap[]>;
  tell: (gaps: readonly Gap[]) => void;
  signal: AbortSignal;
}

const againMs = 10_000;

/** A source that was down when the page was opened fills its part once it is back. */
const keepReading = ({ read, tell, signal }: Keeping): void => {
  const run = async (): Promise<void> => {
    const gaps = await read();
    if (signal.aborted) return;
    tell(gaps);
    if (gaps.some(({ retryable }) => retryable)) setTimeout(() => signal.aborted || void run(), againMs);
  };
  void run();
};

/** A wall runs for weeks: what was closed long ago leaves the picture. */
const prune = (incidents: Records<Incident>): void => {
  const until = Date.now() - closedForMs;
  for (const { id, closedAt } of incidents.get().values()) {
    if (closedAt !== null && Date.parse(closedAt) < until) incidents.remove(id);
  }
};
