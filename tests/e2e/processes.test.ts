/**
 * Systems and two gateways, each a process of its own, on one PostgreSQL and
 * one Redis, as an orchestrator runs them: they wait for what is not there yet,
 * behave as one hub, and go when they are told to.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient as openSocket } from 'graphql-ws';
import pg from 'pg';
import { createClient } from 'redis';
import WebSocket from 'ws';
import { type Identity, startIdentity } from '../../deploy/identity/index.ts';
import type { PersonaName } from '../../deploy/identity/personas.ts';
import { generateKeys } from '../../schema/hopkeys.ts';
import { post } from '../federation/harness.ts';
import { describeOn, type ScratchDatabase, scratchDatabase, services } from '../setup/services.ts';
import { openRelay, type Relay } from '../unit/kit/relay.ts';
import { hub, type Running, run, type Settings } from './command.ts';
import { follow } from './follow.ts';
import { until } from './setup.ts';

interface Changed {
  cursor: string;
  incident: { number: string; nearestCameras: { nodes: object[] } };
}

const live = `subscription($after: String) { incidentChanged(after: $after) {
  cursor incident { number nearestCameras(first: 1) { nodes { label } } }
} }`;

describeOn(['postgres', 'redis'], 'processes of their own', () => {
  const running = new Set<Running>();
  let scratch: ScratchDatabase;
  let redis: { url: string; drop: () => Promise<void> };
  let relay: Relay;
  let issuer: Identity;
  let data: string;
  let settings: Settings;
  let gateways: { url: string; process: Running }[];

  const start = (parameters: string[], more: Settings = {}): Running => {
    const process = run([...parameters, '--port', '0', '--data', data], { ...settings, ...more });
    running.add(process);
    return process;
  };
  const urlOf = async (process: Running): Promise<string> =>
    (await process.said(/"url":"([^"]+)","msg":"The \w+ is ready/))[1] ?? '';

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'rtcc-processes-'));
    [scratch, redis, issuer] = await Promise.all([
      scratchDatabase(),
      emptyRedis(),
      startIdentity({ port: 0, host: '127.0.0.1' }),
    ]);
    expect(await hub(['load', '--data', data], { DATABASE_URL: scratch.url })).toMatchObject({ code: 0, err: '' });
    relay = await openRelay(scratch.url);
    const { signing, verification } = await generateKeys();
    settings = {
      ...{ DATABASE_URL: scratch.url, REDIS_URL: redis.url, OIDC_ISSUER: issuer.issuer },
      HUB_SIGNING_KEY: JSON.stringify(signing),
      HUB_VERIFICATION_KEYS: JSON.stringify(verification),
    };
  }, 60_000);

  afterAll(async () => {
    await Promise.all([...running].map((process) => process.stop('SIGKILL')));
    await issuer.close();
    await relay.close();
    await redis.drop();
    await scratch.drop();
    rmSync(data, { recursive: true, force: true });
  });

  const ask = async (at: number, query: string, as: PersonaName = 'analyst') =>
    post(`${gateways[at]?.url}`, { query, token: await issuer.token(as) });

  const touch = async (items: string[]): Promise<void> => {
    const client = new pg.Client({ connectionString: scratch.url });
    await client.connect();
    for (const item of items) await client.query('UPDATE cad_vendor.cl_mstr SET itm_no = itm_no WHERE itm_no = $1', [item]);
    await client.end();
  };

  const socket = async (at: number, closed: (code: number) => void = () => {}) =>
    openSocket({
      url: `${gateways[at]?.url.replace('http', 'ws')}`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${await issuer.token('analyst')}` },
      on: { closed: (event) => closed((event as { code: number }).code) },
    });

  test('start on a database that the doctor finds fit', async () => {
    const { code, out } = await hub(['doctor', 'cad', '--data', data], { DATABASE_URL: scratch.url });
    expect(out).toMatch(/^cad at \S+\/rtcc_test_\w+$/m);
    expect(out).toMatch(/Fit for the hub: 0 errors/);
    expect(code).toBe(0);
  });

  test('wait for a database that is not there yet, say so, and serve when it comes; gateways over them are ready', async () => {
    await relay.stop();
    const cad = start(['subgraph', 'cad'], { DATABASE_URL: relay.url });
    const others = ['cameras', 'hub'].map((name) => [name, start(['subgraph', name])] as const);
    const [, message] = await cad.said(/"msg":"(The database at [^"]+)"/);
    expect(message).toMatch(
      /^The database at 127\.0\.0\.1:\d+\/\w+ does not answer: nothing listens there \(ECONNREFUSED\)\. Trying again in [\d.]+ s\.$/,
    );
    await relay.start();
    const places = await Promise.all(
      [['cad', cad] as const, ...others].map(async ([name, process]) => [name, await urlOf(process)] as const),
    );
    for (const [, url] of places) expect((await fetch(new URL('/health/ready', url))).status).toBe(200);
    const urls = Object.fromEntries(places.map(([name, url]) => [`HUB_SUBGRAPH_${name.toUpperCase()}_URL`, url]));
    const started = [start(['gateway'], urls), start(['gateway'], urls)];
    gateways = await Promise.all(started.map(async (process) => ({ url: await urlOf(process), process })));
  }, 60_000);

  test('a subgraph answers nobody but a gateway of its hub', async () => {
    const [cad] = [...running];
    const answer = await post(await urlOf(cad as Running), { query: '{ incidents { nodes { number } } }' });
    expect({ status: answer.status, code: answer.errors?.[0]?.extensions.code }).toEqual({
      status: 401,
      code: 'PRINCIPAL_REFUSED',
    });
  });

  test('both gateways answer alike, and what is not there is missing alike', async () => {
    const query =
      '{ incident(number: "b 24020 22") { number nearestCameras(first: 1) { nodes { label } } reports { number } } sources { id state } }';
    const answers = await Promise.all([ask(0, query), ask(1, query)]);
    for (const { data: found, errors } of answers) {
      expect(found).toMatchObject({
        incident: { number: 'B-24020-22', nearestCameras: { nodes: [{ label: '100 block Carondelet St' }] }, reports: null },
      });
      expect(errors?.map(({ extensions }) => [extensions.code, extensions.source])).toEqual([['SOURCE_UNAVAILABLE', 'rms']]);
      const { sources } = found as { sources: { id: string; state: string }[] };
      const states = Object.fromEntries(sources.map(({ id, state }) => [id, state]));
      expect(states).toMatchObject({ cad: 'LIVE', cameras: 'LIVE', hub: 'LIVE', rms: 'DOWN' });
    }
  });

  test('both write one audit record without a gap', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, at) => ask(at % 2, '{ me { subject } }')));
    const query = '{ auditTrail(first: 100) { nodes { sequence kind } } }';
    const { data: found } = await ask(1, query, 'auditor');
    const { nodes } = (found as { auditTrail: { nodes: { sequence: number; kind: string }[] } }).auditTrail;
    const [newest] = nodes;
    expect(nodes.filter(({ kind }) => kind === 'OUTCOME').length).toBeGreaterThanOrEqual(20);
    expect(nodes.map(({ sequence }) => sequence)).toEqual(nodes.map((_, at) => (newest?.sequence ?? 0) - at));
  });

  test('a gateway told to go drains and ends with 0; its stream goes on at the other, with nothing lost', async () => {
    const codes: number[] = [];
    const here = follow<Changed>(await socket(0, (code) => codes.push(code)), live);
    await until('the stream is open', async () => {
      await touch(['B2402022']);
      return here.events.length > 0;
    });
    const { code, tookMs, err } = (await gateways[0]?.process.stop('SIGTERM')) ?? {};
    expect({ code, codes }).toEqual({ code: 0, codes: [1001] });
    expect(tookMs).toBeLessThan(10_000);
    expect(err).not.toMatch(/did not end cleanly|at .*\.ts:\d+/);
    const items = ['A0044222', 'B2402022', 'A0011722'];
    await touch(items);
    const last = here.events.at(-1)?.cursor;
    const client = await socket(1);
    const there = follow<Changed>(client, live, { after: last });
    const numbers = async () =>
      new Set(
        (await there.enough('all that was missed', (all) => new Set(all.map(({ incident }) => incident.number)).size === 3)).map(
          ({ incident }) => incident.number,
        ),
      );
    expect(await numbers()).toEqual(new Set(['A-00442-22', 'B-24020-22', 'A-00117-22']));
    expect(there.codes).toEqual([]);
    await client.dispose();
  }, 60_000);

  test('a replay beside them writes as dispatch does, and its changes stream', async () => {
    const replay = run(['replay', '--speed', '5000', '--data', data], settings);
    running.add(replay);
    await replay.said(/The replay of dispatch is under way/);
    const client = await socket(1);
    const stream = follow<Changed>(client, live);
    expect((await stream.enough('three events', (all) => all.length >= 3)).length).toBeGreaterThanOrEqual(3);
    await client.dispose();
  }, 60_000);

  test('every process told to go ends with 0, and says nothing of stack traces', async () => {
    const rest = [...running].filter(({ child }) => child.exitCode === null);
    expect(rest.length).toBe(5);
    for (const { code, err } of await Promise.all(rest.map((process) => process.stop('SIGTERM')))) {
      expect(code).toBe(0);
      expect(err).not.toMatch(/did not end cleanly|\n\s+at /);
    }
  }, 60_000);
});

/** One of Redis's own numbered databases that nobody uses: processes have no setting for a prefix. */
const emptyRedis = async (): Promise<{ url: string; drop: () => Promise<void> }> => {
  const { url } = services().redis;
  for (let number = 15; number > 0; number -= 1) {
    const client = createClient({ url, database: number });
    await client.connect();
    if ((await client.dbSize()) === 0) {
      const own = new URL(url);
      own.pathname = `/${number}`;
      const drop = async (): Promise<void> => {
        const keys = await client.keys('rtcc:*');
        if (keys.length > 0) await client.del(keys);
        client.destroy();
      };
      return { url: own.href, drop };
    }
    client.destroy();
  }
  throw new Error('Redis has no empty database.');
};
