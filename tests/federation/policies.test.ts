/** A running gateway whose policies change under it: at once, as a whole, for streams that are open too, and recorded. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { live } from '../../subgraphs/kit/live.ts';
import { next, startToyHub, type ToyHub } from './harness.ts';

const dispatch = {
  name: 'dispatch',
  sdl: `
    type Query { unit(id: ID!): Unit @authenticated }
    type Subscription { unitMoved(after: String): UnitMoved! @authenticated @policy(policies: [["avl:read"]]) }
    type UnitMoved @authenticated { cursor: String! unit: Unit! }
    type Unit @key(fields: "id") { id: ID! notes: String @policy(policies: [["cad:notes"]]) }
  `,
  resolvers: {
    Query: { unit: (_: unknown, { id }: { id: string }) => ({ id }) },
    Unit: { __resolveReference: (reference: object) => reference, notes: () => 'noted' },
    Subscription: {
      unitMoved: live({ topic: 'unit', accept: () => true, resolve: ({ cursor, key }) => ({ cursor, unit: { id: key } }) }),
    },
  },
};

const starter = join(import.meta.dirname, '../../deploy/policies');
const folder = mkdtempSync(join(tmpdir(), 'rtcc-policies-'));
const restore = () => cpSync(starter, folder, { recursive: true });
let hub: ToyHub;
let token: string;

beforeAll(async () => {
  restore();
  hub = await startToyHub({ subgraphs: [dispatch], env: { HUB_POLICIES: folder } });
  token = await hub.issuer.token(['patrol']);
});
afterAll(async () => {
  await hub.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  restore();
  hub.gateway.policies.reload();
  hub.asked.length = 0;
});

const change = (file: string, from: string, to: string) => {
  const path = join(folder, file);
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(from, to));
};
const notes = async () => (await hub.ask({ query: '{ unit(id: 1) { notes } }', token })).data;
const records = async (kind: string) => (await hub.audit()).filter((row) => row.kind === kind);
/** Everything that the change brought about in this process has been written. */
const recorded = async (count: number) => {
  while ((await records('POLICY_CHANGED')).length < count) await new Promise((resolve) => setImmediate(resolve));
};

test('another set is in force for the next request, without a restart, and its coming is recorded', async () => {
  const before = hub.gateway.policies.set.hash;
  const known = (await records('POLICY_CHANGED')).length;
  expect(await notes()).toEqual({ unit: { notes: 'noted' } });
  change('dispatch.cedar', '"patrol", ', '');
  expect(hub.gateway.policies.reload()).toBe(true);
  hub.asked.length = 0;
  expect(await notes()).toEqual({ unit: { notes: null } });
  expect(hub.asked.some(({ body }) => body.includes('notes'))).toBe(false);
  await recorded(known + 1);
  const detail = JSON.parse(String((await records('POLICY_CHANGED')).at(-1)?.detail));
  expect(detail).toMatchObject({ outcome: 'IN_FORCE', from: before, to: hub.gateway.policies.set.hash });
});

test('a set that does not hold changes nothing, and is recorded as refused', async () => {
  const known = (await records('POLICY_CHANGED')).length;
  change('dispatch.cedar', 'permit', 'allow');
  expect(hub.gateway.policies.reload()).toBe(false);
  expect(await notes()).toEqual({ unit: { notes: 'noted' } });
  await recorded(known + 1);
  expect(JSON.parse(String((await records('POLICY_CHANGED')).at(-1)?.detail))).toMatchObject({ outcome: 'REFUSED' });
});

test('a file that is saved is enough', async () => {
  const changed = new Promise((resolve) => hub.gateway.policies.onChange(resolve));
  change('dispatch.cedar', '"patrol", ', '');
  await changed;
  expect(await notes()).toEqual({ unit: { notes: null } });
});

test('an operation is recorded with the set that decided it and the rules in it', async () => {
  await notes();
  const [intent] = (await records('INTENT')).slice(-1);
  expect(JSON.parse(String(intent?.detail))).toMatchObject({
    policySet: hub.gateway.policies.set.hash,
    rules: ['dispatch-roles'],
  });
});

const subscribed = async (times: number) => {
  while (hub.asked.filter(({ body }) => body.includes('subscription')).length < times)
    await new Promise((resolve) => setImmediate(resolve));
};
const moved = (key: string) => hub.bus.publish('unit', [{ key, change: 'UPDATED', changedAt: new Date() }]);

test('an open stream that the new policies do not permit ends at once, without waiting for an event', async () => {
  const socket = hub.socket(token);
  const ended = next(socket.iterate<Record<string, unknown>>({ query: 'subscription { unitMoved { unit { id } } }' }));
  await subscribed(1);
  change('location.cedar', '"patrol", ', '');
  hub.gateway.policies.reload();
  expect((await ended).errors).toMatchObject([{ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', policy: 'avl:read' } }]);
  await socket.dispose();
});

test('an open stream that they permit less goes on with less', async () => {
  const socket = hub.socket(token);
  const results = socket.iterate<Record<string, unknown>>({ query: 'subscription { unitMoved { unit { id notes } } }' });
  const first = next(results);
  await subscribed(1);
  await moved('1');
  expect((await first).data).toEqual({ unitMoved: { unit: { id: '1', notes: 'noted' } } });
  change('dispatch.cedar', '"patrol", ', '');
  hub.gateway.policies.reload();
  const second = next(results);
  await moved('2');
  expect((await second).data).toEqual({ unitMoved: { unit: { id: '2', notes: null } } });
  await socket.dispose();
});
