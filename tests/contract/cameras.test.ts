/** The camera registry: the demo's views against the contract, and the graph against the published data. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { flicker } from '../../subgraphs/cameras/demo/flicker.ts';
import { cameraFeed } from '../../subgraphs/cameras/feed.ts';
import type { Camera, CameraFilter } from '../../subgraphs/cameras/reader.ts';
import { openDatabase } from '../../subgraphs/kit/database.ts';
import { newOrleans } from '../../subgraphs/kit/demo/load.ts';
import { describeOn, type ScratchDatabase, scratchDatabase } from '../setup/services.ts';
import { type Bench, home, neighbor, openBench, unsealed } from '../unit/cameras/bench.ts';

/** Item B-24020-22, an armed robbery on Carondelet Street. */
const robbery = { latitude: 29.95297657, longitude: -90.07047394 };
const contract = readFileSync(new URL('../../subgraphs/cameras/contract.sql', import.meta.url), 'utf8');

describe('on PGlite', () => {
  suite(async () => ({ url: 'pglite:', drop: async () => {} }));
});

describeOn('postgres', 'on PostgreSQL', () => {
  suite(scratchDatabase);
});

function suite(open: () => Promise<ScratchDatabase>): void {
  let place: ScratchDatabase;
  let bench: Bench;
  beforeAll(async () => {
    place = await open();
    bench = await openBench(place.url);
  });
  afterAll(async () => {
    await bench.close();
    await place.drop();
  });
  const sql = (text: string) => bench.database.exec(text);
  const count = async (from: string) =>
    (await bench.database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${from}`))[0]?.n;

  describe('the views', () => {
    const columnsOf = `SELECT table_name, column_name, data_type, ordinal_position FROM information_schema.columns
      WHERE table_schema = 'cameras' ORDER BY table_name, ordinal_position`;

    test('have the columns and types of the contract', async () => {
      const wanted = await openDatabase('pglite:');
      try {
        await wanted.exec(contract);
        expect(await bench.database.query(columnsOf)).toEqual(await wanted.query(columnsOf));
      } finally {
        await wanted.close();
      }
    });

    test('hold no null and nothing twice where the contract says so', async () => {
      const lines = contract.split('\n');
      let view = '';
      let checked = 0;
      for (const line of lines) {
        view = /CREATE OR REPLACE VIEW (\S+)/.exec(line)?.[1] ?? view;
        const [, column, rule = ''] = /AS (\w+),?\s+-- (not null, unique|not null|nullable);/.exec(line) ?? [];
        if (!column || rule === 'nullable') continue;
        checked += 1;
        expect(await count(`${view} WHERE ${column} IS NULL`)).toBe(0);
        if (rule.endsWith('unique'))
          expect(await count(`(SELECT ${column} FROM ${view} GROUP BY 1 HAVING count(*) > 1) twice`)).toBe(0);
      }
      expect(checked).toBe(47);
    });

    test('say of what the published list lacks that it is derived and made up', async () => {
      expect(await count('cameras.camera WHERE NOT derived OR NOT synthetic')).toBe(0);
      expect(await count('cameras.agreement WHERE NOT synthetic')).toBe(0);
      expect(await count("cameras.agreement WHERE party_name !~ '^SafeCam partner [0-9]+$'")).toBe(0);
    });
  });

  describe('the registry', () => {
    test('loses no published row: 495 are placed or quarantined', async () => {
      const shown = await everyCamera(bench, {});
      const quarantined = await bench.reader().quarantined({ first: 100 });
      const hidden = await count("cameras.camera WHERE owner_ori <> 'LANPD0000' AND NOT shared");
      expect([shown.length, quarantined.nodes.length, hidden]).toEqual([474, 16, 5]);
      expect(shown.length + quarantined.nodes.length + (hidden ?? 0)).toBe(432 + 63);
    });

    test('quarantines the 16 partners whose addresses were found abroad, and no city camera', async () => {
      const { data } = await bench.ask(
        '{ quarantinedCameras(first: 100) { nodes { id reason latitude provenance { source sourceId } } } }',
      );
      const { nodes } = data.quarantinedCameras;
      expect(nodes).toHaveLength(16);
      expect(nodes.every(({ reason }: { reason: string }) => reason === "The place lies outside the agency's area.")).toBe(true);
      expect(nodes[0]).toMatchObject({
        id: 'cam-S004',
        latitude: 43.05251845,
        provenance: { source: 'cameras', sourceId: 'S004' },
      });
    });

    test('keeps a quarantined camera out of lists, of neighbors and of answers by id', async () => {
      expect((await bench.ask('{ camera(id: "cam-S004") { id } }')).data).toEqual({ camera: null });
      expect((await everyCamera(bench, {})).some(({ id }) => id === 'cam-S004')).toBe(false);
      const there = { latitude: 43.05251845, longitude: -76.12249668801458 };
      expect(await bench.reader().nearest(there, { first: 4, radiusMeters: 1_000 })).toEqual([]);
    });

    test('answers hostile ids as ids that nobody has', async () => {
      for (const id of ["'; DROP SCHEMA cameras CASCADE; --", '', 'cam-', '\u{1F3A5}', 'x'.repeat(10_000)]) {
        expect(await bench.ask('query ($id: ID!) { camera(id: $id) { id } }', { id })).toEqual({
          data: { camera: null },
          codes: [],
        });
      }
    });
  });

  describe('lists', () => {
    test('come by label, each camera once, whatever the page size', async () => {
      const rows = await everyCamera(bench, {}, 37);
      expect(new Set(rows.map(({ id }) => id)).size).toBe(474);
      const keys = rows.map(({ label, id }) => `${label}\u0000${id}`);
      expect(keys).toEqual([...keys].sort());
    });

    test.each<[string, CameraFilter, number]>([
      ['private', { ownership: 'PRIVATE' }, 47],
      ['without signal', { statuses: ['OFFLINE'] }, 22],
      ['in a rectangle', { bounds: { west: -90.12, south: 29.92, east: -90.03, north: 29.98 } }, 254],
      ['viewable', { viewable: true }, 442],
      ['not viewable', { viewable: false }, 32],
      ['of no status at all', { statuses: [] }, 0],
    ])('filter: %s', async (_, filter, expected) => {
      expect(await everyCamera(bench, filter)).toHaveLength(expected);
    });

    test('refuse a page too long, a cursor of somebody else and a rectangle inside out', async () => {
      const ask = async (args: string) => (await bench.ask(`{ cameras(${args}) { nodes { id } } }`)).codes;
      expect(await ask('first: 101')).toEqual(['LIMIT_LIST_SIZE']);
      expect(await ask('after: "bm9uc2Vuc2U"')).toEqual(['CURSOR_INVALID']);
      expect(await ask('filter: { bounds: { west: 1, south: 2, east: 0, north: 3 } }')).toEqual(['BAD_USER_INPUT']);
    });
  });

  describe('nearest cameras', () => {
    const edge = `query ($of: [_Any!]!, $first: Int, $radius: Float) { _entities(representations: $of) { ... on Incident {
      nearestCameras(first: $first, radiusMeters: $radius) { edges { distanceMeters node {
        id label kind owner viewable notViewableBecause agreement { id } streams { reference } } } } } } }`;
    const incident = (id: string, point: object | null) => ({ __typename: 'Incident', id, location: { point } });

    test('of item B-24020-22 within 500 m are the four of the published list', async () => {
      const { data, codes } = await bench.ask(edge, { of: [incident('inc-B2402022', robbery)], first: 4, radius: 500 });
      expect(codes).toEqual([]);
      const found = data._entities[0].nearestCameras.edges.map(
        ({ distanceMeters, node }: { distanceMeters: number; node: Camera }) => [
          node.id,
          Number(distanceMeters.toFixed(1)),
          node.label,
        ],
      );
      expect(found).toEqual([
        ['cam-C429537537', 14.5, '100 block Carondelet St'],
        ['cam-S028', 36.3, '100 block Carondelet St #2'],
        ['cam-C204382708', 89.9, 'Canal St & Carondelet St'],
        ['cam-S003', 92, '800 block Canal St'],
      ]);
    });

    test('of 100 incidents cost as many statements as of one', async () => {
      const cost = async (incidents: number): Promise<number> => {
        bench.clock.nowMs += 10_000; // The index looks at the registry anew.
        const before = bench.statements();
        const points = Array.from({ length: incidents }, (_, at) =>
          incident(`inc-${at}`, { latitude: robbery.latitude + at / 5_000, longitude: robbery.longitude + at / 5_000 }),
        );
        const { data, codes } = await bench.ask(edge, { of: points, first: 4, radius: 5_000 });
        expect([codes, data._entities.length]).toEqual([[], incidents]);
        expect(data._entities.every((of: { nearestCameras: { edges: unknown[] } }) => of.nearestCameras.edges.length === 4)).toBe(
          true,
        );
        return bench.statements() - before;
      };
      await cost(1); // The first request of all builds the index.
      const one = await cost(1);
      expect(one).toBe(4); // The index's version, the cameras, their agreements, their streams.
      expect(await cost(100)).toBe(one);
    });

    test('are none where the incident has no place', async () => {
      const of = [incident('inc-1', null), { __typename: 'Incident', id: 'inc-2', location: null }];
      const { data, codes } = await bench.ask(edge, { of, first: 4, radius: 500 });
      expect(codes).toEqual([]);
      expect(data._entities).toEqual([{ nearestCameras: { edges: [] } }, { nearestCameras: { edges: [] } }]);
    });

    test('take at most 50 cameras and 50 km, place or no place', async () => {
      const codesOf = async (first: number, radius: number, point: object | null = robbery) =>
        (await bench.ask(edge, { of: [incident('inc-1', point)], first, radius })).codes;
      expect(await codesOf(50, 50_000)).toEqual([]);
      expect(await codesOf(51, 500)).toEqual(['LIMIT_LIST_SIZE']);
      expect(await codesOf(-1, 500)).toEqual(['LIMIT_LIST_SIZE']);
      expect(await codesOf(4, 50_001)).toEqual(['BAD_USER_INPUT']);
      expect(await codesOf(4, 0)).toEqual(['BAD_USER_INPUT']);
      expect(await codesOf(51, 500, null)).toEqual(['LIMIT_LIST_SIZE']);
    });

    test('are there for any point, at the root', async () => {
      const query = 'query ($near: Near!) { nearestCameras(near: $near, first: 1) { nodes { id } } }';
      const near = { ...robbery, radiusMeters: 500 };
      expect((await bench.ask(query, { near })).data.nearestCameras.nodes).toEqual([{ id: 'cam-C429537537' }]);
      expect((await bench.ask(query, { near: { ...near, latitude: 91 } })).codes).toEqual(['BAD_USER_INPUT']);
    });
  });

  describe('what may be looked at', () => {
    const carnivalMs = Date.parse('2022-02-21T00:42:00.000Z');
    beforeEach(() => {
      bench.clock.nowMs = carnivalMs;
      return bench.restore();
    });
    const fields =
      'viewable notViewableBecause agreement { id scope triggers inForce party } streams { reference live recorded ptz }';
    const camera = async (id: string, principal = home) =>
      (await bench.ask(`query ($id: ID!) { camera(id: $id) { ${fields} } }`, { id }, principal)).data.camera;

    test.each([
      ['live only', 'cam-S028', null, { live: true, recorded: false, ptz: false }],
      ['everything', 'cam-S003', null, { live: true, recorded: true, ptz: true }],
      ['an unsigned draft', 'cam-S009', 'The agreement is not signed.', null],
      ['a trigger', 'cam-S013', 'The agreement needs a trigger: violent call within 500 m.', null],
      ['an expired agreement', 'cam-S005', 'The agreement has expired.', null],
      ['a revoked agreement', 'cam-S024', 'The owner revoked the agreement.', null],
      ['recordings only', 'cam-S007', 'The agreement does not cover live viewing.', null],
      ['no agreement', 'cam-S017', "The owner has no agreement that covers the caller's agency.", null],
    ])('of a private camera with %s', async (_, id, because, stream) => {
      const answer = await camera(id);
      expect(answer.notViewableBecause).toBe(because);
      expect(answer.viewable).toBe(because === null);
      if (stream) expect(answer.streams).toEqual([{ reference: `vms:${id.slice(4)}/1`, ...stream }]);
      else expect(answer.streams).toBeNull();
    });

    test('of a public camera is everything, without an agreement', async () => {
      expect(await camera('cam-C429537537')).toMatchObject({
        viewable: true,
        agreement: null,
        streams: [{ live: true, recorded: true }],
      });
    });

    test('ends at the second that the agreement expires', async () => {
      bench.clock.nowMs = Date.parse('2049-12-31T05:59:59.999Z');
      expect((await camera('cam-S028')).viewable).toBe(true);
      bench.clock.nowMs = Date.parse('2049-12-31T06:00:00.000Z');
      expect(await camera('cam-S028')).toMatchObject({ viewable: false, streams: null, agreement: { inForce: false } });
    });

    test('is the same in the filter of a list as in the camera, at any time and for either agency', async () => {
      for (const instant of [
        '2018-01-01T00:00:00Z',
        '2021-01-15T06:00:00Z',
        '2021-06-01T05:00:00Z',
        '2021-09-30T22:00:00Z',
        '2022-02-21T00:00:00Z',
        '2060-01-01T00:00:00Z',
      ]) {
        bench.clock.nowMs = Date.parse(instant);
        for (const principal of [home, neighbor]) {
          const reader = bench.reader(principal);
          const rows = await everyCamera(bench, {}, 100, principal);
          const decided = await Promise.all(rows.map(async (row) => ((await reader.decision(row)).viewable ? [row.id] : [])));
          const filtered = await everyCamera(bench, { viewable: true }, 100, principal);
          expect(filtered.map(({ id }) => id)).toEqual(decided.flat());
          expect(filtered.length + (await everyCamera(bench, { viewable: false }, 100, principal)).length).toBe(rows.length);
        }
      }
    });

    test("of a private camera ends with its owner's word, at the next question", async () => {
      expect((await camera('cam-S028')).viewable).toBe(true);
      await sql("UPDATE cameras_vendor.mou_hdr SET rvk_dt = '2022-02-20 18:42:00' WHERE mou_no = 5028");
      expect(await camera('cam-S028')).toMatchObject({ viewable: false, notViewableBecause: 'The owner revoked the agreement.' });
      await sql('UPDATE cameras_vendor.mou_hdr SET rvk_dt = NULL WHERE mou_no = 5028');
      expect((await camera('cam-S028')).viewable).toBe(true);
    });

    test('by a partner agency is what the owner lets partner agencies see', async () => {
      await sql(
        "UPDATE cameras_vendor.cam_ast SET shr_fl = 'Y' WHERE ast_no = 'S028'; UPDATE cameras_vendor.mou_hdr SET shr_fl = 'N' WHERE mou_no = 5028",
      );
      expect(await camera('cam-S028', neighbor)).toMatchObject({ viewable: false, streams: null, agreement: null });
      await sql("UPDATE cameras_vendor.mou_hdr SET shr_fl = 'Y' WHERE mou_no = 5028");
      expect(await camera('cam-S028', neighbor)).toMatchObject({ viewable: true, agreement: { id: 'agr-5028' } });
    });
  });

  describe('row rules', () => {
    const around = async (principal = home) =>
      (await bench.reader(principal).nearest(robbery, { first: 4, radiusMeters: 500 })).map(({ node }) => node.id);
    const isThere = async (id: string, principal = home) => ({
      byId: (await bench.reader(principal).camera(id)) !== null,
      listed: (await everyCamera(bench, {}, 100, principal)).some((row) => row.id === id),
      near: (await around(principal)).includes(id),
      event: await bench.reader(principal).fits(id, {}),
    });
    const everywhere = { byId: true, listed: true, near: true, event: true };
    const nowhere = { byId: false, listed: false, near: false, event: false };
    beforeEach(() => bench.restore());

    test("another agency's camera exists where that agency shares it, and the next nearest takes its place where not", async () => {
      await sql("UPDATE cameras_vendor.cam_ast SET shr_fl = 'Y' WHERE ast_no = 'C429537537'");
      expect(await isThere('cam-C429537537', neighbor)).toEqual(everywhere);
      await sql("UPDATE cameras_vendor.cam_ast SET shr_fl = 'N' WHERE ast_no = 'C429537537'");
      expect(await isThere('cam-C429537537', neighbor)).toEqual(nowhere);
      expect(await isThere('cam-C429537537', home)).toEqual(everywhere);
      expect(await around(neighbor)).toHaveLength(4);
    });

    test('a covert camera is absent, not refused, without the grant for sealed records', async () => {
      await sql("UPDATE cameras_vendor.cam_ast SET cvrt_fl = 'Y' WHERE ast_no = 'C429537537'");
      expect(await isThere('cam-C429537537', home)).toEqual(nowhere);
      expect(await isThere('cam-C429537537', unsealed)).toEqual(everywhere);
      expect(await around(home)).toEqual(['cam-S028', 'cam-C204382708', 'cam-S003', 'cam-C959945919']);
    });

    test('a retired camera is gone at once, and four neighbors are still four', async () => {
      expect(await around()).toContain('cam-S028');
      await sql("UPDATE cameras_vendor.cam_ast SET rtrd_fl = 'Y' WHERE ast_no = 'S028'");
      expect(await around()).toEqual(['cam-C429537537', 'cam-C204382708', 'cam-S003', 'cam-C959945919']);
    });

    test('a camera that was moved is measured where it is now', async () => {
      await around();
      await sql("UPDATE cameras_vendor.cam_ast SET lat_txt = '29.95297657', lon_txt = '-90.07047394' WHERE ast_no = 'S003'");
      const [first] = await bench.reader().nearest(robbery, { first: 4, radiusMeters: 500 });
      expect([first?.node.id, first?.distanceMeters]).not.toEqual([undefined, undefined]);
      bench.clock.nowMs += 2_000;
      expect((await bench.reader().nearest(robbery, { first: 1, radiusMeters: 500 })).map(({ node }) => node.id)).toEqual([
        'cam-S003',
      ]);
    });

    test('an agreement by its id follows the same rules', async () => {
      await sql("UPDATE cameras_vendor.mou_hdr SET shr_fl = 'N' WHERE mou_no = 5028");
      const query =
        'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Agreement { id party agency { ori } provenance { synthetic } } } }';
      const of = [{ __typename: 'Agreement', id: 'agr-5028' }];
      expect((await bench.ask(query, { of })).data._entities).toEqual([
        { id: 'agr-5028', party: 'SafeCam partner 28', agency: { ori: 'LANPD0000' }, provenance: { synthetic: true } },
      ]);
      expect((await bench.ask(query, { of }, neighbor)).data._entities).toEqual([null]);
    });
  });

  describe('a place that cannot be right', () => {
    beforeEach(() => bench.restore());

    test.each([
      ['0', '0', /\(0, 0\)/],
      ['N/A', '-90.07', /not numbers/],
      ['', '', /not numbers/],
      ['-90.07047394', '29.95297657', /swapped/],
      ['29.95297657', '90.07047394', /outside/],
    ])('(%s, %s) is quarantined with the reason, and listed again once mended', async (latitude, longitude, reason) => {
      await sql(
        `UPDATE cameras_vendor.cam_ast SET lat_txt = '${latitude}', lon_txt = '${longitude}' WHERE ast_no = 'C429537537'`,
      );
      const quarantined = await bench.reader().quarantined({ first: 100 });
      expect(quarantined.nodes.find(({ id }) => id === 'cam-C429537537')?.reason).toMatch(reason);
      expect(quarantined.nodes).toHaveLength(17);
      expect(await everyCamera(bench, {})).toHaveLength(473);
      await sql("UPDATE cameras_vendor.cam_ast SET lat_txt = '29.9529004', lon_txt = '-90.07059664' WHERE ast_no = 'C429537537'");
      expect(await everyCamera(bench, {})).toHaveLength(474);
    });
  });

  describe('loading', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'rtcc-cameras-csv-'));
    });
    afterEach(async () => {
      rmSync(folder, { recursive: true, force: true });
      await bench.reload();
    });

    test('twice gives the same registry', async () => {
      const dump = () => bench.database.query('SELECT * FROM cameras.camera ORDER BY id');
      await bench.reload();
      const first = await dump();
      await bench.reload();
      expect(await dump()).toEqual(first);
    });

    test('counts every row of broken files: loaded, quarantined or rejected', async () => {
      cpSync(new URL('cameras_private_safecam.csv', newOrleans), join(folder, 'cameras_private_safecam.csv'));
      const rows = [
        'latitude,longitude,random_id,set',
        '29.9529004,-90.07059664,0.429537537,cameras', // right
        '29.9529004,-90.07059664,0.429537537,cameras', // the same once more: kept
        '0,0,0.5,cameras', // quarantined
        'north,-90.07,0.6,cameras', // quarantined
        '29.95,-90.07', // truncated: rejected
        '29.95,-90.07,seven,cameras', // no key: rejected
        `${'9'.repeat(50)},-90.07,0.8,cameras`, // longer than the column: rejected
      ];
      writeFileSync(join(folder, 'cameras_rtcc_2022-03-11.csv'), rows.join('\n'));
      const result = await bench.reload(pathToFileURL(`${folder}/`));
      expect(result.rejected).toEqual({ 'cameras_rtcc_2022-03-11.csv': 3, 'cameras_private_safecam.csv': 0 });
      expect(result.loaded['cameras_vendor.cam_ast']).toBe(4 + 63);
      const placed = await count(
        'cameras.camera c JOIN cameras.service_area s ON c.latitude BETWEEN s.south AND s.north AND c.longitude BETWEEN s.west AND s.east',
      );
      expect((await bench.reader().quarantined({ first: 100 })).nodes).toHaveLength(16 + 2);
      expect(placed).toBe(2 + 47);
    });
  });

  describe('changes', () => {
    let stop: AbortController;
    let feeding: Promise<void>;
    const query = (args = '') => `subscription { cameraStatusChanged${args} { cursor change cameraId camera { id status } } }`;
    const next = async (events: AsyncIterator<{ data: { cameraStatusChanged: unknown } }>) =>
      (await events.next()).value.data.cameraStatusChanged;
    beforeEach(async () => {
      await bench.restore();
      stop = new AbortController();
      // The bus has a past, so that nothing that happens from now on counts as history.
      await bench.bus.publish('camera', [{ key: 'cam-none', change: 'UPDATED', changedAt: new Date('2022-03-12T00:00:00Z') }]);
      feeding = cameraFeed(bench.runtime, stop.signal);
    });
    afterEach(async () => {
      stop.abort();
      await feeding;
    });

    test('of a status reach who listens, and of a covert camera nobody without the grant', async () => {
      await sql("UPDATE cameras_vendor.cam_ast SET cvrt_fl = 'Y' WHERE ast_no = 'S003'");
      const events = await bench.watch(query());
      const first = next(events);
      await sql("UPDATE cameras_vendor.cam_ast SET sts_cd = 2 WHERE ast_no = 'S003'");
      await sql("UPDATE cameras_vendor.cam_ast SET sts_cd = 3 WHERE ast_no = 'C429537537'");
      expect(await first).toMatchObject({ change: 'UPDATED', camera: { id: 'cam-C429537537', status: 'MAINTENANCE' } });
      await events.return?.();
    });

    test('come through the filter only, and a retired camera is told as removed', async () => {
      const events = await bench.watch(query('(filter: { ownership: PRIVATE })'));
      const first = next(events);
      await sql("UPDATE cameras_vendor.cam_ast SET sts_cd = 2 WHERE ast_no = 'C429537537'");
      await sql("UPDATE cameras_vendor.cam_ast SET rtrd_fl = 'Y' WHERE ast_no = 'S028'");
      expect(await first).toMatchObject({ change: 'REMOVED', cameraId: 'cam-S028', camera: null });
      await events.return?.();
    });

    test('of an agreement are changes of the cameras that it covers', async () => {
      const events = await bench.watch(query());
      const first = next(events);
      await sql("INSERT INTO cameras_vendor.mou_trg VALUES (5028, 1, 'alarm')");
      expect(await first).toMatchObject({ cameraId: 'cam-S028' });
      await events.return?.();
    });

    test('are played by the demo: a camera goes out of service and comes back', async () => {
      const playing = new AbortController();
      const events = await bench.watch(query());
      const first = next(events);
      const played = flicker({ database: bench.database, signal: playing.signal, everyMs: 5 });
      const { cameraId } = (await first) as { cameraId: string };
      expect(cameraId).toMatch(/^cam-C\d+$/);
      playing.abort();
      await played;
      expect(await count('cameras_vendor.cam_ast WHERE sts_cd = 2')).toBe(22);
      await events.return?.();
    });
  });
}

const everyCamera = async (bench: Bench, filter: CameraFilter, first = 100, principal = home): Promise<Camera[]> => {
  const rows: Camera[] = [];
  let after: string | null = null;
  do {
    const { nodes, pageInfo } = await bench.reader(principal).cameras(filter, { first, after });
    rows.push(...nodes);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after);
  return rows;
};
