/** While Carnival is replayed: streams that reach into every system, and one that goes on where it stopped when a gateway restarts. */

import { topic as incidents } from '../../subgraphs/cad/feed.ts';
import { compare, parseCursor } from '../../subgraphs/kit/bus/cursor.ts';
import { type Followed, follow } from './follow.ts';
import { describeOnBoth, type RunningHub, startHub, until } from './setup.ts';

const live = `subscription Live { incidentChanged(filter: { districts: ["8", "1"] }) {
  cursor change incident {
    number status location { district }
    units { callSign position { point { latitude longitude } } }
    nearestCameras(first: 4) { edges { node { label } } }
  }
} }`;

const bounds = { west: -90.12, south: 29.92, east: -90.03, north: 29.98 };
const moving = `subscription Moving($bounds: Bounds!) { unitMoved(filter: { bounds: $bounds }) {
  cursor unit { callSign position { point { latitude longitude } } incident { number type { text } } }
} }`;

interface IncidentChanged {
  cursor: string;
  change: string;
  incident: {
    id: string;
    number: string;
    location: { district: string };
    units: { position: object | null }[];
    nearestCameras: { edges: object[] };
  };
}

interface UnitMoved {
  cursor: string;
  unit: { callSign: string; position: { point: { latitude: number; longitude: number } }; incident: { number: string } | null };
}

interface CameraChanged {
  camera: { status: string; ownership: string };
}

describeOnBoth('live', (backend) => {
  let hub: RunningHub;
  beforeAll(async () => {
    hub = await startHub(backend, { speed: 2_000 });
    await hub.play();
  }, 120_000);
  afterAll(() => hub?.close());

  const districtsOf = (events: IncidentChanged[]) => new Set(events.map(({ incident }) => incident.location.district));

  const inOrder = (events: { cursor: string }[]): boolean =>
    events.every(({ cursor }, at) => at === 0 || compare(parseCursor(events[at - 1]?.cursor ?? ''), parseCursor(cursor)) < 0);

  test('incidents of the districts asked for stream with their units, where those are, and the cameras around', async () => {
    const client = await hub.socket('analyst');
    const stream = follow<IncidentChanged>(client, live);
    const events = await stream.enough('both districts, and an event with a unit on the map and cameras around', (all) => {
      const whole = all.filter(
        ({ incident }) => incident.units.some(({ position }) => position) && incident.nearestCameras.edges.length === 4,
      );
      return districtsOf(all).size > 1 && whole.length > 0;
    });
    expect(stream.codes).toEqual([]);
    expect(districtsOf(events)).toEqual(new Set(['1', '8']));
    expect(inOrder(events)).toBe(true);
    await client.dispose();
  }, 60_000);

  test('units stream as they move, inside the bounds alone, with the incident that they are on', async () => {
    // At this speed a call is over in seconds, so the whole fleet is sent to one that stays.
    await hub.database.query(
      `UPDATE cad_vendor.unt_mstr SET unst_cd = 'DP', cl_key = (SELECT cl_key FROM cad_vendor.cl_mstr WHERE itm_no = 'B2402022')`,
    );
    const client = await hub.socket('patrol');
    const stream = follow<UnitMoved>(client, moving, { bounds });
    const onCall = ({ unit }: UnitMoved): boolean => unit.incident?.number === 'B-24020-22';
    const events = await stream.enough('twenty moves of units on that call', (all) => all.filter(onCall).length >= 20);
    expect(stream.codes).toEqual([]);
    for (const { unit } of events) {
      const { latitude, longitude } = unit.position.point;
      expect(latitude >= bounds.south && latitude <= bounds.north && longitude >= bounds.west && longitude <= bounds.east).toBe(
        true,
      );
    }
    expect(new Set(events.map(({ unit }) => unit.callSign)).size).toBeGreaterThan(1);
    await client.dispose();
  }, 60_000);

  test('a camera that fails is told within seconds, to those whose filter it fits and not to others', async () => {
    const client = await hub.socket('analyst');
    const query =
      'subscription($filter: CameraFilter) { cameraStatusChanged(filter: $filter) { cursor camera { status ownership } } }';
    const offline = follow<CameraChanged>(client, query, { filter: { statuses: ['OFFLINE', 'MAINTENANCE'] } });
    const partners = follow<CameraChanged>(client, query, { filter: { ownership: 'PRIVATE' } });
    // A stream opens when it opens: a camera is written as failed until it is heard of.
    for (const [owner, stream] of [
      ['M', offline],
      ['P', partners],
    ] as const) {
      await until('a camera is told', async () => {
        await failOne(owner);
        return stream.events.length > 0;
      });
    }
    expect(new Set(offline.events.map(({ camera }) => camera.status))).toEqual(new Set(['OFFLINE']));
    expect(offline.events.map(({ camera }) => camera.ownership)).toContain('PUBLIC');
    expect(new Set(partners.events.map(({ camera }) => camera.ownership))).toEqual(new Set(['PRIVATE']));
    await client.dispose();
  }, 60_000);

  /** As the registry's clerk would write it. */
  const failOne = (owner: string): Promise<unknown> =>
    hub.database.query(
      `UPDATE cameras_vendor.cam_ast SET sts_cd = 2 WHERE ast_no = (
         SELECT ast_no FROM cameras_vendor.cam_ast
         WHERE own_cd = $1 AND agy_cd = 'NO' AND rtrd_fl = 'N' ORDER BY ast_no LIMIT 1)`,
      [owner],
    );

  test('the state of each source is told from as far back as the log reaches', async () => {
    const client = await hub.socket('auditor');
    const query = 'subscription { sourceStateChanged(after: "0-0") { cursor source { id state } } }';
    const stream = follow<{ source: { id: string; state: string } }>(client, query);
    const events = await stream.enough('all six', (all) => new Set(all.map(({ source }) => source.id)).size === 6);
    expect(events.map(({ source }) => source.state)).not.toContain('DOWN');
    await client.dispose();
  }, 60_000);

  const whatever = 'subscription($after: String) { incidentChanged(after: $after) { cursor incident { id } } }';

  test('a stream outlives its gateway: another goes on behind the last event, with nothing lost and nothing twice', async () => {
    const first = await hub.startGateway();
    const closed: number[] = [];
    const before = follow<IncidentChanged>(await hub.socket('analyst', first, { closed: (code) => closed.push(code) }), whatever);
    await before.enough('three events', (all) => all.length >= 3);
    await first.close();
    await until('the stream has ended', before.ended);
    expect(closed).toEqual([1001]);
    const last = before.events.at(-1)?.cursor ?? '';
    await until(
      'the world has moved on',
      async () => compare(parseCursor((await hub.bus.last(incidents))?.cursor ?? last), parseCursor(last)) > 0,
    );
    const client = await hub.socket('analyst', await hub.startGateway());
    const after: Followed<IncidentChanged> = follow(client, whatever, { after: last });
    await after.enough('five more events', (all) => all.length >= 5);
    await client.dispose();
    const received = [...before.events, ...after.events].map(({ cursor, incident }) => [cursor, incident.id]);
    expect(received).toEqual(await published(received[0]?.[0] ?? '', received.at(-1)?.[0] ?? ''));
  }, 90_000);

  /** Events of the bus from one cursor to another, without those of incidents that the caller may not know of. */
  const published = async (from: string, to: string): Promise<string[][]> => {
    const rows = await hub.database.query<{ id: string }>(
      `SELECT id FROM cad.incident WHERE owner_ori <> 'LANPD0000' AND NOT shared`,
    );
    const hidden = new Set(rows.map(({ id }) => id));
    const [events, stop]: [string[][], AbortController] = [[], new AbortController()];
    for await (const batch of hub.bus.follow(incidents, { after: '0-0', signal: stop.signal })) {
      events.push(...batch.filter(({ key }) => !hidden.has(key)).map(({ cursor, key }) => [cursor, key]));
      if (batch.some(({ cursor }) => compare(parseCursor(cursor), parseCursor(to)) >= 0)) break;
    }
    stop.abort();
    const within = ([cursor = '']: string[]): boolean =>
      compare(parseCursor(from), parseCursor(cursor)) <= 0 && compare(parseCursor(cursor), parseCursor(to)) <= 0;
    return events.filter(within);
  };

  test.each([
    { what: 'that is older than the log', after: '1-0', code: 'CURSOR_TOO_OLD' },
    { what: 'that no stream gave', after: 'yesterday', code: 'CURSOR_INVALID' },
  ])('a cursor $what is refused, and the stream ends', async ({ after, code }) => {
    const client = await hub.socket('analyst');
    const stream = follow(client, whatever, { after });
    await until('the stream has ended', stream.ended);
    expect({ codes: stream.codes, events: stream.events }).toEqual({ codes: [code], events: [] });
    await client.dispose();
  });

  test('who may not know of incidents gets no stream of them', async () => {
    const client = await hub.socket('auditor');
    const stream = follow(client, whatever);
    await until('the stream has ended', stream.ended);
    expect({ codes: stream.codes, events: stream.events }).toEqual({ codes: ['UNAUTHORIZED_FIELD_OR_TYPE'], events: [] });
    await client.dispose();
  });
});
