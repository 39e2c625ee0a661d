import { readTables } from '../../deploy/verifier/read.ts';
import { type Entry, verifyLog } from '../../deploy/verifier/verify.ts';
import { startGateway } from '../../gateway/index.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { startToyHub, type ToyHub } from './harness.ts';

const records = {
  name: 'records',
  sdl: `
    type Query { person(id: ID!): Person @authenticated  people: [Person!]! @authenticated }
    type Mutation { rename(id: ID!, name: String!): Person @authenticated }
    type Person @key(fields: "id") { id: ID! name: String ssn: String @policy(policies: [["people:ssn"]]) }
  `,
  resolvers: {
    Query: {
      person: (_: unknown, { id }: { id: string }) => ({ id, name: 'Very Secret', ssn: '001-11-2222' }),
      people: () => [
        { id: '1', name: 'A' },
        { id: '2', name: 'B' },
      ],
    },
    Mutation: { rename: (_: unknown, { id, name }: { id: string; name: string }) => ({ id, name }) },
  },
};

let database: Database;
let hub: ToyHub;
let token: string;
/** What the store was told, in order, beside what the subgraph was asked. */
let log: string[];
let away = false;
/** The kind of record that the store refuses. */
let refusing: string | undefined;

beforeAll(async () => {
  database = await openDatabase('pglite:');
  log = [];
  const watched: Database = {
    ...database,
    query: async (sql, parameters) => {
      if (!sql.includes('INSERT INTO hub_audit.leaf')) return database.query(sql, parameters);
      const kinds = (JSON.parse(String(parameters?.[0])) as { kind: string }[]).map(({ kind }) => kind);
      if (away || kinds.some((kind) => kind === refusing)) throw Object.assign(new Error('disk full'), { code: '53100' });
      const rows = await database.query(sql, parameters);
      log.push(...kinds);
      return rows as never;
    },
  };
  hub = await startToyHub({ subgraphs: [records], database: watched });
  const { push } = hub.asked;
  hub.asked.push = (...asked) => {
    log.push('ASKED');
    return push.apply(hub.asked, asked);
  };
  token = await hub.issuer.token(['detective'], { sub: 'officer-7' });
});
afterAll(async () => {
  await hub.close();
  await database.close();
});
beforeEach(() => {
  log.length = 0;
});

test('the first operation under a token is a log-on, once', async () => {
  for (const _ of [1, 2]) await hub.ask({ query: '{ people { id } }', token });
  expect(log.filter((what) => what === 'LOGGED_ON')).toHaveLength(1);
  const [logOn] = await database.query<Record<string, unknown>>("SELECT * FROM hub_audit.record WHERE kind = 'LOGGED_ON'");
  expect(logOn).toMatchObject({ subject: 'officer-7', ori: 'LANPD0000', source_address: expect.stringMatching(/^127/) });
  expect(JSON.parse(String(logOn?.detail))).toMatchObject({ expiresAt: expect.any(String), methods: expect.any(Array) });
  expect(JSON.stringify(logOn)).not.toContain(token);
});

test('the intent is durable before any source is asked, the outcome before the answer is given', async () => {
  await hub.ask({ query: '{ person(id: 1) { name } }', token });
  expect(log).toEqual(['INTENT', 'ASKED', 'OUTCOME']);
});

test('a record says who, for which agency, why, what, and which entities were shown; never a value', async () => {
  const extensions = { purpose: 'C', caseNumber: 'B-24020-22', reason: 'follow-up' };
  await hub.ask({ query: 'query Look { people { name } person(id: 9) { name } }', token, extensions });
  const [intent, outcome] = (await hub.audit()).slice(-2);
  expect(intent).toMatchObject({
    kind: 'INTENT',
    subject: 'officer-7',
    ori: 'LANPD0000',
    purpose: 'C',
    case_number: 'B-24020-22',
    reason: 'follow-up',
  });
  expect(intent).toMatchObject({ operation_name: 'Look', operation_type: 'query', sources: ['records'], entities: [] });
  expect(outcome).toMatchObject({
    kind: 'OUTCOME',
    outcome: 'OK',
    entities: ['Person:1', 'Person:2', 'Person:9'],
    operation_id: intent?.operation_id,
  });
  expect(outcome?.fields).toEqual(expect.arrayContaining(['Query.people', 'Person.name']));
  expect(JSON.stringify(await hub.audit())).not.toMatch(/Very Secret|001-11/);
});

test('a denial is in the record, with the policy that was lacking', async () => {
  await hub.ask({ query: '{ person(id: 1) { ssn } }', token });
  const outcome = (await hub.audit()).at(-1);
  expect(outcome).toMatchObject({ outcome: 'PARTIAL', denied: ['Person.ssn: people:ssn'] });
});

test.each<[string, () => Promise<unknown>, string, string?]>([
  ['a forged token', () => hub.ask({ query: '{ people { id } }', token: 'forged' }), 'TOKEN_INVALID', 'anonymous'],
  ['a document that does not parse', () => hub.ask({ query: '{', token }), 'GRAPHQL_PARSE_FAILED'],
  ['a document that does not fit', () => hub.ask({ query: '{ nothing }', token }), 'GRAPHQL_VALIDATION_FAILED'],
  [
    'an operation over a limit',
    () => hub.ask({ query: `{ ${Array.from({ length: 60 }, (_, at) => `a${at}: people { id }`).join(' ')} }`, token }),
    'LIMIT_ROOT_FIELDS',
  ],
])('%s is recorded as refused, under whoever sent it', async (_what, ask, code, subject = 'officer-7') => {
  await ask();
  expect((await hub.audit()).at(-1)).toMatchObject({ kind: 'REFUSED', outcome: code, subject });
  expect(log).toEqual(['REFUSED']);
});

test('a mutation is recorded like a query', async () => {
  const answer = await hub.ask({ query: 'mutation { rename(id: 3, name: "X") { id } }', token });
  expect(answer.data).toEqual({ rename: { id: '3' } });
  expect((await hub.audit()).at(-1)).toMatchObject({ operation_type: 'mutation', entities: ['Person:3'] });
});

test('when the store cannot be written nothing is asked, the caller is told with 503, and it goes on when the store is back', async () => {
  away = true;
  const refused = await hub.ask({ query: '{ people { id } }', token });
  expect([refused.status, refused.errors?.[0]?.extensions.code]).toEqual([503, 'AUDIT_UNAVAILABLE']);
  expect(refused.data).toBeFalsy();
  expect(log).toEqual([]);
  away = false;
  expect((await hub.ask({ query: '{ people { id } }', token })).data).toEqual({ people: [{ id: '1' }, { id: '2' }] });
});

test('an answer whose outcome cannot be recorded is not given', async () => {
  refusing = 'OUTCOME';
  const refused = await hub.ask({ query: '{ people { id } }', token });
  refusing = undefined;
  expect([refused.status, refused.errors?.[0]?.extensions.code]).toEqual([503, 'AUDIT_UNAVAILABLE']);
  expect(refused.data).toBeFalsy();
  expect(log.slice(0, 2)).toEqual(['INTENT', 'ASKED']);
});

test('a supergraph with access rules is not served without a store', async () => {
  const { sdl } = hub.gateway.hub.supergraph;
  const { readConfig } = await import('../../gateway/config.ts');
  await expect(startGateway({ ...readConfig({ PORT: '0' }), supergraph: sdl })).rejects.toThrow(/audit/);
});

test('a record says where the request came from and came to, and how long it was', async () => {
  await hub.ask({ query: '{ people { id } }', token });
  await hub.ask({ query: '{ people { id } }', token: 'forged' });
  const [intent, outcome, refused] = (await hub.audit()).slice(-3);
  for (const row of [intent, refused]) {
    expect(row).toMatchObject({
      source_address: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      destination_address: `127.0.0.1:${hub.gateway.port}`,
    });
  }
  expect(intent?.bytes_in).toBe(JSON.stringify({ query: '{ people { id } }' }).length);
  expect(outcome).toMatchObject({ source_address: null, operation_id: intent?.operation_id });
});

const firstBad = async (change: (entries: Entry[]) => Entry[] = (entries) => entries): Promise<number | undefined> => {
  const entries: Entry[] = [];
  for await (const entry of (await readTables(database.query)).entries) entries.push(entry);
  async function* changed() {
    yield* change(entries);
  }
  const { findings } = await verifyLog({ entries: changed(), checkpoints: [], keys: [] });
  return findings[0]?.seq;
};

test('the log has no gap and every leaf follows from its record, for a verifier that shares nothing with the writer', async () => {
  await Promise.all(Array.from({ length: 30 }, () => hub.ask({ query: '{ people { id } }', token })));
  expect(await firstBad()).toBeUndefined();
  const forge = ({ leaf, record }: Entry): Entry => ({ leaf, record: { ...record, reason: 'another' } });
  expect(await firstBad((entries) => entries.map((entry, at) => (at === 4 ? forge(entry) : entry)))).toBe(5);
  expect(await firstBad((entries) => entries.filter((_, at) => at !== 6))).toBe(7);
});

test.each([
  'UPDATE hub_audit.record SET reason = NULL',
  'DELETE FROM hub_audit.record',
  'TRUNCATE hub_audit.record',
  "UPDATE hub_audit.leaf SET leaf_hash = ''",
  'DELETE FROM hub_audit.leaf',
  'TRUNCATE hub_audit.leaf',
  'TRUNCATE hub_audit.checkpoint, hub_audit.cosignature',
])('%s is refused by the store', async (sql) => {
  await expect(database.query(sql)).rejects.toThrow(/appended/);
});
