/** Dispatch's figures, the crime center's log and the past: held against the published calls, under the row rules, in constant statements. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLSchemaModule } from '@apollo/subgraph/dist/schema-helper/index.js';
import { graphql, parse } from 'graphql';
import { pino } from 'pino';
import { anonymous, type Principal } from '../../schema/principal.ts';
import { load } from '../../subgraphs/cad/demo/load.ts';
import { cad } from '../../subgraphs/cad/index.ts';
import type { CadReader } from '../../subgraphs/cad/reader.ts';
import { openLocalBus } from '../../subgraphs/kit/bus/local.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { type DemoCall, type DemoVideoRequest, readCalls, readVideoRequests } from '../../subgraphs/kit/demo/calls.ts';
import { isShared, ownerOf } from '../../subgraphs/kit/demo/ownership.ts';
import { toLocal } from '../../subgraphs/kit/demo/time.ts';
import { CalendarDate, DateTime } from '../../subgraphs/kit/scalars.ts';
import type { Context, Runtime, Source } from '../../subgraphs/kit/system.ts';

const rejects = join(tmpdir(), 'rtcc-cad-figures-rejects');
const nopd: Principal = { ...anonymous, kind: 'person', subject: 'a', ori: 'LANPD0000', grants: ['cad:read', 'cad:caller'] };
const jpso: Principal = { ...nopd, ori: 'LA0260000' };

const schema = buildSubgraphSchema({
  typeDefs: parse(cad.sdl),
  resolvers: { DateTime, Date: CalendarDate, ...cad.resolvers } as GraphQLSchemaModule['resolvers'] & object,
});

let database: Database;
let source: Source<CadReader>;
let calls: DemoCall[];
let requests: DemoVideoRequest[];
let runtime: Runtime;
let statements = 0;

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
  await load({ database, rejects, report: () => {} });
  ({ calls } = readCalls(rejects));
  ({ requests } = readVideoRequests(rejects));
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

const ask = async (query: string, variables: object = {}, principal = nopd) => {
  const result = await graphql({ schema, source: query, variableValues: { ...variables }, contextValue: contextOf(principal) });
  return {
    // biome-ignore lint/suspicious/noExplicitAny: the shape is the query's, which stands beside each expectation.
    data: JSON.parse(JSON.stringify(result.data ?? null)) as any,
    codes: (result.errors ?? []).map(({ extensions }) => extensions.code),
  };
};

const year = { from: '2022-01-01T00:00:00Z', to: '2023-01-01T00:00:00Z', timeZone: 'America/Chicago' };
const isSeenBy = ({ ori }: Principal, item: string): boolean => ownerOf(item).ori === ori || isShared(item);

const tally = <Row>(rows: readonly Row[], keyOf: (row: Row) => string | null): Map<string | null, number> => {
  const counts = new Map<string | null, number>();
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  return counts;
};

const statistics = `query ($span: StatisticsSpan!, $by: IncidentGrouping!) { incidentStatistics(span: $span, by: $by) {
  total { key count receivedToDispatched { count medianSeconds p90Seconds } } groups { key text count } } }`;

test.each([
  ['TYPE', ({ type }: DemoCall) => type.code],
  ['DISTRICT', ({ district }: DemoCall) => district],
  ['PRIORITY', ({ priority }: DemoCall) => priority],
  ['HOUR', ({ createdAt }: DemoCall) => toLocal(createdAt).slice(11, 13)],
  ['DAY', ({ createdAt }: DemoCall) => toLocal(createdAt).slice(0, 10)],
])('calls counted by %s are the published ones, in one statement', async (by, keyOf) => {
  statements = 0;
  const { data, codes } = await ask(statistics, { span: year, by });
  expect([codes, statements]).toEqual([[], 1]);
  const mine = calls.filter(({ item }) => isSeenBy(nopd, item));
  const { total, groups } = data.incidentStatistics;
  expect([total.key, total.count]).toEqual([null, mine.length]);
  expect(new Map(groups.map((group: { key: string; count: number }) => [group.key, group.count]))).toEqual(tally(mine, keyOf));
});

test('intervals leave out what is missing and what contradicts itself, and match a count by hand', async () => {
  const { data } = await ask(statistics, { span: year, by: 'DISTRICT' });
  const { count, medianSeconds, p90Seconds } = data.incidentStatistics.total.receivedToDispatched;
  const sound = await database.query<{ seconds: number }>(
    `SELECT extract(epoch FROM dispatched_at - received_at)::float8 AS seconds FROM cad.incident
     WHERE NOT times_in_doubt AND dispatched_at IS NOT NULL AND (owner_ori = 'LANPD0000' OR shared) ORDER BY 1`,
  );
  const at = (share: number): number => {
    const place = share * (sound.length - 1);
    const [low, high] = [sound[Math.floor(place)]?.seconds ?? 0, sound[Math.ceil(place)]?.seconds ?? 0];
    return low + (high - low) * (place % 1);
  };
  expect(count).toBe(sound.length);
  expect(sound.length).toBeLessThan(data.incidentStatistics.total.count);
  expect(medianSeconds).toBeCloseTo(at(0.5), 3);
  expect(p90Seconds).toBeCloseTo(at(0.9), 3);
});

const answers = `query ($span: StatisticsSpan!, $by: VideoRequestGrouping!) { videoRequestStatistics(span: $span, by: $by) {
  total { requests relevantVideoFound noRelevantVideoFound unanswered } groups { key requests relevantVideoFound } } }`;

test('the outcome of the requests for video is what the real log says', async () => {
  const { data, codes } = await ask(answers, { span: year, by: 'MONTH' });
  const seen = new Set(calls.filter(({ item }) => isSeenBy(nopd, item)).map(({ item }) => item));
  const mine = requests.filter(({ item }) => seen.has(item));
  const found = mine.filter(({ outcome }) => /^relevant video/i.test(outcome)).length;
  const none = mine.filter(({ outcome }) => /^no relevant video/i.test(outcome)).length;
  expect(codes).toEqual([]);
  expect(data.videoRequestStatistics.total).toEqual({
    ...{ requests: mine.length, relevantVideoFound: found, noRelevantVideoFound: none },
    unanswered: mine.length - found - none,
  });
  const months = data.videoRequestStatistics.groups.map(({ key }: { key: string }) => key);
  expect(months).toEqual([...months].sort());
  expect([found > 100, none > 100]).toEqual([true, true]);
});

test('the log pages through every request once, and filters by its answer', async () => {
  const page = `query ($after: String, $filter: VideoRequestFilter) { videoRequests(filter: $filter, first: 100, after: $after) {
    nodes { id relevantVideoFound incident { id } } pageInfo { hasNextPage endCursor } } }`;
  const filter = { relevantVideoFound: true, receivedFrom: '2022-02-18T00:00:00Z', receivedTo: '2022-03-02T00:00:00Z' };
  const ids: string[] = [];
  let after: string | null = null;
  do {
    const { data, codes } = await ask(page, { after, filter });
    expect(codes).toEqual([]);
    for (const node of data.videoRequests.nodes) expect(node.relevantVideoFound).toBe(true);
    ids.push(...data.videoRequests.nodes.map(({ id }: { id: string }) => id));
    after = data.videoRequests.pageInfo.hasNextPage ? data.videoRequests.pageInfo.endCursor : null;
  } while (after);
  const { data } = await ask(answers, { span: { from: filter.receivedFrom, to: filter.receivedTo }, by: 'DAY' });
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBe(data.videoRequestStatistics.total.relevantVideoFound);
  expect((await ask(page, { after: 'W10' })).codes).toEqual(['CURSOR_INVALID']);
});

test('earlier calls at the address come newest first, for many calls in one statement', async () => {
  const query = `query ($address: String!) { incidents(filter: { address: $address }, first: 40) { nodes { id receivedAt
    location { address place { id } } priorCalls(first: 3) { nodes { id receivedAt location { place { id } } } } } } }`;
  statements = 0;
  const { data, codes } = await ask(query, { address: 'Bourbon St' });
  expect([codes, statements]).toEqual([[], 2]);
  const { nodes } = data.incidents;
  expect(nodes.some(({ priorCalls }: { priorCalls: { nodes: unknown[] } }) => priorCalls.nodes.length > 1)).toBe(true);
  for (const { id, receivedAt, location, priorCalls } of nodes) {
    const times = priorCalls.nodes.map((prior: { receivedAt: string }) => prior.receivedAt);
    expect(times).toEqual([...times].sort().reverse());
    for (const prior of priorCalls.nodes) {
      expect([prior.id === id, prior.receivedAt <= receivedAt, prior.location.place.id]).toEqual([
        false,
        true,
        location.place.id,
      ]);
    }
  }
});

test('what was open at an instant is what had been received and not closed, with the status of then', async () => {
  const at = '2022-02-21T01:00:00.000Z';
  const query = `query ($at: DateTime!) { incidents(filter: { openAt: $at }, first: 100) { nodes { number statusAt(at: $at) } } }`;
  const { data } = await ask(query, { at });
  const open = calls.filter(
    ({ item, createdAt, closedAt }) => isSeenBy(nopd, item) && createdAt <= new Date(at) && closedAt > new Date(at),
  );
  const found = data.incidents.nodes.map(({ number }: { number: string }) => number.replaceAll('-', ''));
  expect(found.sort()).toEqual(open.map(({ item }) => item).sort());
  expect(data.incidents.nodes).toContainEqual({ number: 'B-24020-22', statusAt: 'ON_SCENE' });
  const { data: before } = await ask('{ incident(number: "B2402022") { statusAt(at: "2022-02-21T00:42:00Z") } }');
  expect(before.incident.statusAt).toBeNull();
});

test('a caller is found by phone in any spelling; one who is protected is not', async () => {
  const [row] = await database.query<{ phone: string; incident_id: string }>(
    `SELECT c.phone, c.incident_id FROM cad.caller c JOIN cad.incident i ON i.id = c.incident_id
     WHERE i.owner_ori = 'LANPD0000' ORDER BY i.received_at DESC LIMIT 1`,
  );
  const { phone, incident_id: id } = row ?? { phone: '', incident_id: '' };
  const query = 'query ($phone: String!) { incidentsByCallerPhone(phone: $phone, first: 100) { nodes { id } } }';
  const idsBy = async (asked: string, principal = nopd): Promise<string[]> =>
    (await ask(query, { phone: asked }, principal)).data.incidentsByCallerPhone.nodes.map((node: { id: string }) => node.id);
  const digits = phone.replace(/\D/g, '');
  for (const spelling of [phone, digits, `+1 ${phone}`, `(${digits.slice(0, 3)}) ${digits.slice(3)}`, digits.slice(3)]) {
    expect(await idsBy(spelling)).toContain(id);
  }
  const change = async (handling: string) =>
    database.query('UPDATE cad_vendor.cl_mstr SET hndl_cd = $1 WHERE itm_no = $2', [handling, id.slice('inc-'.length)]);
  try {
    await change('J');
    expect(await idsBy(phone)).not.toContain(id);
    expect(await idsBy(phone, { ...nopd, grants: [...nopd.grants, 'rms:juvenile'] })).toContain(id);
    await change('S');
    expect(await idsBy(phone)).not.toContain(id);
  } finally {
    await change('O');
  }
  expect((await ask(query, { phone: '555' })).codes).toEqual(['BAD_USER_INPUT']);
});

test('a sealed call is in no count, no log and no history; another agency counts only what is shared with it', async () => {
  const item = 'B2402022';
  const total = async (principal: Principal): Promise<[number, number]> => [
    (await ask(statistics, { span: year, by: 'DAY' }, principal)).data.incidentStatistics.total.count,
    (await ask(answers, { span: year, by: 'DAY' }, principal)).data.videoRequestStatistics.total.requests,
  ];
  const sealer: Principal = { ...nopd, grants: [...nopd.grants, 'rms:sealed'] };
  const [before, partner] = [await total(nopd), await total(jpso)];
  expect(partner[0]).toBe(calls.filter((call) => isSeenBy(jpso, call.item)).length);
  await database.query("UPDATE cad_vendor.cl_mstr SET hndl_cd = 'S' WHERE itm_no = $1", [item]);
  try {
    expect((await total(nopd))[0]).toBe(before[0] - 1);
    expect((await total(nopd))[1]).toBeLessThan(before[1]);
    expect(await total(sealer)).toEqual(before);
    const prior = await ask('{ incident(number: "B2402022") { priorCalls { nodes { id } } } }');
    expect(prior.data.incident).toBeNull();
    expect((await source.reader(nopd).priorCalls(`inc-${item}`, {})).nodes).toEqual([]);
  } finally {
    await database.query("UPDATE cad_vendor.cl_mstr SET hndl_cd = 'O' WHERE itm_no = $1", [item]);
  }
});

test('an earlier call that is sealed, or kept by another agency, is no prior call; nor is its request in the log', async () => {
  const [later, earlier] = ['inc-B2402022', 'B1045222'];
  const prior = async (principal = nopd): Promise<string[]> =>
    (await source.reader(principal).priorCalls(later, {})).nodes.map(({ id }) => id);
  const [request] = await source.reader(nopd).videoRequests(`inc-${earlier}`);
  const requested = (principal = nopd) => source.reader(principal).videoRequest(request?.id ?? '');
  const set = (column: string, value: string) =>
    database.query(`UPDATE cad_vendor.cl_mstr SET ${column} = $1 WHERE itm_no = $2`, [value, earlier]);
  expect([await prior(), (await requested())?.id]).toEqual([[`inc-${earlier}`], request?.id]);
  try {
    await set('hndl_cd', 'S');
    expect([await prior(), await requested()]).toEqual([[], null]);
    expect(await prior({ ...nopd, grants: [...nopd.grants, 'rms:sealed'] })).toEqual([`inc-${earlier}`]);
    await set('hndl_cd', 'O');
    await database.query("UPDATE cad_vendor.cl_mstr SET agy_cd = 'JP', shr_fl = 'N' WHERE itm_no = $1", [earlier]);
    expect([await prior(), await requested()]).toEqual([[], null]);
  } finally {
    await set('hndl_cd', 'O');
    await database.query("UPDATE cad_vendor.cl_mstr SET agy_cd = 'NO', shr_fl = 'Y' WHERE itm_no = $1", [earlier]);
  }
});

test('a span that is none, or a zone that is none, is refused', async () => {
  for (const span of [
    { from: year.to, to: year.from },
    { from: '2020-01-01T00:00:00Z', to: '2023-01-01T00:00:00Z' },
    { ...year, timeZone: 'Atlantis/Here' },
  ]) {
    expect((await ask(statistics, { span, by: 'HOUR' })).codes).toEqual(['BAD_USER_INPUT']);
  }
});
