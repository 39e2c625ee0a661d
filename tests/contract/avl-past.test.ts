/** Where units were: trails between two instants and the fleet at one, under the row rules, in constant statements. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { anonymous, type Principal } from '../../schema/principal.ts';
import { load } from '../../subgraphs/avl/demo/load.ts';
import type { AvlReader } from '../../subgraphs/avl/reader.ts';
import { openSource } from '../../subgraphs/avl/source.ts';
import { openLocalBus } from '../../subgraphs/kit/bus/local.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import type { Source } from '../../subgraphs/kit/system.ts';

const nopd: Principal = { ...anonymous, kind: 'person', subject: 'a', ori: 'LANPD0000', grants: ['avl:read'] };
const sealer: Principal = { ...nopd, grants: [...nopd.grants, 'rms:sealed'] };
const now = Date.now();
const minute = 60_000;

let database: Database;
let source: Source<AvlReader>;

interface Registered {
  id: string;
  unit_id: string;
}

const devicesOf = (where: string): Promise<Registered[]> =>
  database.query<Registered>(
    `SELECT d.id, d.unit_id FROM avl.device d JOIN avl.unit_position p USING (unit_id) WHERE ${where} ORDER BY d.id`,
  );

const fixOf = (device: string, fixedAt: number, latitude: number) => ({
  ...{ device, latitude, longitude: -90.07, heading: 90, speedKph: 40, state: 'MOVING', fixedAt, receivedAt: fixedAt + 400 },
});

const record = (fixes: object[]) => database.query('SELECT avl.record_fixes($1::jsonb)', [JSON.stringify(fixes)]);

let own: Registered;
let alone: Registered;

beforeAll(async () => {
  database = await openDatabase('pglite:');
  await load({ database, rejects: join(tmpdir(), 'rtcc-avl-past-rejects'), report: () => {} });
  const [first] = await devicesOf("owner_ori = 'LANPD0000'");
  const [kept] = await devicesOf("owner_ori <> 'LANPD0000' AND NOT shared");
  if (!first || !kept) throw new Error('The demo has no such units.');
  own = first;
  alone = kept;
  await record([240, 180, 120, 61, 59, 1].map((ago, at) => fixOf(own.id, now - ago * minute, 29.9 + at / 100)));
  await record([fixOf(alone.id, now - 61 * minute, 29.95)]);
  const runtime = { database, bus: openLocalBus(), log: pino({ enabled: false }), now: () => now, settings: {} };
  source = await openSource(runtime);
}, 60_000);

afterAll(async () => {
  await source.close();
  await database.close();
});

const at = (ago: number): Date => new Date(now - ago * minute);
const latitudes = (nodes: { latitude: number }[]): number[] => nodes.map(({ latitude }) => latitude);

test('a trail between two instants holds the fixes from the first up to the second, newest first, in pages', async () => {
  const span = { from: at(180), to: at(59) };
  const whole = await source.reader(nopd).trail(own.unit_id, span);
  expect(latitudes(whole.nodes)).toEqual([29.93, 29.92, 29.91]);
  const first = await source.reader(nopd).trail(own.unit_id, { ...span, first: 2 });
  const rest = await source.reader(nopd).trail(own.unit_id, { ...span, first: 2, after: first.pageInfo.endCursor });
  expect([...latitudes(first.nodes), ...latitudes(rest.nodes)]).toEqual(latitudes(whole.nodes));
});

test.each([
  ['more than a day', { from: at(1_500), to: at(0) }],
  ['no end', { from: at(60) }],
  ['no length', { from: at(60), to: at(60) }],
  ['two lengths', { minutes: 5, from: at(60), to: at(0) }],
])('a trail with %s is refused', async (_what, span) => {
  await expect(source.reader(nopd).trail(own.unit_id, span)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
});

const where = async (ago: number, principal = nopd, more = {}) => {
  const { nodes } = await source.reader(principal).positionsAt({ at: at(ago), ...more });
  return nodes;
};

test('at an instant each unit is where its last fix was, judged by its age then; one silent for half an hour is nowhere', async () => {
  expect(await where(60)).toMatchObject([{ unitId: own.unit_id, latitude: 29.93, stale: false, deviceState: 'MOVING' }]);
  expect(await where(100)).toMatchObject([{ latitude: 29.92, stale: true }]);
  expect(await where(151)).toMatchObject([{ latitude: 29.91, stale: true }]);
  expect(await where(149)).toEqual([]);
});

test('a rectangle keeps those inside; pages go by unit; beyond a day there is nothing to ask for', async () => {
  const box = { west: -90.1, east: -90, south: 29.925, north: 29.935 };
  expect(await where(60, nopd, { bounds: box })).toHaveLength(1);
  expect(await where(60, nopd, { bounds: { ...box, south: 29.94, north: 29.95 } })).toEqual([]);
  const { nodes, pageInfo } = await source.reader(nopd).positionsAt({ at: at(0), first: 10 });
  const next = await source.reader(nopd).positionsAt({ at: at(0), first: 10, after: pageInfo.endCursor });
  const ids = [...nodes, ...next.nodes].map(({ unitId }) => unitId);
  expect(ids).toEqual([...new Set(ids)].sort());
  await expect(source.reader(nopd).positionsAt({ at: at(1_441) })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
});

test("another agency's unit that is not shared was nowhere; a sealed one too, without its grant", async () => {
  expect((await where(60)).map(({ unitId }) => unitId)).toEqual([own.unit_id]);
  const { nodes } = await source.reader({ ...nopd, ori: 'LA0260000' }).positionsAt({ at: at(60) });
  expect(nodes.map(({ unitId }) => unitId)).toContain(alone.unit_id);
  await database.query(
    "UPDATE avl_vendor.veh SET covrt_fl = 'Y' WHERE veh_no = (SELECT veh_no FROM avl_vendor.mdm WHERE mdm_id = $1)",
    [own.id],
  );
  expect(await where(60)).toEqual([]);
  expect((await source.reader(nopd).trail(own.unit_id, { from: at(180), to: at(59) })).nodes).toEqual([]);
  expect(await source.reader(nopd).position(own.unit_id)).toBeNull();
  expect(await where(60, sealer)).toHaveLength(1);
  expect(await source.reader(sealer).position(own.unit_id)).toMatchObject({ unitId: own.unit_id });
});
