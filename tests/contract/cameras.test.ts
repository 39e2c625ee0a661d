/** The camera registry: the demo's views against the contract, and the graph against the published data. */
import { readFileSync } from 'node:fs';
import type { Camera, CameraFilter } from '../../subgraphs/cameras/reader.ts';
import { openDatabase } from '../../subgraphs/kit/database.ts';
import { describeRegistry, everyCamera, robbery } from '../unit/cameras/registry.ts';

const contract = readFileSync(new URL('../../subgraphs/cameras/contract.sql', import.meta.url), 'utf8');

describeRegistry(({ bench, count }) => {
  describe('the views', () => {
    const columnsOf = `SELECT table_name, column_name, data_type, ordinal_position FROM information_schema.columns
      WHERE table_schema = 'cameras' ORDER BY table_name, ordinal_position`;

    test('have the columns and types of the contract', async () => {
      const wanted = await openDatabase('pglite:');
      try {
        await wanted.exec(contract);
        expect(await bench().database.query(columnsOf)).toEqual(await wanted.query(columnsOf));
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
      const shown = await everyCamera(bench(), {});
      const quarantined = await bench().reader().quarantined({ first: 100 });
      const hidden = await count("cameras.camera WHERE owner_ori <> 'LANPD0000' AND NOT shared");
      expect([shown.length, quarantined.nodes.length, hidden]).toEqual([474, 16, 5]);
      expect(shown.length + quarantined.nodes.length + (hidden ?? 0)).toBe(432 + 63);
    });

    test('quarantines the 16 partners whose addresses were found abroad, and no city camera', async () => {
      const { data } = await bench().ask(
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
      expect((await bench().ask('{ camera(id: "cam-S004") { id } }')).data).toEqual({ camera: null });
      expect((await everyCamera(bench(), {})).some(({ id }) => id === 'cam-S004')).toBe(false);
      const there = { latitude: 43.05251845, longitude: -76.12249668801458 };
      expect(await bench().reader().nearest(there, { first: 4, radiusMeters: 1_000 })).toEqual([]);
    });

    test('answers hostile ids as ids that nobody has', async () => {
      for (const id of ["'; DROP SCHEMA cameras CASCADE; --", '', 'cam-', '\u{1F3A5}', 'x'.repeat(10_000)]) {
        expect(await bench().ask('query ($id: ID!) { camera(id: $id) { id } }', { id })).toEqual({
          data: { camera: null },
          codes: [],
        });
      }
    });
  });

  describe('lists', () => {
    test('come by label, each camera once, whatever the page size', async () => {
      const rows = await everyCamera(bench(), {}, 37);
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
      expect(await everyCamera(bench(), filter)).toHaveLength(expected);
    });

    test('refuse a page too long, a cursor of somebody else and a rectangle inside out', async () => {
      const ask = async (args: string) => (await bench().ask(`{ cameras(${args}) { nodes { id } } }`)).codes;
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
      const { data, codes } = await bench().ask(edge, { of: [incident('inc-B2402022', robbery)], first: 4, radius: 500 });
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
        bench().clock.nowMs += 10_000; // The index looks at the registry anew.
        const before = bench().statements();
        const points = Array.from({ length: incidents }, (_, at) =>
          incident(`inc-${at}`, { latitude: robbery.latitude + at / 5_000, longitude: robbery.longitude + at / 5_000 }),
        );
        const { data, codes } = await bench().ask(edge, { of: points, first: 4, radius: 5_000 });
        expect([codes, data._entities.length]).toEqual([[], incidents]);
        expect(data._entities.every((of: { nearestCameras: { edges: unknown[] } }) => of.nearestCameras.edges.length === 4)).toBe(
          true,
        );
        return bench().statements() - before;
      };
      await cost(1); // The first request of all builds the index.
      const one = await cost(1);
      expect(one).toBe(4); // The index's version, the cameras, their agreements, their streams.
      expect(await cost(100)).toBe(one);
    });

    test('are none where the incident has no place', async () => {
      const of = [incident('inc-1', null), { __typename: 'Incident', id: 'inc-2', location: null }];
      const { data, codes } = await bench().ask(edge, { of, first: 4, radius: 500 });
      expect(codes).toEqual([]);
      expect(data._entities).toEqual([{ nearestCameras: { edges: [] } }, { nearestCameras: { edges: [] } }]);
    });

    test('take at most 50 cameras and 50 km, place or no place', async () => {
      const codesOf = async (first: number, radius: number, point: object | null = robbery) =>
        (await bench().ask(edge, { of: [incident('inc-1', point)], first, radius })).codes;
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
      expect((await bench().ask(query, { near })).data.nearestCameras.nodes).toEqual([{ id: 'cam-C429537537' }]);
      expect((await bench().ask(query, { near: { ...near, latitude: 91 } })).codes).toEqual(['BAD_USER_INPUT']);
    });
  });
});
