/** The gateway and the hub's own register together, over the wire: from a registration to the system's console page. */
import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { hub as system } from '../../subgraphs/hub/index.ts';
import { openLocalBus } from '../../subgraphs/kit/bus/local.ts';
import { openDatabase } from '../../subgraphs/kit/database.ts';
import { type Answer, startToyHub, type ToyHub } from './harness.ts';

let hub: ToyHub;
let close = async (): Promise<void> => {};
/** How far the hub's clock is ahead. */
let aheadMs = 0;
let vendor: string;
let admin: string;

beforeAll(async () => {
  const now = () => Date.now() + aheadMs;
  const database = await openDatabase('pglite:');
  const bus = openLocalBus();
  const source = await system.open({ database, bus, log: pino({ level: 'silent' }), now, settings: {} });
  const { name, sdl, resolvers } = system;
  hub = await startToyHub({ subgraphs: [{ name, sdl, resolvers, source }], database, bus, now });
  vendor = await hub.issuer.token(['vendor'], { sub: 'system', client_id: 'system' });
  admin = await hub.issuer.token(['admin']);
  close = async () => {
    await hub.close();
    await database.close();
  };
}, 60_000);
afterAll(() => close());

const document = 'query Sources { sources { id } }';
const sha256Hash = createHash('sha256').update(document).digest('hex');
const run = (): Promise<Answer> =>
  hub.ask({ query: '', token: vendor, extensions: { persistedQuery: { version: 1, sha256Hash } } });
const codeOf = ({ errors }: Answer) => errors?.[0]?.extensions.code;

test('an operation runs from its approval to its revocation, and its console page tells how it fared', async () => {
  const registering =
    'mutation ($document: String!) { made: registerOperation(document: $document, name: "Sources") { id hash state } }';
  const { data } = await hub.ask({ query: registering, variables: { document }, token: vendor });
  const { made } = data as { made: { id: string } };
  expect(made).toMatchObject({ hash: sha256Hash, state: 'PENDING' });
  expect(codeOf(await run())).toBe('DOCUMENT_NOT_TRUSTED');

  const approving = `mutation { approveOperation(id: "${made.id}", limits: { requestsPerMinute: 1 }) { state } }`;
  expect((await hub.ask({ query: approving, token: admin })).data).toEqual({ approveOperation: { state: 'APPROVED' } });
  aheadMs += 5_001;
  expect(await run()).toMatchObject({ data: { sources: expect.arrayContaining([{ id: 'hub' }]) } });
  expect(codeOf(await run())).toBe('LIMIT_RATE');

  await hub.ask({
    query: `mutation { revokeOperation(id: "${made.id}", reason: "the contract has ended") { state } }`,
    token: admin,
  });
  aheadMs += 5_001;
  expect(codeOf(await run())).toBe('DOCUMENT_NOT_TRUSTED');

  const page = `{ myOperations { refusalsToday { code count } recentErrors { code operationName }
    nodes { state decisionReason requestsToday limits { requestsPerMinute } } } }`;
  expect((await hub.ask({ query: page, token: vendor })).data?.myOperations).toEqual({
    refusalsToday: [
      { code: 'DOCUMENT_NOT_TRUSTED', count: 2 },
      { code: 'LIMIT_RATE', count: 1 },
    ],
    recentErrors: [
      { code: 'DOCUMENT_NOT_TRUSTED', operationName: null },
      { code: 'LIMIT_RATE', operationName: 'Sources' },
      { code: 'DOCUMENT_NOT_TRUSTED', operationName: null },
    ],
    nodes: [{ state: 'REVOKED', decisionReason: 'the contract has ended', requestsToday: 2, limits: { requestsPerMinute: 1 } }],
  });
});

test('a system decides on nothing, an administrator registers nothing', async () => {
  const approving = await hub.ask({ query: 'mutation { approveOperation(id: "op-1") { id } }', token: vendor });
  expect(['DOCUMENT_NOT_TRUSTED', 'GRAPHQL_VALIDATION_FAILED']).toContain(codeOf(approving));
  const registering = await hub.ask({
    query: 'mutation { registerOperation(document: "query A { me { subject } }", name: "A") { id } }',
    token: admin,
  });
  expect(codeOf(registering)).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
});
