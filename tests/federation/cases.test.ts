import { startToyHub, type ToyHub } from './harness.ts';

let standings: Record<string, { open: boolean } | null>;
let isBroken = false;

const rms = {
  name: 'rms',
  sdl: `
    type Query {
      caseStanding(number: String!): CaseStanding @inaccessible
      title: String @authenticated
      account: String @policy(policies: [["rms:narrative"]])
    }
    type CaseStanding @inaccessible { open: Boolean! }
  `,
  resolvers: {
    Query: {
      caseStanding: (_: unknown, { number }: { number: string }) => {
        if (isBroken) throw new Error('The database is away.');
        return standings[number];
      },
      title: () => 'report',
      account: () => 'what happened',
    },
  },
};

let hub: ToyHub;
let nowMs = Date.now();
beforeAll(async () => {
  hub = await startToyHub({ subgraphs: [rms], now: () => nowMs });
});
afterAll(() => hub.close());
beforeEach(() => {
  // Each test begins when nothing is remembered.
  nowMs += 10_000;
  standings = { B124: { open: true }, B224: { open: false } };
  isBroken = false;
});

const ask = async (roles: string[], caseNumber?: string) => {
  const token = await hub.issuer.token(roles, {
    assignments: ['B-1-24', 'B-2-24', 'B-3-24'],
    exp: Math.floor(Date.now() / 1000) + 3_000,
  });
  return hub.ask({ query: '{ title account }', token, ...(caseNumber ? { extensions: { caseNumber } } : {}) });
};

test.each([
  ['is open and assigned', ['detective'], 'B-1-24', 'what happened'],
  ['is open and assigned, in another spelling', ['detective'], 'b 1 24', 'what happened'],
  ['is closed', ['detective'], 'B-2-24', null],
  ['is assigned but unknown to the records system', ['detective'], 'B-3-24', null],
  ['is made up', ['detective'], 'B-99999-24', null],
  ['is not stated', ['detective'], undefined, null],
])('a field that takes a case, when the case %s', async (_how, roles, caseNumber, account) => {
  const answer = await ask(roles, caseNumber);
  expect(answer.data).toEqual({ title: 'report', account });
  if (account === null) expect(answer.errors?.[0]?.extensions.satisfiedBy).toMatch(/an open case that the caller is assigned to/);
});

test('an open case of others is none to whoever is not assigned to it, and is not even asked for', async () => {
  standings = { B724: { open: true } };
  hub.asked.length = 0;
  expect((await ask(['detective'], 'B-7-24')).data).toEqual({ title: 'report', account: null });
  expect(hub.asked.some(({ body }) => body.includes('caseStanding'))).toBe(false);
});

test('a supervisor names cases of others, but no closed and no unknown one', async () => {
  standings = { B724: { open: true }, B824: { open: false } };
  expect((await ask(['supervisor'], 'B-7-24')).data?.account).toBe('what happened');
  expect((await ask(['supervisor'], 'B-8-24')).data?.account).toBeNull();
  expect((await ask(['supervisor'], 'B-9-24')).data?.account).toBeNull();
});

test('a case that closes is closed to the next operation, within five seconds', async () => {
  expect((await ask(['detective'], 'B-1-24')).data?.account).toBe('what happened');
  standings = { B124: { open: false } };
  nowMs += 5_001;
  expect((await ask(['detective'], 'B-1-24')).data?.account).toBeNull();
});

test('a case that could not be checked is not taken for closed: the next operation asks again', async () => {
  isBroken = true;
  expect((await ask(['detective'], 'B-1-24')).data).toEqual({ title: 'report', account: null });
  isBroken = false;
  expect((await ask(['detective'], 'B-1-24')).data?.account).toBe('what happened');
});

test('what is asked of the records system is the case alone, before anything else and without a grant', async () => {
  hub.asked.length = 0;
  await ask(['detective'], 'B-1-24');
  expect(hub.asked.map(({ body }) => body.includes('caseStanding'))).toEqual([true, false]);
});

test('the record keeps the case as it was stated, also where it does not hold', async () => {
  await ask(['detective'], 'B-2-24');
  expect((await hub.audit()).at(-1)).toMatchObject({ kind: 'OUTCOME', outcome: 'PARTIAL' });
  expect(JSON.stringify((await hub.audit()).at(-1))).toContain('B-2-24');
});

test('clients do not see the field', async () => {
  const token = await hub.issuer.token(['detective'], { exp: Math.floor(Date.now() / 1000) + 3_000 });
  expect((await hub.ask({ query: '{ caseStanding(number: "B124") { open } }', token })).errors?.[0]?.extensions.code).toBe(
    'GRAPHQL_VALIDATION_FAILED',
  );
});

test('an operation over a limit is refused before its case is looked up', async () => {
  hub.asked.length = 0;
  const token = await hub.issuer.token(['supervisor'], { exp: Math.floor(Date.now() / 1000) + 3_000 });
  const query = `{ ${Array.from({ length: 30 }, (_, at) => `t${at}: title`).join(' ')} }`;
  const answer = await hub.ask({ query, token, extensions: { caseNumber: 'B-1-24' } });
  expect(answer.errors?.[0]?.extensions.code).toBe('LIMIT_ROOT_FIELDS');
  expect(hub.asked).toEqual([]);
});
