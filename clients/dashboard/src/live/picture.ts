/**
 * The live picture: incidents, units and cameras as the hub streams them. The
 * stream is opened first and the present read after it, so that nothing falls
 * between the two; of two versions of a record the later one stays. When the hub
 * says that events are lost for good, the present is read anew.
 */
import type { ApolloClient } from '@apollo/client';
import type { Gap } from '../../../kit/answer.ts';
import { createStore, type Store } from '../../../kit/store.ts';
import {
  type CameraRowFragment,
  CamerasLiveDocument,
  CamerasNowDocument,
  type IncidentRowFragment,
  IncidentsLiveDocument,
  OpenIncidentsDocument,
  RecentIncidentsDocument,
  type UnitRowFragment,
  UnitsLiveDocument,
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

const followIncidents = ({ client, picture, signal, lack }: Parts): void => {
  const { incidents, ready, listeners } = picture;
  const read = async (): Promise<readonly Gap[]> => {
    const touched = new Set<string>();
    const stop = picture.onIncident(({ incident }) => void touched.add(incident.id));
    const take = (nodes: readonly Incident[]): void => {
      for (const node of nodes) if (!touched.has(node.id)) incidents.put(node); // What came live meanwhile is later.
    };
    const shared = { client, onPage: take, signal };
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
    return [...open, ...recent];
  };
  const keep = () => keepReading({ read, signal, tell: (found) => lack('Incidents', found) });
  const stream = client.subscribe({ query: IncidentsLiveDocument, context: { onGap: keep } }).subscribe(({ data }) => {
    if (!data?.incidentChanged.incident) return;
    const { incident, change } = data.incidentChanged;
    const before = incidents.get().get(incident.id);
    incidents.put(incident);
    for (const listener of [...listeners]) listener({ incident, before, created: change === 'CREATED' });
  });
  signal.addEventListener('abort', () => stream.unsubscribe());
  keep();
};

const followUnits = ({ client, picture: { units, trails }, signal, lack }: Parts): void => {
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
  const keep = () => keepReading({ read, signal, tell: (found) => lack('Units', found) });
  const stream = client.subscribe({ query: UnitsLiveDocument, context: { onGap: keep } }).subscribe(({ data }) => {
    if (data?.unitMoved.unit) put(data.unitMoved.unit);
  });
  signal.addEventListener('abort', () => stream.unsubscribe());
  keep();
};

const followCameras = ({ client, picture: { cameras }, signal, lack }: Parts): void => {
  const read = () =>
    readPages({
      client,
      query: CamerasNowDocument,
      variables: {},
      read: (data) => data.cameras,
      onPage: (nodes) => nodes.forEach(cameras.put),
      signal,
    });
  const keep = () => keepReading({ read, signal, tell: (found) => lack('Cameras', found) });
  const stream = client.subscribe({ query: CamerasLiveDocument, context: { onGap: keep } }).subscribe(({ data }) => {
    if (!data) return;
    const { camera, cameraId } = data.cameraStatusChanged;
    if (camera) cameras.put(camera);
    else cameras.remove(cameraId);
  });
  signal.addEventListener('abort', () => stream.unsubscribe());
  keep();
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
