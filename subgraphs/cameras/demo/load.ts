/**
 * The demo registry: the city's 432 published cameras and 63 of private
 * partners, in the vendor's tables. The published files give positions and
 * nothing else. Labels come from the nearest streets (derived); kinds, poses,
 * statuses, streams, partners and agreements are made from the asset number
 * (synthetic), so that every load gives the same registry.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { addCounts, type Load, newOrleans, readRows } from '../../kit/demo/load.ts';
import { readArea } from './area.ts';
import { type Asset, cityAsset, partnerAsset } from './assets.ts';
import { openPlaces } from './places.ts';
import { readPlaces } from './streets.ts';
import { multiplyCameras } from './synthetic.ts';
import { insertAgreements, insertAssets, insertLookups, insertStreams } from './tables.ts';

export const cityFile = 'cameras_rtcc_2022-03-11.csv';
export const partnerFile = 'cameras_private_safecam.csv';

/** As long as the vendor's column; what is no number stays text here: the registry keeps it, and the hub quarantines it. */
const coordinate = z
  .string()
  .max(32)
  .refine((text) => !text.includes('\0'), 'expected text without NUL');
const citySchema = z.object({
  latitude: coordinate,
  longitude: coordinate,
  random_id: z.string().regex(/^0?\.\d{1,14}$/, 'expected a fraction such as 0.107873517'),
  set: z.literal('cameras'),
});
const partnerSchema = z.object({ latitude: coordinate, longitude: coordinate, set: z.literal('safecam') });

export const load: Load = async (options) => {
  const { database, rejects, report, folder = newOrleans, volume } = options;
  const city = readRows(new URL(cityFile, folder), citySchema, rejects);
  const partners = readRows(new URL(partnerFile, folder), partnerSchema, rejects);
  const total = city.rows.length + partners.rows.length;
  report(0, total, 'cameras');
  const nameOf = openPlaces(readPlaces(newOrleans));
  const assets = told([
    ...city.rows.map((row) => cityAsset(row, nameOf)),
    ...partners.rows.map((row, at) => partnerAsset(row, at + 1, nameOf)),
  ]);
  await database.exec('DROP SCHEMA IF EXISTS cameras CASCADE; DROP SCHEMA IF EXISTS cameras_vendor CASCADE');
  await database.exec(sql('vendor.sql'));
  await insertLookups(database, assets, readArea(new URL('gis/nopd_police_districts.geojson', newOrleans)));
  await insertAssets(database, assets, (done) => report(done, total, 'cameras'));
  await insertStreams(database, assets);
  const agreements = await insertAgreements(database, assets);
  const loaded = { cam_ast: assets.length, mou_hdr: agreements };
  if (volume) addCounts(loaded, await multiplyCameras(options, volume));
  await database.exec(sql('views.sql'));
  await database.exec(sql('notify.sql'));
  return {
    loaded,
    rejected: { [cityFile]: city.rejected, [partnerFile]: partners.rejected },
  };
};

const sql = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8');

/** Told apart: the second camera at a corner is `… #2`, as a clerk would have named it, and a key that comes again gets a suffix. */
const told = (assets: readonly Asset[]): Asset[] => {
  const labels = counter();
  const numbers = counter();
  return assets.map((asset) => {
    const [label, number] = [labels(asset.label), numbers(asset.number)];
    return {
      ...asset,
      label: label === 1 ? asset.label : `${asset.label} #${label}`,
      number: number === 1 ? asset.number : `${asset.number}-${number}`,
    };
  });
};

/** How many times a text was seen, this time included. */
const counter = (): ((text: string) => number) => {
  const seen = new Map<string, number>();
  return (text) => {
    const count = (seen.get(text) ?? 0) + 1;
    seen.set(text, count);
    return count;
  };
};
