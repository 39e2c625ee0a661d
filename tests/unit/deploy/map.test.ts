/** The map that pages draw, from a city's own files. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareMap, tileOriginsOf } from '../../../deploy/map.ts';

const street = (name: string, coordinates: number[][]) => ({
  type: 'Feature',
  properties: { name, owner: 'dropped' },
  geometry: { type: 'LineString', coordinates },
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rtcc-map-'));
  const features = [
    street('CANAL ST', [
      [-90.1234567, 29.9],
      [-90.1, 29.95],
    ]),
    street('CANAL ST', [
      [-90.1, 29.95],
      [-90.05, 29.97],
    ]),
    street('', [
      [-90.2, 29.9],
      [-90.1, 29.91],
    ]),
  ];
  writeFileSync(join(folder, 'streets.geojson'), JSON.stringify({ type: 'FeatureCollection', features }));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (made: string, file: string) => JSON.parse(readFileSync(join(made, file), 'utf8'));

test('what has one name is one feature, to a meter, with nothing but its name', () => {
  const made = prepareMap({ cache: join(folder, 'out'), environment: { HUB_MAP_FOLDER: folder } });
  const { features } = read(made, 'streets.json');
  expect(features.map(({ properties }: { properties: unknown }) => properties)).toEqual([{ name: 'CANAL ST' }, { name: '' }]);
  expect(features[0].geometry.coordinates[0][0]).toEqual([-90.12346, 29.9]);
});

test('only layers that the city has are offered, with whose map it is', () => {
  const environment = {
    HUB_MAP_FOLDER: folder,
    HUB_MAP_ATTRIBUTION: 'A city',
    HUB_MAP_TILES: 'https://tiles.example.org/{z}/{x}/{y}.png',
  };
  const map = read(prepareMap({ cache: join(folder, 'out'), environment }), 'map.json');
  expect(map).toMatchObject({ layers: ['streets'], attribution: 'A city', tiles: environment.HUB_MAP_TILES });
});

test('it is made once for each state of its files', () => {
  const options = { cache: join(folder, 'out'), environment: { HUB_MAP_FOLDER: folder } };
  const made = prepareMap(options);
  expect(prepareMap(options)).toBe(made);
  writeFileSync(join(folder, 'zones.geojson'), '{"type":"FeatureCollection","features":[]}');
  expect(prepareMap(options)).not.toBe(made);
});

test('the demo city has streets, zones and districts, small enough for a page', () => {
  const made = prepareMap({ cache: join(folder, 'out'), environment: {} });
  expect(read(made, 'map.json').layers).toEqual(['streets', 'zones', 'districts']);
  expect(statSync(join(made, 'streets.json.gz')).size).toBeLessThan(250_000);
});

test.each([
  [undefined, []],
  ['https://tiles.example.org/{z}/{x}/{y}.png', ['https://tiles.example.org']],
  ['not an address', []],
])('tiles %s may be loaded from %j', (tiles, origins) => {
  expect(tileOriginsOf({ HUB_MAP_TILES: tiles })).toEqual(origins);
});
