/** Persons and what joins them: associates, likenesses, phones, places, and reports followed live; under the row rules, in constant statements. */
import { type ExecutionResult, parse, subscribe } from 'graphql';
import type { Principal } from '../../schema/principal.ts';
import { buildSchema } from '../../subgraphs/kit/serve.ts';
import type { Context } from '../../subgraphs/kit/system.ts';
import { rms } from '../../subgraphs/rms/index.ts';
import type { RmsReader } from '../../subgraphs/rms/source.ts';
import { detective, everything, openRecords, partner, type Records } from './rms/setup.ts';

let records: Records;
beforeAll(async () => {
  records = await openRecords();
}, 120_000);
afterAll(() => records.close());

const associates = `query ($id: ID!, $first: Int, $after: String) { person(id: $id) { associates(first: $first, after: $after) {
  edges { sharedReports node { id } shared { report { id involved { role person { id } } } roles associateRoles } }
  nodes { id } pageInfo { hasNextPage endCursor } } } }`;

interface Edge {
  sharedReports: number;
  node: { id: string };
  shared: {
    report: { id: string; involved: { role: string; person: { id: string } }[] };
    roles: string[];
    associateRoles: string[];
  }[];
}

/** A person in several reports, with others in them. */
const somebody = (more = ''): Promise<{ id: string }> =>
  records.first(`SELECT p.id FROM rms.person p JOIN rms.involvement a ON a.person_id = p.id JOIN rms.involvement b ON b.report_id = a.report_id
    JOIN rms.report r ON r.id = a.report_id
    WHERE b.person_id <> a.person_id AND p.handling = 'open' AND p.owner_ori = 'LANPD0000' AND r.handling = 'open' ${more}
    GROUP BY p.id HAVING count(DISTINCT a.report_id) > 1 AND count(DISTINCT b.person_id) > 2 ORDER BY p.id LIMIT 1`);

test('associates are those named in the same reports, with the parts that the reports themselves give', async () => {
  const { id } = await somebody();
  const { data, errors } = await records.ask(associates, { id, first: 50 });
  expect(errors).toBeUndefined();
  const { edges } = data.person.associates as { edges: Edge[] };
  expect(edges.length).toBeGreaterThan(2);
  for (const { node, sharedReports, shared } of edges) {
    expect(shared).toHaveLength(Math.min(10, sharedReports));
    for (const { report, roles, associateRoles } of shared) {
      const of = (person: string) => report.involved.filter((part) => part.person.id === person).map(({ role }) => role);
      expect([...new Set(of(id))].sort()).toEqual([...roles].sort());
      expect([...new Set(of(node.id))].sort()).toEqual([...associateRoles].sort());
    }
  }
  const counts = edges.map(({ sharedReports }) => sharedReports);
  expect(counts).toEqual(counts.toSorted((a, b) => b - a));
});

test('associates page without loss', async () => {
  const { id } = await somebody();
  const whole = (await records.ask(associates, { id, first: 50 })).data.person.associates.nodes.map(
    (node: { id: string }) => node.id,
  );
  const paged: string[] = [];
  let after: string | null = null;
  do {
    const page: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } = (
      await records.ask(associates, { id, first: 2, after })
    ).data.person.associates;
    paged.push(...page.nodes.map((node) => node.id));
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after);
  expect(paged).toEqual(whole);
  expect((await records.ask(associates, { id, after: 'WyJ4IiwieSJd' })).errors?.[0]?.extensions.code).toBe('CURSOR_INVALID');
});

test('nobody is associated by a report that is sealed, or by a part in it that is', async () => {
  const { id } = await somebody();
  const count = async (principal: Principal): Promise<number> =>
    (await records.ask(associates, { id, first: 50 }, principal)).data.person.associates.nodes.length;
  const before = await count(detective);
  const all = await count(everything);
  await records.database.query(
    `UPDATE rms_vendor.rpt_mst SET seal_fl = 'Y' WHERE rpt_seq IN (SELECT v.rpt_seq FROM rms_vendor.inv v WHERE rms.opaque_id('per', v.nam_seq) = $1)
     AND seal_fl = 'N' AND rpt_seq <> (SELECT min(v.rpt_seq) FROM rms_vendor.inv v JOIN rms_vendor.rpt_mst m USING (rpt_seq) WHERE rms.opaque_id('per', v.nam_seq) = $1 AND m.seal_fl = 'N')`,
    [id],
  );
  try {
    expect(await count(detective)).toBeLessThan(before);
    expect(await count(everything)).toBe(all);
  } finally {
    await records.database.query(
      `UPDATE rms_vendor.rpt_mst SET seal_fl = 'N' WHERE rpt_seq IN (SELECT v.rpt_seq FROM rms_vendor.inv v WHERE rms.opaque_id('per', v.nam_seq) = $1)`,
      [id],
    );
  }
});

test('another agency makes no association out of a report that is kept from it', async () => {
  const { id, item, other } = await records.first<{ id: string; item: number; other: string }>(
    `SELECT p.id, r.rpt_seq AS item, q.id AS other FROM rms_vendor.inv a JOIN rms_vendor.rpt_mst r USING (rpt_seq)
     JOIN rms_vendor.inv b USING (rpt_seq) JOIN rms.person p ON p.id = rms.opaque_id('per', a.nam_seq)
     JOIN rms.person q ON q.id = rms.opaque_id('per', b.nam_seq)
     WHERE r.shr_fl = 'Y' AND r.seal_fl = 'N' AND r.agy_cd = 'NOPD' AND p.handling = 'open' AND q.handling = 'open' AND a.nam_seq <> b.nam_seq
     ORDER BY r.rpt_seq, a.inv_seq, b.inv_seq LIMIT 1`,
  );
  const [kept, alone] = await records.database.query<{ rpt_seq: number }>(
    `SELECT rpt_seq FROM rms_vendor.rpt_mst WHERE shr_fl = 'Y' AND seal_fl = 'N' AND agy_cd = 'NOPD' AND rpt_seq <> $1 ORDER BY rpt_seq DESC LIMIT 2`,
    [item],
  );
  const found = async (): Promise<string[]> => {
    const { data, errors } = await records.ask(associates, { id, first: 50 }, partner);
    expect(errors).toBeUndefined();
    return data.person.associates.nodes.map((node: { id: string }) => node.id);
  };
  expect(await found()).toContain(other);
  // Each stays known to the partner, by another report that is shared.
  const also = (seq: number, report: number | undefined, person: string): string =>
    `INSERT INTO rms_vendor.inv SELECT ${seq}, ${report}, nam_seq, 'WIT', 99, NULL, NULL, 'N', '', NULL FROM rms_vendor.nmx
     WHERE rms.opaque_id('per', nam_seq) = '${person}'`;
  const share = (flag: string): string => `UPDATE rms_vendor.rpt_mst SET shr_fl = '${flag}' WHERE rpt_seq = ${item}`;
  await records.database.exec([also(900_001, kept?.rpt_seq, id), also(900_002, alone?.rpt_seq, other), share('N')].join(';'));
  try {
    expect(await found()).not.toContain(other);
  } finally {
    await records.database.exec(`DELETE FROM rms_vendor.inv WHERE inv_seq IN (900001, 900002); ${share('Y')}`);
  }
});

const maybe =
  'query ($id: ID!) { person(id: $id) { fullName mayBe(first: 20) { score reasons contradictions person { id fullName dateOfBirth } } } }';

/** Two records of one name, of persons who are not protected. */
const namesakes = (): Promise<{ id: string; other: string }> =>
  records.first(`SELECT a.id, b.id AS other FROM rms.person a JOIN rms.person b ON b.full_name = a.full_name AND b.id <> a.id AND b.sex = a.sex
    WHERE a.handling = 'open' AND b.handling = 'open' AND a.owner_ori = 'LANPD0000' AND b.owner_ori = 'LANPD0000'
      AND a.date_of_birth IS NOT NULL AND b.date_of_birth IS NOT NULL ORDER BY a.id LIMIT 1`);

test('a record of the same name and date of birth may be the same person, and says why', async () => {
  const { id, other } = await namesakes();
  const [own] = await records.database.query<{ dob: Date }>(
    "SELECT dob FROM rms_vendor.nmx WHERE rms.opaque_id('per', nam_seq) = $1",
    [id],
  );
  const [before] = await records.database.query<{ dob: Date }>(
    "SELECT dob FROM rms_vendor.nmx WHERE rms.opaque_id('per', nam_seq) = $1",
    [other],
  );
  const change = (dob: unknown) =>
    records.database.query("UPDATE rms_vendor.nmx SET dob = $2 WHERE rms.opaque_id('per', nam_seq) = $1", [other, dob]);
  await change(own?.dob);
  try {
    const { data, errors } = await records.ask(maybe, { id });
    expect(errors).toBeUndefined();
    expect(data.person.mayBe[0]).toMatchObject({ person: { id: other }, reasons: ['the same name', 'the same date of birth'] });
    const mirrored = await records.ask(maybe, { id: other });
    expect(mirrored.data.person.mayBe[0].person.id).toBe(id);
  } finally {
    await change(before?.dob);
  }
});

test('a protected person is no candidate, and has none, without the grant that names them', async () => {
  const { id, other } = await namesakes();
  const ids = async (principal = detective): Promise<string[]> =>
    (await records.ask(maybe, { id }, principal)).data.person.mayBe?.map(({ person }: { person: { id: string } }) => person.id);
  const mark = (flag: string) =>
    records.database.query("UPDATE rms_vendor.inv SET juv_fl = $2 WHERE rms.opaque_id('per', nam_seq) = $1", [other, flag]);
  const known = await ids();
  await mark('Y');
  try {
    expect(await ids()).not.toContain(other);
    expect(await ids(everything)).toEqual(known);
    const { data, errors } = await records.ask(maybe, { id: other });
    expect([data.person.fullName, data.person.mayBe]).toEqual([null, null]);
    expect(errors?.map(({ extensions }) => extensions.policy)).toEqual(['rms:juvenile', 'rms:juvenile']);
  } finally {
    await mark('N');
  }
});

const byPhone =
  'query ($phone: String) { searchPersons(search: { phone: $phone }, first: 50) { edges { because node { id phones { number kind synthetic } } } } }';

test('a person is found by phone in any spelling, and shows it; a protected one neither', async () => {
  const { person_id: id, number } = await records.first<{ person_id: string; number: string }>(
    `SELECT f.person_id, f.number FROM rms.person_phone f JOIN rms.person p ON p.id = f.person_id
     WHERE p.handling = 'open' AND p.owner_ori = 'LANPD0000' ORDER BY f.id LIMIT 1`,
  );
  const digits = number.replace(/\D/g, '');
  for (const phone of [number, digits, `+1-${digits}`, digits.slice(3)]) {
    const { data, errors } = await records.ask(byPhone, { phone });
    expect(errors).toBeUndefined();
    const found = data.searchPersons.edges.find(({ node }: { node: { id: string } }) => node.id === id);
    expect([found?.because, found?.node.phones[0].synthetic]).toEqual([['phone'], true]);
    expect(found?.node.phones.map((p: { number: string }) => p.number)).toContain(number);
  }
  const mark = (flag: string) =>
    records.database.query("UPDATE rms_vendor.inv SET juv_fl = $2 WHERE rms.opaque_id('per', nam_seq) = $1", [id, flag]);
  await mark('Y');
  try {
    const { data } = await records.ask(byPhone, { phone: number });
    expect(data.searchPersons.edges.map(({ node }: { node: { id: string } }) => node.id)).not.toContain(id);
    const shown = await records.ask('query ($id: ID!) { person(id: $id) { phones { number } } }', { id });
    expect([shown.data.person.phones, shown.errors?.[0]?.extensions.policy]).toEqual([null, 'rms:juvenile']);
  } finally {
    await mark('N');
  }
  expect((await records.ask(byPhone, { phone: '12' })).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
});

test('places, phones, associates and likenesses of many persons take the same number of statements as of one', async () => {
  const query = `query ($first: Int) { searchPersons(search: { name: "James Smith" }, first: $first) { nodes {
    phones { number } places { id address } associates(first: 3) { edges { node { id } shared { report { id place { id } } } } } mayBe { person { id } } } } }`;
  const cost = async (first: number): Promise<number> => {
    const before = records.statements();
    const { data } = await records.ask(query, { first }, everything);
    expect(data.searchPersons.nodes.length).toBeLessThanOrEqual(first);
    return records.statements() - before;
  };
  const [few, many] = [await cost(2), await cost(10)];
  expect(many).toBeLessThanOrEqual(few + 1);
});

const contextOf = (principal: Principal): Context<RmsReader> => ({
  principal,
  get read() {
    return records.source.reader(principal);
  },
  stream: {
    ...{ bus: records.runtime.bus, now: Date.now, expiresAtMs: Date.now() + 60_000 },
    renew: () => contextOf(principal),
  },
});

const follow = async (filter: object, principal = detective) =>
  subscribe({
    schema: buildSchema(rms),
    document: parse('subscription ($filter: ReportChangedFilter) { reportChanged(filter: $filter) { cursor report { id } } }'),
    variableValues: { filter },
    contextValue: contextOf(principal),
  });

const watched = async (): Promise<{ report: string; name: string; plate: string }> =>
  records.first(`SELECT r.id AS report, p.full_name AS name, v.plate FROM rms.report r JOIN rms.involvement i ON i.report_id = r.id
    JOIN rms.person p ON p.id = i.person_id JOIN rms.report_vehicle j ON j.report_id = r.id JOIN rms.vehicle v ON v.id = j.vehicle_id
    WHERE r.handling = 'open' AND p.handling = 'open' AND i.handling = 'open' AND r.owner_ori = 'LANPD0000' AND v.handling = 'open' AND NOT r.shared
    ORDER BY r.id LIMIT 1`);

test('a report that names the person, or the plate, watched for is an event for those who may know of it, and others are not', async () => {
  const { report, name, plate } = await watched();
  const read = records.source.reader(detective);
  expect(await read.isWatched(report, { person: { name } })).toBe(true);
  expect(await read.isWatched(report, { plate: `${plate.slice(0, 4)}*` })).toBe(true);
  expect(await read.isWatched(report, { person: { name: 'Zbigniew Quartermaine' } })).toBe(false);
  expect(await read.isWatched(report, { plate: 'ZZZZ999' })).toBe(false);
  expect(await read.isWatched(report, { person: { name }, districts: [] })).toBe(false);
  expect(await records.source.reader(partner).isWatched(report, { person: { name } })).toBe(false);
});

test('the stream delivers the report that changed; a filter for persons takes the grant for persons', async () => {
  const { report, name } = await watched();
  const stream = (await follow({ person: { name } })) as AsyncGenerator<ExecutionResult>;
  try {
    await stream.next(); // Says where the stream begins.
    const { id: other } = await records.first<{ id: string }>(
      `SELECT r.id FROM rms.report r WHERE r.handling = 'open' AND NOT EXISTS (SELECT 1 FROM rms.involvement i WHERE i.report_id = r.id) ORDER BY r.id LIMIT 1`,
    );
    const at = new Date();
    await records.runtime.bus.publish('report', [
      { key: other, change: 'UPDATED', changedAt: at },
      { key: report, change: 'UPDATED', changedAt: at },
    ]);
    const { value } = await stream.next();
    expect(JSON.parse(JSON.stringify(value.data)).reportChanged.report).toEqual({ id: report });
  } finally {
    await stream.return(undefined);
  }
  const refused = (await follow({ person: { name } }, { ...detective, grants: ['rms:read'] })) as ExecutionResult;
  expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHORIZED_FIELD_OR_TYPE', policy: 'rms:persons' });
});

test('the demo holds people who were taken down twice, and the second record finds the first', async () => {
  const { errors, data } = await records.ask(
    '{ reports(first: 100) { nodes { involved { person { id mayBe(first: 1) { score reasons } } } } } }',
    {},
    everything,
  );
  expect(errors).toBeUndefined();
  const found = data.reports.nodes.flatMap(
    ({ involved }: { involved: { person: { mayBe: { score: number; reasons: string[] }[] } }[] }) =>
      involved.flatMap(({ person }) => person.mayBe),
  );
  expect(found.some(({ reasons }: { reasons: string[] }) => reasons.includes('the same date of birth'))).toBe(true);
});
