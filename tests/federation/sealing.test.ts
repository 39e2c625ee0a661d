/**
 * A record that is sealed while an operation is under way: after it was planned, after a first system was asked, or while an
 * event waits for its reader. The records system is the real one, over its demo; dispatch is a stand-in that lets a court act
 * in between.
 */
import { parse } from 'graphql';
import { openFlows } from '../../gateway/flows.ts';
import type { Upstream } from '../../gateway/upstream.ts';
import { openLocalBus } from '../../subgraphs/kit/bus/local.ts';
import { live } from '../../subgraphs/kit/live.ts';
import { rms } from '../../subgraphs/rms/index.ts';
import { openRecords, type Records } from '../contract/rms/setup.ts';
import { follow } from './follow.ts';
import { startToyHub, type ToyHub } from './harness.ts';

let records: Records;
let hub: ToyHub;
let number: string;
let token: string;
/** What happens between the first system's answer and the next one's question. */
let meanwhile: () => Promise<unknown> = async () => {};
const bus = openLocalBus();
/** Calls that dispatch has sealed. */
const sealed = new Set<string>();
let nowMs = Date.now();

const label = (as: 'Y' | 'R' | 'N') =>
  records.database.query('UPDATE rms_vendor.rpt_mst SET seal_fl = $1 WHERE itm_no = $2', [as, number]);
const call = async (id: string) => {
  await meanwhile();
  return { __typename: 'Incident', id, number };
};
const dispatch = {
  name: 'cad',
  sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated", "@policy"])
    type Query { incident: Incident @authenticated }
    type Subscription { incidentChanged(after: String): IncidentChanged! @authenticated }
    type IncidentChanged @authenticated { cursor: String! incident: Incident }
    type Incident @key(fields: "id") @authenticated { id: ID! number: String! }`,
  resolvers: {
    Query: { incident: () => call('inc-1') },
    Incident: { __resolveReference: ({ id }: { id: string }) => call(id) },
    Subscription: {
      incidentChanged: live({
        topic: 'incident',
        accept: ({ key }) => !sealed.has(key),
        resolve: async ({ cursor, key }) => ({ cursor, incident: await call(key) }),
      }),
    },
  },
};

beforeAll(async () => {
  records = await openRecords();
  ({ number } = await records.first<{ number: string }>(
    `SELECT r.number FROM rms.report r JOIN rms.involvement i ON i.report_id = r.id WHERE r.handling = 'open'
     AND r.owner_ori = 'LANPD0000' AND NOT EXISTS (SELECT 1 FROM rms.person p WHERE p.id = i.person_id AND p.handling <> 'open') ORDER BY r.id LIMIT 1`,
  ));
  const { sdl, resolvers, pointers } = rms;
  const source = records.source as never;
  hub = await startToyHub({
    subgraphs: [dispatch, { name: 'rms', sdl, resolvers, source, ...(pointers ? { pointers } : {}) }],
    bus,
    now: () => nowMs,
  });
  token = await hub.issuer.token(['detective']);
}, 60_000);
afterAll(async () => {
  await hub.close();
  await bus.close();
  await records.database.close();
});
beforeEach(() => label('N'));
afterEach(() => {
  meanwhile = async () => {};
});

const query = '{ incident { number reports { id district involved { role person { id } } } } }';
const ask = () => hub.ask({ query, token });

test('a record that is open is shown, from both systems', async () => {
  const { data, errors } = await ask();
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({ incident: { number, reports: [{ district: expect.any(String) }] } });
});

test('sealed after the plan was made, it is absent, without an error', async () => {
  await ask();
  await label('Y');
  expect(await ask()).toMatchObject({ data: { incident: { number, reports: [] } } });
});

test('sealed between the question to one system and the question to the next, it is absent, without an error', async () => {
  meanwhile = () => label('Y');
  const { data, errors, extensions } = await ask();
  expect([data, errors, extensions]).toEqual([{ incident: { number, reports: [] } }, undefined, undefined]);
});

test('restricted in between, it is a pointer, with its gaps explained', async () => {
  meanwhile = () => label('R');
  const { data, errors, extensions } = await ask();
  expect(data).toMatchObject({ incident: { reports: [{ id: expect.any(String), district: null, involved: null }] } });
  expect(errors?.map(({ path }) => path)).toEqual([
    ['incident', 'reports', 0, 'district'],
    ['incident', 'reports', 0, 'involved'],
  ]);
  expect(extensions?.withheld).toMatchObject([
    { policy: 'rms:restricted', source: 'rms', satisfiedBy: expect.stringContaining('New Orleans Police Department') },
    { policy: 'rms:restricted', source: 'rms' },
  ]);
});

describe('an event', () => {
  const document = parse('subscription { incidentChanged(after: "0-0") { cursor incident { id reports { id } } } }');
  const publish = (key: string) => bus.publish('incident', [{ key, change: 'UPDATED', changedAt: new Date() }]);
  const idOf = ({ value }: IteratorResult<unknown, void>): string =>
    (value as { data: { incidentChanged: { incident: { id: string } } } }).data.incidentChanged.incident.id;

  /** A stream, and when an event of it has come to the gateway, whether or not anybody reads it. */
  const open = () => {
    const left = new AbortController();
    const came = new Map<string | undefined, () => void>();
    const upstreams = new Map([...hub.gateway.hub.upstreams].map(([name, upstream]) => [name, told(upstream, came)] as const));
    const events = follow(
      { ...hub.gateway.hub, upstreams, flows: openFlows() },
      { document, variables: {}, token, signal: left.signal },
    );
    return {
      events,
      arrival: (key: string) => new Promise<void>((resolve) => came.set(key, resolve)),
      leave: async () => {
        left.abort();
        await events.return(undefined);
      },
    };
  };

  test('about a record that is sealed when it is read is none', async () => {
    const { events, leave } = open();
    sealed.add('inc-2');
    await publish('inc-2');
    await publish('inc-3');
    expect(idOf(await events.next())).toBe('inc-3');
    await leave();
  });

  test('that waited for its reader is read again: what was sealed meanwhile is not delivered', async () => {
    const { events, arrival, leave } = open();
    expect(idOf(await events.next())).toBe('inc-3');
    const waits = arrival('inc-4');
    await publish('inc-4');
    await waits;
    sealed.add('inc-4');
    nowMs += 2_001;
    await publish('inc-5');
    expect(idOf(await events.next())).toBe('inc-5');
    await leave();
  });

  test('joins the other systems as they are when it is delivered', async () => {
    const { events, leave } = open();
    meanwhile = () => label('Y');
    const { value } = await events.next();
    expect(value).toMatchObject({ data: { incidentChanged: { incident: { reports: [] } } } });
    await leave();
  });
});

const told = (upstream: Upstream, came: ReadonlyMap<string | undefined, () => void>): Upstream => ({
  ...upstream,
  subscribe: (wanted, sink) =>
    upstream.subscribe(wanted, {
      ...sink,
      next: (event) => {
        sink.next(event);
        came.get(event.extensions?.key)?.();
      },
    }),
});
