/** The made-up city behind the stand-in: calls, units that drive, cameras; the same at each run. */
import { setTimeout as pause } from 'node:timers/promises';

export interface Size {
  incidents: number;
  units: number;
  cameras: number;
  /** Events of `unitMoved` in a second. */
  movesPerSecond: number;
  /** Events of `incidentChanged` in a second. */
  changesPerSecond: number;
}

const west = -90.13;
const south = 29.92;
const statuses = ['RECEIVED', 'DISPATCHED', 'ON_SCENE'] as const;
const types = ['ROBBERY', 'AUTO ACCIDENT', 'DISTURBANCE', 'BURGLAR ALARM', 'MEDICAL', 'THEFT', 'SHOTS FIRED', 'COMPLAINT'];

/** Numbers that look random and are the same each time. */
const spread = (seed: number): number => Math.abs(Math.sin(seed * 12.9898) * 43758.5453) % 1;
const pointOf = (seed: number) => ({ latitude: south + spread(seed) * 0.14, longitude: west + spread(seed + 0.5) * 0.2 });

const agency = { ori: 'XX0000000', name: 'Synthetic agency' };
const provenance = { source: 'cad', sourceId: '0', observedAt: null, receivedAt: null, derived: false, synthetic: true };

export const createWorld = (size: Size) => {
  let running = true;
  let turn = 0;
  const startedAt = Date.now();
  const incident = (at: number) => {
    const type = types[at % types.length] ?? 'THEFT';
    return {
      id: `inc-${at}`,
      number: `S-${String(at).padStart(5, '0')}-26`,
      status: statuses[(at + turn) % 3],
      priority: `${at % 3}${'ABC'[at % 3]}`,
      type: { code: type.slice(0, 4), text: type },
      receivedAt: new Date(startedAt - at * 4_000).toISOString(),
      location: { address: `${100 + at} Synthetic St`, district: String(1 + (at % 8)), zone: '1A', point: pointOf(at) },
      units: [{ callSign: `U${at % size.units}` }],
      ...{ timesInDoubt: false, timeline: [], dispatches: [], notes: [], videoRequests: [], reports: [], agency, provenance },
      nearestCameras: { edges: [] },
      priorCalls: { nodes: [], pageInfo: { hasNextPage: false } },
    };
  };
  const unit = (at: number) => {
    const angle = Date.now() / 20_000 + at;
    const { latitude, longitude } = pointOf(at + 7);
    const point = { latitude: latitude + Math.sin(angle) / 200, longitude: longitude + Math.cos(angle) / 200 };
    const position = {
      point,
      headingDegrees: ((angle * 180) / Math.PI) % 360,
      speedKph: 40,
      fixedAt: new Date().toISOString(),
      deviceState: 'MOVING',
      stale: false,
    };
    return {
      id: `unit-${at}`,
      callSign: `U${at}`,
      status: at % 4 === 0 ? 'ON_SCENE' : 'AVAILABLE',
      district: '1',
      position,
      agency,
      provenance,
    };
  };
  const camera = (at: number) => ({
    ...{ id: `cam-${at}`, label: `Camera ${at}`, kind: 'PTZ', owner: 'City', status: at % 9 === 0 ? 'OFFLINE' : 'ONLINE' },
    ...{ ownership: at % 5 === 0 ? 'PRIVATE' : 'PUBLIC', viewable: at % 10 !== 0, point: pointOf(at + 99), agency, provenance },
  });
  const source = { id: 'cad', title: 'Dispatch (CAD)', state: 'LIVE', lastEventAt: new Date().toISOString(), lagSeconds: 0.3 };

  async function* ticking<Event>(perSecond: number, make: (at: number) => Event): AsyncGenerator<Event> {
    let given = 0;
    const from = Date.now();
    while (running) {
      const due = Math.floor(((Date.now() - from) / 1_000) * perSecond);
      while (given < due) yield make(given++);
      await pause(20);
    }
  }

  return {
    stop: () => {
      running = false;
    },
    query: {
      me: { subject: 'synthetic', agency, roles: ['analyst'], grants: [], sworn: false, certifications: [], assignments: [] },
      sources: [source],
      incidents: ({ filter, first, after }: Page & { filter: { statuses?: string[] } }) =>
        paged(filter.statuses?.includes('CLOSED') ? 0 : size.incidents, { first, after }, incident),
      incident: ({ id }: { id: string }) => incident(Number(id.slice(4))),
      units: (page: Page) => paged(size.units, page, unit),
      cameras: (page: Page) => paged(size.cameras, page, camera),
    },
    subscription: {
      unitMoved: () =>
        ticking(size.movesPerSecond, (at) => ({
          unitMoved: { cursor: String(at), change: 'UPDATED', unit: unit(at % size.units) },
        })),
      incidentChanged: () =>
        ticking(size.changesPerSecond, (at) => {
          turn += 1;
          return { incidentChanged: { cursor: String(at), change: 'UPDATED', incident: incident((at * 37) % size.incidents) } };
        }),
      cameraStatusChanged: () => ticking(0, () => undefined),
      sourceStateChanged: () => ticking(0, () => undefined),
    },
  };
};

interface Page {
  first: number;
  after?: string | null;
}

const paged = <Item>(count: number, { first, after }: Page, make: (at: number) => Item) => {
  const from = Number(after ?? 0);
  const to = Math.min(count, from + first);
  const nodes = Array.from({ length: Math.max(0, to - from) }, (_, at) => make(from + at));
  return { nodes, pageInfo: { hasNextPage: to < count, endCursor: String(to) } };
};
