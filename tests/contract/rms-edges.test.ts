/** What a list hides, no other edge and no text of the report tells. For every deny, an allow. */
import { detective, everything, granted, openRecords, policies, type Records } from './rms/setup.ts';

let records: Records;
const ask: Records['ask'] = (...input) => records.ask(...input);
const first: Records['first'] = (...input) => records.first(...input);

beforeAll(async () => {
  records = await openRecords();
}, 60_000);

afterAll(() => records.close());

describe('a role that is sealed in a report that is not', () => {
  let report: string;
  let person: string;
  const query = `query ($id: ID!) { report(id: $id) {
    involved { person { id } } arrests { person { id } } offenses { charged { id } } narrative } }`;

  beforeAll(async () => {
    ({ report, person } = await first<{ report: string; person: string }>(
      `SELECT a.report_id AS report, a.person_id AS person FROM rms.arrest a
       JOIN rms.report r ON r.id = a.report_id JOIN rms.person p ON p.id = a.person_id
       WHERE r.handling = 'open' AND p.handling = 'open' AND r.owner_ori = 'LANPD0000'
         AND EXISTS (SELECT 1 FROM rms.offense_charged c JOIN rms.offense o ON o.id = c.offense_id
           WHERE o.report_id = a.report_id AND c.person_id = a.person_id) ORDER BY a.id LIMIT 1`,
    ));
    await records.database.exec(`
      ALTER VIEW rms.involvement RENAME TO involvement_as_loaded;
      CREATE VIEW rms.involvement AS SELECT id, report_id, person_id, role, position, age_at_occurrence, fatally_injured,
        CASE WHEN report_id = '${report}' AND person_id = '${person}' THEN 'sealed' ELSE handling END AS handling, changed_at
      FROM rms.involvement_as_loaded`);
  });

  test('is told neither by an arrest, nor by a charge, nor by the narrative', async () => {
    const { data, errors } = await ask(query, { id: report });
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data)).not.toContain(person);
    expect(data.report.narrative).toBeNull();
  });

  test('is told by all of them with rms:sealed', async () => {
    const { data } = await ask(query, { id: report }, granted('rms:sealed', 'rms:juvenile', 'rms:victim-identity'));
    expect(data.report.involved).toContainEqual({ person: { id: person } });
    expect(data.report.arrests).toContainEqual({ person: { id: person } });
    expect(JSON.stringify(data.report.offenses)).toContain(person);
    expect(data.report.narrative).not.toBeNull();
  });
});

describe('a narrative, which may name everybody in the report', () => {
  const query = 'query ($id: ID!) { report(id: $id) { narrative } }';
  const naming = (person: string) =>
    first<{ id: string }>(
      `SELECT r.id FROM rms.report r WHERE r.handling = 'open' AND r.owner_ori = 'LANPD0000'
       AND EXISTS (SELECT 1 FROM rms.involvement i JOIN rms.person p ON p.id = i.person_id WHERE i.report_id = r.id AND ${person})
       AND NOT EXISTS (SELECT 1 FROM rms.involvement i JOIN rms.person p ON p.id = i.person_id
         WHERE i.report_id = r.id AND NOT (${person}) AND p.handling <> 'open') ORDER BY r.id LIMIT 1`,
    );

  test.each([
    ['rms:victim-identity', 'p.victim_protected AND NOT p.juvenile'],
    ['rms:juvenile', 'p.juvenile AND NOT p.victim_protected'],
  ])('takes %s where the report names such a person', async (policy, person) => {
    const report = await naming(person);
    const denied = await ask(query, report);
    expect([denied.data.report, policies(denied)]).toEqual([{ narrative: null }, [policy]]);
    const { data, errors } = await ask(query, report, granted(policy));
    expect(errors).toBeUndefined();
    expect(data.report.narrative).toMatch(/^\[Synthetic/);
  });

  test('is absent, without an error, where the report names a person who does not exist for the caller', async () => {
    const report = await naming("p.handling = 'sealed'");
    expect(await ask(query, report, granted('rms:juvenile', 'rms:victim-identity'))).toEqual({
      data: { report: { narrative: null } },
    });
    expect((await ask(query, report, everything)).data.report.narrative).toMatch(/^\[Synthetic/);
  });

  test('is open where everybody in the report is', async () => {
    const report = await naming("p.handling = 'open'");
    expect((await ask(query, report, detective)).data.report.narrative).toMatch(/^\[Synthetic/);
  });
});

test.each(['person', 'vehicle'])(
  "the numbers of a %s's records do not run: a gap between two would tell of one that is hidden",
  async (view) => {
    const { rows, follow } = await first<{ rows: number; follow: number }>(
      `SELECT count(*)::int AS rows, count(*) FILTER (WHERE source_id::int + 1 IN (SELECT source_id::int FROM rms.${view}))::int AS follow FROM rms.${view}`,
    );
    expect(rows).toBeGreaterThan(100);
    expect(follow).toBeLessThan(rows / 100);
  },
);
