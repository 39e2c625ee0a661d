/**
 * The records system at a large city's volume: copies of real reports, each with
 * persons of its own. A copy's persons have other names, drawn from the census's
 * frequencies as those of the demo are; sexes, races, ages, roles and how many
 * reports name one person stay as they are in the real data.
 */
import { readFileSync } from 'node:fs';
import type { Database } from '../../kit/database.ts';
import { type LoadOptions, reference } from '../../kit/demo/load.ts';
import { base, type Copied, copiedItem, draw, moved, movedBlock, movedPhone, multiply, stride } from '../../kit/demo/multiply.ts';
import type { Volume } from '../../kit/demo/volume.ts';
import { wordKeys } from '../namekeys.ts';

export const multiplyRecords = async (options: LoadOptions, volume: Volume): Promise<Record<string, number>> => {
  const { database } = options;
  await database.exec(`DROP SCHEMA IF EXISTS ${base} CASCADE; CREATE SCHEMA ${base}`);
  await numberCopies(database, 'nmx', 'nam_seq', volume.copies);
  await numberCopies(database, 'veh', 'veh_seq', volume.copies);
  await listNames(database);
  const copied = [...reports(volume), ...persons(volume), ...offenses(volume), ...vehiclesAndWarrants(volume)];
  const added = await multiply(options, 'rms_vendor', copied);
  return { ...added, ...(await indexWords(database)) };
};

/**
 * Keys of copies do not run either (decision 9): the n-th gets an odd factor's
 * multiple modulo 2^31, which gives each number once; where a real row has it,
 * one far behind all the others.
 */
const numberCopies = (database: Database, table: string, key: string, copies: number): Promise<void> => {
  const scattered = (n: string) => `(((${n}) * 1103515245 + 12345) & 2147483647)::int`;
  return database.exec(`
    CREATE TABLE ${base}.${table}_copy AS
    SELECT of_k, was, CASE WHEN EXISTS (SELECT FROM rms_vendor.${table} t WHERE t.${key} = ${scattered('n')})
      THEN ${scattered('n + 1073741824')} ELSE ${scattered('n')} END AS seq
    FROM (
      SELECT k AS of_k, ${key} AS was, row_number() OVER (ORDER BY k, ${key}) AS n
      FROM rms_vendor.${table} CROSS JOIN generate_series(1, ${copies}) AS copy (k)
    ) numbered;
    ALTER TABLE ${base}.${table}_copy ADD PRIMARY KEY (of_k, was);
    ANALYZE ${base}.${table}_copy;`);
};

const lists = {
  M: 'census1990_dist.male.first.top2000.txt',
  F: 'census1990_dist.female.first.top2000.txt',
  L: 'census1990_dist.all.last.top2000.txt',
};
/** Names stand in so many places as they are common; the rarest of a list in one. */
const places = 65_536;

/** Lines such as `SMITH          1.006  1.006      1`: name, percent, cumulative percent, rank. */
const listNames = async (database: Database): Promise<void> => {
  await database.exec(`CREATE TABLE ${base}.name (list char(1), place int, name text, PRIMARY KEY (list, place))`);
  for (const [list, file] of Object.entries(lists)) {
    const rows = readFileSync(new URL(file, reference), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/));
    const whole = Number(rows.at(-1)?.[2]);
    const upTo = rows.map(([, , cumulative]) => Math.round((Number(cumulative) / whole) * places));
    await database.query(
      `INSERT INTO ${base}.name SELECT $1, place, name FROM (
         SELECT name, coalesce(lag(up_to) OVER (ORDER BY at), 0) AS up_from, up_to FROM unnest($2::text[], $3::int[]) WITH ORDINALITY AS n (name, up_to, at)
       ) named CROSS JOIN LATERAL generate_series(up_from, up_to - 1) AS place`,
      [list, rows.map(([name = '']) => name), upTo],
    );
  }
  await database.exec(`ANALYZE ${base}.name`);
};

const report = `b.rpt_seq + ${stride} * k`;
const item = "replace(b.itm_no, '-', '')";

/** The copy of the person, or the vehicle, that the real row names. */
const person = (column: string): string => `JOIN base.nmx_copy p ON p.of_k = k AND p.was = b.${column}`;
const vehicle = 'JOIN base.veh_copy v ON v.of_k = k AND v.was = b.veh_seq';

const reports = ({ copies, inOneQuarter }: Volume): Copied[] => {
  const times = Object.fromEntries(['occ_dt', 'ent_dt', 'upd_dt'].map((at) => [at, moved(`b.${at}`, item, inOneQuarter)]));
  const set = { rpt_seq: report, itm_no: copiedItem('b.itm_no'), loc_txt: movedBlock('b.loc_txt'), syn_fl: "'Y'", ...times };
  return [
    { table: 'rpt_mst', copies, set },
    { table: 'rpt_knd', copies, set: { rpt_seq: report } },
  ];
};

const persons = ({ copies }: Volume): Copied[] => {
  const key = 'b.nam_seq::text';
  const first = `coalesce(b.sex_cd, CASE WHEN ${draw(key, 2, 4)} = 0 THEN 'M' ELSE 'F' END)`;
  const drawn = (alias: string, list: string, salt: number) =>
    `JOIN base.name ${alias} ON ${alias}.list = ${list} AND ${alias}.place = ${draw(key, places, salt)}::int`;
  const names = { l_nam: 'l.name', f_nam: 'f.name', m_nam: 'CASE WHEN b.m_nam IS NOT NULL THEN m.name END' };
  return [
    {
      table: 'nmx',
      copies,
      set: { nam_seq: 'p.seq', ...names, dob: `b.dob - ${draw(key, 256, 5)}::int` },
      joins: [person('nam_seq'), drawn('l', "'L'", 1), drawn('f', first, 2), drawn('m', first, 3)].join(' '),
    },
    { table: 'nmx_ph', copies, set: { nam_seq: 'p.seq', ph_txt: movedPhone('b.ph_txt', 2, key) }, joins: person('nam_seq') },
    {
      table: 'inv',
      copies,
      set: { inv_seq: `b.inv_seq + ${stride} * k`, rpt_seq: report, nam_seq: 'p.seq' },
      joins: person('nam_seq'),
    },
  ];
};

const offenses = ({ copies }: Volume): Copied[] => {
  const offense = `b.off_seq + ${stride} * k`;
  const arrest = `b.arr_seq + ${stride} * k`;
  return [
    { table: 'off', copies, set: { off_seq: offense, rpt_seq: report } },
    { table: 'off_nam', copies, set: { off_seq: offense, nam_seq: 'p.seq' }, joins: person('nam_seq') },
    { table: 'arr', copies, set: { arr_seq: arrest, rpt_seq: report, nam_seq: 'p.seq' }, joins: person('nam_seq') },
    { table: 'arr_off', copies, set: { arr_seq: arrest, off_seq: offense } },
  ];
};

const vehiclesAndWarrants = ({ copies }: Volume): Copied[] => {
  const key = 'b.veh_seq::text';
  const letter = (salt: number) => `chr(65 + (${draw(key, 1_024, salt)} % 26)::int)`;
  const plate = `(100 + ${draw(key, 1_024, 1)} % 900)::text || ' ' || ${[2, 3, 4].map(letter).join(' || ')}`;
  return [
    {
      table: 'veh',
      copies,
      set: {
        veh_seq: 'v.seq',
        plt_no: plate,
        vin_no: `left(b.vin_no, 11) || lpad((${draw(key, 524_288, 5)})::text, 6, '0')`,
        own_nam_seq: 'p.seq',
      },
      joins: `${vehicle} LEFT ${person('own_nam_seq')}`,
    },
    { table: 'veh_inv', copies, set: { veh_seq: 'v.seq', rpt_seq: report }, joins: vehicle },
    {
      table: 'wnt',
      copies,
      set: { wnt_seq: `b.wnt_seq + ${stride} * k`, wnt_no: "b.wnt_no || '-' || k", nam_seq: 'p.seq', rpt_seq: report },
      joins: person('nam_seq'),
    },
  ];
};

/** The name index as an agency fills it: the words of each name, and of each word the keys that `namekeys.ts` makes. */
const indexWords = async (database: Database): Promise<Record<string, number>> => {
  const [before] = await database.query<{ count: number }>('SELECT count(*)::int AS count FROM rms_vendor.nmx_wrd');
  await database.exec(`INSERT INTO rms_vendor.nmx_wrd
    SELECT n.nam_seq, w.wrd FROM rms_vendor.nmx n
    CROSS JOIN LATERAL (VALUES (n.f_nam), (n.m_nam), (n.l_nam)) AS w (wrd)
    WHERE w.wrd IS NOT NULL AND NOT EXISTS (SELECT FROM rms_vendor.nmx_wrd i WHERE i.nam_seq = n.nam_seq)`);
  const words = await database.query<{ wrd: string }>(
    'SELECT DISTINCT wrd FROM rms_vendor.nmx_wrd WHERE wrd NOT IN (SELECT wrd FROM rms_vendor.wrd_key)',
  );
  const keys = words.flatMap(({ wrd }) => wordKeys(wrd).map(({ kind, key }) => [wrd, kind, key] as const));
  await database.query(
    'INSERT INTO rms_vendor.wrd_key (wrd, key_typ, key_val) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])',
    [keys.map(([word]) => word), keys.map(([, kind]) => kind), keys.map(([, , key]) => key)],
  );
  const [after] = await database.query<{ count: number }>('SELECT count(*)::int AS count FROM rms_vendor.nmx_wrd');
  return { nmx_wrd: (after?.count ?? 0) - (before?.count ?? 0), wrd_key: keys.length };
};
