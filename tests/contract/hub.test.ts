/** The hub's own subgraph, over records that the gateway's own ledger wrote. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLSchemaModule } from '@apollo/subgraph/dist/schema-helper/index.js';
import { type ExecutionResult, graphql, parse, subscribe } from 'graphql';
import { pino } from 'pino';
import { openLedger } from '../../gateway/audit/ledger.ts';
import type { AuditRecord } from '../../gateway/audit/record.ts';
import { anonymous, type Principal } from '../../schema/principal.ts';
import { systemNames } from '../../schema/subgraphs.ts';
import { load } from '../../subgraphs/hub/demo/load.ts';
import { hub } from '../../subgraphs/hub/index.ts';
import type { HubReader } from '../../subgraphs/hub/reader.ts';
import { openLocalBus } from '../../subgraphs/kit/bus/local.ts';
import type { Bus } from '../../subgraphs/kit/bus.ts';
import { checkContract } from '../../subgraphs/kit/conformance.ts';
import { readContract } from '../../subgraphs/kit/contract.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { CalendarDate, DateTime } from '../../subgraphs/kit/scalars.ts';
import type { Context, Source } from '../../subgraphs/kit/system.ts';
import { describeOn, type ScratchDatabase, scratchDatabase } from '../setup/services.ts';

const nowMs = Date.parse('2022-02-20T12:00:00.000Z');
const own = 'LANPD0000';
const neighbor = 'LA0260000';

let database: Database;
let bus: Bus;
let source: Source<HubReader>;

const schema = buildSubgraphSchema({
  typeDefs: parse(hub.sdl),
  resolvers: { DateTime, Date: CalendarDate, ...hub.resolvers } as GraphQLSchemaModule['resolvers'] & object,
});

let statements = 0;

/** The driver, with a count of what Prisma sends through it. */
const counted = (adapter: Database['adapter']): Database['adapter'] =>
  new Proxy(adapter, {
    get: (target, key) => {
      if (key !== 'connect') return Reflect.get(target, key);
      return async () => {
        const connection = await target.connect();
        const send = connection.queryRaw.bind(connection);
        connection.queryRaw = (query) => {
          statements += 1;
          return send(query);
        };
        return connection;
      };
    },
  });

const open = async (on: Database): Promise<Source<HubReader>> =>
  hub.open({
    database: { ...on, adapter: counted(on.adapter) },
    bus,
    log: pino({ level: 'silent' }),
    now: () => nowMs,
    settings: {},
  });

const record = (more: Partial<AuditRecord> & { minute: number }): AuditRecord => {
  const { minute, ...fields } = more;
  return {
    at: new Date(nowMs - (60 - minute) * 60_000),
    kind: 'INTENT',
    operationId: `operation-${minute}`,
    subject: 'demo-analyst',
    ori: own,
    fields: ['Incident.number'],
    denied: [],
    entities: [],
    sources: ['cad'],
    ...fields,
  };
};

const from = { class: 'CJI', sourceAddress: '192.0.2.7:50123', bytesIn: 312 } as const;

const records: AuditRecord[] = [
  record({ minute: 1 }),
  record({ minute: 2, kind: 'OUTCOME', operationId: 'operation-1', entities: ['Incident:inc-1'], durationMs: 12, outcome: 'OK' }),
  record({ minute: 3, subject: 'demo-detective', purpose: 'C', caseNumber: 'B-24020-22', reason: 'Follow-up', ...from }),
  record({ minute: 4, subject: 'demo-partner', ori: neighbor }),
  record({ minute: 5, kind: 'REFUSED', subject: 'anonymous', ori: undefined, outcome: 'TOKEN_INVALID' }),
];

let scratch: ScratchDatabase;

const suite = (begin: () => Promise<ScratchDatabase>) => () => {
  beforeAll(async () => {
    scratch = await begin();
    database = await openDatabase(scratch.url);
    bus = openLocalBus({ now: () => nowMs });
    await load({ database, rejects: '', report: () => {} });
    const ledger = await openLedger(database);
    for (const one of records) await ledger.append(one);
    await ledger.close();
    source = await open(database);
    await source.check();
  });

  afterAll(async () => {
    await source.close();
    await database.close();
    await scratch.drop();
  });

  const principal = (more: Partial<Principal> = {}): Principal => ({
    ...anonymous,
    subject: 'demo-auditor',
    kind: 'person',
    ori: own,
    grants: ['hub:audit'],
    ...more,
  });

  const context = (who: Principal): Context<HubReader> => ({
    principal: who,
    read: source.reader(who),
    stream: { bus, now: () => nowMs, expiresAtMs: nowMs + 60_000, renew: () => context(who) },
  });

  const ask = async (query: string, who = principal(), variables: Record<string, unknown> = {}) => {
    const { data, errors } = await graphql({ schema, source: query, contextValue: context(who), variableValues: variables });
    return { data: JSON.parse(JSON.stringify(data ?? null)), codes: (errors ?? []).map(({ extensions }) => extensions.code) };
  };

  const trail = async (filter = '', who = principal()): Promise<number[]> => {
    const { data } = await ask(`{ auditTrail(first: 50${filter}) { nodes { sequence } } }`, who);
    return data.auditTrail.nodes.map(({ sequence }: { sequence: number }) => sequence);
  };

  test('the views that the hub makes keep the contract', async () => {
    const findings = await checkContract(database, readContract('hub'), { now: Date.now });
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  describe('the audit trail', () => {
    test('is shown latest first, with what the ledger holds', async () => {
      const { data } = await ask(`{ auditTrail(first: 3) { nodes {
      id sequence at kind operationId subject ori purpose caseNumber reason operationName fields denied entities sources durationMs outcome
    } } }`);
      expect(data.auditTrail.nodes).toEqual([
        {
          ...{
            id: 'audit-3',
            sequence: 3,
            at: '2022-02-20T11:03:00.000Z',
            kind: 'INTENT',
            operationId: 'operation-3',
            subject: 'demo-detective',
          },
          ...{
            ori: own,
            purpose: 'C',
            caseNumber: 'B-24020-22',
            reason: 'Follow-up',
            operationName: null,
            fields: ['Incident.number'],
          },
          ...{ denied: [], entities: [], sources: ['cad'], durationMs: null, outcome: null },
        },
        expect.objectContaining({ id: 'audit-2', kind: 'OUTCOME', entities: ['Incident:inc-1'], durationMs: 12, outcome: 'OK' }),
        expect.objectContaining({ id: 'audit-1' }),
      ]);
    });

    test('shows what of a record is in the log for ever: its leaf, and the class that says how long the rest is kept', async () => {
      const { data } = await ask(
        '{ auditTrail(first: 1) { nodes { leafHash class sourceAddress destinationAddress bytesIn } } }',
      );
      const [leaf] = await database.query<{ leaf_hash: string }>('SELECT leaf_hash FROM hub_audit.leaf WHERE seq = 3');
      expect(data.auditTrail.nodes).toEqual([
        { leafHash: leaf?.leaf_hash, class: 'CJI', sourceAddress: '192.0.2.7:50123', destinationAddress: null, bytesIn: 312 },
      ]);
      expect(leaf?.leaf_hash).toMatch(/^[0-9a-f]{64}$/);
    });

    test('is nothing without the grant, whatever else the caller holds', async () => {
      expect(await trail('', principal({ grants: ['hub:audit-all', 'rms:persons'] }))).toEqual([]);
    });

    test("is the own agency's; others' and nobody's records take the grant for all", async () => {
      expect(await trail()).toEqual([3, 2, 1]);
      expect(await trail('', principal({ ori: neighbor }))).toEqual([4]);
      expect(await trail(`, filter: { ori: "${neighbor}" }`)).toEqual([]);
      expect(await trail('', principal({ grants: ['hub:audit', 'hub:audit-all'] }))).toEqual([5, 4, 3, 2, 1]);
    });

    test.each([
      ['subject', 'subject: "demo-detective"', [3]],
      ['agency', `ori: "${own}"`, [3, 2, 1]],
      ['case number', 'caseNumber: "B-24020-22"', [3]],
      ['purpose', 'purpose: "C"', [3]],
      ['entity shown', 'entity: "Incident:inc-1"', [2]],
      ['kinds', 'kinds: [OUTCOME]', [2]],
      ['no kind at all', 'kinds: []', []],
      ['start of time, included', 'from: "2022-02-20T11:02:00Z"', [3, 2]],
      ['end of time, left out', 'to: "2022-02-20T11:02:00Z"', [1]],
      ['an empty text, which nobody has', 'subject: ""', []],
      ['a text that would be SQL', 'subject: "\' OR true --"', []],
    ])('is filtered by %s', async (_, filter, expected) => {
      expect(await trail(`, filter: { ${filter} }`)).toEqual(expected);
    });

    test('is paged by the place in the log, so that new records shift nothing', async () => {
      const query =
        'query ($after: String) { auditTrail(first: 2, after: $after) { nodes { sequence } pageInfo { hasNextPage endCursor } } }';
      const { data: one } = await ask(query);
      expect(one.auditTrail).toMatchObject({ nodes: [{ sequence: 3 }, { sequence: 2 }], pageInfo: { hasNextPage: true } });
      const { data: two } = await ask(query, principal(), { after: one.auditTrail.pageInfo.endCursor });
      expect(two.auditTrail).toMatchObject({ nodes: [{ sequence: 1 }], pageInfo: { hasNextPage: false } });
    });

    test.each(['nonsense', Buffer.from('["1; DROP TABLE x"]').toString('base64url')])(
      'refuses the forged cursor %s',
      async (after) => {
        const { codes } = await ask('query ($after: String) { auditTrail(after: $after) { nodes { id } } }', principal(), {
          after,
        });
        expect(codes).toEqual(['CURSOR_INVALID']);
      },
    );

    test('has a largest page', async () => {
      expect((await ask('{ auditTrail(first: 201) { nodes { id } } }')).codes).toEqual(['LIMIT_LIST_SIZE']);
      expect((await ask('{ auditTrail(first: 200) { nodes { id } } }')).codes).toEqual([]);
    });

    test('refuses a character that no text in the database can have', async () => {
      expect((await ask('{ auditTrail(filter: { subject: "a\\u0000b" }) { nodes { id } } }')).codes).toEqual(['BAD_USER_INPUT']);
    });

    test('reads any number of records by key in one statement', async () => {
      const query = 'query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on AuditEvent { id } } }';
      const keys = Array.from({ length: 100 }, (_, index) => ({ __typename: 'AuditEvent', id: `audit-${index + 1}` }));
      const before = statements;
      const { data } = await ask(query, principal(), { keys });
      expect(data._entities.filter(Boolean)).toHaveLength(3);
      expect(statements - before).toBe(1);
    });

    test('gives a record to whoever may see it, by key, and to nobody else', async () => {
      const query = 'query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on AuditEvent { id sequence } } }';
      const keys = ['audit-1', 'audit-4', 'audit-999', "audit-1' OR '1'='1", 'audit-\0'].map((id) => ({
        __typename: 'AuditEvent',
        id,
      }));
      const { data } = await ask(query, principal(), { keys });
      expect(data._entities).toEqual([{ id: 'audit-1', sequence: 1 }, null, null, null, null]);
      const { data: none } = await ask(query, principal({ grants: [] }), { keys });
      expect(none._entities).toEqual([null, null, null, null, null]);
    });
  });

  describe('a hub that no gateway has written for', () => {
    test('has an empty trail, says so, and finds the record once there is one', async () => {
      const other = await begin();
      const fresh = await openDatabase(other.url);
      const empty = await open(fresh);
      try {
        const reader = empty.reader(principal());
        expect((await reader.auditTrail({}, {})).nodes).toEqual([]);
        expect(await empty.check()).toEqual({ detail: expect.stringContaining('No gateway has opened the audit record') });
        const ledger = await openLedger(fresh);
        await ledger.append(record({ minute: 1 }));
        expect((await empty.reader(principal()).auditTrail({}, {})).nodes).toHaveLength(1);
        expect((await empty.check()).lastEventAt).toEqual(new Date(nowMs - 59 * 60_000));
      } finally {
        await empty.close();
        await fresh.close();
        await other.drop();
      }
    });
  });

  describe('me', () => {
    test('is what the gateway signed, with the agency by name and certificates by their end', async () => {
      const who = principal({
        ...{ roles: ['detective'], sworn: true, purpose: 'C', caseNumber: 'B-24020-22', assignments: ['B2402022'] },
        certifications: [
          { name: 'CJIS', expiresAt: '2022-02-20T12:00:00.001Z' },
          { name: 'DPPA', expiresAt: '2022-02-20T12:00:00.000Z' },
        ],
      });
      const { data } = await ask(
        '{ me { subject agency { ori name } roles grants purpose caseNumber sworn certifications { name expiresAt valid } assignments } }',
        who,
      );
      expect(data.me).toEqual({
        ...{
          subject: 'demo-auditor',
          agency: { ori: own, name: 'New Orleans Police Department' },
          roles: ['detective'],
          grants: ['hub:audit'],
        },
        ...{ purpose: 'C', caseNumber: 'B-24020-22', sworn: true, assignments: ['B2402022'] },
        certifications: [
          { name: 'CJIS', expiresAt: '2022-02-20T12:00:00.001Z', valid: true },
          { name: 'DPPA', expiresAt: '2022-02-20T12:00:00.000Z', valid: false },
        ],
      });
    });

    test('names an agency that the hub does not know by its ORI', async () => {
      const { data } = await ask('{ me { agency { ori name } purpose caseNumber } }', principal({ ori: 'XX0000000' }));
      expect(data.me).toEqual({ agency: { ori: 'XX0000000', name: 'XX0000000' }, purpose: null, caseNumber: null });
    });
  });

  describe('sources', () => {
    const fields = 'id title state lastEventAt lastSeenAt lagSeconds detail';

    test('are every registered system, down until it reports', async () => {
      const { data } = await ask(`{ sources { ${fields} } }`);
      expect(data.sources.map(({ id }: { id: string }) => id)).toEqual(systemNames);
      expect(data.sources[1]).toEqual({
        ...{
          id: 'rms',
          title: 'rms',
          state: 'DOWN',
          lastEventAt: null,
          lastSeenAt: null,
          lagSeconds: null,
          detail: 'It has never reported.',
        },
      });
    });

    test('show what a system says of itself, by name and by key', async () => {
      const seen = '2022-02-20T11:59:58.000Z';
      await bus.report({
        name: 'cad',
        title: 'Dispatch (CAD)',
        state: 'LIVE',
        lastSeenAt: seen,
        lastEventAt: seen,
        lagSeconds: 0.5,
      });
      const expected = {
        id: 'cad',
        title: 'Dispatch (CAD)',
        state: 'LIVE',
        lastEventAt: seen,
        lastSeenAt: seen,
        lagSeconds: 0.5,
        detail: null,
      };
      expect((await ask(`{ source(id: "cad") { ${fields} } }`)).data.source).toEqual(expected);
      const { data } = await ask(
        `query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on Source { ${fields} } } }`,
        principal(),
        {
          keys: [{ __typename: 'Source', id: 'cad' }],
        },
      );
      expect(data._entities).toEqual([expected]);
      expect((await ask('{ source(id: "jail") { id } }')).data.source).toBeNull();
    });

    test('tell of a change of state, with the state as it is then', async () => {
      const stream = (await subscribe({
        schema,
        document: parse('subscription { sourceStateChanged { change cursor source { id state } } }'),
        contextValue: context(principal()),
      })) as AsyncGenerator<ExecutionResult>;
      await stream.next(); // The opening, which is no event.
      await bus.report({ name: 'rms', title: 'Records', state: 'STALE', lastSeenAt: new Date(nowMs).toISOString() });
      await bus.publish('source', [{ key: 'rms', change: 'UPDATED', changedAt: new Date(nowMs) }]);
      const { value } = await stream.next();
      expect(value.data.sourceStateChanged).toEqual({
        change: 'UPDATED',
        cursor: expect.any(String),
        source: { id: 'rms', state: 'STALE' },
      });
      await stream.return(undefined);
    });
  });
};

describe(
  'on PGlite',
  suite(async () => ({ url: 'pglite:', drop: async () => {} })),
);
describeOn('postgres', 'on PostgreSQL', suite(scratchDatabase));
