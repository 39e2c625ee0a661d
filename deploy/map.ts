/**
 * The map that the pages draw: the city's own streets, zones and districts, made
 * small. Coordinates are kept to a meter and properties to a name, and what has
 * one name is one feature. `HUB_MAP_FOLDER` names another city's files
 * (`streets.geojson`, `zones.geojson`, `districts.geojson`, each feature with a
 * `name`); `HUB_MAP_TILES` an address of raster tiles under them.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { compress } from '../clients/build.ts';
import type { Environment } from './settings.ts';

const demoFolder = join(import.meta.dirname, '../subgraphs/kit/demo/new-orleans/gis');

/** Layer → its file, and the property that names its features, in the demo's spelling. */
const demo = {
  streets: { file: 'street_centerlines.geojson', name: 'NAME' },
  zones: { file: 'nopd_police_zones.geojson', name: 'Zone' },
  districts: { file: 'nopd_police_districts.geojson', name: 'District' },
} as const;

type Layer = keyof typeof demo;
const layers = Object.keys(demo) as Layer[];

const collection = z.object({
  features: z.array(
    z.object({
      properties: z.record(z.string(), z.unknown()).nullable(),
      geometry: z.object({ type: z.string(), coordinates: z.unknown() }).nullable(),
    }),
  ),
});

interface Shape {
  name: string;
  type: 'MultiLineString' | 'MultiPolygon';
  parts: unknown[];
}

/** A folder of `map.json` and a file for each layer, made once for each state of what it is made from. */
export const prepareMap = ({ cache, environment }: { cache: string; environment: Environment }): string => {
  const given = environment.HUB_MAP_FOLDER;
  const places = layers.map((layer) => placeOf(layer, given)).filter(({ path }) => existsSync(path));
  const tiles = environment.HUB_MAP_TILES ?? null;
  const state = createHash('sha256')
    .update(readFileSync(import.meta.filename))
    .update(String(tiles));
  for (const { path } of places) state.update(path).update(`${statSync(path).size} ${statSync(path).mtimeMs}`);
  const folder = join(cache, state.digest('hex').slice(0, 16));
  if (existsSync(folder)) return folder;
  const aside = `${folder}.${process.pid}.partial`;
  mkdirSync(aside, { recursive: true });
  const points: Points = { x: [], y: [] };
  for (const { layer, path, name } of places) writeFileSync(join(aside, `${layer}.json`), small(path, name, points));
  const attribution = given ? (environment.HUB_MAP_ATTRIBUTION ?? '') : 'City of New Orleans open data';
  writeFileSync(
    join(aside, 'map.json'),
    JSON.stringify({ home: homeOf(points), layers: places.map(({ layer }) => layer), attribution, tiles }),
  );
  compress(aside);
  if (existsSync(folder)) rmSync(aside, { recursive: true });
  else renameSync(aside, folder);
  return folder;
};

/** Where a page must be allowed to ask for tiles. */
export const tileOriginsOf = ({ HUB_MAP_TILES: tiles }: Environment): string[] => {
  const url = tiles?.replaceAll(/[{}]/g, '');
  return url && URL.canParse(url) ? [new URL(url).origin] : [];
};

const placeOf = (layer: Layer, given: string | undefined) =>
  given
    ? { layer, path: join(given, `${layer}.geojson`), name: 'name' }
    : { layer, path: join(demoFolder, demo[layer].file), name: demo[layer].name };

const small = (path: string, name: string, points: Points): string => {
  const shapes = new Map<string, Shape>();
  for (const { properties, geometry } of collection.parse(JSON.parse(readFileSync(path, 'utf8'))).features) {
    if (!geometry) continue;
    const lines = geometry.type.endsWith('LineString');
    const title = String(properties?.[name] ?? '').trim();
    const key = `${lines} ${title}`;
    const shape = shapes.get(key) ?? { name: title, type: lines ? 'MultiLineString' : 'MultiPolygon', parts: [] };
    const rounded = round(geometry.coordinates, points);
    shape.parts.push(...(geometry.type.startsWith('Multi') ? (rounded as unknown[]) : [rounded]));
    shapes.set(key, shape);
  }
  const features = [...shapes.values()].map(({ name: title, type, parts }) => ({
    type: 'Feature',
    properties: { name: title },
    geometry: { type, coordinates: parts },
  }));
  return JSON.stringify({ type: 'FeatureCollection', features });
};

interface Points {
  x: number[];
  y: number[];
}

/** Where the city is dense: marsh and outliers at its edges would make it a spot in the middle of nothing. */
const homeOf = ({ x, y }: Points) => {
  const share = (values: number[], part: number): number => values[Math.floor(part * (values.length - 1))] ?? 0;
  const [xs, ys] = [x.sort((a, b) => a - b), y.sort((a, b) => a - b)];
  return { west: share(xs, 0.02), south: share(ys, 0.02), east: share(xs, 0.93), north: share(ys, 0.98) };
};

/** Five decimals of a degree are about a meter. */
const precision = 1e5;

const round = (value: unknown, points: Points): unknown => {
  if (!Array.isArray(value)) return value;
  const [x, y] = value as unknown[];
  if (typeof x !== 'number' || typeof y !== 'number') return value.map((part) => round(part, points));
  points.x.push(x);
  points.y.push(y);
  return [Math.round(x * precision) / precision, Math.round(y * precision) / precision];
};
