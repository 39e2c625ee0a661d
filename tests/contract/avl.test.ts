/** The demo fulfils the contract; the reader answers from it, in constant statements. */
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { anonymous, type Principal } from '../../schema/principal.ts';
import { load } from '../../subgraphs/avl/demo/load.ts';
import type { AvlReader } from '../../subgraphs/avl/reader.ts';
import { resolvers } from '../../subgraphs/avl/resolvers.ts';
import { openSource } from '../../subgraphs/avl/source.ts';
import { openLocalBus } from '../../subgraphs/kit/bus/local.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import type { Runtime, Source } from '../../subgraphs/kit/system.ts';

const folder = new URL('../../subgraphs/avl/', import.meta.url);
const nopd: Principal = { ...anonymous, kind: 'person', subject: 'a', ori: 'LANPD0000', grants: ['avl:read'] };

let database: Database;
let source: Source<AvlReader>;
let statements = 0;
let now = Date.now();

/** The same database, with every statement that Prisma sends counted. */
const counting = (plain: Database): Database => {
  const adapter = Object.create(plain.adapter, {
    connect: {
      value: async () => {
        const connection = await plain.adapter.connect();
        const queryRaw = connection.queryRaw.bind(connection);
        connection.queryRaw = (query) => {
          statements += 1;
          return queryRaw(query);
        };
        return connection;
      },
    },
  });
  return { ...plain, adapter };
};

const record = (fixes: object[]) => database.query('SELECT avl.record_fixes($1::jsonb)', [JSON.stringify(fixes)]);

const fixOf = (device: string, fixedAt: number, more: object = {}) => ({
  device,
  latitude: 29.95123,
  longitude: -90.07456,
  heading: 271.6,
  speedKph: 48.28032,
  state: 'MOVING',
  fixedAt,
  receivedAt: fixedAt + 400,
  ...more,
});

interface Registered {
  id: string;
  unit_id: string;
}

const devicesOf = (where: string): Promise<Registered[]> =>
  database.query<Registered>(
    `SELECT d.id, d.unit_id FROM avl.device d JOIN avl.unit_position p USING (unit_id) WHERE ${where} ORDER BY d.id`,
  );

beforeAll(async () => {
  database = await openDatabase('pglite:');
  await load({ database, rejects: join(tmpdir(), 'rtcc-avl-rejects'), report: () => {} });
  const runtime: Runtime = {
    database: counting(database),
    bus: openLocalBus(),
    log: pino({ enabled: false }),
    now: () => now,
    settings: {},
  };
  source = await openSource(runtime);
}, 60_000);

afterAll(async () => {
  await source.close();
  await database.close();
});

beforeEach(() => {
  now = Date.now();
  statements = 0;
});

interface Column {
  table_name: string;
  column_name: string;
  data_type: string;
}

const columnsOf = (of: Database): Promise<Column[]> =>
  of.query<Column>(
    `SELECT table_name, column_name, data_type FROM information_schema.columns
     WHERE table_schema = 'avl' ORDER BY table_name, ordinal_position`,
  );

test("the demo's views have the contract's columns and types, and its functions those of ingest.sql", async () => {
  const contract = await openDatabase('pglite:');
  for (const file of ['contract.sql', 'ingest.sql']) await contract.exec(readFileSync(new URL(file, folder), 'utf8'));
  expect(await columnsOf(database)).toEqual(await columnsOf(contract));
  const functions =
    "SELECT proname, pg_get_function_arguments(oid) AS arguments, pg_get_function_result(oid) AS result FROM pg_proc WHERE pronamespace = 'avl'::regnamespace ORDER BY 1";
  expect(await database.query(functions)).toEqual(await contract.query(functions));
  await contract.close();
});

test('columns that the contract calls not null or unique are so', async () => {
  const views = readFileSync(new URL('contract.sql', folder), 'utf8')
    .split(/CREATE OR REPLACE VIEW /)
    .slice(1);
  for (const text of views) {
    const [view = ''] = text.split(' ');
    for (const [, column, terms = ''] of text.matchAll(/AS (\w+),?\s+-- ([^;]+);/g)) {
      const [row] = await database.query<{ nulls: number; repeated: number }>(
        `SELECT count(*) FILTER (WHERE ${column} IS NULL)::int AS nulls, (count(${column}) - count(DISTINCT ${column}))::int AS repeated FROM ${view}`,
      );
      if (terms.startsWith('not null')) expect([view, column, row?.nulls]).toEqual([view, column, 0]);
      if (terms.includes('unique')) expect([view, column, row?.repeated]).toEqual([view, column, 0]);
    }
  }
});

test('every unit starts with one fix, and every such fix says that it is derived', async () => {
  const rows = await database.query(
    'SELECT count(*)::int AS fixes, count(DISTINCT unit_id)::int AS units, bool_and(derived) AS derived FROM avl.fix',
  );
  expect(rows).toEqual([{ fixes: 374, units: 374, derived: true }]);
});

test("a stored fix reads back in the graph's units", async () => {
  const [device] = await devicesOf("owner_ori = 'LANPD0000'");
  await record([fixOf(device?.id ?? '', now)]);
  const position = await source.reader(nopd).position(device?.unit_id ?? '');
  expect(position).toMatchObject({
    latitude: 29.95123,
    longitude: -90.07456,
    headingDegrees: 272,
    deviceState: 'MOVING',
    stale: false,
  });
  expect(position?.speedKph).toBeCloseTo(48.28, 1);
  expect(position?.fixedAt.getTime()).toBe(now);
  expect(position?.receivedAt.getTime()).toBe(now + 400);
});

test('an older fix goes into the trail and leaves the position alone; repeating a batch changes nothing', async () => {
  const [, device] = await devicesOf("owner_ori = 'LANPD0000'");
  const batch = [fixOf(device?.id ?? '', now + 1_000), fixOf(device?.id ?? '', now - 60_000, { latitude: 29.9 })];
  await record(batch);
  const before = await database.query('SELECT max(changed_at) AS at FROM avl.unit_position');
  await record(batch);
  const reader = source.reader(nopd);
  expect((await reader.position(device?.unit_id ?? ''))?.latitude).toBe(29.95123);
  const trail = await reader.trail(device?.unit_id ?? '', { minutes: 5 });
  expect(trail.nodes.map(({ latitude }) => latitude).slice(0, 1)).toEqual([29.95123]);
  expect(trail.nodes.at(-1)?.latitude).toBe(29.9);
  expect(await database.query('SELECT max(changed_at) AS at FROM avl.unit_position')).toEqual(before);
});

test("write stamps grow even when the callers' clocks go back", async () => {
  const [, , device] = await devicesOf("owner_ori = 'LANPD0000'");
  const stamp = async () =>
    (await database.query<{ at: Date }>('SELECT max(changed_at) AS at FROM avl.unit_position'))[0]?.at.getTime() ?? 0;
  await record([fixOf(device?.id ?? '', now + 2_000)]);
  const first = await stamp();
  await record([fixOf(device?.id ?? '', now + 3_000, { receivedAt: now - 3_600_000 })]);
  expect(await stamp()).toBeGreaterThan(first);
});

test('positions and trails of a hundred units are two statements', async () => {
  const units = (await devicesOf("owner_ori = 'LANPD0000'")).slice(0, 100).map(({ unit_id }) => unit_id);
  const reader = source.reader(nopd);
  await Promise.all(units.flatMap((unit) => [reader.position(unit), reader.trail(unit, { minutes: 60, first: 10 })]));
  expect(units).toHaveLength(100);
  expect(statements).toBe(2);
});

test('a trail comes newest first, in pages that join without gap or repetition', async () => {
  const [, , , device] = await devicesOf("owner_ori = 'LANPD0000'");
  const unit = device?.unit_id ?? '';
  await record(Array.from({ length: 25 }, (_, at) => fixOf(device?.id ?? '', now + 60_000 - at * 1_000)));
  const seen: number[] = [];
  let after: string | null = null;
  do {
    const page = await source.reader(nopd).trail(unit, { minutes: 5, first: 10, after });
    seen.push(...page.nodes.map(({ fixedAt }) => fixedAt.getTime()));
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after);
  expect(seen.slice(0, 25)).toEqual(Array.from({ length: 25 }, (_, at) => now + 60_000 - at * 1_000));
  expect(new Set(seen).size).toBe(seen.length);
});

test('a trail reaches back as far as asked and no further', async () => {
  const [, , , , device] = await devicesOf("owner_ori = 'LANPD0000'");
  await record([fixOf(device?.id ?? '', now - 30 * 60_000), fixOf(device?.id ?? '', now - 90 * 60_000)]);
  const ages = async (minutes: number) =>
    (await source.reader(nopd).trail(device?.unit_id ?? '', { minutes })).nodes.map(({ fixedAt }) =>
      Math.round((now - fixedAt.getTime()) / 60_000),
    );
  expect(await ages(60)).toEqual([0, 30]);
  expect(await ages(120)).toEqual([0, 30, 90]);
});

test.each([
  [{ minutes: 0 }, 'BAD_USER_INPUT'],
  [{ minutes: 1_441 }, 'BAD_USER_INPUT'],
  [{ first: 101 }, 'LIMIT_LIST_SIZE'],
  [{ after: 'x' }, 'CURSOR_INVALID'],
  [{ after: Buffer.from('["1\'; DROP","x"]').toString('base64url') }, 'CURSOR_INVALID'],
])('a trail with %j is refused', async (args, code) => {
  await expect(source.reader(nopd).trail('unit', args)).rejects.toMatchObject({ code });
});

test('hostile ids find nothing and break nothing', async () => {
  for (const id of ["'; DROP SCHEMA avl CASCADE; --", '', 'unit-%', '\u{1F693}']) {
    expect(await source.reader(nopd).position(id)).toBeNull();
    expect((await source.reader(nopd).trail(id, {})).nodes).toEqual([]);
  }
});

test('staleness is judged when the position is read', async () => {
  const [, , , , , device] = await devicesOf("owner_ori = 'LANPD0000'");
  await record([fixOf(device?.id ?? '', now)]);
  const read = () => source.reader(nopd).position(device?.unit_id ?? '');
  expect(await read()).toMatchObject({ deviceState: 'MOVING', stale: false });
  now += 91_000;
  expect(await read()).toMatchObject({ deviceState: 'MOVING', stale: true });
  now += 1_800_000;
  expect(await read()).toMatchObject({ deviceState: 'OFF', stale: true });
});

test("pruning takes old fixes out of the log and keeps each unit's newest", async () => {
  await database.query("SELECT avl.prune_fixes(now() + interval '1 hour')");
  const rows = await database.query('SELECT count(*)::int AS fixes, count(DISTINCT unit_id)::int AS units FROM avl.fix');
  expect(rows).toEqual([{ fixes: 374, units: 374 }]);
});

test('a position resolves with its point and its provenance', () => {
  const { Position } = resolvers as unknown as { Position: Record<string, (row: object) => object> };
  const row = {
    latitude: 1,
    longitude: 2,
    sourceId: '7',
    observedAt: null,
    receivedAt: new Date(0),
    derived: true,
    synthetic: false,
  };
  expect(Position.point?.(row)).toEqual({ latitude: 1, longitude: 2 });
  expect(Position.provenance?.(row)).toMatchObject({ source: 'avl', sourceId: '7', derived: true });
});
