/** Synthetic volumes: many more rows of the same kind, marked as what they are, and nowhere but in the demo's own tables. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDemo, standingOf } from '../../deploy/load.ts';
import { loadDemos } from '../../deploy/loading.ts';
import { demoLoaderOf } from '../../deploy/systems.ts';
import { checkContract } from '../../subgraphs/kit/conformance.ts';
import { readContract } from '../../subgraphs/kit/contract.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { volumeOf } from '../../subgraphs/kit/demo/volume.ts';

const systems = ['cad', 'rms', 'avl', 'cameras'] as const;
/** One copy of each call beside itself. */
const volume = { ...volumeOf('metro', 13_056), unitCopies: 1, cameraCopies: 1, fixesAUnit: 3 };

let database: Database;
let folder: string;

const load = async (system: string): Promise<Record<string, number>> => {
  const loader = await demoLoaderOf(system);
  if (!loader) throw new Error(`${system} has no demo.`);
  return (await loadDemo(system, loader, { database, rejects: join(folder, 'rejects'), report: () => {}, volume })).loaded;
};

const one = async <Value>(sql: string): Promise<Value> => {
  const [row] = await database.query<{ value: Value }>(sql);
  return row?.value as Value;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rtcc-synthetic-'));
  database = await openDatabase('pglite:');
  for (const system of systems) await load(system);
}, 240_000);
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const count = (from: string): Promise<number> => one(`SELECT count(*)::int AS value FROM ${from}`);

test.each([
  ['cad.incident', 'synthetic', 6_528],
  ['cad.unit', 'synthetic', 374],
  ['rms.report', 'synthetic', 2_425],
  ['avl.unit_position', 'synthetic', 374],
  ['cameras.camera', "id LIKE '%-1'", 495],
])('%s has as many synthetic rows as real ones, and they say so', async (view, marked, real) => {
  expect(await count(`${view} WHERE ${marked}`)).toBe(real);
  expect(await count(`${view} WHERE NOT (${marked})`)).toBe(real);
});

test.each(systems)('%s keeps its contract with them', async (system) => {
  const findings = await checkContract(database, readContract(system), { now: Date.now });
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
});

test('types, districts and weekdays are distributed as in the real calls', async () => {
  const by = (key: string, which: string) =>
    database.query(
      `SELECT ${key} AS key, count(*)::int AS calls FROM cad.incident WHERE ${which} synthetic GROUP BY 1 ORDER BY 1`,
    );
  for (const key of ['type_code', 'district']) expect(await by(key, '')).toEqual(await by(key, 'NOT'));
  const weekday = "to_char(received_at - interval '1 hour', 'ID')";
  const [real, made] = [await by(weekday, 'NOT'), await by(weekday, '')] as { key: string; calls: number }[][];
  for (const [at, { calls = 0 } = {}] of (made ?? []).entries())
    expect(Math.abs(calls - (real?.[at]?.calls ?? 0))).toBeLessThan(80);
});

test('a copied report belongs to its copied call, and its persons to it', async () => {
  const joined = (which: string) => count(`rms.report r JOIN cad.incident i ON i.number_key = r.item WHERE ${which} r.synthetic`);
  expect(await joined('')).toBe(await joined('NOT'));
  expect(await count('rms_vendor.inv')).toBe(2 * 5_890);
  expect(await count('rms_vendor.inv v WHERE NOT EXISTS (SELECT FROM rms_vendor.nmx n WHERE n.nam_seq = v.nam_seq)')).toBe(0);
});

test("a copy's person has a name of their own, with the keys that it is found by", async () => {
  expect(await one<number>('SELECT count(DISTINCT nam_seq)::int AS value FROM rms_vendor.nmx')).toBe(2 * 5_585);
  expect(await one<number>('SELECT count(DISTINCT f_nam || l_nam)::int AS value FROM rms_vendor.nmx')).toBeGreaterThan(9_000);
  expect(await count('rms.person_name n WHERE NOT EXISTS (SELECT FROM rms.name_key k WHERE k.word = n.word)')).toBe(0);
});

test('a second load makes the same rows', async () => {
  const state = () => one<string>("SELECT md5(string_agg(a::text, ',' ORDER BY ast_no)) AS value FROM cameras_vendor.cam_ast a");
  const before = await state();
  await load('cameras');
  expect(await state()).toBe(before);
});

test('what was loaded is current for its volume and for none, and due for another', async () => {
  expect(await standingOf('cad', database)).toBe('current');
  expect(await standingOf('cad', database, volume.name)).toBe('current');
  expect(await standingOf('cad', database, 'city')).toBe('due');
});

test("an agency's own database is refused, and nothing is written to it", async () => {
  const own = join(folder, 'own');
  const theirs = await openDatabase(`pglite:${own}`);
  await theirs.exec('CREATE SCHEMA cad; CREATE VIEW cad.incident AS SELECT 1 AS id;');
  const loading = (environment: Record<string, string>) => loadDemos({ environment, data: folder, volume, say: () => {} });
  await expect(loading({ CAD_DATABASE_URL: `pglite:${own}` })).rejects.toThrow(/is not this demo's/);
  await expect(loading({ DATABASE_URL: `pglite:${own}` })).rejects.toThrow(/is not this demo's/);
  const schemas = await theirs.query("SELECT 1 FROM pg_namespace WHERE nspname IN ('cad_vendor', 'rtcc_demo', 'rtcc_base')");
  expect(schemas).toEqual([]);
  await theirs.close();
}, 60_000);
