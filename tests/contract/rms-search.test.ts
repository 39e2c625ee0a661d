/** Searches of the records system: persons by name and date, vehicles by plate, addresses by words. */
import { type Answer, codes, openRecords, type Records } from './rms/setup.ts';

let records: Records;
const ask: Records['ask'] = (...input) => records.ask(...input);

interface Hit {
  score: number;
  because: string[];
  node: { id: string; fullName: string; dateOfBirth: string | null };
}

const person =
  'query ($search: PersonSearch!, $first: Int, $after: String) { searchPersons(search: $search, first: $first, after: $after) { edges { cursor score because node { id fullName dateOfBirth } } pageInfo { hasNextPage endCursor } } }';
const hits = async (search: object): Promise<Hit[]> => {
  const { data, errors } = await ask(person, { search, first: 50 });
  expect(errors).toBeUndefined();
  return data.searchPersons.edges;
};

/** Somebody of this name, born that day, as an agency might have entered them. */
const enter = async (seq: number, [given, middle, surname]: [string, string | null, string], dob: string): Promise<string> => {
  const { wordKeys, wordsOf } = await import('../../subgraphs/rms/namekeys.ts');
  await records.database.query(
    "INSERT INTO rms_vendor.nmx VALUES ($1, 'NOPD', $2, $3, $4, $5, 'M', 'W', 'N', 'Y', '2022-12-01')",
    [seq, surname, given, middle, dob],
  );
  await records.database.query(
    "INSERT INTO rms_vendor.inv SELECT $1, rpt_seq, $1, 'WIT', 90, NULL, 'N', 'N', '', NULL FROM rms_vendor.rpt_mst WHERE itm_no = 'B-24020-22'",
    [seq],
  );
  for (const word of wordsOf([given, middle, surname].join(' '))) {
    await records.database.query('INSERT INTO rms_vendor.nmx_wrd (nam_seq, wrd) VALUES ($1, $2)', [seq, word]);
    for (const { kind, key } of wordKeys(word)) {
      await records.database.query(
        'INSERT INTO rms_vendor.wrd_key (wrd, key_typ, key_val) SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT 1 FROM rms_vendor.wrd_key WHERE wrd = $1 AND key_typ = $2 AND key_val = $3)',
        [word, kind, key],
      );
    }
  }
  const { id } = await records.first<{ id: string }>("SELECT rms.opaque_id('per', $1::int) AS id", [seq]);
  return id;
};

let thibodeaux: string;

beforeAll(async () => {
  records = await openRecords();
  thibodeaux = await enter(900_001, ['WILLIAM', 'ALOYSIUS', 'THIBODEAUX'], '1984-03-17');
}, 60_000);

afterAll(() => records.close());

describe('persons', () => {
  test.each([
    ['William Aloysius Thibodeaux', 'exact'],
    ['Thibodeaux, William', 'exact'],
    ['thibodeaux aloysius william', 'exact'],
    ['Bill Thibodeaux', 'nickname'],
    ['Willie Thibodeaux', 'nickname'],
    ['W Thibodeaux', 'initial'],
    ['W. A. Thibodeaux', 'initial'],
    ['William Tibodeaux', 'spelling'],
    ['William Thibodaeux', 'spelling'],
    ['William Tibodo', 'phonetic'],
    ['Thibodeaux', 'exact'],
  ])('%p finds William Aloysius Thibodeaux and says %s', async (name, reason) => {
    const hit = (await hits({ name })).find(({ node }) => node.id === thibodeaux);
    expect(hit?.because).toContain(reason);
    expect(hit?.score).toBeGreaterThan(0.5);
    expect(hit?.score).toBeLessThanOrEqual(1);
  });

  test.each(['Robert Thibodeaux', 'William Boudreaux', 'Zzyzx Qwrtp'])('%p does not find him', async (name) => {
    expect((await hits({ name })).map(({ node }) => node.id)).not.toContain(thibodeaux);
  });

  test('the same name and date score 1, anything less scores less, and the ranking goes down', async () => {
    const exact = await hits({ name: 'William Aloysius Thibodeaux', dateOfBirth: '1984-03-17' });
    expect(exact[0]).toMatchObject({
      score: 1,
      because: ['exact', 'date of birth'],
      node: { id: thibodeaux, dateOfBirth: '1984-03-17' },
    });
    const nickname = await hits({ name: 'Bill Aloysius Thibodeaux', dateOfBirth: '1984-03-17' });
    expect(nickname[0]?.score).toBeLessThan(1);
    const scores = (await hits({ name: 'John Williams' })).map(({ score }) => score);
    expect(scores.length).toBeGreaterThan(3);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  test.each([
    ['1984-03-17', 0, true],
    ['1984-03-20', 0, false],
    ['1984-03-20', 3, true],
    ['1984-03-21', 3, false],
    ['1984-03-14', 3, true],
  ])('born %s within %i days: found is %p', async (dateOfBirth, dateOfBirthToleranceDays, expected) => {
    const ids = async (input: object) =>
      (await hits({ ...input, dateOfBirth, dateOfBirthToleranceDays })).map(({ node }) => node.id);
    expect((await ids({ name: 'thibodeaux' })).includes(thibodeaux)).toBe(expected);
    expect((await ids({})).includes(thibodeaux)).toBe(expected);
  });

  test('sex narrows the search', async () => {
    expect((await hits({ name: 'thibodeaux', sex: 'male' })).map(({ node }) => node.id)).toContain(thibodeaux);
    expect((await hits({ name: 'thibodeaux', sex: 'FEMALE' })).map(({ node }) => node.id)).not.toContain(thibodeaux);
  });

  test('pages follow on in the ranking, without loss or repetition', async () => {
    const all = (await hits({ name: 'Williams' })).map(({ node }) => node.id);
    const paged: string[] = [];
    let after: string | null = null;
    do {
      const { data }: Answer = await ask(person, { search: { name: 'Williams' }, first: 7, after });
      paged.push(...data.searchPersons.edges.map(({ node }: Hit) => node.id));
      after = data.searchPersons.pageInfo.hasNextPage ? data.searchPersons.pageInfo.endCursor : null;
    } while (after && paged.length < 50);
    expect(all.length).toBeGreaterThan(20);
    expect(paged.slice(0, all.length)).toEqual(all);
    expect(new Set(paged).size).toBe(paged.length);
  });

  test.each([
    [{}],
    [{ name: '  ' }],
    [{ name: 'J' }],
    [{ name: 'x'.repeat(101) }],
    [{ dateOfBirth: '1984-03-17', dateOfBirthToleranceDays: 367 }],
    [{ name: 'smith', dateOfBirth: '1984-03-17', dateOfBirthToleranceDays: 3661 }],
    [{ name: 'smith', dateOfBirthToleranceDays: -1 }],
  ])('a search that is too wide is refused %#', async (search) => {
    expect(codes(await ask(person, { search }))).toEqual(['BAD_USER_INPUT']);
  });

  test.each(["'; DROP SCHEMA rms CASCADE; --", '%', '\\', '"}]', '🙂 smith'])(
    'signs in a name are only signs: %p',
    async (name) => {
      const { errors = [] } = await ask(person, { search: { name } });
      expect(errors.filter(({ extensions }) => extensions.code !== 'BAD_USER_INPUT')).toEqual([]);
      expect(await records.first('SELECT count(*)::int AS n FROM rms.report')).toEqual({ n: 2425 });
    },
  );
});

describe('plates', () => {
  const plates = async (plate: string): Promise<string[]> => {
    const { data, errors } = await ask(
      'query ($plate: String!) { searchVehicles(plate: $plate, first: 50) { nodes { plate involvement } } }',
      { plate },
    );
    expect(errors).toBeUndefined();
    return data.searchVehicles.nodes.map((node: { plate: string }) => node.plate);
  };

  test('a plate is found whole, by wildcards, and with O for 0', async () => {
    const { plate } = await records.first<{ plate: string }>(
      "SELECT plate FROM rms.vehicle WHERE plate LIKE '%0%O%' AND handling = 'open' AND owner_ori = 'LANPD0000' ORDER BY id LIMIT 1",
    );
    const swapped = plate.replace(/[0O]/g, (sign) => (sign === '0' ? 'o' : '0')).replace(' ', '-');
    for (const asked of [
      plate,
      plate.toLowerCase().replace(' ', ''),
      swapped,
      `${plate.slice(0, 3)}*`,
      `*${plate.slice(4)}`,
      `${plate.slice(0, 5)}??`,
    ]) {
      expect(await plates(asked)).toContain(plate);
    }
    expect(await plates(plate.slice(0, 5))).not.toContain(plate);
    expect(await plates(`${plate.slice(0, 5)}?`)).not.toContain(plate);
  });

  test.each(['%%', '__', '1%', '\\_'])("LIKE's own signs are no wildcards: %p", async (plate) => {
    const { data } = await ask('query ($plate: String!) { searchVehicles(plate: $plate) { nodes { plate } } }', { plate });
    expect(data?.searchVehicles?.nodes ?? []).toEqual([]);
  });

  test.each(['*', '1*', '', '??'])('a plate that says too little is refused: %p', async (plate) => {
    expect(codes(await ask('query ($plate: String!) { searchVehicles(plate: $plate) { nodes { plate } } }', { plate }))).toEqual([
      'BAD_USER_INPUT',
    ]);
  });
});

describe('addresses', () => {
  const addresses =
    'query ($text: String!, $first: Int, $after: String) { searchAddresses(text: $text, first: $first, after: $after) { nodes { id address district reports(first: 5) { nodes { number } } } pageInfo { hasNextPage endCursor } } }';

  test.each(['carondelet 001xx', '001XX Carondelet St', 'ST   carondel 001'])(
    '%p finds the block of Carondelet Street',
    async (text) => {
      const { data } = await ask(addresses, { text });
      expect(data.searchAddresses.nodes.map(({ id }: { id: string }) => id)).toContain('001XX CARONDELET ST');
    },
  );

  test('another block is not it, and every place has a report', async () => {
    const { data } = await ask(addresses, { text: 'bourbon', first: 50 });
    const nodes: { id: string; reports: { nodes: unknown[] } }[] = data.searchAddresses.nodes;
    expect(nodes.length).toBeGreaterThan(10);
    expect(nodes.every(({ id, reports }) => id.includes('BOURBON') && reports.nodes.length > 0)).toBe(true);
  });

  test('pages follow on', async () => {
    const all = (await ask(addresses, { text: 'canal', first: 50 })).data.searchAddresses.nodes;
    const one = (await ask(addresses, { text: 'canal', first: 3 })).data.searchAddresses;
    const two = (await ask(addresses, { text: 'canal', first: 3, after: one.pageInfo.endCursor })).data.searchAddresses;
    expect([...one.nodes, ...two.nodes]).toEqual(all.slice(0, 6));
  });

  test.each(['%', '_a', 'c_nal', '100%'])("LIKE's own signs stand for themselves: %p", async (text) => {
    const { data } = await ask(addresses, { text });
    expect(data?.searchAddresses?.nodes ?? []).toEqual([]);
  });
});
