/** What reviewers of the record ask of the hub's subgraph, over records that the gateway's own audit wrote. */
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { type Audit, type Intent, openAudit } from '../../gateway/audit/audit.ts';
import { openLedger } from '../../gateway/audit/ledger.ts';
import { anonymous, type Principal } from '../../schema/principal.ts';
import { termKeyOf } from '../../schema/terms.ts';
import { hub } from '../../subgraphs/hub/index.ts';
import type { HubReader } from '../../subgraphs/hub/reader.ts';
import { periodOf, weekOf } from '../../subgraphs/hub/review.ts';
import { openLocalBus } from '../../subgraphs/kit/bus/local.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import type { Source } from '../../subgraphs/kit/system.ts';
import { describeOn, type ScratchDatabase, scratchDatabase } from '../setup/services.ts';

const own = 'LANPD0000';
const neighbor = 'LA0260000';
const termKey = termKeyOf(randomBytes(32));
const formerKey = termKeyOf(randomBytes(32));
const wednesdayMs = Date.parse('2026-11-18T12:00:00.000Z'); // Of week 47.
let nowMs = wednesdayMs;

const principal = (more: Partial<Principal>): Principal => ({
  ...anonymous,
  kind: 'person',
  subject: 'officer-7',
  ori: own,
  ...more,
});

const intent = (operationId: string, who: Partial<Principal>, more: Partial<Intent> = {}): Intent => ({
  principal: principal({ ...who, operationId }),
  operationName: 'Look',
  operationType: 'query',
  documentHash: 'ab12',
  fields: ['Query.person', 'Person.fullName', 'Report.number'],
  denied: [],
  sources: ['rms'],
  ...more,
});

const telling = 'Caller described a blue van at the corner store';

const suite = (begin: () => Promise<ScratchDatabase>) => () => {
  let database: Database;
  let scratch: ScratchDatabase;
  let source: Source<HubReader>;
  let audit: Audit;

  const look = async (of: Intent, entities: string[]): Promise<void> => {
    const entry = await audit.intend(of);
    await entry.settle({ data: {}, errors: [], entities });
  };

  beforeAll(async () => {
    nowMs = wednesdayMs;
    scratch = await begin();
    database = await openDatabase(scratch.url);
    const ledger = await openLedger(database);
    let key = formerKey;
    audit = openAudit({ ledger, now: () => nowMs, intervalMs: 60_000, termKey: () => key });
    const search = (plate: string) => JSON.stringify([{ field: 'vehicles', arguments: { plate } }]);
    await look(intent('op-1', { reason: telling, purpose: 'C', caseNumber: 'B-1-26' }, { search: search('ABC-123') }), [
      'Person:1',
    ]);
    key = termKey;
    await look(intent('op-2', { reason: 'investigation', purpose: 'C' }, { search: search('abc 123') }), [
      'Person:1',
      'Person:2',
    ]);
    await look(intent('op-3', { reason: ' ', subject: 'officer-8', onBehalfOf: neighbor }), ['Place:12 MAIN ST']);
    await look(intent('op-4', { ori: neighbor, subject: 'partner-1', reason: 'test' }, { sources: ['cameras'] }), ['Person:1']);
    await look(intent('op-5', { reason: undefined }, { sources: ['cad'], search: search('ZZZ999') }), ['Incident:1']);
    const black = { denied: ['Person.intelligence: intel:read'], rules: ['intelligence-roles'] };
    await look(intent('op-6', { reason: telling }, { denied: ['Person.ssn: people:ssn'], black, rules: ['ssn'] }), []);
    const stream = await audit.open(intent('op-7', { reason: telling }, { operationType: 'subscription' }));
    await stream.settle({ data: {}, errors: [], entities: ['Person:1'] });
    await stream.close('OK');
    await audit.refuse({ principal: principal({ operationId: 'op-8', subject: 'officer-8' }), code: 'LIMIT_DEPTH' });
    await audit.note({ kind: 'POLICY_CHANGED', subject: 'hub', detail: {} });
    nowMs += 7 * 86_400_000; // The next week.
    await look(intent('op-9', { reason: 'x' }), ['Person:9']);
    source = await hub.open({
      ...{ database, bus: openLocalBus(), log: pino({ level: 'silent' }), now: () => nowMs },
      settings: { HUB_AUDIT_TERM_KEYS: [formerKey, termKey].map((one) => one.toString('base64')).join(',') },
    });
    await source.check();
  });
  afterAll(async () => {
    await source.close();
    await database.close();
    await scratch.drop();
  });

  const auditor = (...grants: string[]): HubReader => source.reader(principal({ subject: 'auditor', grants }));
  const operations = (page: { nodes: { operationId: string }[] }): string[] => page.nodes.map(({ operationId }) => operationId);

  describe('who was shown a record', () => {
    test('is told with why, latest first, live streams too', async () => {
      const { nodes } = await auditor('hub:audit').disclosureHistory('Person:1', {});
      expect(nodes.map(({ operationId, streamed }) => [operationId, streamed])).toEqual([
        ['op-7', true],
        ['op-2', false],
        ['op-1', false],
      ]);
      expect(nodes.at(-1)).toMatchObject({ subject: 'officer-7', reason: telling, caseNumber: 'B-1-26', purpose: 'C' });
      expect(nodes.at(-1)?.fields).toEqual(['Person.fullName']);
    });

    test("is of the own agency's people; others' takes the grant for all", async () => {
      expect(operations(await auditor('hub:audit', 'hub:audit-all').disclosureHistory('Person:1', {}))).toContain('op-4');
    });

    test('is nothing without the grant', async () => {
      expect((await auditor('hub:audit-all', 'hub:audit-black').disclosureHistory('Person:1', {})).nodes).toEqual([]);
    });

    test('is found for an address, which the record holds as a term alone', async () => {
      expect(operations(await auditor('hub:audit').disclosureHistory('Place:12 Main St', {}))).toEqual(['op-3']);
      const rows = await database.query('SELECT entities, search, terms FROM hub_audit.record');
      expect(JSON.stringify(rows)).not.toMatch(/MAIN|ABC/i);
    });

    test('is paged', async () => {
      const reader = auditor('hub:audit');
      const first = await reader.disclosureHistory('Person:1', { first: 2 });
      const second = await reader.disclosureHistory('Person:1', { first: 2, after: first.pageInfo.endCursor });
      expect([operations(first), operations(second)]).toEqual([['op-7', 'op-2'], ['op-1']]);
    });
  });

  describe('the trail', () => {
    test('finds who searched for a plate, in whatever spelling and under whichever key', async () => {
      const found = await auditor('hub:audit').auditTrail({ plate: 'AbC 1-23' }, {});
      expect(operations(found)).toEqual(['op-2', 'op-1']);
      expect(operations(await auditor('hub:audit').auditTrail({ searchedFor: 'nobody' }, {}))).toEqual([]);
    });

    test('finds what was asked on behalf of an agency', async () => {
      expect(operations(await auditor('hub:audit').auditTrail({ ori: neighbor }, {}))).toEqual(['op-3', 'op-3']);
    });

    test('says how much was answered, and whose authority it was', async () => {
      const { nodes } = await auditor('hub:audit').auditTrail({ kinds: ['OUTCOME'], entity: 'Place:12 MAIN ST' }, {});
      expect(nodes).toEqual([expect.objectContaining({ bytesOut: 2, onBehalfOf: neighbor, spooledAt: null })]);
    });

    test('does not show a denial under a black label, whatever is granted', async () => {
      const { nodes } = await auditor('hub:audit', 'hub:audit-all', 'hub:audit-black').auditTrail({}, { first: 200 });
      expect(nodes.filter(({ kind }) => kind === 'DENIED')).toEqual([]);
      expect(JSON.stringify(nodes)).not.toContain('intel');
      expect(nodes.find(({ operationId, kind }) => operationId === 'op-6' && kind === 'INTENT')?.denied).toEqual([
        'Person.ssn: people:ssn',
      ]);
    });
  });

  describe('a denial under a black label', () => {
    test('is in a list of its own, which takes both grants', async () => {
      const { nodes } = await auditor('hub:audit', 'hub:audit-black').blackLabelDenials({}, {});
      expect(nodes).toEqual([
        expect.objectContaining({ operationId: 'op-6', class: 'BLACK', denied: ['Person.intelligence: intel:read'], fields: [] }),
      ]);
      for (const grants of [['hub:audit'], ['hub:audit-black'], ['hub:audit', 'hub:audit-all']])
        expect((await auditor(...grants).blackLabelDenials({}, {})).nodes).toEqual([]);
    });

    test('is not had by its id either', async () => {
      const [row] = await database.query<{ seq: string }>("SELECT seq FROM hub_audit.record WHERE kind = 'DENIED'");
      const id = `audit-${row?.seq}`;
      expect(await auditor('hub:audit', 'hub:audit-all').auditEvent(id)).toBeNull();
      expect(await auditor('hub:audit', 'hub:audit-black').auditEvent(id)).toMatchObject({ kind: 'DENIED' });
    });
  });

  describe('reasons that say nothing', () => {
    const week = { from: new Date('2026-11-16T00:00:00Z'), to: new Date('2026-11-23T00:00:00Z') };
    const found = async (flaw?: 'EMPTY' | 'VAGUE', ...grants: string[]) =>
      (await auditor('hub:audit', ...grants).vagueReasons({ ...week, flaw }, {})).nodes.map(({ reason, flaw: told }) => [
        reason,
        told,
      ]);

    test('are told of operations on regulated data: the missing and the vague, not those that tell something', async () => {
      expect(await found()).toEqual([
        [' ', 'EMPTY'],
        ['investigation', 'VAGUE'],
      ]);
    });

    test('are told one kind alone', async () => {
      expect([await found('EMPTY'), await found('VAGUE')]).toEqual([[[' ', 'EMPTY']], [['investigation', 'VAGUE']]]);
    });

    test("are the own agency's, unless all are granted", async () => {
      expect(await found(undefined, 'hub:audit-all')).toContainEqual(['test', 'VAGUE']);
    });

    test('are told to nobody without the grant', async () => {
      expect((await auditor('hub:audit-all').vagueReasons({ ...week, flaw: null }, {})).nodes).toEqual([]);
    });
  });

  describe('the weekly review', () => {
    test('counts the week, and no other', async () => {
      expect(await auditor('hub:audit', 'hub:audit-all').weeklyReview('2026-W47')).toMatchObject({
        ...{ from: new Date('2026-11-16T00:00:00Z'), to: new Date('2026-11-23T00:00:00Z') },
        ...{ operations: 7, refusals: 1, withheld: 1, streams: 1, records: 4, withoutReason: 1, vagueReason: 2, spooled: 0 },
        refusedFor: [{ name: 'LIMIT_DEPTH', count: 1 }],
        events: [{ name: 'POLICY_CHANGED', count: 1 }],
      });
    });

    test('names people, those with the most to look at first', async () => {
      const { people = [] } = (await auditor('hub:audit').weeklyReview('2026-W47')) ?? {};
      expect(people.map(({ subject, records, refusals }) => [subject, records, refusals])).toEqual([
        ['officer-7', 3, 0],
        ['officer-8', 1, 1],
      ]);
    });

    test('is of the last whole week where none is named, and of nothing without the grant', async () => {
      expect(await auditor('hub:audit').weeklyReview(null)).toMatchObject({ week: '2026-W47' });
      expect(await auditor('hub:audit-all').weeklyReview(null)).toBeNull();
    });

    test.each(['2026-W54', '2026-W00', '2026-47', 'last', "2026-W47'"])('refuses the week %s', async (week) => {
      await expect(auditor('hub:audit').weeklyReview(week)).rejects.toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    });
  });
};

describe(
  'on the embedded database',
  suite(async () => ({ url: 'pglite:', drop: async () => {} })),
);
describeOn('postgres', 'on a database server', suite(scratchDatabase));

test.each([
  ['2026-W01', '2025-12-29'],
  ['2020-W53', '2020-12-28'],
  ['2021-W01', '2021-01-04'],
  ['2026-W47', '2026-11-16'],
])('the week %s begins on %s', (week, day) => {
  const { from, to } = periodOf(week);
  expect(from).toEqual(new Date(`${day}T00:00:00.000Z`));
  expect([weekOf(from), weekOf(new Date(to.getTime() - 1))]).toEqual([week, week]);
});
