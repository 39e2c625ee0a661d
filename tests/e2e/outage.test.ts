/** What an outage costs: the fields of the system that is away, for as long as it is away, and nothing else. */
import pg from 'pg';
import { type SystemName, systemNames } from '../../schema/subgraphs.ts';
import type { Answer } from '../federation/harness.ts';
import { describeOn, type ScratchDatabase, scratchDatabase, services } from '../setup/services.ts';
import { loadInto } from './demo.ts';
import { follow } from './follow.ts';
import { statement } from './operation.ts';
import { placesOf, shownIn, without } from './paths.ts';
import { describeOnBoth, type RunningHub, startHub, until } from './setup.ts';

const query = `{
  incident(number: "B-24020-22") {
    number units { callSign position { point { latitude } } } nearestCameras { nodes { label } }
    reports { number involved { role person { fullName leads { vendor names } } } }
  }
  units(first: 2) { nodes { callSign trail(minutes: 1) { nodes { fixedAt } } } }
  cameras(first: 2) { nodes { label } }
  reports(first: 2) { nodes { number } }
  me { subject }
}`;

const leads = 'incident.reports.involved.person.leads';

/** What each system's absence takes away. */
const losses: Record<SystemName, string[]> = {
  cad: ['incident', 'units'],
  rms: ['incident.reports', 'reports'],
  avl: ['incident.units.position', 'units.nodes.trail'],
  cameras: ['cameras', 'incident.nearestCameras'],
  'people-search': [leads],
  hub: ['me'],
};

const ask = (hub: RunningHub): Promise<Answer> => hub.ask({ as: 'detective', query, extensions: statement });

const statesOf = async (hub: RunningHub): Promise<Record<string, string>> => {
  const { data } = await hub.ask({ as: 'admin', query: '{ sources { id state } }' });
  const { sources } = data as { sources: { id: string; state: string }[] | null };
  return Object.fromEntries((sources ?? []).map(({ id, state }) => [id, state]));
};

const expectLoss = (found: Answer, whole: Answer, name: SystemName): void => {
  expect(found.data).toEqual(without(whole.data, losses[name]));
  expect(placesOf(found, 'SOURCE_UNAVAILABLE')).toEqual([...losses[name]].sort());
  const told = (found.errors ?? []).filter(({ extensions }) => extensions.code === 'SOURCE_UNAVAILABLE');
  for (const { message, extensions } of told) {
    expect({ message, extensions }).toEqual({
      message: 'The source is not answering.',
      extensions: { code: 'SOURCE_UNAVAILABLE', source: name, retryable: true },
    });
  }
};

const isWhole = async (hub: RunningHub): Promise<boolean> => placesOf(await ask(hub), 'SOURCE_UNAVAILABLE').length === 0;

describeOnBoth('an outage', (backend) => {
  let hub: RunningHub;
  let whole: Answer;
  beforeAll(async () => {
    hub = await startHub(backend, { environment: { HUB_BREAKER_RESET_MS: '500' } });
    whole = await ask(hub);
  }, 120_000);
  afterAll(() => hub?.close());

  test('has something to take away', () => {
    const shown = shownIn(whole.data);
    for (const lost of Object.values(losses).flat()) expect(shown).toContain(lost);
  });

  test.each(systemNames)(
    'of %s costs its own fields, named, and it comes back by itself',
    async (name) => {
      await hub.stopSubgraph(name);
      expectLoss(await ask(hub), whole, name);
      const health = await fetch(new URL('/health/ready', hub.gateway.url));
      expect(health.status).toBe(503);
      const { sources } = (await health.json()) as { sources: Record<string, boolean> };
      expect(sources).toEqual(Object.fromEntries(systemNames.map((each) => [each, each !== name])));
      await hub.startSubgraph(name);
      await until('the source answers again', () => isWhole(hub));
      expect((await ask(hub)).data).toEqual(whole.data);
    },
    60_000,
  );

  // Three missed reports take fifteen seconds, whatever the bus; the outage of a database below looks at the board on Redis.
  const board = backend === 'embedded' ? test : () => {};
  board(
    'is on the board and in the stream of states within its bound, and so is its end',
    async () => {
      const client = await hub.socket('admin');
      const states = follow<{ source: { id: string; state: string } }>(
        client,
        'subscription { sourceStateChanged { source { id state } } }',
      );
      const told = (state: string) => states.events.some(({ source }) => source.id === 'cameras' && source.state === state);
      await hub.stopSubgraph('cameras');
      const stoppedAt = Date.now();
      await until('the stream tells that it is down', () => told('DOWN'), 25_000);
      expect(Date.now() - stoppedAt).toBeLessThan(20_000); // Three reports are missed, then the board is looked at within a second.
      expect(await statesOf(hub)).toMatchObject({ cameras: 'DOWN', cad: 'LIVE', rms: 'LIVE' });
      await hub.startSubgraph('cameras');
      await until('the stream tells that it is live', () => told('LIVE'));
      expect((await statesOf(hub)).cameras).toBe('LIVE');
      await client.dispose();
    },
    60_000,
  );
});

describeOn('postgres', 'an outage of a database', () => {
  let hub: RunningHub;
  let own: ScratchDatabase;
  let whole: Answer;
  beforeAll(async () => {
    own = await scratchDatabase();
    await loadInto(own.url, '/tmp');
    hub = await startHub('services', { environment: { RMS_DATABASE_URL: own.url, HUB_BREAKER_RESET_MS: '500' } });
    whole = await ask(hub);
  }, 120_000);
  afterAll(async () => {
    await hub?.close();
    await own.drop();
  });

  test("of an agency's system costs its own fields and shows on the board, and ends by itself", async () => {
    await shut(own.url);
    expectLoss(await ask(hub), whole, 'rms');
    await until('the board says so', async () => (await statesOf(hub)).rms === 'DOWN', 15_000);
    expect(await statesOf(hub)).toMatchObject({ cad: 'LIVE', cameras: 'LIVE' });
    expect((await fetch(new URL('/health/ready', hub.gateway.url))).status).toBe(503);
    await open(own.url);
    await until('the source answers again', () => isWhole(hub));
    await until('the board says so', async () => (await statesOf(hub)).rms === 'LIVE', 15_000);
    expect((await ask(hub)).data).toEqual(whole.data);
  }, 60_000);

  test('that keeps the audit stops every answer, because what cannot be recorded is not read', async () => {
    await shut(hub.databaseUrl);
    const { status, data, errors } = await ask(hub);
    expect({ status, data, codes: errors?.map(({ extensions }) => extensions.code) }).toEqual({
      ...{ status: 503, data: undefined, codes: ['AUDIT_UNAVAILABLE'] },
    });
    expect(JSON.stringify(errors)).not.toContain(new URL(hub.databaseUrl).pathname.slice(1));
    await open(hub.databaseUrl);
    await until('it answers again', async () => (await ask(hub)).status === 200 && (await isWhole(hub)));
    expect((await ask(hub)).data).toEqual(whole.data);
  }, 60_000);
});

/** Nobody gets in any more, and who is in is put out; this one database alone. */
const shut = (url: string): Promise<void> =>
  administer(url, (name) => [
    `ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
  ]);

const open = (url: string): Promise<void> => administer(url, (name) => [`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`]);

const administer = async (url: string, statements: (name: string) => string[]): Promise<void> => {
  const client = new pg.Client({ connectionString: services().postgres.url });
  await client.connect();
  for (const statement of statements(new URL(url).pathname.slice(1))) await client.query(statement);
  await client.end();
};
