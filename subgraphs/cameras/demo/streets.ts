/**
 * The names that places in the city have, from two published sources: the
 * street center lines, which cover about half the city, and the addresses of
 * dispatched calls, which are corners (`Common St & Baronne St`) and blocks
 * (`001XX Carondelet St`).
 */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { Point } from '../spatial.ts';
import type { Named, Places } from './places.ts';

const position = z.tuple([z.number(), z.number()]).rest(z.number());
const collection = z.object({
  features: z.array(
    z.object({
      properties: z.object({ NAME: z.string().nullable() }),
      geometry: z
        .discriminatedUnion('type', [
          z.object({ type: z.literal('LineString'), coordinates: z.array(position) }),
          z.object({ type: z.literal('MultiLineString'), coordinates: z.array(z.array(position)) }),
        ])
        .nullable(),
    }),
  ),
});
const calls = z.array(z.object({ BLOCK_ADDRESS: z.string(), Location: z.string() }));

export const readPlaces = (folder: URL): Places => {
  const segments = readSegments(new URL('gis/street_centerlines.geojson', folder));
  const addresses = readAddresses(new URL('cad_calls_rtcc_2022.csv', folder));
  return {
    segments,
    corners: [...crossings(segments), ...addresses.filter(({ name }) => name.includes(' & '))],
    blocks: addresses.filter(({ name }) => name.includes(' block ')),
  };
};

const readSegments = (file: URL): Places['segments'] => {
  const { features } = collection.parse(JSON.parse(readFileSync(file, 'utf8')));
  return features.flatMap(({ properties: { NAME }, geometry }) => {
    if (!NAME || !geometry || NAME.trim() === '' || NAME.includes('UNNAMED')) return [];
    const lines = geometry.type === 'LineString' ? [geometry.coordinates] : geometry.coordinates;
    return lines.map((line) => ({ name: spell(NAME), line: line.map(([longitude, latitude]) => ({ latitude, longitude })) }));
  });
};

/** Ends of segments where streets of different names meet. */
const crossings = (segments: Places['segments']): Named[] => {
  const meeting = new Map<string, { names: Set<string>; at: Point }>();
  for (const { name, line } of segments) {
    for (const end of [line.at(0), line.at(-1)]) {
      if (!end) continue;
      const key = `${end.latitude.toFixed(6)},${end.longitude.toFixed(6)}`; // About 0.1 m: ends that were drawn as one.
      const corner = meeting.get(key) ?? { names: new Set<string>(), at: end };
      corner.names.add(name);
      meeting.set(key, corner);
    }
  }
  return [...meeting.values()].flatMap(({ names, at }) => (names.size > 1 ? [{ name: cornerName([...names]), at }] : []));
};

const readAddresses = (file: URL): Named[] => {
  const rows = calls.parse(parse(readFileSync(file), { columns: true, bom: true }));
  const named = new Map<string, Named>();
  for (const { BLOCK_ADDRESS, Location } of rows) {
    const [, longitude = '0', latitude = '0'] = /^POINT \((\S+) (\S+)\)$/.exec(Location) ?? [];
    const name = addressName(BLOCK_ADDRESS);
    const at = { latitude: Number(latitude), longitude: Number(longitude) };
    if (name && at.latitude !== 0) named.set(`${name} ${Location}`, { name, at });
  }
  return [...named.values()];
};

/** `Common St & Baronne St` → `Baronne St & Common St`; `001XX Blk Carondelet St` → `100 block Carondelet St`; else nothing. */
export const addressName = (address: string): string | undefined => {
  const streets = address.split(' & ');
  if (streets.length === 2) return cornerName(streets.map(spell));
  const [, hundreds, street] = /^(\d{3})XX (?:Blk )?(\S.*)$/.exec(address) ?? [];
  return hundreds && street ? `${Number(hundreds) * 100} block ${spell(street)}` : undefined;
};

/** In the order of the alphabet, so that both spellings of a corner are one. */
const cornerName = (names: readonly string[]): string => [...names].sort().slice(0, 2).join(' & ');

/** As a map prints it, one spelling for both sources: `O'BANNON ST` → `O'Bannon St`, `ST LOUIS ST` → `Saint Louis St`, `Orleans Av` → `Orleans Ave`. */
export const spell = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/\bav$/, 'ave')
    .replace(/^st (?=\S+ )/, 'saint ')
    .replace(/(^|[\s'/-])([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase());
