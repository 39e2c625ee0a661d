/** The register of vendors' operations and of releases outside, in the hub's own subgraph: the second lock behind the gateway's. */
import { createHash } from 'node:crypto';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLSchemaModule } from '@apollo/subgraph/dist/schema-helper/index.js';
import { graphql, parse } from 'graphql';
import { pino } from 'pino';
import { openLedger } from '../../gateway/audit/ledger.ts';
import { anonymous, type Principal } from '../../schema/principal.ts';
import { approveDemo } from '../../subgraphs/hub/demo/documents.ts';
import { hub } from '../../subgraphs/hub/index.ts';
import type { HubReader } from '../../subgraphs/hub/reader.ts';
import { openLocalBus } from '../../subgraphs/kit/bus/local.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { CalendarDate, DateTime } from '../../subgraphs/kit/scalars.ts';
import type { Context, Source } from '../../subgraphs/kit/system.ts';
import { describeOn, type ScratchDatabase, scratchDatabase } from '../setup/services.ts';

const schema = buildSubgraphSchema({
  typeDefs: parse(hub.sdl),
  resolvers: { DateTime, Date: CalendarDate, ...hub.resolvers } as GraphQLSchemaModule['resolvers'] & object,
});
const nowMs = Date.parse('2026-11-20T12:00:00.000Z');
const document = 'query Numbers { incidents { nodes { number } } }';
const hash = createHash('sha256').update(document).digest('hex');

const suite = (begin: () => Promise<ScratchDatabase>) => () => {
  let scratch: ScratchDatabase;
  let database: Database;
  let source: Source<HubReader>;

  beforeAll(async () => {
    scratch = await begin();
    database = await openDatabase(scratch.url);
    source = await hub.open({ database, bus: openLocalBus(), log: pino({ level: 'silent' }), now: () => nowMs, settings: {} });
  });
  afterAll(async () => {
    await source.close();
    await database.close();
    await scratch.drop();
  });
  beforeEach(() => database.exec('DELETE FROM hub_registry.operation; DELETE FROM hub_registry.vendor'));

  const who = (subject: string, ...labels: string[]): Principal => ({
    ...{ ...anonymous, subject, kind: 'person' as const, ori: 'LANPD0000', operationId: `operation of ${subject}` },
    grants: labels.map((label) => `hub:${label}`),
  });
  const vendor = who('vendor', 'register');
  const admin = who('admin', 'documents');

  const ask = async (principal: Principal, query: string, variables: Record<string, unknown> = {}) => {
    const contextValue = { principal, read: source.reader(principal) } as Context<HubReader>;
    const { data, errors } = await graphql({ schema, source: query, contextValue, variableValues: variables });
    return {
      data: JSON.parse(JSON.stringify(data ?? null)),
      code: errors?.[0] && (errors[0].extensions.code ?? errors[0].message),
    };
  };
  const register = async (as = vendor, text = document): Promise<string> => {
    const query = 'mutation ($text: String!) { made: registerOperation(document: $text, name: "Numbers") { id hash state } }';
    return (await ask(as, query, { text })).data.made.id;
  };
  const approve = (id: string) =>
    ask(
      admin,
      `mutation { made: approveOperation(id: "${id}", limits: { streams: 1 }) { state decidedBy limits { requestsPerMinute cost streams } } }`,
    );
  const trusted = async (as = vendor) =>
    (await ask(as, `{ trustedDocument(hash: "${hash}") { document limits { streams } vendorLimits { cost } } }`)).data
      .trustedDocument;

  describe('operations', () => {
    test('one is trusted from its approval to its revocation, for the system that registered it', async () => {
      const id = await register();
      expect(await trusted()).toBeNull();
      expect((await approve(id)).data.made).toEqual({
        ...{ state: 'APPROVED', decidedBy: 'admin' },
        limits: { requestsPerMinute: 60, cost: 5000, streams: 1 },
      });
      expect(await trusted()).toEqual({ document, limits: { streams: 1 }, vendorLimits: null });
      expect(await trusted(who('another', 'register'))).toBeNull();
      const revoked = await ask(admin, `mutation { made: revokeOperation(id: "${id}", reason: "contract ended") { state } }`);
      expect(revoked.data.made.state).toBe('REVOKED');
      expect(await trusted()).toBeNull();
    });

    test('the same text again stays in the state in which it is', async () => {
      const id = await register();
      await ask(admin, `mutation { revokeOperation(id: "${id}", reason: "no") { id } }`);
      expect(await register()).toBe(id);
      expect(await trusted()).toBeNull();
      expect(await register(who('another', 'register'))).not.toBe(id);
    });

    test('a text that was changed behind the back of the hub is not the one that was approved', async () => {
      await approve(await register());
      await database.exec("UPDATE hub_registry.operation SET document = 'query Numbers { everything }'");
      expect(await trusted()).toBeNull();
    });

    test("a system's own limits stand beside each operation's", async () => {
      await approve(await register());
      await ask(admin, 'mutation { limitVendor(vendor: "vendor", limits: { cost: 7 }) { cost } }');
      expect((await trusted()).vendorLimits).toEqual({ cost: 7 });
    });

    test.each([
      ['registerOperation(document: "query A { b }", name: "A") { id }', 'documents'],
      ['approveOperation(id: "op-1") { id }', 'register'],
      ['revokeOperation(id: "op-1", reason: "no") { id }', 'register'],
      ['limitVendor(vendor: "v", limits: {}) { cost }', 'register'],
      [
        'recordDissemination(input: { recipient: { agency: "A" }, purpose: COURT, reason: "Hearing on Monday morning", recordKeys: ["Report:1"], format: PAPER }) { id }',
        'disseminations',
      ],
    ])('%s is refused without its own grant, whatever the gateway let pass', async (mutation, grant) => {
      expect((await ask(who('x', grant), `mutation { ${mutation} }`)).code).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
    });

    test.each([
      ['two operations', 'query A { b } query B { b }'],
      ['no name', '{ b }'],
      ['no GraphQL', 'query'],
    ])('a document with %s is not registered', async (_what, text) => {
      const query = 'mutation ($text: String!) { registerOperation(document: $text, name: "A") { id } }';
      expect((await ask(vendor, query, { text })).code).toBe('DOCUMENT_INVALID');
    });

    test('a system sees its own, an administrator all by system and state, page by page', async () => {
      await approve(await register());
      await register(vendor, `${document} `);
      await register(who('another', 'register'));
      const own = await ask(vendor, '{ myOperations { nodes { vendor state } } }');
      expect(own.data.myOperations.nodes).toEqual([
        { vendor: 'vendor', state: 'PENDING' },
        { vendor: 'vendor', state: 'APPROVED' },
      ]);
      const page = 'nodes { vendor } pageInfo { endCursor hasNextPage }';
      const first = (await ask(admin, `{ operations(first: 2, filter: { state: PENDING }) { ${page} } }`)).data.operations;
      expect(first).toMatchObject({ nodes: [{ vendor: 'another' }, { vendor: 'vendor' }], pageInfo: { hasNextPage: false } });
      const next = await ask(admin, `{ operations(first: 1, after: "${first.pageInfo.endCursor}") { ${page} } }`);
      expect(next.data.operations.nodes).toEqual([{ vendor: 'vendor' }]);
      expect((await ask(vendor, '{ operations { nodes { id } } }')).data.operations.nodes).toEqual([]);
    });

    test('a system sees how it fared today: counts and codes, by operation and in all', async () => {
      await register();
      const ledger = await openLedger(database);
      const record = {
        subject: 'vendor',
        operationId: 'o',
        fields: [],
        denied: [],
        entities: [],
        sources: [],
        at: new Date(nowMs),
      };
      await ledger.append({ ...record, kind: 'INTENT', operationName: 'Numbers' });
      await ledger.append({ ...record, kind: 'OUTCOME', operationName: 'Numbers', outcome: 'PARTIAL' });
      await ledger.append({ ...record, kind: 'REFUSED', operationName: 'Numbers', outcome: 'LIMIT_RATE' });
      await ledger.append({ ...record, kind: 'REFUSED', outcome: 'DOCUMENT_NOT_TRUSTED' });
      await ledger.append({ ...record, kind: 'REFUSED', subject: 'another', outcome: 'LIMIT_COST' });
      await ledger.append({ ...record, kind: 'REFUSED', at: new Date(nowMs - 86_400_000), outcome: 'LIMIT_DEPTH' });
      await ledger.close();
      const fared = 'requestsToday refusalsToday { code count }';
      const { data } = await ask(vendor, `{ myOperations { ${fared} recentErrors { code operationName } nodes { ${fared} } } }`);
      expect(data.myOperations).toEqual({
        requestsToday: 3,
        refusalsToday: [
          { code: 'DOCUMENT_NOT_TRUSTED', count: 1 },
          { code: 'LIMIT_RATE', count: 1 },
        ],
        recentErrors: [
          { code: 'LIMIT_DEPTH', operationName: null },
          { code: 'DOCUMENT_NOT_TRUSTED', operationName: null },
          { code: 'LIMIT_RATE', operationName: 'Numbers' },
          { code: 'PARTIAL', operationName: 'Numbers' },
        ],
        nodes: [{ requestsToday: 2, refusalsToday: [{ code: 'LIMIT_RATE', count: 1 }] }],
      });
    });

    test("the demo's vendor has three that are approved", async () => {
      await approveDemo(database);
      const { data } = await ask(
        admin,
        '{ operations(filter: { vendor: "demo-vendor", state: APPROVED }) { nodes { operationName } } }',
      );
      expect(data.operations.nodes.map(({ operationName }: { operationName: string }) => operationName).sort()).toEqual([
        ...['IncidentChanges', 'PlateContext', 'UnitPositions'],
      ]);
    });
  });

  describe('releases outside', () => {
    const releaser = who('releaser', 'disseminate');
    const reviewer = who('reviewer', 'disseminations');
    const input = {
      recipient: { agency: 'District Attorney of Orleans Parish', ori: 'LA036013A', role: 'assistant district attorney' },
      purpose: 'PROSECUTION',
      reason: 'Discovery in the case of the Canal Street robbery',
      recordKeys: ['Report:2', 'Report:1', 'Report:2'],
      format: 'ELECTRONIC',
      caveats: 'not to be passed on',
    };
    const record = (more: object = {}, as = releaser) =>
      ask(
        as,
        'mutation ($input: DisseminationInput!) { made: recordDissemination(input: $input) { id sequence intact recordKeys recipient { ori } operationId } }',
        {
          input: { ...input, ...more },
        },
      );
    const page = (filter = '', as = reviewer) => ask(as, `{ disseminations${filter} { nodes { id sequence subject intact } } }`);

    test('one says who released what to whom and why, in a sequence without gaps', async () => {
      const [first, second] = [await record(), await record({ recordKeys: ['Person:9'] })];
      expect(first.data.made).toMatchObject({
        ...{ intact: true, recordKeys: ['Report:1', 'Report:2'], recipient: { ori: 'LA036013A' } },
        operationId: 'operation of releaser',
      });
      expect(second.data.made.sequence).toBe(first.data.made.sequence + 1);
      expect((await page('(filter: { record: "Person:9" })')).data.disseminations.nodes).toEqual([
        { id: second.data.made.id, sequence: second.data.made.sequence, subject: 'releaser', intact: true },
      ]);
    });

    test('many at once take one place each', async () => {
      const made = await Promise.all(Array.from({ length: 8 }, () => record()));
      expect(new Set(made.map(({ data }) => data.made.sequence)).size).toBe(8);
    });

    test('none is read without the grant, nor by another agency', async () => {
      await record();
      expect((await page('', releaser)).data.disseminations.nodes).toEqual([]);
      expect((await page('', { ...reviewer, ori: 'LA0260000' })).data.disseminations.nodes).toEqual([]);
    });

    test('a row cannot be changed, and one that was all the same shows', async () => {
      const { sequence } = (await record()).data.made;
      await expect(database.exec('UPDATE hub_registry.dissemination SET reason = reason')).rejects.toThrow(/never changed/);
      await database.exec(`ALTER TABLE hub_registry.dissemination DISABLE TRIGGER is_final;
        UPDATE hub_registry.dissemination SET recipient_agency = 'Somebody else' WHERE sequence = ${sequence};
        ALTER TABLE hub_registry.dissemination ENABLE TRIGGER is_final`);
      expect((await page('(first: 1)')).data.disseminations.nodes).toMatchObject([{ sequence, intact: false }]);
    });

    test.each([
      ['no record', { recordKeys: [] }],
      ['a reason that says nothing', { reason: 'investigation' }],
      ['a recipient without a name', { recipient: { agency: ' ' } }],
      ['an ORI that is none', { recipient: { agency: 'A', ori: 'x' } }],
      ['a line break in the caveats', { caveats: 'one\ntwo' }],
    ])('one with %s is refused', async (_what, more) => {
      expect((await record(more)).code).toBe('BAD_USER_INPUT');
    });
  });
};

describe(
  'on PGlite',
  suite(async () => ({ url: 'pglite:', drop: async () => {} })),
);
describeOn(['postgres'], 'on PostgreSQL', suite(scratchDatabase));
