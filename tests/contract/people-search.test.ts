/** What people search promises: who may ask, what is asked of whom, what it costs, and what the ledger keeps of it. */
import { readFileSync } from 'node:fs';
import { anonymous, type Principal } from '../../schema/principal.ts';
import { load } from '../../subgraphs/people-search/demo/load.ts';
import { disagreementOf, personsFor } from '../../subgraphs/people-search/demo/persons.ts';
import { describeOn, type ScratchDatabase, scratchDatabase } from '../setup/services.ts';
import { atBoth, detective, openStand, plain, type Stand, someone, unmasked } from '../unit/people-search/stand.ts';

let stand: Stand;
beforeEach(async () => {
  stand = await openStand();
});
afterEach(() => stand.close());

const leads = 'leads { vendor vendorRecordId names }';
const ledger = () =>
  stand.database.query<Record<string, unknown>>('SELECT * FROM people_search.search_ledger ORDER BY asked_at, vendor');

describe('who may ask', () => {
  test.each([
    ['no purpose', { purpose: undefined }, 'PURPOSE_REQUIRED'],
    ['no case number', { caseNumber: undefined }, 'CASE_NUMBER_REQUIRED'],
    ['an empty case number', { caseNumber: ' ' }, 'CASE_NUMBER_REQUIRED'],
    ['an employment purpose', { purpose: 'J' }, 'UNAUTHORIZED_FIELD_OR_TYPE'],
    ['a dispatch purpose', { purpose: 'DISPATCH' }, 'UNAUTHORIZED_FIELD_OR_TYPE'],
    ['no grant', { grants: ['rms:persons'] }, 'UNAUTHORIZED_FIELD_OR_TYPE'],
    ['nobody', anonymous, 'UNAUTHORIZED_FIELD_OR_TYPE'],
  ])('with %s nothing is asked, nothing is billed and nothing is booked', async (_, changes, code) => {
    const { person, errors } = await stand.person(`${leads} mergedLead { names { value } }`, plain, {
      ...detective,
      ...changes,
    } as Principal);
    expect(person).toEqual({ leads: null, mergedLead: null });
    expect(errors.map((error) => error.code)).toEqual([code, code]);
    const { data } = await stand.ask('{ searchLeads(search: { phone: "5045550123" }) { leads { vendor } } }', {}, {
      ...detective,
      ...changes,
    } as Principal);
    expect(data).toEqual({ searchLeads: null });
    expect(stand.vendors.requests('RecordTrace') + stand.vendors.requests('PeopleLink')).toBe(0);
    expect(
      (await stand.database.query<{ at: string | null }>(`SELECT to_regclass('people_search.search')::text AS at`))[0]?.at,
    ).toBeNull();
  });

  test('with grant, purpose and case both vendors are asked, under the codes of the purpose', async () => {
    const { person, errors } = await stand.person(leads, plain);
    expect(errors).toEqual([]);
    expect(person?.leads.map(({ vendor }: { vendor: string }) => vendor)).toEqual(['RecordTrace', 'PeopleLink']);
    expect(stand.vendors.bills()).toMatchObject([
      { vendor: 'RecordTrace', dppa: 1, glb: 1, ssnMask: 'LAST4', chargedCents: 45 },
      { vendor: 'PeopleLink', dppa: 1, glb: 1, ssnMask: 'LAST4', chargedCents: 60 },
    ]);
  });

  test.each([
    [{ fullName: null, dateOfBirth: '1984-05-17' }, 'UNAUTHORIZED_FIELD_OR_TYPE'],
    [{ fullName: plain.fullName, dateOfBirth: null }, 'SEARCH_INSUFFICIENT'],
    [{}, 'UNAUTHORIZED_FIELD_OR_TYPE'],
  ])('a person of whom the caller sees only %j is not searched for: %s', async (seen, code) => {
    const { person, errors } = await stand.person(`${leads} mergedLead { names { value } }`, seen);
    expect(person).toEqual({ leads: null, mergedLead: null });
    expect(errors.map((error) => error.code)).toEqual([code, code]);
    expect(stand.vendors.bills()).toEqual([]);
  });
});

describe('what a search costs', () => {
  const terms = '{ leadTerms { vendor priceCents dppa glba } }';

  test('and is permitted as can be read before it, which asks nobody and is free', async () => {
    const { data } = await stand.ask(terms, {}, detective);
    expect(data).toEqual({
      leadTerms: [
        { vendor: 'RecordTrace', priceCents: 45, dppa: 1, glba: 1 },
        { vendor: 'PeopleLink', priceCents: 60, dppa: 1, glba: 1 },
      ],
    });
    expect(stand.vendors.requests('RecordTrace') + stand.vendors.requests('PeopleLink')).toBe(0);
  });

  test('is told to nobody who may not search', async () => {
    const answer = await stand.ask(terms, {}, { ...detective, purpose: 'F' });
    expect(answer.data).toEqual({ leadTerms: null });
  });

  test('a hundred at once who ask the same cost one bill a vendor', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => stand.person(leads, plain)));
    expect(answers.every(({ person, errors }) => person?.leads.length === 2 && errors.length === 0)).toBe(true);
    expect(stand.vendors.bills('RecordTrace')).toHaveLength(1);
    expect(stand.vendors.bills('PeopleLink')).toHaveLength(1);
    expect(stand.vendors.requests('RecordTrace')).toBe(1);
  });

  test('a question spelled differently, or a case number, is the same search', async () => {
    await stand.person(leads, plain);
    await stand.person(
      leads,
      { ...plain, fullName: ` ${plain.fullName.toUpperCase()}. ` },
      { ...detective, caseNumber: 'b2402022' },
    );
    expect(stand.vendors.bills()).toHaveLength(2);
  });

  test.each<[string, Partial<Principal>]>([
    ['purpose', { purpose: 'D' }],
    ['user', { subject: 'detective-8' }],
    ['case', { caseNumber: 'A-00001-22' }],
    ['agency', { ori: 'LA0260000' }],
    ['agency asked for', { onBehalfOf: 'LA0260000' }],
  ])('another %s is another search, and gets no answer that was given for the first', async (_, changes) => {
    await Promise.all([stand.person(leads, plain), stand.person(leads, plain, { ...detective, ...changes })]);
    expect(stand.vendors.bills('RecordTrace')).toHaveLength(2);
    expect(new Set(stand.vendors.bills().map(({ referenceCode }) => referenceCode)).size).toBe(4);
  });

  test('an answer serves for fifteen minutes, then the search is a new one', async () => {
    await stand.person(leads, plain);
    stand.pass(14 * 60_000);
    await stand.person(leads, plain);
    expect(stand.vendors.bills()).toHaveLength(2);
    stand.pass(2 * 60_000);
    await stand.person(leads, plain);
    expect(stand.vendors.bills()).toHaveLength(4);
  });

  test('both fields of a person cost one search a vendor, though one of them wants the full number', async () => {
    const { person } = await stand.person(
      'leads { ssn } mergedLead { names { value } } one: leads(vendors: ["PeopleLink"]) { names }',
      plain,
      unmasked,
    );
    expect(person?.leads).toHaveLength(2);
    expect(stand.vendors.bills()).toHaveLength(2);
  });

  test('only the vendors that were named are asked', async () => {
    const { person } = await stand.person('leads(vendors: ["PeopleLink"]) { vendor }', plain);
    expect(person?.leads).toEqual([{ vendor: 'PeopleLink' }]);
    expect(stand.vendors.requests('RecordTrace')).toBe(0);
    expect((await stand.person('leads(vendors: []) { vendor }', plain)).person?.leads).toEqual([]);
    const unknown = await stand.person('leads(vendors: ["Nobody"]) { vendor }', plain);
    expect(unknown.errors).toMatchObject([{ code: 'BAD_USER_INPUT', message: '"vendors" takes RecordTrace and PeopleLink.' }]);
  });

  test('after a restart the same search is asked under the same reference code and costs nothing more', async () => {
    await stand.person(leads, plain);
    await stand.restart();
    const { data } = await stand.ask(search, { search: { name: plain.fullName, dateOfBirth: plain.dateOfBirth } });
    expect(data?.searchLeads.vendors).toMatchObject([
      { chargedCents: 0, state: 'ANSWERED' },
      { chargedCents: 0, state: 'ANSWERED' },
    ]);
    expect(stand.vendors.bills()).toHaveLength(2);
    const booked = (await ledger()).map(({ vendor, attempts, charged_cents }) => [vendor, attempts, charged_cents]);
    expect(booked.sort()).toEqual([
      ['PeopleLink', 2, 60],
      ['RecordTrace', 2, 45],
    ]);
  });

  test('a search that a crash cut off before its outcome was booked is taken up under its reference code', async () => {
    stand.intercept((sql) => {
      if (sql.includes('charged_cents = greatest')) throw new Error('crashed');
    });
    expect((await stand.person(leads, plain)).person?.leads).toHaveLength(2); // It was paid for, so it is shown.
    stand.intercept(undefined);
    expect((await ledger()).map(({ outcome }) => outcome)).toEqual(['OPEN', 'OPEN']);
    await stand.restart();
    await stand.person(leads, plain);
    expect(stand.vendors.bills()).toHaveLength(2);
    expect((await ledger()).map(({ outcome }) => outcome)).toEqual(['ANSWERED', 'ANSWERED']);
  });

  test('two processes that ask the same at once cost one bill a vendor', async () => {
    const other = await stand.another();
    try {
      const asked = { name: plain.fullName, dateOfBirth: plain.dateOfBirth };
      const [one, two] = await Promise.all(
        [stand.source, other].map((source) => source.reader(detective).search(asked, { fullSsn: false })),
      );
      expect(one?.map(({ records }) => records)).toEqual(two?.map(({ records }) => records));
      expect(stand.vendors.bills()).toHaveLength(2);
    } finally {
      await other.close();
    }
  });

  test('an open intent older than the vendors remember is given up, and a new code is used', async () => {
    stand.vendors.fail('down');
    await stand.person(leads, plain);
    stand.vendors.fail();
    stand.pass(25 * 3_600_000);
    await stand.person(leads, plain);
    expect((await ledger()).map(({ outcome }) => outcome).sort()).toEqual(['ABANDONED', 'ABANDONED', 'ANSWERED', 'ANSWERED']);
  });
});

describe('the full social security number', () => {
  const selections = ['leads { ssn }', 'leads { x: ssn }', 'leads { ...F }', 'leads { ... on Lead { ssn @include(if: true) } }'];

  test.each(selections)('is asked of the vendors when granted and selected by %s', async (fields) => {
    const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Person { ${fields} } } } ${fields.includes('F') ? 'fragment F on Lead { ssn }' : ''}`;
    const { data } = await stand.ask(query, { r: [{ __typename: 'Person', id: 'p', ...plain }] }, unmasked);
    expect(stand.vendors.bills().map(({ ssnMask }) => ssnMask)).toEqual(['NONE', 'NONE']);
    const [person] = plain.persons;
    expect(JSON.stringify(data)).toContain(person?.ssn);
  });

  test('is not asked of the vendors when granted but not selected, or skipped', async () => {
    await stand.person('leads { ssnLast4 ssn @skip(if: true) }', plain, unmasked);
    expect(stand.vendors.bills().map(({ ssnMask }) => ssnMask)).toEqual(['LAST4', 'LAST4']);
  });

  test('is not asked of the vendors when selected but not granted: the last four are shown, the rest is withheld', async () => {
    const { person, errors } = await stand.person('leads { ssnLast4 ssn }', plain);
    expect(stand.vendors.bills().map(({ ssnMask }) => ssnMask)).toEqual(['LAST4', 'LAST4']);
    const last4 = plain.persons[0]?.ssn.slice(-4);
    expect(person?.leads).toEqual([
      { ssnLast4: last4, ssn: null },
      { ssnLast4: last4, ssn: null },
    ]);
    expect(errors.map(({ code }) => code)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE', 'UNAUTHORIZED_FIELD_OR_TYPE']);
  });

  test('an answer with full numbers never serves a search that may not see them', async () => {
    await stand.person('leads { ssn }', plain, unmasked);
    await stand.person('leads { ssnLast4 }', plain);
    expect(
      stand.vendors
        .bills()
        .map(({ ssnMask }) => ssnMask)
        .sort(),
    ).toEqual(['LAST4', 'LAST4', 'NONE', 'NONE']);
  });
});

const search = `query($search: LeadSearch!) { searchLeads(search: $search) {
  leads { vendor names dateOfBirth phones { number } addresses { address } } merged { phones { value vendors } contradictions { field } }
  vendors { vendor state chargedCents records }
} }`;

describe('searchLeads', () => {
  test('says how each vendor ended and what it cost; asked again, it costs nothing', async () => {
    const asked = { search: { name: plain.fullName, dateOfBirth: plain.dateOfBirth } };
    const first = await stand.ask(search, asked);
    expect(first.data?.searchLeads.vendors).toEqual([
      { vendor: 'RecordTrace', state: 'ANSWERED', chargedCents: 45, records: 1 },
      { vendor: 'PeopleLink', state: 'ANSWERED', chargedCents: 60, records: 1 },
    ]);
    const again = await stand.ask(search, asked);
    expect(again.data?.searchLeads.vendors.map(({ chargedCents }: { chargedCents: number }) => chargedCents)).toEqual([0, 0]);
    expect(again.data?.searchLeads.leads).toEqual(first.data?.searchLeads.leads);
  });

  test.each([
    ['slow', 'TIMED_OUT'],
    ['throttle', 'RATE_LIMITED'],
    ['error', 'FAILED'],
    ['malformed', 'FAILED'],
  ] as const)('a vendor that fails by %s is %s, and the other is shown', async (fault, state) => {
    await stand.restart({ PEOPLE_SEARCH_TIMEOUT_MS: '700' });
    stand.vendors.fail(fault, { vendor: 'RecordTrace' });
    const { data } = await stand.ask(search, { search: { name: plain.fullName, dateOfBirth: plain.dateOfBirth } });
    expect(data?.searchLeads.vendors).toEqual([
      { vendor: 'RecordTrace', state, chargedCents: 0, records: 0 },
      { vendor: 'PeopleLink', state: 'ANSWERED', chargedCents: 60, records: 1 },
    ]);
    expect(data?.searchLeads.leads).toHaveLength(1);
  });

  test('nobody found is an answer, and a cheaper one', async () => {
    const nobody = someone(({ persons }) => persons.length === 0);
    const { data } = await stand.ask(search, { search: { name: nobody.fullName, dateOfBirth: nobody.dateOfBirth } });
    expect(data?.searchLeads).toMatchObject({
      leads: [],
      merged: null,
      vendors: [
        { state: 'NO_HIT', chargedCents: 5 },
        { state: 'NO_HIT', chargedCents: 6 },
      ],
    });
  });

  test('finds by a telephone number in any spelling', async () => {
    const digits = Array.from({ length: 100 }, (_, at) => `50455501${String(at).padStart(2, '0')}`).find((phone) => {
      const persons = personsFor({ phone });
      return persons.length === 1 && persons.every((person) => !disagreementOf('RecordTrace', person).missing);
    });
    const { data } = await stand.ask(search, {
      search: { phone: `(${digits?.slice(0, 3)}) ${digits?.slice(3, 6)}-${digits?.slice(6)}`, vendors: ['RecordTrace'] },
    });
    expect(data?.searchLeads.leads[0].phones).toContainEqual({ number: `+1${digits}` });
  });

  test.each([
    [{}],
    [{ name: 'Jo' }],
    [{ name: 'Jo', dateOfBirth: '1990-02-30' }],
    [{ phone: '12' }],
    [{ name: '<x>&', vendors: ['RecordTrace'] }],
  ])('%j is refused, and nobody is asked', async (asked) => {
    const { errors } = await stand.ask(search, { search: asked });
    expect(errors?.[0]?.extensions.code ?? 'BAD_USER_INPUT').toBe('BAD_USER_INPUT');
    expect(errors).toHaveLength(1);
    expect(stand.vendors.requests('RecordTrace') + stand.vendors.requests('PeopleLink')).toBe(0);
  });

  test('a name with markup in it stays a name on both wires', async () => {
    const { data } = await stand.ask(search, { search: { name: '<Full>O\'Mark & "Up"</Full>', dateOfBirth: '1980-01-02' } });
    expect(data?.searchLeads.vendors.every(({ state }: { state: string }) => ['ANSWERED', 'NO_HIT'].includes(state))).toBe(true);
    const expected = personsFor({ name: '<Full>O\'Mark & "Up"</Full>', dateOfBirth: '1980-01-02' });
    expect(data?.searchLeads.leads.length).toBeLessThanOrEqual(expected.length * 2);
  });
});

describe('the merged lead', () => {
  const differing = (field: 'birthDateOffByOne' | 'misspelled' | 'oldAddress') =>
    someone((known) => {
      const [person] = known.persons;
      if (!atBoth(known) || !person) return false;
      const [a, b] = [disagreementOf('RecordTrace', person), disagreementOf('PeopleLink', person)];
      return field === 'oldAddress' ? b.oldAddress : a[field] !== b[field];
    });

  test.each([
    ['birthDateOffByOne', 'dateOfBirth'],
    ['misspelled', 'names'],
    ['oldAddress', 'currentAddress'],
  ] as const)('shows both sides where the vendors differ by %s', async (by, field) => {
    const { person } = await stand.person('mergedLead { contradictions { field values { value vendors } } }', differing(by));
    const found = person?.mergedLead.contradictions.find((one: { field: string }) => one.field === field);
    expect(found.values.flatMap(({ vendors }: { vendors: string[] }) => vendors)).toEqual(
      expect.arrayContaining(['RecordTrace', 'PeopleLink']),
    );
    expect(found.values.length).toBeGreaterThan(1);
  });

  test('says which vendor it lacks; with nothing found and a vendor away it is an error, not a finding', async () => {
    const fields = 'mergedLead { names { vendors } vendors { vendor state } }';
    stand.vendors.fail('down', { vendor: 'PeopleLink' });
    const { person, errors } = await stand.person(fields, plain);
    expect(errors).toEqual([]);
    expect(person?.mergedLead.vendors).toEqual([
      { vendor: 'RecordTrace', state: 'ANSWERED' },
      { vendor: 'PeopleLink', state: 'FAILED' },
    ]);
    const nobody = await stand.person(
      fields,
      someone(({ persons }) => persons.length === 0),
    );
    expect(nobody).toMatchObject({
      person: { mergedLead: null },
      errors: [{ code: 'SOURCE_UNAVAILABLE', vendor: 'PeopleLink' }],
    });
  });

  test('is null where no vendor holds anything', async () => {
    const nobody = someone(({ persons }) => persons.length === 0);
    expect(await stand.person('mergedLead { names { value } } leads { vendor }', nobody)).toEqual({
      person: { mergedLead: null, leads: [] },
      errors: [],
    });
  });
});

test('an installation without any vendor says so, and asks nobody', async () => {
  await stand.restart({ PEOPLE_SEARCH_RECORDTRACE_URL: '', PEOPLE_SEARCH_PEOPLELINK_URL: '' });
  const { person, errors } = await stand.person(leads, plain);
  expect(person?.leads).toBeNull();
  expect(errors).toMatchObject([{ code: 'SOURCE_UNAVAILABLE', message: 'No commercial database is configured.' }]);
  expect(await stand.source.check()).toEqual({ detail: 'No commercial database is configured.' });
});

describe('the ledger', () => {
  test('has the view of the contract, column by column', async () => {
    const columns = () =>
      stand.database.query(
        `SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'people_search' AND table_name = 'search_ledger' ORDER BY ordinal_position`,
      );
    await load({ database: stand.database, rejects: '', report: () => {} });
    const made = await columns();
    await stand.database.exec('DROP SCHEMA people_search CASCADE');
    await stand.database.exec(readFileSync(new URL('../../subgraphs/people-search/contract.sql', import.meta.url), 'utf8'));
    expect(made).toEqual(await columns());
    expect(made.length).toBeGreaterThan(10);
    await stand.database.exec('DROP SCHEMA people_search CASCADE');
  });

  test('is kept when the demo is loaded again', async () => {
    await stand.person(leads, plain);
    await load({ database: stand.database, rejects: '', report: () => {} });
    expect(await ledger()).toHaveLength(2);
  });

  test('holds why and for whom, and never who was searched for', async () => {
    await stand.person('leads { ssn names }', plain, unmasked);
    const rows = await stand.database.query('SELECT * FROM people_search.search');
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      purpose: 'C',
      dppa_purpose: 1,
      glb_purpose: 1,
      subject: 'detective-7',
      agency_ori: 'LANPD0000',
      operation_id: 'operation-1',
    });
    const text = JSON.stringify(rows).toLowerCase();
    const secrets = [...plain.fullName.split(' '), plain.dateOfBirth, 'B2402022', 'B-24020-22', plain.persons[0]?.ssn ?? 'none'];
    for (const secret of secrets) expect(text).not.toContain(secret.toLowerCase());
  });

  test('has the intent before the vendor is asked, and the outcome after', async () => {
    const order: string[] = [];
    stand.intercept((sql) => {
      if (sql.includes('INSERT INTO people_search.search ')) order.push(`intent, asked ${stand.vendors.requests('RecordTrace')}`);
      if (sql.includes('charged_cents = greatest')) order.push(`outcome, asked ${stand.vendors.requests('RecordTrace')}`);
    });
    await stand.person('leads(vendors: ["RecordTrace"]) { vendor }', plain);
    expect(order).toEqual(['intent, asked 0', 'outcome, asked 1']);
  });

  test('being away stops every search before it is asked', async () => {
    stand.intercept(() => {
      throw new Error('away');
    });
    const { person, errors } = await stand.person(leads, plain);
    expect(person?.leads).toBeNull();
    expect(errors).toMatchObject([{ code: 'AUDIT_UNAVAILABLE' }]);
    await expect(stand.source.check()).rejects.toThrow();
    expect(stand.vendors.bills()).toEqual([]);
    stand.intercept(undefined);
    expect((await stand.person(leads, plain)).errors).toEqual([]);
  });

  test('tells the source when it last had something to do', async () => {
    expect((await stand.source.check()).lastEventAt).toBeUndefined();
    await stand.person(leads, plain);
    expect((await stand.source.check()).lastEventAt).toBeInstanceOf(Date);
  });
});

test('every value of a lead is of a kind that nobody has, and says so', async () => {
  const known = someone((one) => atBoth(one, 2));
  const { person } = await stand.person(
    'leads { ssn phones { number } emails provenance { source synthetic derived } retrievedAt dateOfBirth }',
    known,
    unmasked,
  );
  expect(person?.leads).toHaveLength(4);
  for (const lead of person?.leads ?? []) {
    expect(lead.ssn).toMatch(/^(000|666|9\d\d-(0[1-9]|[1-4]\d))/);
    for (const { number } of lead.phones) expect(number).toMatch(/^\+1\d{3}55501\d\d$/);
    for (const email of lead.emails) expect(email).toMatch(/@example\.(org|net)$/i);
    expect(lead.provenance).toEqual({ source: 'people-search', synthetic: true, derived: false });
    expect(lead.dateOfBirth).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  }
});

describeOn('postgres', 'the ledger on a PostgreSQL of its own', () => {
  let scratch: ScratchDatabase;
  beforeAll(async () => {
    scratch = await scratchDatabase();
  });
  afterAll(() => scratch.drop());

  test('is made once by processes that start together, and holds them to one bill a vendor', async () => {
    const settings = { PEOPLE_SEARCH_LEDGER_URL: scratch.url };
    await stand.restart(settings);
    const others = await Promise.all([stand.another(settings), stand.another(settings), stand.another(settings)]);
    try {
      const asked = { name: plain.fullName, dateOfBirth: plain.dateOfBirth };
      const sources = [stand.source, ...others];
      const outcomes = await Promise.all(sources.map((source) => source.reader(detective).search(asked, { fullSsn: false })));
      expect(outcomes.flat().every(({ state }) => state === 'ANSWERED')).toBe(true);
      expect(stand.vendors.bills()).toHaveLength(2);
      expect(stand.vendors.requests('RecordTrace')).toBe(4);
      expect(await stand.database.query(`SELECT to_regclass('people_search.search')::text AS at`)).toEqual([{ at: null }]);
    } finally {
      await Promise.all(others.map((other) => other.close()));
    }
  });
});
