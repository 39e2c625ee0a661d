/** A release outside of the hub: only of what the caller may see, and found again by the record that was released. */
import { withheld } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import { asPointer, pointedAt, shownTo } from '../../subgraphs/kit/labels.ts';
import { type Answer, startToyHub, type ToyHub } from './harness.ts';

let recorded: string[][];

const register = {
  name: 'hub',
  sdl: `
    type Query { me: String @authenticated }
    type Mutation { recordDissemination(input: DisseminationInput!): Dissemination @authenticated @policy(policies: [["hub:disseminate"]]) }
    input DisseminationInput { recipient: String!, reason: String!, recordKeys: [ID!]! }
    type Dissemination @key(fields: "id") { id: ID!, recordKeys: [ID!]! }
  `,
  resolvers: {
    Mutation: {
      recordDissemination: (_: unknown, { input }: { input: { recordKeys: string[] } }) => {
        recorded.push(input.recordKeys);
        return { id: 'dis-1', recordKeys: input.recordKeys };
      },
    },
  },
};

/** Whole to whom it is shown, a pointer to who may know of it, and none to others. */
const restricted = (id: string, principal: Principal) => {
  if (shownTo(principal).includes('restricted')) return { id, number: 'B-1' };
  const owner = { ownerOri: 'LANPD0000', ownerName: 'New Orleans Police Department' };
  return pointedAt(principal).includes('restricted') ? asPointer({ id, ...owner }) : null;
};

const rms = {
  name: 'rms',
  pointers: { Report: ['id'] },
  sdl: `
    type Query { report: Report }
    type Report @key(fields: "id") @authenticated @policy(policies: [["rms:read"]]) { id: ID!, number: String }
    type Lead @key(fields: "id") @authenticated @policy(policies: [["people:leads"]]) { id: ID!, text: String }
  `,
  resolvers: {
    Query: { report: (_: unknown, __: unknown, { principal }: { principal: Principal }) => restricted('restricted', principal) },
    Report: {
      __resolveReference: ({ id }: { id: string }, { principal }: { principal: Principal }) => {
        if (id === 'restricted') return restricted(id, principal);
        if (id === 'guarded') throw withheld('rms:victim-identity', 'a case');
        return id === 'sealed' && !principal.grants.includes('rms:sealed') ? null : id === 'none' ? null : { id };
      },
    },
    Lead: { __resolveReference: ({ id }: { id: string }) => ({ id }) },
  },
};

/** Another system that only adds to the type, and so knows every key. */
const avl = {
  name: 'avl',
  sdl: 'type Query { unused: Int } type Report @key(fields: "id") { id: ID!, near: Int }',
  resolvers: { Report: { __resolveReference: (reference: object) => reference } },
};

let hub: ToyHub;
let token: string;

beforeAll(async () => {
  hub = await startToyHub({ subgraphs: [register, rms, avl] });
  token = await hub.issuer.token(['detective']);
});
afterAll(() => hub.close());
beforeEach(() => {
  recorded = [];
  hub.asked.length = 0;
});

const query = 'mutation Release($input: DisseminationInput!) { recordDissemination(input: $input) { id } }';
const release = (recordKeys: string[], as = token, extensions = {}): Promise<Answer> =>
  hub.ask({
    query,
    token: as,
    extensions,
    variables: { input: { recipient: 'District Attorney', reason: 'Discovery', recordKeys } },
  });

test('records that the caller may see are released, and the record names each of them', async () => {
  const answer = await release(['Report:1', 'Report:2']);
  expect(answer.errors).toBeUndefined();
  expect(recorded).toEqual([['Report:1', 'Report:2']]);
  const [outcome] = (await hub.audit()).reverse();
  expect(outcome).toMatchObject({
    kind: 'OUTCOME',
    operation_type: 'mutation',
    outcome: 'OK',
    fields: expect.arrayContaining(['Mutation.recordDissemination']),
  });
  expect(outcome?.entities).toEqual(expect.arrayContaining(['Dissemination:dis-1', 'Report:1', 'Report:2']));
});

test('one that is sealed and one that never was are refused alike, and nothing is written', async () => {
  const answers = [];
  for (const key of ['Report:sealed', 'Report:none', 'Report:guarded', 'Lead:1', 'Unheard:1', 'Query:1', 'nothing'])
    answers.push(await release(['Report:1', key]));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]).toMatchObject({ data: null, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  expect(recorded).toEqual([]);
  expect((await hub.audit()).at(-1)).toMatchObject({ kind: 'OUTCOME', outcome: 'FAILED', entities: [] });
});

test('one that is only pointed at is refused like one that never was; whoever is shown it whole releases it', async () => {
  const { data, errors } = await hub.ask({ query: '{ report { id number } }', token });
  expect(data).toEqual({ report: { id: 'restricted', number: null } }); // A pointer, and no more.
  expect(errors?.[0]?.extensions.policy).toBe('rms:restricted');
  const [pointed, none] = [await release(['Report:1', 'Report:restricted']), await release(['Report:1', 'Report:none'])];
  expect(pointed).toEqual(none);
  expect(pointed.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  expect(recorded).toEqual([]);
  const forCase = { purpose: 'C', caseNumber: 'B-24020-22', reason: 'discovery in the case' };
  expect((await release(['Report:restricted'], token, forCase)).errors).toBeUndefined();
  expect(recorded).toEqual([['Report:restricted']]);
});

test('written as literals, under an alias or in a fragment, it is checked no less', async () => {
  const field = 'recordDissemination(input: { recipient: "A", reason: "B", recordKeys: "Report:sealed" }) { id }';
  for (const text of [
    `mutation { ${field} }`,
    `mutation { a: ${field} }`,
    `mutation { ...F } fragment F on Mutation { ${field} }`,
  ])
    expect((await hub.ask({ query: text, token })).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  expect(recorded).toEqual([]);
});

test('whoever may not release asks no system for the records', async () => {
  const patrol = await hub.issuer.token(['patrol']);
  expect((await release(['Report:1'], patrol)).errors?.[0]?.extensions.code).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
  expect(hub.asked.filter(({ body }) => body.includes('_entities') || body.includes('recordDissemination'))).toEqual([]);
});

test('a release that is refused is on record with its intent, which stood before any system was asked', async () => {
  await release(['Report:sealed']);
  const kinds = (await hub.audit()).slice(-2).map(({ kind }) => kind);
  expect(kinds).toEqual(['INTENT', 'OUTCOME']);
});
