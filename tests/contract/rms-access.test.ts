/** Who may not see what in the records system: sealed, juvenile, protected, another agency's. For every deny, an allow. */
import type { Principal } from '../../schema/principal.ts';
import { type Answer, codes, detective, everything, granted, openRecords, partner, policies, type Records } from './rms/setup.ts';

let records: Records;
const ask: Records['ask'] = (...input) => records.ask(...input);
const first: Records['first'] = (...input) => records.first(...input);

beforeAll(async () => {
  records = await openRecords();
}, 60_000);

afterAll(() => records.close());

const home = "owner_ori = 'LANPD0000'";

describe('sealed', () => {
  const query = `query ($id: ID!, $number: String!, $person: ID!, $place: [_Any!]!, $incident: [_Any!]!) {
    byId: report(id: $id) { id } byNumber: report(number: $number) { id } person(id: $person) { id }
    place: _entities(representations: $place) { ... on Place { reports(first: 50) { nodes { id } } } }
    incident: _entities(representations: $incident) { ... on Incident { reports { id } } } }`;

  const askSealed = async (principal = detective): Promise<Answer & { id: string }> => {
    const row = await first<{ id: string; number: string; place_id: string; person: string }>(
      `SELECT r.id, r.number, r.place_id, i.person_id AS person FROM rms.report r JOIN rms.involvement i ON i.report_id = r.id
       WHERE r.handling = 'sealed' AND ${home} AND NOT EXISTS
         (SELECT 1 FROM rms.involvement o WHERE o.person_id = i.person_id AND o.report_id <> r.id) ORDER BY r.id LIMIT 1`,
    );
    const variables = {
      ...row,
      place: [{ __typename: 'Place', id: row.place_id }],
      incident: [{ __typename: 'Incident', id: 'inc', number: row.number }],
    };
    return { ...(await ask(query, variables, principal)), id: row.id };
  };

  test('a sealed report, and the person whom nothing else names, do not exist, without an error', async () => {
    const { data, errors, id } = await askSealed();
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ byId: null, byNumber: null, person: null, incident: [{ reports: [] }] });
    expect(data.place[0].reports.nodes).not.toContainEqual({ id });
  });

  test('they exist with rms:sealed', async () => {
    const { data, id } = await askSealed(granted('rms:sealed'));
    expect(data).toMatchObject({
      byId: { id },
      byNumber: { id },
      person: { id: expect.any(String) },
      incident: [{ reports: [{ id }] }],
    });
    expect(data.place[0].reports.nodes).toContainEqual({ id });
  });

  test('no list, page or count shows one: pages are full, so that no gap tells of it', async () => {
    for (const principal of [detective, partner, granted('rms:sealed')]) {
      const sealed = principal.grants.includes('rms:sealed');
      const { n } = await first<{ n: number }>(
        "SELECT count(*)::int AS n FROM rms.report WHERE (owner_ori = $1 OR shared) AND (handling = 'open' OR $2 AND handling = 'sealed')",
        [principal.ori, sealed],
      );
      const sizes = await pageSizes(principal);
      expect(sizes.slice(0, -1).every((size) => size === 100)).toBe(true);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(n);
    }
  });

  const pageSizes = async (principal: Principal): Promise<number[]> => {
    const query =
      'query ($after: String) { reports(first: 100, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }';
    const sizes: number[] = [];
    let after: string | null = null;
    do {
      const { data }: Answer = await ask(query, { after }, principal);
      sizes.push(data.reports.nodes.length);
      after = data.reports.pageInfo.hasNextPage ? data.reports.pageInfo.endCursor : null;
    } while (after);
    return sizes;
  };

  test("a sealed person is left out of a report's persons, arrests and charges; the report stays", async () => {
    const { report, person } = await first<{ report: string; person: string }>(
      `SELECT i.report_id AS report, i.person_id AS person FROM rms.involvement i JOIN rms.person p ON p.id = i.person_id
       JOIN rms.report r ON r.id = i.report_id JOIN rms.offense o ON o.report_id = r.id JOIN rms.offense_charged c ON c.offense_id = o.id AND c.person_id = p.id
       WHERE p.handling = 'sealed' AND r.handling = 'open' AND r.${home} ORDER BY 1 LIMIT 1`,
    );
    const query =
      'query ($id: ID!) { report(id: $id) { involved { person { id } } arrests { person { id } } offenses { charged { id } } } }';
    const hidden = await ask(query, { id: report });
    expect(hidden.errors).toBeUndefined();
    expect(hidden.data.report).not.toBeNull();
    expect(JSON.stringify(hidden.data)).not.toContain(person);
    const shown = await ask(query, { id: report }, everything);
    expect(JSON.stringify(shown.data)).toContain(person);
  });

  test("a person's reports leave out the sealed one", async () => {
    const { person, sealed, number } = await first<{ person: string; sealed: string; number: string }>(
      `SELECT i.person_id AS person, min(r.id) AS sealed, min(r.number) AS number FROM rms.involvement i JOIN rms.report r ON r.id = i.report_id
       JOIN rms.person p ON p.id = i.person_id WHERE p.handling = 'open' AND p.${home} AND r.handling = 'open'
       GROUP BY 1 HAVING count(DISTINCT r.id) > 1 ORDER BY 1 LIMIT 1`,
    );
    await records.database.query("UPDATE rms_vendor.rpt_mst SET seal_fl = 'Y' WHERE itm_no = $1", [number]);
    const query =
      'query ($id: ID!) { person(id: $id) { reports(first: 50) { edges { node { id } } pageInfo { hasNextPage } } } }';
    const idsOf = ({ data }: Answer): string[] => data.person.reports.edges.map(({ node }: { node: { id: string } }) => node.id);
    expect(idsOf(await ask(query, { id: person }))).not.toContain(sealed);
    expect(idsOf(await ask(query, { id: person }))).not.toHaveLength(0);
    expect(idsOf(await ask(query, { id: person }, granted('rms:sealed')))).toContain(sealed);
  });
});

describe('protected persons', () => {
  interface Someone {
    id: string;
    full_name: string;
    dob: string;
    report: string;
  }
  const someone = (where: string): Promise<Someone> =>
    first<Someone>(
      `SELECT p.id, p.full_name, p.date_of_birth::text AS dob, i.report_id AS report FROM rms.person p JOIN rms.involvement i ON i.person_id = p.id
       JOIN rms.report r ON r.id = i.report_id WHERE ${where} AND p.handling <> 'sealed' AND r.handling = 'open' AND p.${home} AND p.date_of_birth IS NOT NULL
       ORDER BY p.id LIMIT 1`,
    );
  const fields = '{ fullName dateOfBirth juvenile sex }';
  const byId = `query ($id: ID!) { person(id: $id) ${fields} }`;

  test.each([
    ['a juvenile', 'p.juvenile AND NOT p.victim_protected', 'rms:juvenile', 'rms:victim-identity'],
    ['a protected victim', 'p.victim_protected AND NOT p.juvenile', 'rms:victim-identity', 'rms:juvenile'],
  ])('the name and date of birth of %s are withheld, and shown with the grant alone', async (_, where, grant, other) => {
    const { id, full_name, dob } = await someone(where);
    for (const principal of [detective, granted(other), granted('rms:sealed')]) {
      const answer = await ask(byId, { id }, principal);
      expect(answer.data.person).toMatchObject({ fullName: null, dateOfBirth: null });
      expect(codes(answer)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE', 'UNAUTHORIZED_FIELD_OR_TYPE']);
      expect(policies(answer)).toEqual([grant, grant]);
      expect(JSON.stringify(answer)).not.toContain(full_name);
      expect(JSON.stringify(answer)).not.toContain(dob);
    }
    const shown = await ask(byId, { id }, granted(grant));
    expect(shown.errors).toBeUndefined();
    expect(shown.data.person).toMatchObject({ fullName: full_name, dateOfBirth: dob });
  });

  test('who is a juvenile and a protected victim needs both grants', async () => {
    const { id, full_name } = await someone('p.juvenile AND p.victim_protected');
    for (const grant of ['rms:juvenile', 'rms:victim-identity']) {
      expect((await ask(byId, { id }, granted(grant))).data.person.fullName).toBeNull();
    }
    expect((await ask(byId, { id }, granted('rms:juvenile', 'rms:victim-identity'))).data.person.fullName).toBe(full_name);
  });

  test('no path leads to the name: report, reference, arrest, vehicle owner', async () => {
    const { id, full_name, report } = await someone('p.victim_protected');
    const { vehicle } = await first<{ vehicle: string }>(
      `WITH v AS (UPDATE rms_vendor.veh SET own_nam_seq = (SELECT source_id::int FROM rms.person WHERE id = $1)
         WHERE veh_seq = (SELECT source_id::int FROM rms.vehicle WHERE ${home} AND handling = 'open' ORDER BY id LIMIT 1) RETURNING veh_seq)
       SELECT rms.opaque_id('veh', veh_seq) AS vehicle FROM v`,
      [id],
    );
    const query = `query ($report: ID!, $references: [_Any!]!) { report(id: $report) { involved { person { id fullName } } narrative }
      _entities(representations: $references) { ... on Person { id fullName } ... on Vehicle { owner { id fullName } } } }`;
    const references = [
      { __typename: 'Person', id },
      { __typename: 'Vehicle', id: vehicle },
    ];
    const answer = await ask(query, { report, references });
    expect(answer.data._entities).toEqual([{ id, fullName: null }, { owner: { id, fullName: null } }]);
    expect(JSON.stringify(answer)).not.toContain(full_name);
    const shown = await ask(query, { report, references }, everything);
    expect(shown.data._entities).toEqual([{ id, fullName: full_name }, { owner: { id, fullName: full_name } }]);
  });

  test('the other persons of such a report keep their names', async () => {
    const { report } = await someone(
      "i.handling = 'victim' AND EXISTS (SELECT 1 FROM rms.involvement o WHERE o.report_id = r.id AND o.handling = 'open')",
    );
    const { data } = await ask('query ($id: ID!) { report(id: $id) { involved { person { fullName } } } }', { id: report });
    const names = data.report.involved.map(({ person }: { person: { fullName: string | null } }) => person.fullName);
    expect(names).toContain(null);
    expect(names.filter((name: string | null) => name !== null)).not.toHaveLength(0);
  });

  const search =
    'query ($search: PersonSearch!) { searchPersons(search: $search, first: 50) { nodes { id } edges { score } pageInfo { hasNextPage } } }';
  const found = async (input: object, principal = detective): Promise<string[]> => {
    const { data, errors } = await ask(search, { search: input }, principal);
    expect(errors).toBeUndefined();
    return data.searchPersons.nodes.map(({ id }: { id: string }) => id);
  };

  test.each([
    'p.juvenile AND NOT p.victim_protected',
    'p.victim_protected AND NOT p.juvenile',
    'p.juvenile AND p.victim_protected',
  ])('a search is no oracle for a withheld name or date: %s', async (where) => {
    const { id, full_name, dob } = await someone(where);
    for (const input of [
      { name: full_name },
      { dateOfBirth: dob },
      { name: full_name, dateOfBirth: dob },
      { name: full_name, sex: 'FEMALE' },
    ]) {
      expect(await found(input)).not.toContain(id);
      expect(await found(input, granted('rms:sealed'))).not.toContain(id);
    }
    expect(await found({ name: full_name, dateOfBirth: dob }, everything)).toContain(id);
  });

  test('nobody whose name is withheld is ever found', async () => {
    const rows = await records.database.query<{ id: string; full_name: string }>(
      "SELECT id, full_name FROM rms.person WHERE juvenile OR victim_protected OR handling = 'sealed' ORDER BY id LIMIT 60",
    );
    const hidden = new Set(rows.map(({ id }) => id));
    for (const { full_name } of rows) expect((await found({ name: full_name })).filter((id) => hidden.has(id))).toEqual([]);
  });
});

describe('agencies', () => {
  const addresses = 'query ($text: String!) { searchAddresses(text: $text, first: 50) { nodes { id } } }';

  test.each([
    ['a sealed report', "handling = 'sealed' AND shared", detective, everything],
    ["the neighbour's own report", "handling = 'open' AND owner_ori = 'LA0260000' AND NOT shared", detective, partner],
  ])('an address that only %s mentions is no address', async (_, where, without, within) => {
    const place = await first<{ id: string }>(
      `SELECT place_id AS id FROM rms.report GROUP BY 1 HAVING bool_and(${where}) ORDER BY 1 LIMIT 1`,
    );
    expect((await ask(addresses, { text: place.id }, without)).data.searchAddresses.nodes).not.toContainEqual(place);
    expect((await ask(addresses, { text: place.id }, within)).data.searchAddresses.nodes).toContainEqual(place);
  });

  test.each([
    ['a sealed report', "r.handling = 'sealed' AND v.owner_ori = 'LANPD0000'", detective, everything],
    ["the neighbour's own reports", "v.owner_ori = 'LA0260000' AND NOT v.shared AND r.handling = 'open'", detective, partner],
  ])('a plate that only %s mentions is not found', async (_, where, without, within) => {
    const { plate } = await first<{ plate: string }>(
      `SELECT v.plate FROM rms.vehicle v JOIN rms.report_vehicle j ON j.vehicle_id = v.id JOIN rms.report r ON r.id = j.report_id
       WHERE (${where}) AND (SELECT count(*) FROM rms.report_vehicle o WHERE o.vehicle_id = v.id) = 1 ORDER BY v.id LIMIT 1`,
    );
    const query = 'query ($plate: String!) { searchVehicles(plate: $plate) { nodes { plate } pageInfo { hasNextPage } } }';
    expect((await ask(query, { plate }, without)).data.searchVehicles.nodes).toEqual([]);
    expect((await ask(query, { plate }, within)).data.searchVehicles.nodes).toEqual([{ plate }]);
  });

  test("a person known from the neighbour's own reports alone does not exist here, nor in a search", async () => {
    const { id, full_name } = await first<{ id: string; full_name: string }>(
      "SELECT id, full_name FROM rms.person WHERE owner_ori = 'LA0260000' AND NOT shared AND handling = 'open' ORDER BY id LIMIT 1",
    );
    const query =
      'query ($id: ID!, $name: String!) { person(id: $id) { id } searchPersons(search: { name: $name }, first: 50) { nodes { id } } }';
    const here = await ask(query, { id, name: full_name });
    expect(here.data.person).toBeNull();
    expect(here.data.searchPersons.nodes).not.toContainEqual({ id });
    const there = await ask(query, { id, name: full_name }, partner);
    expect(there.data.person).toEqual({ id });
    expect(there.data.searchPersons.nodes).toContainEqual({ id });
  });

  test('every involvement of a visible report has its person, for either agency', async () => {
    for (const principal of [detective, partner]) {
      const { errors } = await ask(
        'query { reports(first: 100) { nodes { involved { person { id } } vehicles { id } } } }',
        {},
        principal,
      );
      expect(errors).toBeUndefined();
    }
  });
});
