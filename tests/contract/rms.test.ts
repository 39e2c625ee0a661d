/** The records system: the demo against the contract, and the graph against the published reports. */
import { readFileSync } from 'node:fs';
import { checkContract } from '../../subgraphs/kit/conformance.ts';
import { readContract } from '../../subgraphs/kit/contract.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { rms } from '../../subgraphs/rms/index.ts';
import { type Answer, codes, everything, openRecords, partner, type Records } from './rms/setup.ts';

const folder = new URL('../../subgraphs/rms/', import.meta.url);

let records: Records;
const ask: Records['ask'] = (...input) => records.ask(...input);
const first: Records['first'] = (...input) => records.first(...input);

beforeAll(async () => {
  records = await openRecords();
}, 60_000);

afterAll(() => records.close());

describe('the contract', () => {
  interface Column {
    table_name: string;
    column_name: string;
    data_type: string;
  }
  const columnsOf = (db: Database): Promise<Column[]> =>
    db.query<Column>(
      "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'rms' ORDER BY table_name, ordinal_position",
    );
  const text = readFileSync(new URL('contract.sql', folder), 'utf8');

  test("the demo's views have the contract's columns, in order and type", async () => {
    const bare = await openDatabase('pglite:');
    await bare.exec(text);
    const expected = await columnsOf(bare);
    await bare.close();
    expect(expected.length).toBeGreaterThan(100);
    expect(await columnsOf(records.database)).toEqual(expected);
  }, 30_000);

  test('the demo keeps what the contract says of nulls, uniqueness and emptiness', async () => {
    const findings = await checkContract(records.database, readContract('rms'), { now: () => Date.now() });
    // Nobody published when somebody was arrested.
    expect(findings.map(({ view, column, state }) => [view, column, state])).toEqual([['rms.arrest', 'arrested_at', 'all null']]);
  }, 30_000);
});

describe('the published reports', () => {
  const query = `query ($number: String) { report(number: $number) {
    number address district kinds hateCrime occurredAt status { code text } signal { code text }
    offenses { code { code text nibrs nibrsText } charged { fullName } }
    involved { role ageAtOccurrence person { id fullName dateOfBirth sex race provenance { synthetic } } }
    agency { ori } provenance { source sourceId synthetic derived } } }`;

  test.each(['B-24020-22', 'B2402022', 'b 24020 22', ' b-24020-22 '])(
    'an armed robbery on Carondelet Street answers to %p',
    async (number) => {
      const { data, errors } = await ask(query, { number });
      expect(errors).toBeUndefined();
      expect(data.report).toMatchObject({
        number: 'B-24020-22',
        address: '001XX Carondelet St',
        district: '8',
        kinds: ['Incident Report'],
        occurredAt: '2022-02-21T00:30:00.000Z',
        status: { code: 'OPEN', text: 'Open' },
        signal: { code: '64G', text: 'ARMED ROBBERY (GUN)' },
        agency: { ori: 'LANPD0000' },
        provenance: { source: 'rms', sourceId: 'B-24020-22', synthetic: false, derived: false },
      });
      expect(data.report.offenses).toEqual([
        {
          code: { code: '14 64', text: 'ARMED ROBBERY', nibrs: '120', nibrsText: 'Robbery' },
          charged: [expect.anything(), expect.anything()],
        },
      ]);
      const roles = data.report.involved.map(({ role }: { role: string }) => role);
      expect(roles).toEqual(['SUSPECT', 'SUSPECT', 'VICTIM', 'REPORTING_PERSON']);
      expect(data.report.involved[3]).toMatchObject({
        ageAtOccurrence: 40,
        person: { sex: 'FEMALE', race: 'ASIAN', provenance: { synthetic: true } },
      });
      expect(data.report.involved[3].person.dateOfBirth).toMatch(/^198[12]-/);
    },
  );

  test('the 90 rows of one item are one report with its own persons and charges, each once', async () => {
    const { data } = await ask(
      'query { report(number: "K-01777-22") { offenses { code { code } } involved { role person { id } } } }',
      {},
      everything,
    );
    const offenders = data.report.involved.filter(({ role }: { role: string }) => role === 'SUSPECT' || role === 'ARRESTEE');
    expect(await first('SELECT count(*)::int AS n FROM rms.report')).toEqual({ n: 2425 });
    expect({ offenses: data.report.offenses.length, offenders: offenders.length, all: data.report.involved.length }).toEqual({
      offenses: 1,
      offenders: 3,
      all: 9,
    });
  });

  test('what was charged maps to a NIBRS code in nineteen of twenty offenses, and a warrant to none', async () => {
    const { all, mapped } = await first<{ all: number; mapped: number }>(
      'SELECT count(*)::int AS all, count(nibrs)::int AS mapped FROM rms.offense',
    );
    expect(mapped / all).toBeGreaterThan(0.95);
    expect(await first("SELECT count(nibrs)::int AS n FROM rms.offense WHERE code = 'FUGITIVE ATTACHMENT'")).toEqual({ n: 0 });
  });

  test('a report without a charge takes its offense from the signal and says so', async () => {
    const row = await first<{ code: string; nibrs: string }>(
      "SELECT code, nibrs FROM rms.offense WHERE derived AND code = '67A' LIMIT 1",
    );
    expect(row.nibrs).toBe('240');
  });

  test("every date of birth gives the age that the report states, whatever the person's other reports", async () => {
    const { wrong, right } = await first<{ wrong: number; right: number }>(`
      SELECT count(*) FILTER (WHERE age <> stated)::int AS wrong, count(*) FILTER (WHERE age = stated)::int AS right FROM (
        SELECT extract(year FROM age((r.occurred_at AT TIME ZONE 'America/Chicago')::date, p.date_of_birth))::int AS age, i.age_at_occurrence AS stated
        FROM rms.involvement i JOIN rms.report r ON r.id = i.report_id JOIN rms.person p ON p.id = i.person_id
        WHERE i.age_at_occurrence IS NOT NULL) ages`);
    expect(wrong).toBe(0);
    expect(right).toBeGreaterThan(3_000);
  });

  test('persons of several reports keep sex and race', async () => {
    const { persons } = await first<{ persons: number }>(
      'SELECT count(*)::int AS persons FROM (SELECT person_id FROM rms.involvement GROUP BY 1 HAVING count(*) > 1) x',
    );
    expect(persons).toBeGreaterThan(100);
  });

  test('an arrest names the person and the charges; a suspect who was not arrested has none', async () => {
    const { id } = await first<{ id: string }>(
      `SELECT r.id FROM rms.report r JOIN rms.arrest a ON a.report_id = r.id JOIN rms.arrest_charge c ON c.arrest_id = a.id
       WHERE r.handling = 'open' AND r.owner_ori = 'LANPD0000' ORDER BY r.id LIMIT 1`,
    );
    const arrests = '{ arrests { id person { id } charges { code nibrs } } involved(roles: [ARRESTEE]) { person { id } } }';
    const { data } = await ask(
      `query ($id: ID) { yes: report(id: $id) ${arrests} no: report(number: "B-24020-22") ${arrests} }`,
      { id },
    );
    expect(data.yes.arrests.length).toBeGreaterThan(0);
    expect(data.yes.arrests[0].charges.length).toBeGreaterThan(0);
    const idsOf = (rows: { person: { id: string } }[]) => rows.map(({ person }) => person.id).sort();
    expect(idsOf(data.yes.arrests)).toEqual(idsOf(data.yes.involved));
    expect(data.no).toEqual({ arrests: [], involved: [] });
  });

  test('a narrative says that it is synthetic and names nobody', async () => {
    const { data } = await ask('query { report(number: "B-24020-22") { narrative involved { person { fullName } } } }');
    expect(data.report.narrative).toMatch(/^\[Synthetic narrative/);
    for (const { person } of data.report.involved) expect(data.report.narrative).not.toContain(person.fullName.split(' ').at(-1));
  });
});

describe('edges in bulk', () => {
  const query = `query ($first: Int!) { reports(first: $first, filter: { occurredFrom: "2022-02-01T00:00:00Z" }) { nodes {
    number offenses { code { nibrs } charged { id } } narrative
    involved { role person { id sex reports(first: 3) { edges { role node { number } } } vehicles { plate } warrants { number } } }
    arrests { person { id } charges { code } } vehicles { plate involvement owner { id } reports(first: 2) { nodes { number } } } } } }`;

  const cost = async (count: number): Promise<number> => {
    const before = records.statements();
    const { data, errors } = await ask(query, { first: count }, everything);
    expect(errors).toBeUndefined();
    expect(data.reports.nodes).toHaveLength(count);
    return records.statements() - before;
  };

  test('reports with persons, offenses, arrests and vehicles cost the same number of statements, ten or a hundred', async () => {
    // The query has 14 edges and three entities, which are reached by up to four of them; each way there is one batch at the most.
    expect(await cost(10)).toBeLessThanOrEqual(22);
    expect(await cost(100)).toBeLessThanOrEqual(22);
  });

  test('a hundred incidents find their reports in two statements', async () => {
    const rows = await records.database.query<{ number: string }>('SELECT number FROM rms.report ORDER BY id LIMIT 100');
    const representations = rows.map(({ number }, at) => ({
      __typename: 'Incident',
      id: `inc-${at}`,
      number: number.replaceAll('-', ''),
    }));
    const before = records.statements();
    const { data } = await ask(
      'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Incident { reports { number } } } }',
      { representations },
      everything,
    );
    expect(records.statements() - before).toBe(2);
    expect(data._entities.filter(({ reports }: { reports: unknown[] }) => reports.length === 1).length).toBeGreaterThan(90);
  });
});

describe('lists', () => {
  test('pages of reports follow on without loss or repetition, and filter', async () => {
    const query = `query ($after: String) { reports(first: 10, after: $after, filter: { districts: ["8"], signals: ["64G", "35"], nibrs: ["120"] }) {
      nodes { number district signal { code } occurredAt } pageInfo { hasNextPage endCursor } } }`;
    const seen: { number: string; district: string; signal: { code: string }; occurredAt: string }[] = [];
    let after: string | null = null;
    do {
      const { data }: Answer = await ask(query, { after });
      seen.push(...data.reports.nodes);
      after = data.reports.pageInfo.hasNextPage ? data.reports.pageInfo.endCursor : null;
    } while (after);
    const { n } = await first<{
      n: number;
    }>(`SELECT count(*)::int AS n FROM rms.report r WHERE district = '8' AND signal_code IN ('64G', '35')
      AND handling = 'open' AND (owner_ori = 'LANPD0000' OR shared) AND EXISTS (SELECT 1 FROM rms.offense o WHERE o.report_id = r.id AND o.nibrs = '120')`);
    expect(n).toBeGreaterThan(20);
    expect(new Set(seen.map(({ number }) => number)).size).toBe(n);
    expect(seen).toHaveLength(n);
    expect(seen.map(({ occurredAt }) => occurredAt)).toEqual(
      seen
        .map(({ occurredAt }) => occurredAt)
        .toSorted()
        .toReversed(),
    );
  });

  test.each([
    '',
    'x',
    Buffer.from('["now()","x"]').toString('base64url'),
    Buffer.from('["2022-13-45T00:00:00.000000Z","x"]').toString('base64url'),
  ])('a cursor that no page gave is refused: %p', async (after) => {
    expect(codes(await ask('query ($after: String) { reports(after: $after) { nodes { id } } }', { after }))).toEqual([
      'CURSOR_INVALID',
    ]);
  });

  test('pages have a maximum', async () => {
    expect(codes(await ask('query { reports(first: 101) { nodes { id } } }'))).toEqual(['LIMIT_LIST_SIZE']);
  });

  test.each(["' OR 1=1 --", 'rep-B2402022%', '../../etc/passwd', 'x'.repeat(10_000), '{"$ne":null}'])(
    'a hostile id finds nothing: %#',
    async (id) => {
      const { data, errors } = await ask('query ($id: ID!) { report(id: $id) { id } person(id: $id) { id } }', { id });
      expect(errors).toBeUndefined();
      expect(data).toEqual({ report: null, person: null });
    },
  );

  test('a report is asked for by id or by number, not both and not neither', async () => {
    expect(codes(await ask('query { report { id } }'))).toEqual(['BAD_USER_INPUT']);
    expect(codes(await ask('query { report(id: "a", number: "b") { id } }'))).toEqual(['BAD_USER_INPUT']);
  });
});

describe('references', () => {
  const entities = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
    ... on Place { id address listed: reports(first: 40) { nodes { number } } } ... on Incident { reports { number } }
    ... on Person { sex } ... on Report { number } ... on Vehicle { plate } } }`;

  test('an incident without a number has no reports; one in any spelling has', async () => {
    const representations = [
      { __typename: 'Incident', id: 'inc-1', number: null },
      { __typename: 'Incident', id: 'inc-2', number: 'B2402022' },
      { __typename: 'Incident', id: 'inc-3', number: 'Z-00000-99' },
    ];
    const { data } = await ask(entities, { representations });
    expect(data._entities).toEqual([{ reports: [] }, { reports: [{ number: 'B-24020-22' }] }, { reports: [] }]);
  });

  test('a place lists its reports, also one that no report mentions', async () => {
    const representations = ['001XX CARONDELET ST', 'NO SUCH ST'].map((id) => ({ __typename: 'Place', id }));
    const { data } = await ask(entities, { representations });
    expect(data._entities[0]).toMatchObject({ id: '001XX CARONDELET ST', address: '001XX Carondelet St' });
    expect(data._entities[0].listed.nodes).toContainEqual({ number: 'B-24020-22' });
    expect(data._entities[1]).toEqual({ id: 'NO SUCH ST', address: 'NO SUCH ST', listed: { nodes: [] } });
  });

  test('what does not exist resolves to null', async () => {
    const representations = ['Person', 'Report', 'Vehicle'].map((__typename) => ({ __typename, id: 'none' }));
    expect((await ask(entities, { representations })).data._entities).toEqual([null, null, null]);
  });
});

describe('the feed', () => {
  test('a change in the vendor table comes over the bus as a key', async () => {
    // The feed goes on from the last event, so that a change made while it starts is news.
    await records.runtime.bus.publish('report', [
      { key: 'rep-earlier', change: 'UPDATED', changedAt: new Date('2023-01-01T00:00:00Z') },
    ]);
    const stop = new AbortController();
    const [feed] = rms.feeds;
    const running = feed?.({ ...records.runtime, database: records.database }, stop.signal);
    const events = records.runtime.bus.follow('report', { signal: stop.signal })[Symbol.asyncIterator]();
    const next = events.next();
    await records.database.query(
      "UPDATE rms_vendor.rpt_mst SET upd_dt = (now() AT TIME ZONE 'America/Chicago') WHERE itm_no = 'B-24020-22'",
    );
    const { value } = await next;
    stop.abort();
    await running;
    expect(value).toMatchObject([{ key: 'rep-B2402022', change: 'UPDATED' }]);
  }, 20_000);

  test('freshness is the latest change', async () => {
    const { lastEventAt } = await records.source.check();
    expect(lastEventAt).toEqual((await first<{ at: Date }>('SELECT max(changed_at) AS at FROM rms.report')).at);
  });
});

test('the neighbour reads what is shared and its own, and nothing else', async () => {
  const own = await first<{ id: string }>(
    "SELECT id FROM rms.report WHERE owner_ori = 'LA0260000' AND NOT shared AND handling = 'open' LIMIT 1",
  );
  const kept = await first<{ id: string }>(
    "SELECT id FROM rms.report WHERE owner_ori = 'LANPD0000' AND NOT shared AND handling = 'open' LIMIT 1",
  );
  const query =
    'query ($own: ID, $kept: ID) { own: report(id: $own) { id } kept: report(id: $kept) { id } shared: report(number: "B-24020-22") { id } }';
  const variables = { own: own.id, kept: kept.id };
  expect((await ask(query, variables, partner)).data).toEqual({ own, kept: null, shared: { id: 'rep-B2402022' } });
  expect((await ask(query, variables)).data).toEqual({ own: null, kept, shared: { id: 'rep-B2402022' } });
});
