/** Whoever may look through a camera gets an address to do so; nobody else does, and not for longer than the agreement holds. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { graphql } from 'graphql';
import { pino } from 'pino';
import { anonymous, type Principal } from '../../schema/principal.ts';
import { load } from '../../subgraphs/cameras/demo/load.ts';
import { startVideo, type Video } from '../../subgraphs/cameras/demo/video.ts';
import { cameras } from '../../subgraphs/cameras/index.ts';
import type { CamerasReader } from '../../subgraphs/cameras/reader.ts';
import { openLocalBus } from '../../subgraphs/kit/bus/local.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { buildSchema } from '../../subgraphs/kit/serve.ts';
import type { Runtime, Source } from '../../subgraphs/kit/system.ts';

const analyst: Principal = {
  ...anonymous,
  kind: 'person',
  subject: 'a',
  ori: 'LANPD0000',
  grants: ['cameras:read', 'cameras:stream'],
};

let database: Database;
let video: Video;
let runtime: Runtime;
let source: Source<CamerasReader>;
let deaf: Source<CamerasReader>;
let nowMs = Date.now();
const schema = buildSchema(cameras);

beforeAll(async () => {
  database = await openDatabase('pglite:');
  await load({ database, rejects: join(tmpdir(), 'rtcc-cameras-video-rejects'), report: () => {} });
  video = await startVideo();
  runtime = { database, bus: openLocalBus(), log: pino({ enabled: false }), now: () => nowMs, settings: { ...video.settings } };
  [source, deaf] = await Promise.all([cameras.open(runtime), cameras.open({ ...runtime, settings: {} })]);
}, 60_000);
afterAll(async () => {
  await source.close();
  await deaf.close();
  await video.close();
  await runtime.bus.close();
  await database.close();
});
afterEach(() => {
  nowMs = Date.now();
});

interface Shown {
  viewable: boolean;
  streams: { protocol: string; live: boolean; url: string | null }[] | null;
}

const show = async (id: string, from = source): Promise<Shown> => {
  const query = 'query ($id: ID!) { camera(id: $id) { viewable streams { protocol live url } } }';
  const contextValue = { principal: analyst, read: from.reader(analyst) };
  const { data } = await graphql({ schema, source: query, variableValues: { id }, contextValue });
  return JSON.parse(JSON.stringify(data)).camera;
};

const one = async (where: string): Promise<{ id: string; expires: Date }> => {
  const [row] = await database.query<{ id: string; expires: Date }>(
    `SELECT c.id, max(a.expires_at) AS expires FROM cameras.camera c JOIN cameras.stream s ON s.camera_id = c.id
     LEFT JOIN cameras.coverage v ON v.camera_id = c.id LEFT JOIN cameras.agreement a ON a.id = v.agreement_id
     WHERE NOT c.retired AND c.owner_ori = 'LANPD0000' AND c.handling = 'open' AND c.latitude BETWEEN 29 AND 31 AND ${where}
     GROUP BY c.id ORDER BY c.id LIMIT 1`,
  );
  if (!row) throw new Error('The demo has no such camera.');
  return row;
};

test('a viewable camera with HLS gives an address that plays', async () => {
  const { streams } = await show((await one("s.protocol = 'HLS' AND s.live AND c.ownership = 'PUBLIC'")).id);
  const url = streams?.[0]?.url ?? '';
  expect((await fetch(url)).status).toBe(200);
});

test('a stream of another protocol has a reference and no address; neither has any where no video server is set', async () => {
  expect((await show((await one("s.protocol = 'RTSP' AND c.ownership = 'PUBLIC'")).id)).streams?.[0]).toMatchObject({
    url: null,
  });
  const { id } = await one("s.protocol = 'HLS' AND s.live AND c.ownership = 'PUBLIC'");
  expect((await show(id, deaf)).streams?.[0]?.url).toBeNull();
});

test('a private camera gives one while its agreement is in force, and none behind its end', async () => {
  const allowed =
    "s.protocol = 'HLS' AND s.live AND c.ownership = 'PRIVATE' AND a.scope_live AND cardinality(a.triggers) = 0 AND a.revoked_at IS NULL";
  const { id } = await one(`${allowed} AND a.valid_from < now() AND a.expires_at > now()`);
  const { expires } = await one(`c.id = '${id}'`);
  expect((await show(id)).streams?.[0]?.url).toContain('/live.m3u8');
  nowMs = expires.getTime();
  expect(await show(id)).toEqual({ viewable: false, streams: null });
});
