/**
 * Restricted reports (LEXS gray): whoever works with records learns that there is one and whom to ask, and nothing else of it,
 * by no field, edge, order, cursor, filter or search. Whoever may not even learn that finds none.
 */
import type { Principal } from '../../schema/principal.ts';
import { type Answer, codes, detective, granted, openRecords, partner, policies, type Records } from './rms/setup.ts';

let records: Records;
const ask: Records['ask'] = (...input) => records.ask(...input);

interface Restricted {
  id: string;
  number: string;
  place_id: string;
  district: string;
  occurred_at: Date;
  person: string;
}
let row: Restricted;

const pointed = granted('rms:pointer');
const whole = granted('rms:pointer', 'rms:restricted');
const partnerPointed: Principal = { ...partner, grants: pointed.grants };

beforeAll(async () => {
  records = await openRecords();
  row = await records.first<Restricted>(
    `SELECT r.id, r.number, r.place_id, r.district, r.occurred_at, i.person_id AS person FROM rms.report r
     JOIN rms.involvement i ON i.report_id = r.id JOIN rms.person p ON p.id = i.person_id
     WHERE r.handling = 'restricted' AND r.owner_ori = 'LANPD0000' AND r.shared AND r.district IS NOT NULL
       AND p.handling = 'open' ORDER BY r.id LIMIT 1`,
  );
}, 60_000);
afterAll(() => records.close());

const everyField = `id number status { text } signal { text } occurredAt address district kinds hateCrime offenses { code { code } }
  involved { role } arrests { id } vehicles { id } narrative agency { ori name }
  provenance { source sourceId observedAt receivedAt derived synthetic }`;
const byId = `query ($id: ID!) { report(id: $id) { ${everyField} } }`;
const hidden = [
  ...['status', 'signal', 'occurredAt', 'address', 'district', 'kinds', 'hateCrime', 'offenses', 'involved', 'arrests'],
  ...['vehicles', 'narrative', 'provenance.observedAt', 'provenance.receivedAt'],
];

describe('a pointer', () => {
  test.each([
    ['its own agency', () => pointed],
    ['a partner to whom it is shared', () => partnerPointed],
  ])('tells %s the number, the source and whom to ask; every other field is null and says why', async (_whom, principal) => {
    const answer = await ask(byId, { id: row.id }, principal());
    const { agency, provenance, id, number, ...rest } = answer.data.report;
    expect({ id, number, agency }).toEqual({
      ...{ id: row.id, number: row.number },
      agency: { ori: 'LANPD0000', name: 'New Orleans Police Department' },
    });
    expect(provenance).toEqual({
      ...{ source: 'rms', sourceId: row.number, observedAt: null, receivedAt: null, derived: false, synthetic: false },
    });
    expect(Object.values(rest).every((value) => value === null)).toBe(true);
    expect(answer.errors?.map(({ path }) => path?.slice(1).join('.')).sort()).toEqual(hidden.toSorted());
    expect(new Set(codes(answer))).toEqual(new Set(['UNAUTHORIZED_FIELD_OR_TYPE']));
    expect(new Set(policies(answer))).toEqual(new Set(['rms:restricted']));
    expect(answer.errors?.[0]?.extensions.satisfiedBy).toBe(
      'A grant of rms:restricted, or a request to its owner: New Orleans Police Department, ORI LANPD0000.',
    );
  });

  test('is all that leaves the database', async () => {
    const seen = await records.overhear(() => ask(byId, { id: row.id }, pointed));
    expect(seen).toContain(row.number);
    for (const value of [row.place_id, row.person]) expect(seen.toUpperCase()).not.toContain(value.toUpperCase());
  });

  test('is a whole report with rms:restricted', async () => {
    const answer = await ask(byId, { id: row.id }, whole);
    expect(answer.errors).toBeUndefined();
    expect(answer.data.report).toMatchObject({
      district: row.district,
      provenance: { observedAt: row.occurred_at.toISOString() },
    });
    expect(answer.data.report.involved).not.toHaveLength(0);
  });

  test('is found by its number, also from a call', async () => {
    const query = `query ($number: String!, $calls: [_Any!]!) { report(number: $number) { id }
      _entities(representations: $calls) { ... on Incident { reports { id number } } } }`;
    const calls = [{ __typename: 'Incident', id: 'inc', number: row.number }];
    const { data, errors } = await ask(query, { number: row.number, calls }, pointed);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ report: { id: row.id }, _entities: [{ reports: [{ id: row.id, number: row.number }] }] });
  });
});

test('a row whose handling is no word of the contract does not exist, for anybody', async () => {
  const { number, id } = await records.first<{ number: string; id: string }>(
    "SELECT number, id FROM rms.report WHERE handling = 'open' AND owner_ori = 'LANPD0000' ORDER BY occurred_at DESC, id DESC LIMIT 1",
  );
  const query = `query ($id: ID!, $number: String!) { byId: report(id: $id) { id } byNumber: report(number: $number) { id }
    reports(first: 1) { nodes { id } } }`;
  const { view } = await records.first<{ view: string }>("SELECT pg_get_viewdef('rms.report'::regclass) AS view");
  expect(await ask(query, { id, number }, whole)).toMatchObject({
    data: { byId: { id }, byNumber: { id }, reports: { nodes: [{ id }] } },
  });
  await records.database.exec(`CREATE OR REPLACE VIEW rms.report AS ${view.replaceAll("'open'::text", "'opne'::text")}`);
  const answer = await ask(query, { id, number }, { ...whole, grants: [...whole.grants, 'rms:sealed'] });
  await records.database.exec(`CREATE OR REPLACE VIEW rms.report AS ${view}`);
  expect(answer.data).toMatchObject({ byId: null, byNumber: null });
  expect(answer.data.reports.nodes).not.toContainEqual({ id });
});

describe('for whoever has no rms:pointer', () => {
  test.each([
    ['a restricted report', (): string => row.id],
    ['a report that there is not', (): string => 'rep-NONE'],
  ])('%s does not exist, without an error, and after one statement', async (_what, id) => {
    const before = records.statements();
    expect(await ask(byId, { id: id() }, detective)).toEqual({ data: { report: null } });
    expect(records.statements() - before).toBe(1);
  });

  test('not even with rms:sealed', async () => {
    expect(await ask(byId, { id: row.id }, granted('rms:sealed'))).toEqual({ data: { report: null } });
  });
});

describe('a list', () => {
  const page = `query ($filter: ReportFilter, $after: String, $first: Int) { reports(filter: $filter, first: $first, after: $after) {
    edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }`;
  interface Entry {
    cursor: string;
    node: { id: string };
  }

  const all = async (principal: Principal, filter: object | null = null, first = 100): Promise<Entry[][]> => {
    const pages: Entry[][] = [];
    let after: string | null = null;
    do {
      const { data, errors }: Answer = await ask(page, { filter, after, first }, principal);
      expect(errors).toBeUndefined();
      pages.push(data.reports.edges);
      after = data.reports.pageInfo.hasNextPage ? data.reports.pageInfo.endCursor : null;
    } while (after);
    return pages;
  };
  const idsWhere = async (where: string): Promise<string[]> =>
    (await records.database.query<{ id: string }>(`SELECT id FROM rms.report WHERE ${where}`)).map(({ id }) => id);
  const home = "(owner_ori = 'LANPD0000' OR shared)";

  test('holds pointers behind everything else, in pages that are full, each once', async () => {
    const pages = await all(pointed);
    const ids = pages.flat().map(({ node }) => node.id);
    const restricted = new Set(await idsWhere(`${home} AND handling = 'restricted'`));
    expect(restricted.size).toBeGreaterThan(10);
    expect(ids.slice(-restricted.size).every((id) => restricted.has(id))).toBe(true);
    expect(ids.toSorted()).toEqual((await idsWhere(`${home} AND handling <> 'sealed'`)).toSorted());
    expect(pages.slice(0, -1).every((entries) => entries.length === 100)).toBe(true);
  });

  test('tells by no place and no cursor when it was', async () => {
    const entries = (await all(pointed)).flat();
    const restricted = new Set(await idsWhere("handling = 'restricted'"));
    const behind = entries.filter(({ node }) => restricted.has(node.id));
    expect(behind.map(({ node }) => node.id)).toEqual(
      behind
        .map(({ node }) => node.id)
        .toSorted()
        .reverse(),
    );
    for (const { cursor, node } of behind) {
      expect(JSON.parse(Buffer.from(cursor, 'base64url').toString())).toEqual(['0001-01-01T00:00:00.000000Z', node.id]);
    }
  });

  test.each([
    ['a district', () => ({ districts: [row.district] })],
    ['a time', () => ({ occurredFrom: '1900-01-01T00:00:00.000Z' })],
    ['a charge', () => ({ nibrs: ['13A', '13B', '120', '240', '35A', '220', '23F'] })],
  ])('by %s finds no pointer: a filter would tell what it says', async (_what, filter) => {
    const found = async (principal: Principal) => (await all(principal, filter())).flat().map(({ node }) => node.id);
    const restricted = new Set(await idsWhere("handling = 'restricted'"));
    expect((await found(pointed)).filter((id) => restricted.has(id))).toEqual([]);
    expect((await found(whole)).some((id) => restricted.has(id))).toBe(true);
    expect(await found(pointed)).toEqual(await found(detective));
  });

  test('without a pointer, and with everything, agrees with what exists', async () => {
    expect((await all(detective)).flat()).toHaveLength((await idsWhere(`${home} AND handling = 'open'`)).length);
    expect((await all(whole)).flat()).toHaveLength((await idsWhere(`${home} AND handling <> 'sealed'`)).length);
  });
});

describe('nothing else leads to it or tells of it', () => {
  const ways = `query ($person: ID!, $places: [_Any!]!, $text: String!) {
    person(id: $person) { reports(first: 50) { nodes { id } } }
    _entities(representations: $places) { ... on Place { reports(first: 50) { nodes { id } } } }
    searchAddresses(text: $text, first: 50) { nodes { id reports(first: 50) { nodes { id } } } } }`;

  test('a person, an address and its neighbours lead there with rms:restricted only', async () => {
    const variables = { person: row.person, places: [{ __typename: 'Place', id: row.place_id }], text: row.place_id };
    expect(JSON.stringify(await ask(ways, variables, pointed))).not.toContain(row.id);
    expect(JSON.stringify(await ask(ways, variables, whole))).toContain(row.id);
  });

  test('who is named by restricted reports alone is found by no search, and does not exist', async () => {
    const { id, full_name } = await records.first<{ id: string; full_name: string }>(
      `SELECT id, full_name FROM rms.person WHERE handling = 'restricted' AND owner_ori = 'LANPD0000' AND full_name <> ''
         AND NOT juvenile AND NOT victim_protected ORDER BY id LIMIT 1`,
    );
    const query = `query ($id: ID!, $name: String!) { person(id: $id) { id }
      searchPersons(search: { name: $name }, first: 50) { nodes { id } } }`;
    for (const principal of [detective, pointed, partnerPointed]) {
      const { data, errors } = await ask(query, { id, name: full_name }, principal);
      expect([data.person, errors]).toEqual([null, undefined]);
      expect(data.searchPersons.nodes).not.toContainEqual({ id });
    }
    const { data } = await ask(query, { id, name: full_name }, whole);
    expect(data).toMatchObject({ person: { id } });
    expect(data.searchPersons.nodes).toContainEqual({ id });
  });

  test('a vehicle that restricted reports alone mention is found by no plate', async () => {
    const { id, plate } = await records.first<{ id: string; plate: string }>(
      "SELECT id, plate FROM rms.vehicle WHERE handling = 'restricted' AND owner_ori = 'LANPD0000' AND plate IS NOT NULL ORDER BY id LIMIT 1",
    );
    const query = 'query ($plate: String!) { searchVehicles(plate: $plate) { nodes { id } } }';
    expect((await ask(query, { plate }, pointed)).data.searchVehicles.nodes).toEqual([]);
    expect((await ask(query, { plate }, whole)).data.searchVehicles.nodes).toContainEqual({ id });
  });

  test('a case that its caller works stands, though the report is restricted; a sealed one does not', async () => {
    const query = 'query ($number: String!) { caseStanding(number: $number) { open } }';
    const nobody = { ...detective, grants: [] };
    expect((await ask(query, { number: row.number }, nobody)).data.caseStanding).toEqual({ open: expect.any(Boolean) });
    const sealed = await records.first<{ number: string }>("SELECT number FROM rms.report WHERE handling = 'sealed' LIMIT 1");
    expect((await ask(query, sealed, nobody)).data.caseStanding).toBeNull();
  });
});
