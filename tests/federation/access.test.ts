import { startToyHub, type ToyHub } from './harness.ts';

const people = {
  name: 'people',
  sdl: `
    type Query {
      person(id: ID!): Person @authenticated
      persons: [Person!]! @authenticated
      beings: [Being!]! @authenticated
      secret: String @policy(policies: [["rms:narrative"], ["no:one"]])
      open: String
    }
    interface Being @key(fields: "id") { id: ID! name: String }
    type Person implements Being @key(fields: "id") @policy(policies: [["rms:persons"]]) {
      id: ID!
      name: String
      ssn: String @policy(policies: [["people:ssn"]])
      mustHave: String! @policy(policies: [["people:ssn"]])
    }
    type Dog implements Being @key(fields: "id") { id: ID! name: String }
  `,
  resolvers: {
    Query: {
      person: (_: unknown, { id }: { id: string }) => person(id),
      persons: () => [person('1'), person('2')],
      beings: () => [
        { __typename: 'Person', ...person('1') },
        { __typename: 'Dog', id: 'd', name: 'Rex' },
      ],
      secret: () => 'the butler',
      open: () => 'hello',
    },
    Person: { __resolveReference: ({ id }: { id: string }) => person(id) },
  },
};

const scores = {
  name: 'scores',
  sdl: `
    type Query { unused: Int }
    type Person @key(fields: "id") {
      id: ID!
      ssn: String @external
      risk: Int @requires(fields: "ssn") @policy(policies: [["people:ssn"]])
      fans: Int
    }
  `,
  resolvers: {
    Person: {
      __resolveReference: (reference: object) => reference,
      risk: ({ ssn }: { ssn?: string }) => ssn?.length ?? 0,
      fans: () => 3,
    },
  },
};

const person = (id: string) => ({ id, name: `Name ${id}`, ssn: `00${id}-11-2222`, mustHave: 'x' });

let hub: ToyHub;
let patrol: string;
let detective: string;
const forCase = { purpose: 'C', caseNumber: 'B-24020-22', reason: 'follow-up' };

beforeAll(async () => {
  hub = await startToyHub({ subgraphs: [people, scores] });
  patrol = await hub.issuer.token(['patrol']);
  detective = await hub.issuer.token(['detective']);
});
afterAll(() => hub.close());
beforeEach(() => {
  hub.asked.length = 0;
});

const fetched = () => hub.asked.map(({ body }) => body).join('\n');

test('a field without a rule is open to nobody in particular', async () => {
  expect(await hub.ask({ query: '{ open }' })).toEqual({ status: 200, data: { open: 'hello' } });
});

test('a caller who has not signed in is told to, the same for what there is and for what there is not, and nothing is asked', async () => {
  const answer = await hub.ask({ query: '{ person(id: 1) { name } }' });
  expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
  expect(answer.errors?.[0]?.extensions.satisfiedBy).toMatch(/Sign in/);
  expect(await hub.ask({ query: '{ nobody { knows } }' })).toEqual(answer);
  expect(hub.asked).toEqual([]);
});

test('a denied field is null with its path and what would satisfy it, and is never fetched', async () => {
  const answer = await hub.ask({ query: '{ persons { name ssn } }', token: patrol });
  expect(answer.data).toEqual({
    persons: [
      { name: 'Name 1', ssn: null },
      { name: 'Name 2', ssn: null },
    ],
  });
  expect(answer.errors).toMatchObject([
    { path: ['persons', 0, 'ssn'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', policy: 'people:ssn' } },
    { path: ['persons', 1, 'ssn'] },
  ]);
  expect(answer.errors?.[0]?.extensions.satisfiedBy).toMatch(/"purpose".*"caseNumber"/);
  expect(fetched()).not.toContain('ssn');
});

test('what is withheld is listed by path, policy and what would satisfy it; an answer without gaps lists nothing', async () => {
  const answer = await hub.ask({ query: '{ person(id: 1) { name ssn } }', token: patrol });
  expect(answer.extensions).toEqual({
    withheld: [{ path: ['person', 'ssn'], policy: 'people:ssn', satisfiedBy: expect.stringContaining('"caseNumber"') }],
  });
  expect((await hub.ask({ query: '{ person(id: 1) { name } }', token: patrol })).extensions).toBeUndefined();
});

test('a detective with purpose, case and reason is shown what the same detective without them is not', async () => {
  const query = '{ person(id: 1) { ssn } }';
  expect((await hub.ask({ query, token: detective })).data).toEqual({ person: { ssn: null } });
  expect((await hub.ask({ query, token: detective, extensions: forCase })).data).toEqual({ person: { ssn: '001-11-2222' } });
  expect((await hub.ask({ query, token: detective })).data).toEqual({ person: { ssn: null } });
});

test.each([
  ['under another name', '{ person(id: 1) { x: ssn } }', { x: null }],
  ['in place of an allowed one', '{ person(id: 1) { name: ssn } }', { name: null }],
  [
    'in a nested fragment',
    'query { person(id: 1) { ...A } } fragment A on Person { ...B } fragment B on Person { ssn }',
    { ssn: null },
  ],
  ['in a fragment without a type', '{ person(id: 1) { ... { ssn } } }', { ssn: null }],
  ['behind a directive that is on', 'query ($yes: Boolean = true) { person(id: 1) { ssn @include(if: $yes) } }', { ssn: null }],
])('a denied field stays denied %s', async (_how, query, shown) => {
  expect((await hub.ask({ query, token: patrol })).data).toEqual({ person: shown });
  expect(fetched()).not.toContain('ssn');
});

test('a denied field that is not executed is neither shown nor told', async () => {
  const answer = await hub.ask({
    query: 'query ($no: Boolean!) { person(id: 1) { name ssn @include(if: $no) } }',
    variables: { no: false },
    token: patrol,
  });
  expect(answer).toEqual({ status: 200, data: { person: { name: 'Name 1' } } });
});

test('a null that may not stand takes its object along, as far up as it must', async () => {
  expect((await hub.ask({ query: '{ person(id: 1) { name mustHave } }', token: patrol })).data).toEqual({ person: null });
  expect((await hub.ask({ query: '{ persons { name mustHave } }', token: patrol })).data).toBeNull();
});

test('a protected member of an interface is told by no field, not even by its name', async () => {
  const vendor = await hub.issuer.token(['vendor']);
  const answer = await hub.ask({ query: '{ beings { __typename name ... on Dog { id } } }', token: vendor });
  expect(answer.data).toEqual({
    beings: [
      { __typename: null, name: null },
      { __typename: null, name: null, id: 'd' },
    ],
  });
  const allowed = await hub.ask({ query: '{ beings { __typename name } }', token: patrol });
  expect(allowed.data).toEqual({
    beings: [
      { __typename: 'Person', name: 'Name 1' },
      { __typename: 'Dog', name: 'Rex' },
    ],
  });
});

test('a policy list is OR outside; a label that nobody grants never holds', async () => {
  expect((await hub.ask({ query: '{ secret }', token: patrol })).data).toEqual({ secret: null });
  expect((await hub.ask({ query: '{ secret }', token: detective, extensions: { caseNumber: 'B-1-22' } })).data).toEqual({
    secret: 'the butler',
  });
});

test('a field that needs a denied one for its own answer does not fetch it', async () => {
  const answer = await hub.ask({ query: '{ person(id: 1) { fans risk } }', token: patrol });
  expect(answer.data).toEqual({ person: { fans: 3, risk: null } });
  expect(fetched()).not.toContain('ssn');
  const allowed = await hub.ask({ query: '{ person(id: 1) { risk } }', token: detective, extensions: forCase });
  expect(allowed.data).toEqual({ person: { risk: 11 } });
});

test('the same text from two callers is planned for each: neither fetches, nor misses, for the other', async () => {
  const query = '{ person(id: 2) { name ssn } }';
  const allowed = { query, token: detective, extensions: forCase };
  await hub.ask(allowed);
  hub.asked.length = 0;
  expect((await hub.ask({ query, token: patrol })).data).toEqual({ person: { name: 'Name 2', ssn: null } });
  expect(fetched()).not.toContain('ssn');
  expect(await hub.ask(allowed)).toEqual({ status: 200, data: { person: { name: 'Name 2', ssn: '002-11-2222' } } });
});

test('introspection takes a caller', async () => {
  const query = '{ __schema { types { name } } }';
  expect((await hub.ask({ query })).data).toBeNull(); // `__schema` is non-null, so its denial takes the whole answer.
  expect((await hub.ask({ query, token: patrol })).data).toMatchObject({
    __schema: { types: expect.arrayContaining([{ name: 'Person' }]) },
  });
});

test('a misspelled field is told without a guess at the right one', async () => {
  const answer = await hub.ask({ query: '{ person(id: 1) { ssm } }', token: patrol });
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.errors)).not.toContain('ssn');
});
