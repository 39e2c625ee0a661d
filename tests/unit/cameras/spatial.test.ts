/** Nearest cameras: the index against the plain way, and against the published data. */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { anonymous } from '../../../schema/principal.ts';
import { visibleTo } from '../../../subgraphs/cameras/rules.ts';
import { buildIndex, type Indexed, metersBetween, openIndex, type Point } from '../../../subgraphs/cameras/spatial.ts';
import { newOrleans } from '../../../subgraphs/kit/demo/load.ts';

const open = { ownerOri: 'LANPD0000', shared: true, handling: 'open' };
const all = () => true;
const read = (file: string): Record<string, string>[] =>
  parse(readFileSync(new URL(file, newOrleans)), { columns: true, bom: true });
const cityCameras = (): Indexed[] =>
  read('cameras_rtcc_2022-03-11.csv').map(({ random_id = '', latitude, longitude }) => ({
    ...open,
    id: random_id,
    latitude: Number(latitude),
    longitude: Number(longitude),
  }));
const calls = () =>
  read('cad_calls_rtcc_2022.csv').flatMap(({ item_number: item = '', Location = '' }) => {
    const [, longitude = '0', latitude = '0'] = /^POINT \((\S+) (\S+)\)$/.exec(Location) ?? [];
    return Number(latitude) === 0 ? [] : [{ item, latitude: Number(latitude), longitude: Number(longitude) }];
  });

/** On WGS84, by its radii of curvature at the middle latitude: good to the millimeter at this distance. */
const ellipsoidMeters = (a: Point, b: Point): number => {
  const [equatorMeters, eccentricity2, radians] = [6_378_137, 0.00669437999014, Math.PI / 180];
  const middle = ((a.latitude + b.latitude) / 2) * radians;
  const w = Math.sqrt(1 - eccentricity2 * Math.sin(middle) ** 2);
  const north = ((a.latitude - b.latitude) * radians * equatorMeters * (1 - eccentricity2)) / w ** 3;
  const east = ((a.longitude - b.longitude) * radians * equatorMeters * Math.cos(middle)) / w;
  return Math.hypot(north, east);
};

describe('the index', () => {
  const coordinate = {
    latitude: fc.double({ min: 29, max: 31, noNaN: true }),
    longitude: fc.double({ min: -91, max: -89, noNaN: true }),
  };
  const camera = fc.record({ ...coordinate, shared: fc.boolean(), handling: fc.constantFrom('open', 'sealed') });

  test('finds what measuring every camera finds, with rows that the caller may not see left out', () => {
    const principal = { ...anonymous, ori: 'LA0260000' };
    fc.assert(
      fc.property(
        fc.array(camera, { maxLength: 300 }),
        fc.record(coordinate),
        fc.integer({ min: 0, max: 50 }),
        fc.double({ min: 1, max: 50_000, noNaN: true }),
        (cameras, point, first, radiusMeters) => {
          const rows = cameras.map((row, at) => ({ ...open, ...row, id: `${at}` }));
          const visible = visibleTo(principal);
          const distances = rows
            .filter(visible)
            .map((row) => metersBetween(point, row))
            .filter((meters) => meters <= radiusMeters);
          const expected = distances.sort((a, b) => a - b).slice(0, first);
          const found = buildIndex(rows)(point, { first, radiusMeters }, visible);
          // The edge of the circle is a matter of the last bit.
          expect(found.map(({ distanceMeters }) => Math.round(distanceMeters * 100))).toEqual(
            expected.map((meters) => Math.round(meters * 100)),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  test('asks for more when row rules hide the nearest', () => {
    const rows = [0, 1, 2, 3].map((at) => ({
      ...open,
      id: `${at}`,
      latitude: 29.95 + at / 10_000,
      longitude: -90.07,
      shared: at > 1,
    }));
    const reach = { first: 2, radiusMeters: 500 };
    const found = buildIndex(rows)({ latitude: 29.95, longitude: -90.07 }, reach, visibleTo({ ...anonymous, ori: 'LA0260000' }));
    expect(found.map(({ id }) => id)).toEqual(['2', '3']);
  });

  test('keeps cameras that stand at the same point', () => {
    const twins = ['a', 'b'].map((id) => ({ ...open, id, latitude: 29.95, longitude: -90.07 }));
    expect(buildIndex(twins)({ latitude: 29.95, longitude: -90.07 }, { first: 4, radiusMeters: 1 }, all)).toHaveLength(2);
  });

  test('gives nothing where there are no cameras, or none is asked for', () => {
    const point = { latitude: 29.95, longitude: -90.07 };
    expect(buildIndex([])(point, { first: 4, radiusMeters: 500 }, all)).toEqual([]);
    expect(buildIndex(cityCameras())(point, { first: 0, radiusMeters: 500 }, all)).toEqual([]);
  });

  test('measures great-circle distances in meters', () => {
    // One degree of latitude on a sphere of 6,371 km.
    expect(metersBetween({ latitude: 29, longitude: -90 }, { latitude: 30, longitude: -90 })).toBeCloseTo(111_194.93, 1);
  });
});

describe('of the located calls, those with a city camera within 150 m', () => {
  const cameras = cityCameras();
  const byId = new Map(cameras.map((camera) => [camera.id, camera]));
  const nearest = buildIndex(cameras);
  const located = calls();
  const onSphere = located.filter((call) => nearest(call, { first: 1, radiusMeters: 150 }, all).length > 0);
  const onEllipsoid = located.filter((call) =>
    nearest(call, { first: 50, radiusMeters: 152 }, all).some(({ id }) => {
      const camera = byId.get(id);
      return camera !== undefined && ellipsoidMeters(call, camera) <= 150;
    }),
  );

  test('are the 5,234 that the publisher of the data counts, when measured on the ellipsoid', () => {
    expect(located).toHaveLength(7239);
    expect(onEllipsoid).toHaveLength(5234);
  });

  test('are one more by great circles, which make 149.76 m of 150.05 m', () => {
    const more = onSphere.filter((call) => !onEllipsoid.includes(call));
    expect(more.map(({ item }) => item)).toEqual(['A0906722']);
    expect(onEllipsoid.filter((call) => !onSphere.includes(call))).toEqual([]);
  });
});

describe('a refresh', () => {
  const setUp = () => {
    const state = { nowMs: 0, version: 'a', rows: [] as Indexed[], versionReads: 0, rowReads: 0 };
    const index = openIndex({
      version: async () => {
        state.versionReads += 1;
        return state.version;
      },
      rows: async () => {
        state.rowReads += 1;
        return state.rows;
      },
      now: () => state.nowMs,
      believeMs: 2_000,
    });
    return { state, index };
  };

  test('looks once for many requests at the same time, and not again for two seconds', async () => {
    const { state, index } = setUp();
    await Promise.all(Array.from({ length: 20 }, () => index.current()));
    state.nowMs = 1_999;
    await index.current();
    expect([state.versionReads, state.rowReads]).toEqual([1, 1]);
  });

  test('builds anew when the version changed, and only then', async () => {
    const { state, index } = setUp();
    await index.current();
    state.nowMs = 2_000;
    await index.current();
    expect([state.versionReads, state.rowReads]).toEqual([2, 1]);
    state.version = 'b';
    state.rows = [{ ...open, id: 'new', latitude: 29.95, longitude: -90.07 }];
    state.nowMs = 4_000;
    const nearest = await index.current();
    expect(nearest({ latitude: 29.95, longitude: -90.07 }, { first: 1, radiusMeters: 10 }, all)).toEqual([
      { id: 'new', distanceMeters: 0 },
    ]);
  });

  test('tries again after a failure', async () => {
    const { state, index } = setUp();
    const failing = openIndex({
      version: async () => (state.version === 'a' ? Promise.reject(new Error('away')) : state.version),
      rows: async () => [],
      now: () => 0,
      believeMs: 2_000,
    });
    await expect(failing.current()).rejects.toThrow('away');
    state.version = 'b';
    await expect(failing.current()).resolves.toBeInstanceOf(Function);
    await expect(index.current()).resolves.toBeInstanceOf(Function);
  });
});
