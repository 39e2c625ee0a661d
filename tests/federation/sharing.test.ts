/** Streams that are one: who shares what with whom, what stays each watcher's own, and that nothing passes between those who differ. */
import { live } from '../../subgraphs/kit/live.ts';
import type { Context } from '../../subgraphs/kit/system.ts';
import { next, startToyHub, type ToyHub } from './harness.ts';

/** What the systems were told of who asks, with each event that they read. */
const readers: Context<unknown>['principal'][] = [];

const dispatch = {
  name: 'dispatch',
  sdl: `
    type Query { unit(id: ID!): Unit }
    type Subscription { moved(only: ID @reads(fields: []), after: String): Moved! @authenticated }
    type Moved @authenticated { cursor: String! unit: Unit! told: String! }
    type Unit @key(fields: "id") { id: ID! notes: String @policy(policies: [["cad:notes"]]) }
  `,
  resolvers: {
    Unit: { __resolveReference: (reference: object) => reference, notes: () => 'noted' },
    Subscription: {
      moved: live({
        topic: 'moved',
        accept: () => true,
        resolve: ({ cursor, key }, _args: { after?: string }, { principal }) => {
          readers.push(principal);
          const { ori, purpose = '', caseNumber = '', subject } = principal;
          return { cursor, unit: { id: key }, told: [ori, purpose, caseNumber, subject].join(' ') };
        },
      }),
    },
  },
};

const shields = {
  name: 'shields',
  sdl: 'type Query { unused: Int } type Unit @key(fields: "id") { id: ID! shield: Int }',
  resolvers: {
    Unit: { __resolveReference: (reference: object) => reference, shield: ({ id }: { id: string }) => Number(id) * 10 },
  },
};

/** Its answers hang on who asks. */
const personal = {
  name: 'personal',
  sdl: 'type Query { mine: Int } type Unit @key(fields: "id") { id: ID! mine: String }',
  resolvers: {
    Unit: {
      __resolveReference: (reference: object) => reference,
      mine: (_unit: unknown, _args: unknown, { principal }: Context<unknown>) => principal.subject,
    },
  },
};

let hub: ToyHub;
beforeAll(async () => {
  hub = await startToyHub({
    subgraphs: [dispatch, shields, personal],
    env: { HUB_AUDIT_INTERVAL_MS: '50', HUB_LIVE_QUEUE: '20', HUB_LIVE_PERSONAL: 'personal' },
  });
});
afterAll(() => hub.close());

const turn = () => new Promise((resolve) => setImmediate(resolve));
const subscriptions = () => hub.asked.filter(({ body }) => body.includes('subscription')).length;
const flows = () => hub.gateway.hub.flows.size();
const publish = (...keys: string[]) =>
  hub.bus.publish(
    'moved',
    keys.map((key) => ({ key, change: 'UPDATED', changedAt: new Date() })),
  );
const opened = async () => (await hub.audit()).filter(({ kind }) => kind === 'STREAM_OPENED').length;

interface Watching {
  sub: string;
  roles?: string[];
  claims?: Record<string, unknown>;
  extensions?: Record<string, unknown>;
  query?: string;
  variables?: Record<string, unknown>;
}

const shield = 'subscription Watch { moved { unit { id shield } } }';
const told = 'subscription Told { moved { told } }';

/** Each is watching when it resolves: the subgraph was asked, or the stream was there. */
const watch = async ({ sub, roles = ['patrol'], claims = {}, extensions = {}, query = shield, variables = {} }: Watching) => {
  const before = await opened();
  const socket = hub.socket(await hub.issuer.token(roles, { sub, ...claims }));
  const results = socket.iterate<Record<string, unknown>>({ query, extensions, variables });
  const first = next(results);
  while ((await opened()) === before) await turn();
  return { first, results, next: () => next(results), leave: () => socket.dispose() };
};
type Watch = Awaited<ReturnType<typeof watch>>;

/** Publishes until each has had an event: nothing says when a subscription has begun at its system. */
const begun = async (...watches: Watch[]) => {
  let all = false;
  const had = Promise.all(watches.map(({ first }) => first)).then((answers) => {
    all = true;
    return answers;
  });
  while (!all) {
    await publish('1');
    await Promise.race([had, new Promise((resolve) => setTimeout(resolve, 50))]); // Not a flood: all of it has to be read.
  }
  return had;
};

const leave = async (...watches: Watch[]) => {
  await Promise.all(watches.map((one) => one.leave()));
  while (flows() > 0) await turn();
};

/** Until the topic is read through. */
const latest = async (one: Watch, id: string) => {
  for (;;) {
    const { data } = await one.next();
    if ((data as { moved: { unit: { id: string } } }).moved.unit.id === id) return data;
  }
};

beforeEach(() => {
  hub.asked.length = 0;
  readers.length = 0;
});

test('those who are shown the same share one upstream, and one question to each system for an event', async () => {
  const watches = await Promise.all(['a', 'b', 'c'].map((sub) => watch({ sub })));
  await begun(...watches);
  expect(subscriptions()).toBe(1);
  hub.asked.length = 0;
  await publish('7');
  for (const one of watches) expect(await latest(one, '7')).toEqual({ moved: { unit: { id: '7', shield: 70 } } });
  expect(hub.asked.filter(({ body }) => body.includes('"7"'))).toHaveLength(1);
  await leave(...watches);
});

test('events that come together ask a system together, and each is answered with its own, or its own error', async () => {
  const one = await watch({ sub: 'a' });
  await begun(one);
  hub.asked.length = 0;
  const ids = ['31', '32', 'NaN', '33', '34'];
  await publish(...ids);
  const { results } = one;
  const had: unknown[] = [];
  while (had.length < ids.length) {
    const { data, errors } = await next(results);
    const { unit } = (data as { moved: { unit: { id: string; shield: number | null } } }).moved;
    if (ids.includes(unit.id)) had.push([unit, errors?.map(({ path }) => path)]);
  }
  const failed = [{ id: 'NaN', shield: null }, [['moved', 'unit', 'shield']]];
  const shielded = (id: string) => [{ id, shield: Number(id) * 10 }, undefined];
  expect(had).toEqual([shielded('31'), shielded('32'), failed, shielded('33'), shielded('34')]);
  expect(hub.asked.filter(({ body }) => body.includes('"representations":[')).length).toBeLessThan(ids.length);
  await leave(one);
});

test('a system is told of a shared stream neither who watches nor what they alone are', async () => {
  const claims = (name: string) => ({ certifications: [{ name: 'CJIS', expiresAt: '2099-01-01T00:00:00Z' }], name });
  const watches = await Promise.all(['a', 'b'].map((sub) => watch({ sub, claims: claims(sub), query: told })));
  await begun(...watches);
  expect(new Set(readers.map(({ subject }) => subject))).toEqual(new Set(['watchers']));
  expect(
    readers.every(({ certifications, operationId }) => certifications.length === 0 && operationId.startsWith('shared-')),
  ).toBe(true);
  await leave(...watches);
});

test.each<[what: string, one: Watching, other: Watching]>([
  ['an agency', { sub: 'a' }, { sub: 'b', claims: { 'gfipm:2.0:user:EmployerORI': 'LA0260000' } }],
  ['a purpose', { sub: 'a', extensions: { purpose: 'DISPATCH' } }, { sub: 'b', extensions: { purpose: 'C' } }],
  [
    'a case',
    { sub: 'a', extensions: { purpose: 'C', caseNumber: 'B-1-22' } },
    { sub: 'b', extensions: { purpose: 'C', caseNumber: 'B-24020-22' } },
  ],
  ['whom they act for', { sub: 'a' }, { sub: 'b', extensions: { onBehalfOf: 'LA0260000' } }],
  ['assignments', { sub: 'a' }, { sub: 'b', claims: { assignments: ['X-1-22'] } }],
  ['roles', { sub: 'a' }, { sub: 'b', roles: ['patrol', 'auditor'] }],
  ['scopes', { sub: 'a' }, { sub: 'b', claims: { scope: 'hub.query' } }],
  [
    'variables',
    { sub: 'a', query: 'subscription ($only: ID) { moved(only: $only) { told } }', variables: { only: '1' } },
    { sub: 'b', query: 'subscription ($only: ID) { moved(only: $only) { told } }', variables: { only: '2' } },
  ],
])('%s that differs is another stream, and each is told its own', async (_what, one, other) => {
  const watches = [await watch({ query: told, ...one }), await watch({ query: told, ...other })];
  const answers = await begun(...watches);
  expect(flows()).toBe(2);
  const said = answers.map(({ data }) => (data as { moved: { told: string } }).moved.told.split(' '));
  for (const [at, { claims, extensions }] of [one, other].entries()) {
    expect(said[at]?.[0]).toBe(claims?.['gfipm:2.0:user:EmployerORI'] ?? 'LANPD0000');
    expect(said[at]?.[1]).toBe(extensions?.purpose ?? '');
    expect(said[at]?.[2]).toBe(extensions?.caseNumber ?? '');
  }
  await leave(...watches);
});

test('grants that differ are another stream: one has the notes, the other a gap and the reason', async () => {
  const query = 'subscription { moved { unit { notes } } }';
  const late = { certifications: [{ name: 'CJIS', expiresAt: '2001-01-01T00:00:00Z' }] };
  const watches = [await watch({ sub: 'a', query }), await watch({ sub: 'b', query, claims: late })];
  const [granted, lacking] = await begun(...watches);
  expect([granted?.data, granted?.errors]).toEqual([{ moved: { unit: { notes: 'noted' } } }, undefined]);
  expect(lacking).toMatchObject({
    data: { moved: { unit: { notes: null } } },
    errors: [{ extensions: { policy: 'cad:notes' } }],
  });
  await leave(...watches);
});

test('what would satisfy a policy is told each by what they lack: other reasons are another stream', async () => {
  const query = 'subscription { moved { unit { notes } } }';
  const roles = ['nobody']; // Alike in all that a system is told of them; only one is certified.
  const watches = [
    await watch({ sub: 'a', query, roles }),
    await watch({ sub: 'b', query, roles, claims: { certifications: [] } }),
  ];
  const [one, other] = await begun(...watches);
  const reasonOf = (answer: typeof one) => answer?.errors?.[0]?.extensions.satisfiedBy;
  expect(reasonOf(one)).not.toEqual(reasonOf(other));
  await leave(...watches);
});

test('a stream that asks a system which answers by who asks is nobody else’s', async () => {
  const query = 'subscription { moved { unit { mine } } }';
  const watches = [await watch({ sub: 'a', query }), await watch({ sub: 'b', query })];
  const answers = await begun(...watches);
  expect(answers.map(({ data }) => data)).toEqual(['a', 'b'].map((mine) => ({ moved: { unit: { mine } } })));
  await leave(...watches);
});

test('each watcher has a record of its own: opened, what it was shown, closed; also who came late or left early', async () => {
  const early = await watch({ sub: 'early' });
  await begun(early);
  await publish('21');
  await latest(early, '21');
  const late = await watch({ sub: 'late' });
  await publish('22');
  await Promise.all([latest(early, '22'), late.first]);
  await early.leave();
  const own = (sub: string) => hub.audit().then((records) => records.filter(({ subject }) => subject === sub));
  const closed = async (sub: string) => {
    while (!(await own(sub)).some(({ kind }) => kind === 'STREAM_CLOSED')) await turn();
  };
  await closed('early');
  await publish('23');
  await latest(late, '23');
  await leave(late);
  const shown = async (sub: string) => {
    await closed(sub);
    return new Set((await own(sub)).flatMap(({ entities }) => entities as string[]));
  };
  expect(await shown('early')).toEqual(new Set(['Unit:1', 'Unit:21', 'Unit:22']));
  expect(await shown('late')).toEqual(new Set(['Unit:22', 'Unit:23']));
});

test('whoever is behind catches up, then shares: nothing is lost, nothing comes twice', async () => {
  const query = 'subscription ($after: String) { moved(after: $after) { cursor unit { id } } }';
  const live = await watch({ sub: 'a', query });
  const [{ data } = { data: undefined }] = await begun(live);
  const { cursor } = (data as { moved: { cursor: string } }).moved;
  const backlog = Array.from({ length: 90 }, (_, at) => `b${at}`);
  await publish(...backlog);
  await latest(live, 'b89');
  const behind = await watch({ sub: 'b', query, variables: { after: cursor } });
  await publish('c0');
  const ids: string[] = [];
  const take = async (answer: Promise<Awaited<ReturnType<Watch['next']>>>) => {
    ids.push(((await answer).data as { moved: { unit: { id: string } } }).moved.unit.id);
  };
  await take(behind.first);
  while (ids.at(-1) !== 'c0') await take(behind.next());
  await publish('c1', 'c2');
  while (ids.at(-1) !== 'c2') await take(behind.next());
  expect(ids.filter((id) => id !== '1')).toEqual([...backlog, 'c0', 'c1', 'c2']);
  while (flows() > 1) await turn();
  expect(flows()).toBe(1);
  await leave(live, behind);
});

test('the last to leave takes the upstream along', async () => {
  const watches = [await watch({ sub: 'a' }), await watch({ sub: 'b' })];
  await begun(...watches);
  await watches[0]?.leave();
  expect(flows()).toBe(1);
  await watches[1]?.leave();
  while (flows() > 0) await turn();
  expect(flows()).toBe(0);
});
