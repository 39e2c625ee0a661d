/** The demo fulfils the contract; the graph answers from it with the city's real values, in constant statements, under the row rules. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLSchemaModule } from '@apollo/subgraph/dist/schema-helper/index.js';
import { type ExecutionResult, graphql, parse, subscribe } from 'graphql';
import { type Logger, pino } from 'pino';
import proj4 from 'proj4';
import { anonymous, type Principal } from '../../schema/principal.ts';
import { load } from '../../subgraphs/cad/demo/load.ts';
import { catchUp, openScript, replay } from '../../subgraphs/cad/demo/replay.ts';
import { cad } from '../../subgraphs/cad/index.ts';
import type { CadReader } from '../../subgraphs/cad/reader.ts';
import { openLocalBus } from '../../subgraphs/kit/bus/local.ts';
import { checkContract } from '../../subgraphs/kit/conformance.ts';
import { readContract } from '../../subgraphs/kit/contract.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { type DemoCall, readCalls } from '../../subgraphs/kit/demo/calls.ts';
import type { LoadResult } from '../../subgraphs/kit/demo/load.ts';
import { isShared, ownerOf } from '../../subgraphs/kit/demo/ownership.ts';
import { CalendarDate, DateTime } from '../../subgraphs/kit/scalars.ts';
import type { Context, Runtime, Source } from '../../subgraphs/kit/system.ts';

const rejects = join(tmpdir(), 'rtcc-cad-rejects');
const nopd: Principal = { ...anonymous, kind: 'person', subject: 'a', ori: 'LANPD0000', grants: ['cad:read'] };
const jpso: Principal = { ...nopd, ori: 'LA0260000' };
const sealedReader: Principal = { ...nopd, grants: [...nopd.grants, 'rms:sealed'] };

const schema = buildSubgraphSchema({
  typeDefs: parse(cad.sdl),
  resolvers: { DateTime, Date: CalendarDate, ...cad.resolvers } as GraphQLSchemaModule['resolvers'] & object,
});

let database: Database;
let source: Source<CadReader>;
let runtime: Runtime;
let loaded: LoadResult;
let calls: DemoCall[];
let statements = 0;

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

beforeAll(async () => {
  database = await openDatabase('pglite:');
  loaded = await load({ database, rejects, report: () => {} });
  ({ calls } = readCalls(rejects));
  runtime = { database: counting(database), bus: openLocalBus(), log: pino({ enabled: false }), now: Date.now, settings: {} };
  source = await cad.open(runtime);
}, 60_000);

afterAll(async () => {
  await source.close();
  await runtime.bus.close();
  await database.close();
});

const contextOf = (principal: Principal): Context<CadReader> => ({
  principal,
  read: source.reader(principal),
  stream: { bus: runtime.bus, now: Date.now, expiresAtMs: Date.now() + 60_000, renew: () => contextOf(principal) },
});

interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the query's, which stands beside each expectation.
  data: any;
  codes: unknown[];
}

const ask = async (query: string, variables: object = {}, principal = nopd): Promise<Answer> => {
  const result = await graphql({ schema, source: query, variableValues: { ...variables }, contextValue: contextOf(principal) });
  return {
    data: JSON.parse(JSON.stringify(result.data ?? null)),
    codes: (result.errors ?? []).map(({ extensions }) => extensions.code),
  };
};

const list = async (filter: object, principal = nopd): Promise<string[]> => {
  const query = 'query ($filter: IncidentFilter) { incidents(filter: $filter, first: 100) { nodes { number } } }';
  const { data, codes } = await ask(query, { filter }, principal);
  expect(codes).toEqual([]);
  return data.incidents.nodes.map(({ number }: { number: string }) => number.replaceAll('-', ''));
};

/** What the published calls say to the same question, newest first. */
const expected = (fits: (call: DemoCall) => boolean, principal = nopd): string[] =>
  calls
    .filter((call) => fits(call) && (ownerOf(call.item).ori === principal.ori || isShared(call.item)))
    .sort((one, other) => other.createdAt.getTime() - one.createdAt.getTime() || (one.item < other.item ? 1 : -1))
    .slice(0, 100)
    .map(({ item }) => item);

test("the demo's views keep the contract: every column, type and promise", async () => {
  const findings = await checkContract(database, readContract('cad'), { now: Date.now });
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  // Nobody is on a call until the replay sends somebody: nothing else is without a value.
  expect(findings.map(({ view, column, state }) => [view, column, state])).toEqual([['cad.unit', 'incident_id', 'all null']]);
});

test('nothing is lost on load: every call, and every request with or without a call', () => {
  expect(loaded.loaded).toMatchObject({ cl_mstr: 6_528, vrq: 7_476, vrq_unm: 126 });
  expect(Object.values(loaded.rejected)).toEqual([0, 0, 0]);
});

test("State Plane feet become the publisher's own degrees and proj4's, within a meter", async () => {
  proj4.defs(
    'EPSG:3452',
    '+proj=lcc +lat_0=28.5 +lon_0=-91.3333333333333 +lat_1=30.7 +lat_2=29.3 +x_0=999999.999898402 +y_0=0 +ellps=GRS80 +units=us-ft',
  );
  const rows = await database.query<{ source_id: string; latitude: number | null; longitude: number | null }>(
    'SELECT source_id, latitude, longitude FROM cad.incident',
  );
  const byItem = new Map(rows.map((row) => [row.source_id, row]));
  const furthest = { published: 0, proj4: 0 };
  for (const { item, point, mapX, mapY } of calls) {
    const { latitude = null, longitude = null } = byItem.get(item) ?? {};
    expect([item, latitude === null, longitude === null]).toEqual([item, point === null, point === null]);
    if (!point || latitude === null || longitude === null) continue;
    const [x, y] = proj4('EPSG:3452', 'WGS84', [mapX, mapY]) as [number, number];
    furthest.published = Math.max(furthest.published, metersApart({ latitude, longitude }, point));
    furthest.proj4 = Math.max(furthest.proj4, metersApart({ latitude, longitude }, { latitude: y, longitude: x }));
  }
  expect(furthest.published).toBeLessThan(1);
  expect(furthest.proj4).toBeLessThan(0.01);
});

const metersApart = (one: { latitude: number; longitude: number }, other: { latitude: number; longitude: number }): number => {
  const radians = Math.PI / 180;
  const wide = (one.longitude - other.longitude) * Math.cos(one.latitude * radians);
  return Math.hypot(one.latitude - other.latitude, wide) * radians * 6_371_008.8;
};

const whole = `query ($number: String) { incident(number: $number) {
  id number status priority receivedAt dispatchedAt arrivedAt closedAt timesInDoubt selfInitiated
  type { code text } disposition { code text } location { address beat zone district postalCode point { latitude longitude } }
  timeline { event unit { callSign } } units { id callSign } dispatches { unit { callSign } dispatchedAt onSceneAt clearedAt derived }
  notes { text } caller { phone synthetic } videoRequests { requestedFor outcome relevantVideoFound }
  agency { ori } provenance { source sourceId receivedAt derived synthetic } } }`;

test('the armed robbery on Carondelet Street answers whole, in each spelling of its number', async () => {
  const answers = await Promise.all(['B-24020-22', 'B2402022', 'b 24020 22'].map((number) => ask(whole, { number })));
  for (const { data, codes } of answers) {
    expect(codes).toEqual([]);
    expect(data).toEqual(answers[0]?.data);
  }
  expect(answers[0]?.data.incident).toMatchObject({
    ...{ id: 'inc-B2402022', number: 'B-24020-22', status: 'CLOSED', priority: '2C', timesInDoubt: false, selfInitiated: false },
    ...{
      receivedAt: '2022-02-21T00:42:11.000Z',
      dispatchedAt: '2022-02-21T00:44:51.000Z',
      arrivedAt: '2022-02-21T00:49:15.000Z',
    },
    closedAt: '2022-02-21T03:50:53.000Z',
    type: { code: '64G', text: 'ARMED ROBBERY WITH GUN' },
    disposition: { code: 'RTF', text: 'REPORT TO FOLLOW' },
    location: { address: '001XX Carondelet St', beat: '8I01', zone: '8I', district: '8', postalCode: '70130' },
    units: [{ callSign: '809B' }, { callSign: '810B' }, { callSign: '803B' }],
    dispatches: [{ unit: { callSign: '809B' }, dispatchedAt: '2022-02-21T00:44:51.000Z', derived: true }, {}, {}],
    caller: { phone: expect.stringMatching(/^504-555-01\d\d$/), synthetic: true },
    videoRequests: [{ requestedFor: '27-64-G', outcome: 'No relevant video was found', relevantVideoFound: false }],
    agency: { ori: 'LANPD0000' },
    provenance: { source: 'cad', sourceId: 'B2402022', derived: false, synthetic: false },
  });
  expect(answers[0]?.data.incident.timeline.at(0)).toEqual({ event: 'RECEIVED', unit: null });
  expect(answers[0]?.data.incident.timeline.at(-1)).toEqual({ event: 'CLOSED', unit: null });
  expect(answers[0]?.data.incident.notes.length).toBeGreaterThanOrEqual(3);
});

test('what names nothing is null, however hostile; both or neither of two names is refused', async () => {
  const hostile = ["'; DROP SCHEMA cad; --", '\u0000', '', '☃', 'x'.repeat(10_000), '%'];
  for (const text of hostile) {
    const query =
      'query ($text: String!, $id: ID!) { a: incident(number: $text) { id } b: incident(id: $id) { id } c: unit(id: $id) { id } d: unit(callSign: $text) { id } }';
    expect(await ask(query, { text, id: text })).toEqual({ data: { a: null, b: null, c: null, d: null }, codes: [] });
  }
  expect((await ask('{ incident { id } }')).codes).toEqual(['BAD_USER_INPUT']);
  expect((await ask('{ incident(id: "a", number: "b") { id } }')).codes).toEqual(['BAD_USER_INPUT']);
  expect((await ask('{ unit(id: "a", callSign: "b") { id } }')).codes).toEqual(['BAD_USER_INPUT']);
  expect((await ask('{ unit(callSign: "809b") { id } }')).data).toEqual({ unit: { id: 'unit-LANPD0000-809B' } });
});

test('each filter finds the published calls that fit, newest first', async () => {
  const center = { latitude: 29.95297657, longitude: -90.07047394 };
  const box = { west: -90.08, south: 29.95, east: -90.06, north: 29.96 };
  const from = '2022-02-21T00:00:00.000Z';
  const to = '2022-02-22T00:00:00.000Z';
  expect(await list({ receivedFrom: from, receivedTo: to })).toEqual(
    expected(({ createdAt }) => createdAt >= new Date(from) && createdAt < new Date(to)),
  );
  expect(await list({ districts: ['8', '1'] })).toEqual(expected(({ district }) => district === '8' || district === '1'));
  expect(await list({ types: ['64*'] })).toEqual(expected(({ type }) => /^64(\D|$)/.test(type.code)));
  expect(await list({ types: ['20'] })).toEqual(expected(({ type }) => type.code === '20'));
  expect(await list({ types: ['20*'] })).toEqual(expected(({ type }) => /^20(\D|$)/.test(type.code)));
  expect(await list({ priorities: ['2c'] })).toEqual(expected(({ priority }) => priority === '2C'));
  expect(await list({ statuses: ['CLOSED'] })).toEqual(expected(() => true));
  expect(await list({ statuses: ['ON_SCENE'] })).toEqual([]);
  expect(await list({ address: 'st CARONDELET' })).toEqual(
    expected(({ address }) => /carondelet/i.test(address) && /st/i.test(address)),
  );
  expect(await list({ address: '%' })).toEqual([]);
  expect(await list({ bounds: box })).toEqual(
    expected(
      ({ point }) =>
        !!point &&
        point.latitude >= box.south &&
        point.latitude <= box.north &&
        point.longitude >= box.west &&
        point.longitude <= box.east,
    ),
  );
  expect(await list({ near: { ...center, radiusMeters: 300 }, receivedTo: to })).toEqual(
    expected(({ point, createdAt }) => !!point && metersApart(point, center) <= 300 && createdAt < new Date(to)),
  );
});

test('pages continue behind their cursor without gap or repetition, and forged cursors are refused', async () => {
  const query =
    'query ($after: String) { incidents(filter: { districts: ["8"] }, first: 7, after: $after) { nodes { number } pageInfo { hasNextPage endCursor } } }';
  const seen: string[] = [];
  let after: string | null = null;
  for (let page = 0; page < 5; page += 1) {
    const { data }: Answer = await ask(query, { after });
    seen.push(...data.incidents.nodes.map(({ number }: { number: string }) => number.replaceAll('-', '')));
    after = data.incidents.pageInfo.endCursor;
  }
  expect(seen).toEqual(expected(({ district }) => district === '8').slice(0, 35));
  const forged = [['1', 'a\u0000'], ['2022-13-45', 'a'], ['1']].map((key) =>
    Buffer.from(JSON.stringify(key)).toString('base64url'),
  );
  for (const cursor of ['', 'x', ...forged]) expect((await ask(query, { after: cursor })).codes).toEqual(['CURSOR_INVALID']);
  expect((await ask('{ incidents(first: 101) { nodes { id } } }')).codes).toEqual(['LIMIT_LIST_SIZE']);
});

test('a hundred incidents with every edge cost as many statements as two', async () => {
  const edges = `nodes { number units { callSign incident { id } } dispatches { unit { id } } timeline { unit { callSign } }
    notes { text } caller { name } videoRequests { outcome } }`;
  const cost = async (first: number) => {
    statements = 0;
    const { data, codes } = await ask(`{ incidents(filter: { types: ["34S", "64G"] }, first: ${first}) { ${edges} } }`);
    expect([codes, data.incidents.nodes.length]).toEqual([[], first]);
    return statements;
  };
  expect(await cost(2)).toBe(6); // the list, dispatches, units, notes, callers, requests
  expect(await cost(100)).toBe(6);
});

test('references of many incidents, units and places are one statement a kind', async () => {
  const some = calls.filter(({ item }) => ownerOf(item).ori === nopd.ori).slice(0, 100);
  const representations = some.flatMap(({ item, address }) => [
    { __typename: 'Incident', id: `inc-${item}` },
    { __typename: 'Place', id: address.toUpperCase() },
  ]);
  statements = 0;
  const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
    ... on Incident { number } ... on Place { incidents(first: 3) { nodes { number location { address } } } } } }`;
  const { data, codes } = await ask(query, { representations });
  expect([codes, statements]).toEqual([[], 2]);
  expect(data._entities.filter(({ number }: { number?: string }) => number)).toHaveLength(100);
  const [place] = data._entities.filter(({ incidents }: { incidents?: object }) => incidents);
  expect(place.incidents.nodes[0].location.address.toUpperCase()).toBe(some[0]?.address.toUpperCase());
});

test("another agency's calls and units exist where that agency shares them, and nowhere else", async () => {
  const foreign = calls.filter(({ item }) => ownerOf(item).ori === jpso.ori);
  const shared = foreign.find(({ item }) => isShared(item));
  const kept = foreign.find(({ item }) => !isShared(item));
  const query = 'query ($a: ID, $b: ID) { a: incident(id: $a) { agency { ori } } b: incident(id: $b) { agency { ori } } }';
  const ids = { a: `inc-${shared?.item}`, b: `inc-${kept?.item}` };
  expect((await ask(query, ids)).data).toEqual({ a: { agency: { ori: jpso.ori } }, b: null });
  expect((await ask(query, ids, jpso)).data).toEqual({ a: { agency: { ori: jpso.ori } }, b: { agency: { ori: jpso.ori } } });
  const at = {
    receivedFrom: kept?.createdAt.toISOString(),
    receivedTo: new Date((kept?.createdAt.getTime() ?? 0) + 1_000).toISOString(),
  };
  expect(await list(at)).not.toContain(kept?.item);
  expect(await list(at, jpso)).toContain(kept?.item);
  const units =
    'query ($after: String) { units(first: 100, after: $after) { nodes { agency { ori } callSign } pageInfo { endCursor } } }';
  const { data } = await ask(units, {}, jpso);
  for (const { agency, callSign } of data.units.nodes) expect(agency.ori === jpso.ori || isShared(callSign)).toBe(true);
});

test('a sealed call is absent by id, number, list and event, and there for who holds the grant', async () => {
  await database.query("UPDATE cad_vendor.cl_mstr SET hndl_cd = 'S' WHERE itm_no = 'B2402022'");
  try {
    const at = { receivedFrom: '2022-02-21T00:42:11Z', receivedTo: '2022-02-21T00:42:12Z' };
    expect((await ask('{ a: incident(id: "inc-B2402022") { id } b: incident(number: "B2402022") { id } }')).data).toEqual({
      a: null,
      b: null,
    });
    expect(await list(at)).toEqual([]);
    expect(await source.reader(nopd).matching('inc-B2402022', {})).toBeNull();
    expect((await ask('{ a: incident(id: "inc-B2402022") { id } }', {}, sealedReader)).data).toEqual({
      a: { id: 'inc-B2402022' },
    });
    expect(await list(at, sealedReader)).toEqual(['B2402022']);
    expect(await source.reader(sealedReader).matching('inc-B2402022', {})).toMatchObject({ id: 'inc-B2402022' });
  } finally {
    await database.query("UPDATE cad_vendor.cl_mstr SET hndl_cd = 'O' WHERE itm_no = 'B2402022'");
  }
});

test('arrivals before dispatch are kept as recorded, and flagged', async () => {
  const early = calls.find(
    ({ arrivedAt, dispatchedAt, item }) =>
      arrivedAt && dispatchedAt && arrivedAt < dispatchedAt && ownerOf(item).ori === nopd.ori,
  );
  const query = 'query ($number: String) { incident(number: $number) { timesInDoubt dispatchedAt arrivedAt } }';
  expect((await ask(query, { number: early?.item })).data.incident).toEqual({
    timesInDoubt: true,
    dispatchedAt: early?.dispatchedAt?.toISOString(),
    arrivedAt: early?.arrivedAt?.toISOString(),
  });
});

test('a call without a place stays, without a point; one that an officer came upon has no caller', async () => {
  const nowhere = calls.find(({ point, item }) => !point && ownerOf(item).ori === nopd.ori);
  const found = calls.find(({ selfInitiated, item }) => selfInitiated && ownerOf(item).ori === nopd.ori);
  const query =
    'query ($a: String, $b: String) { a: incident(number: $a) { location { point { latitude } } } b: incident(number: $b) { selfInitiated caller { name } } }';
  const { data } = await ask(query, { a: nowhere?.item, b: found?.item });
  expect(data).toEqual({ a: { location: { point: null } }, b: { selfInitiated: true, caller: null } });
});

test('the replay makes calls live: taken, with units on them, then closed with what they turned out to be', async () => {
  const startAt = new Date(Date.now() - 3_600_000);
  const script = openScript(startAt, 60);
  const steps = script.round(0);
  await catchUp(database, script, { steps, upTo: new Date() });
  const taken = new Set(steps.filter(({ kind, at }) => kind === 'received' && at <= new Date()).map(({ item }) => item));
  const closed = new Set(steps.filter(({ kind, at }) => kind === 'closed' && at <= new Date()).map(({ item }) => item));
  const recent = `SELECT source_id AS item, status FROM cad.incident WHERE received_at > now() - interval '2 hours'`;
  const rows = await database.query<{ item: string; status: string }>(recent);
  expect(new Set(rows.map(({ item }) => item))).toEqual(taken);
  expect(new Set(rows.filter(({ status }) => status === 'CLOSED').map(({ item }) => item))).toEqual(closed);
  expect(taken.size).toBeGreaterThan(closed.size);
  const busy = await database.query<{ open: boolean }>(
    'SELECT i.closed_at IS NULL AS open FROM cad.unit u JOIN cad.incident i ON i.id = u.incident_id',
  );
  expect(busy.length).toBeGreaterThan(0);
  expect(busy.every(({ open }) => open)).toBe(true);
  const other = openScript(new Date(Date.now() + 1_000), 60); // A restart from the beginning leaves no call open.
  await catchUp(database, other, { steps: other.round(0), upTo: new Date() });
  expect(await database.query("SELECT 1 FROM cad.incident WHERE status <> 'CLOSED'")).toEqual([]);
  expect(await database.query("SELECT 1 FROM cad.unit WHERE status <> 'AVAILABLE'")).toEqual([]);
});

test("changes in the vendor's tables reach a subscriber whose filter they fit, and no other", async () => {
  const stop = new AbortController();
  await runtime.bus.publish('incident', [{ key: 'inc-none', change: 'UPDATED', changedAt: new Date() }]); // A bus with a past: changes are news at once.
  const stream = (await subscribe({
    schema,
    document: parse(`subscription { incidentChanged(filter: { districts: ["8"] }) {
      cursor change incident { number status location { district } } } }`),
    contextValue: contextOf(nopd),
  })) as AsyncGenerator<ExecutionResult>;
  await stream.next(); // Where the stream begins; no event.
  const feeds = cad.feeds.map((feed) => feed(runtime, stop.signal));
  const taken = (item: string) => `SELECT cad_vendor.sp_cl_new('${item}', (now() AT TIME ZONE 'America/Chicago')::timestamp)`;
  for (const item of ['A0111422', 'B2402022']) await database.query(taken(item)); // The first is in the sixth district.
  const changes: { change: string; incident: { number: string; status: string; location: { district: string } } }[] = [];
  for await (const { data, errors } of stream) {
    expect(errors).toBeUndefined();
    changes.push(JSON.parse(JSON.stringify(data?.incidentChanged)));
    if (changes.at(-1)?.incident.number === 'B-24020-22') break;
  }
  expect(changes.at(-1)).toMatchObject({ change: 'CREATED', incident: { status: 'RECEIVED' } });
  expect(new Set(changes.map(({ incident }) => incident.location.district))).toEqual(new Set(['8']));
  stop.abort();
  await Promise.all(feeds);
  const refused = (await subscribe({
    schema,
    document: parse(
      'subscription { incidentChanged(filter: { near: { latitude: 0, longitude: 0, radiusMeters: 0 } }) { cursor } }',
    ),
    contextValue: contextOf(nopd),
  })) as ExecutionResult;
  expect(refused.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
});

test('a replay that is told to stop stops', async () => {
  const stop = new AbortController();
  const rounds: number[] = [];
  const log = {
    info: ({ round }: { round: number }) => {
      rounds.push(round);
      stop.abort();
    },
    warn: () => {},
  } as unknown as Logger;
  const startAt = new Date(Date.now() - 1_000);
  await replay({ database, speed: 1, startAt, now: Date.now, signal: stop.signal, log });
  expect(rounds).toEqual([0]);
});

test('a replay outlives a database that fails: the step is tried again', async () => {
  const stop = new AbortController();
  const warnings: object[] = [];
  const log = { info: () => stop.abort(), warn: (line: object) => warnings.push(line) } as unknown as Logger;
  let failures = 1;
  const flaky: Database = {
    ...database,
    query: (sql, parameters) =>
      failures-- > 0 ? Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNRESET' })) : database.query(sql, parameters),
  };
  await replay({ database: flaky, speed: 1, startAt: new Date(), now: Date.now, signal: stop.signal, log });
  expect(warnings).toEqual([{ failures: 1, code: 'ECONNRESET' }]);
});

test('the source says when it last changed, and counts as stale only where the agency says after how long', async () => {
  expect(await source.check()).toEqual({ lastEventAt: expect.any(Date) });
  const strict = await cad.open({ ...runtime, settings: { CAD_STALE_AFTER_SECONDS: '600' } });
  expect(await strict.check()).toMatchObject({ staleAfterSeconds: 600 });
  await strict.close();
});
