/** Revocations and emergencies in the hub's own subgraph: the second lock behind the gateway's, and the database's third. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLSchemaModule } from '@apollo/subgraph/dist/schema-helper/index.js';
import { graphql, parse } from 'graphql';
import { pino } from 'pino';
import { anonymous, type Principal } from '../../schema/principal.ts';
import { hub } from '../../subgraphs/hub/index.ts';
import type { HubReader } from '../../subgraphs/hub/reader.ts';
import { openLocalBus } from '../../subgraphs/kit/bus/local.ts';
import { checkContract } from '../../subgraphs/kit/conformance.ts';
import { readContract } from '../../subgraphs/kit/contract.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { CalendarDate, DateTime } from '../../subgraphs/kit/scalars.ts';
import type { Context, Source } from '../../subgraphs/kit/system.ts';
import { describeOn, type ScratchDatabase, scratchDatabase } from '../setup/services.ts';

const reason = 'child taken from Magazine Street, car seen heading east';
const schema = buildSubgraphSchema({
  typeDefs: parse(hub.sdl),
  resolvers: { DateTime, Date: CalendarDate, ...hub.resolvers } as GraphQLSchemaModule['resolvers'] & object,
});

const suite = (begin: () => Promise<ScratchDatabase>) => () => {
  let scratch: ScratchDatabase;
  let database: Database;
  let source: Source<HubReader>;
  let nowMs = Date.parse('2022-02-20T12:00:00.000Z');

  beforeAll(async () => {
    scratch = await begin();
    database = await openDatabase(scratch.url);
    const log = pino({ level: 'silent' });
    source = await hub.open({ database, bus: openLocalBus(), log, now: () => nowMs, settings: { HUB_EMERGENCY_MINUTES: '30' } });
  });
  afterAll(async () => {
    await source.close();
    await database.close();
    await scratch.drop();
  });
  beforeEach(() => database.exec('DELETE FROM hub_registry.emergency; DELETE FROM hub_registry.revocation'));

  const who = (subject: string, ...grants: string[]): Principal => ({
    ...{ ...anonymous, subject, kind: 'person' as const, ori: 'LANPD0000' },
    grants: grants.map((grant) => `hub:${grant}`),
  });
  const ask = async (principal: Principal, query: string) => {
    const contextValue = { principal, read: source.reader(principal) } as Context<HubReader>;
    const { data, errors } = await graphql({ schema, source: query, contextValue });
    const [error] = errors ?? [];
    return { ...JSON.parse(JSON.stringify(data ?? {})), ...(error ? { code: error.extensions.code ?? error.message } : {}) };
  };
  const breaker = who('breaker', 'break-glass', 'review-emergency');
  const reviewer = who('reviewer', 'review-emergency');
  const breakGlass = async (as = breaker): Promise<string> => {
    const { breakGlass: made } = await ask(as, `mutation { breakGlass(reason: "${reason}") { id } }`);
    return made.id;
  };
  const review = (as: Principal, id: string) =>
    ask(as, `mutation { reviewEmergency(id: "${id}", finding: JUSTIFIED, note: "child was found in Chalmette") { state } }`);
  const withheld = expect.objectContaining({ code: 'UNAUTHORIZED_FIELD_OR_TYPE' });

  test('the views that the hub makes keep the contract', async () => {
    await breakGlass();
    const findings = await checkContract(database, readContract('hub'), { now: Date.now });
    expect(findings.filter(({ view, severity }) => severity === 'error' && /revocation|emergency|standing/.test(view))).toEqual(
      [],
    );
  });

  test.each([
    ['revokeUser(subject: "x"', 'revoke-assignment'],
    ['revokeToken(token: "x"', 'revoke-assignment'],
    ['revokeAssignment(subject: "x", caseNumber: "1"', 'revoke'],
    ['breakGlass(', 'review-emergency'],
  ])('%s is refused without its own grant, whatever the gateway let pass', async (mutation, grant) => {
    const query = `mutation { ${mutation}${mutation.endsWith('(') ? '' : ', '}reason: "${reason}") { id } }`;
    expect(await ask(who('someone', grant), query)).toEqual(withheld);
    expect(await ask(who('someone'), query)).toEqual(withheld);
  });

  test('whoever may take people off cases sees and lifts that, and nothing of users and tokens', async () => {
    const admin = who('admin', 'revoke', 'revoke-assignment');
    const make = async (mutation: string) =>
      (Object.values(await ask(admin, `mutation { ${mutation}, reason: "${reason}") { id } }`)) as { id: string }[])[0]?.id;
    const user = await make('revokeUser(subject: "x"');
    const assignment = await make('revokeAssignment(subject: "x", caseNumber: "B-1-22"');
    const supervisor = who('supervisor', 'revoke-assignment');
    const listed = async (as: Principal) =>
      (await ask(as, '{ revocations { nodes { kind subject caseNumber } } }')).revocations.nodes.map(
        ({ kind }: { kind: string }) => kind,
      );
    expect(await listed(supervisor)).toEqual(['ASSIGNMENT']);
    expect(await listed(admin)).toEqual(['ASSIGNMENT', 'USER']);
    expect(await listed(who('auditor', 'audit'))).toEqual(['ASSIGNMENT', 'USER']);
    expect(await listed(breaker)).toEqual([]);
    const lift = (as: Principal, id = '') =>
      ask(as, `mutation { liftRevocation(id: "${id}", reason: "${reason}") { liftedBy } }`);
    expect((await lift(supervisor, user)).code).toBe('BAD_USER_INPUT'); // For whoever may not see it, it is not there.
    expect(await lift(supervisor, assignment)).toEqual({ liftRevocation: { liftedBy: 'supervisor' } });
    expect((await lift(supervisor, assignment)).code).toBe('BAD_USER_INPUT');
  });

  test('nobody lifts a revocation of their own', async () => {
    const supervisor = who('supervisor', 'revoke-assignment');
    const other = who('other', 'revoke-assignment');
    const bar = `mutation { revokeAssignment(subject: "supervisor", caseNumber: "B-1-22", reason: "${reason}") { id } }`;
    const { id } = (await ask(other, bar)).revokeAssignment;
    const lift = `mutation { liftRevocation(id: "${id}", reason: "${reason}") { id } }`;
    expect(await ask(supervisor, lift)).toEqual(withheld);
    expect((await ask(other, lift)).code).toBeUndefined();
  });

  test('an emergency is reviewed by another person: not by its own, not by a service, not without the grant', async () => {
    const id = await breakGlass();
    nowMs += 30 * 60_000;
    expect(await review(breaker, id)).toEqual(withheld);
    expect(await review({ ...reviewer, kind: 'service' }, id)).toEqual(withheld);
    expect(await review(who('third', 'break-glass'), id)).toEqual(withheld);
    expect(await review(reviewer, id)).toEqual({ reviewEmergency: { state: 'REVIEWED' } });
  });

  test('the database itself refuses a review by whoever broke the glass, and a lifting by whoever it was about', async () => {
    const id = await breakGlass();
    const self = `UPDATE hub_registry.emergency SET reviewed_by = subject, reviewed_at = now() WHERE id = '${id}'`;
    await expect(database.exec(self)).rejects.toThrow(/check constraint/);
    await ask(who('admin', 'revoke'), `mutation { revokeUser(subject: "x", reason: "${reason}") { id } }`);
    await expect(database.exec("UPDATE hub_registry.revocation SET lifted_by = 'x'")).rejects.toThrow(/check constraint/);
  });

  test('an emergency passes from open to unreviewed at its end, to the millisecond', async () => {
    await breakGlass();
    const states = async () => {
      const of = async (state: string) =>
        (await ask(reviewer, `{ emergencies(state: ${state}) { nodes { state } } }`)).emergencies.nodes;
      return [await of('OPEN'), await of('UNREVIEWED')].map((nodes) => nodes.map(({ state }: { state: string }) => state));
    };
    const inForce = async () => (await ask(anonymous, '{ standing { emergencies { subject } } }')).standing.emergencies.length;
    nowMs += 15 * 60_000 - 1;
    expect([await states(), await inForce()]).toEqual([[['OPEN'], []], 1]);
    nowMs += 1;
    expect([await states(), await inForce()]).toEqual([[[], ['UNREVIEWED']], 0]);
  });

  test('who only breaks glasses sees their own, and ends no other', async () => {
    const one = who('one', 'break-glass');
    const other = who('other', 'break-glass');
    const id = await breakGlass(one);
    await breakGlass(other);
    const listed = async (as: Principal) =>
      (await ask(as, '{ emergencies { nodes { subject } } }')).emergencies.nodes.map(
        ({ subject }: { subject: string }) => subject,
      );
    expect(await listed(one)).toEqual(['one']);
    expect(await listed(reviewer)).toEqual(['other', 'one']);
    expect(await listed(who('nobody'))).toEqual([]);
    expect((await ask(other, `mutation { endEmergency(id: "${id}") { id } }`)).code).toBe('BAD_USER_INPUT');
    expect(await ask(reviewer, `mutation { endEmergency(id: "${id}") { endedBy } }`)).toEqual({
      endEmergency: { endedBy: 'reviewer' },
    });
  });

  test('pages hold their place while more is written', async () => {
    const admin = who('admin', 'revoke');
    const make = (subject: string) => ask(admin, `mutation { revokeUser(subject: "${subject}", reason: "${reason}") { id } }`);
    for (const subject of ['a', 'b', 'c']) await make(subject);
    const page = async (after?: string) =>
      (
        await ask(
          admin,
          `{ revocations(first: 2${after ? `, after: "${after}"` : ''}) { nodes { subject } pageInfo { hasNextPage endCursor } } }`,
        )
      ).revocations;
    const first = await page();
    await make('d');
    const second = await page(first.pageInfo.endCursor);
    expect([first, second].map(({ nodes }) => nodes.map(({ subject }: { subject: string }) => subject))).toEqual([
      ['c', 'b'],
      ['a'],
    ]);
    expect(second.pageInfo.hasNextPage).toBe(false);
    expect((await ask(admin, '{ revocations(after: "W10") { nodes { id } } }')).code).toBe('CURSOR_INVALID');
  });

  test.each([
    ['a NUL', 'x\\u0000y'],
    ['a line break', 'x\\ny'],
    ['nothing', ' '],
  ])('an id with %s is refused', async (_what, subject) => {
    const query = `mutation { revokeUser(subject: "${subject}", reason: "${reason}") { id } }`;
    expect((await ask(who('admin', 'revoke'), query)).code).toBe('BAD_USER_INPUT');
  });

  test("the operator's maximum holds", async () => {
    const ofMinutes = (minutes: number) =>
      ask(breaker, `mutation { breakGlass(reason: "${reason}", minutes: ${minutes}) { state } }`);
    expect((await ofMinutes(31)).code).toBe('BAD_USER_INPUT');
    expect(await ofMinutes(30)).toEqual({ breakGlass: { state: 'OPEN' } });
  });
};

describe(
  'on PGlite',
  suite(async () => ({ url: 'pglite:', drop: async () => {} })),
);
describeOn('postgres', 'on PostgreSQL', suite(scratchDatabase));
