/**
 * One operation answers the analyst's question over all six systems, for an
 * armed robbery on Carondelet Street as the published data have it, and leaves
 * a record of it that holds no value.
 */
import type { Answer } from '../federation/harness.ts';
import { type Person, statement, type WholeIncident, wholeIncident } from './operation.ts';
import { describeOnBoth, type RunningHub, startHub } from './setup.ts';

const number = 'B-24020-22';
const spellings = [number, 'B2402022', 'b 24020 22', 'B*24020-22', '  b-24020-22 '];

const asDetective = (hub: RunningHub, variables: Record<string, unknown> = { number }) =>
  hub.ask({ as: 'detective', query: wholeIncident, variables, extensions: statement });

const incidentOf = (answer: Answer): NonNullable<WholeIncident['incident']> => {
  const { incident } = answer.data as unknown as WholeIncident;
  if (!incident) throw new Error('There is no incident in the answer.');
  return incident;
};

const involvedOf = (answer: Answer): { role: string; person: Person }[] =>
  (incidentOf(answer).reports ?? []).flatMap(({ involved }) => involved ?? []);

/** What differs between two answers to one question: the moment at which a vendor was asked. */
const timeless = (answer: Answer): unknown =>
  JSON.parse(JSON.stringify(answer).replace(/"retrievedAt":"[^"]+"/g, '"retrievedAt":null'));

describeOnBoth('the whole incident', (backend) => {
  let hub: RunningHub;
  beforeAll(async () => {
    hub = await startHub(backend);
  }, 120_000);
  afterAll(() => hub?.close());

  test('says what dispatch recorded, to the millisecond and the block', async () => {
    expect(incidentOf(await asDetective(hub))).toMatchObject({
      ...{ id: 'inc-B2402022', number, status: 'CLOSED', priority: '2C' },
      receivedAt: '2022-02-21T00:42:11.000Z',
      dispatchedAt: '2022-02-21T00:44:51.000Z',
      arrivedAt: '2022-02-21T00:49:15.000Z',
      closedAt: '2022-02-21T03:50:53.000Z',
      type: { code: '64G', text: 'ARMED ROBBERY WITH GUN' },
      initialType: { code: '64G', text: 'ARMED ROBBERY WITH GUN' },
      disposition: { code: 'RTF', text: 'REPORT TO FOLLOW' },
      location: { address: '001XX Carondelet St', beat: '8I01', district: '8' },
      videoRequests: [{ requestedFor: '27-64-G', outcome: 'No relevant video was found' }],
      provenance: { source: 'cad', sourceId: 'B2402022', observedAt: '2022-02-21T00:42:11.000Z' },
    });
  });

  test('places it on Carondelet Street, a few meters off what the source had in State Plane feet', async () => {
    const { location } = incidentOf(await asDetective(hub)) as { location?: { point: { latitude: number; longitude: number } } };
    expect(location?.point.latitude).toBeCloseTo(29.952975, 5);
    expect(location?.point.longitude).toBeCloseTo(-90.070477, 5);
  });

  test('tells the timeline in order, and where each unit of it is', async () => {
    const { timeline, units } = incidentOf(await asDetective(hub));
    const times = timeline.map(({ at }) => at);
    expect(times).toEqual([...times].sort());
    expect([timeline.at(0)?.event, timeline.at(-1)?.event]).toEqual(['RECEIVED', 'CLOSED']);
    expect(new Set(timeline.flatMap(({ unit }) => (unit ? [unit.callSign] : [])))).toEqual(
      new Set(units.map(({ callSign }) => callSign)),
    );
    expect(units.length).toBeGreaterThan(0);
    for (const { position } of units) {
      expect(position).toMatchObject({ fixedAt: expect.stringMatching(/Z$/), stale: expect.any(Boolean) });
      expect(position).toHaveProperty('point.latitude', expect.closeTo(29.95, 0));
    }
  });

  test('names the four nearest cameras within 500 m, nearest first', async () => {
    const edges = incidentOf(await asDetective(hub)).nearestCameras?.edges ?? [];
    expect(edges.map(({ node }) => node)).toEqual([
      { label: '100 block Carondelet St', kind: expect.any(String), owner: 'City of New Orleans', viewable: true },
      {
        label: '100 block Carondelet St #2',
        kind: expect.any(String),
        owner: expect.stringContaining('SafeCam'),
        viewable: expect.any(Boolean),
      },
      { label: 'Canal St & Carondelet St', kind: expect.any(String), owner: 'City of New Orleans', viewable: true },
      {
        label: '800 block Canal St',
        kind: expect.any(String),
        owner: expect.stringContaining('SafeCam'),
        viewable: expect.any(Boolean),
      },
    ]);
    const distances = edges.map(({ distanceMeters }) => distanceMeters);
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
    expect(Math.max(...distances)).toBeLessThan(500);
  });

  test('brings the report, its offense and the persons with their roles', async () => {
    const answer = await asDetective(hub);
    expect(incidentOf(answer).reports).toMatchObject([
      { number, offenses: [{ code: { code: '14 64', text: 'ARMED ROBBERY', nibrs: '120' } }] },
    ]);
    const involved = involvedOf(answer);
    expect(involved.map(({ role }) => role)).toEqual(['SUSPECT', 'SUSPECT', 'VICTIM', 'REPORTING_PERSON']);
    for (const { person } of involved) {
      expect(person.fullName).toMatch(/^\p{Lu}[\p{L}'-]+( \p{Lu}[\p{L}'-]+){1,2}$/u);
      expect(person.reports.nodes).toContainEqual({ number });
    }
  });

  test('brings what two vendors hold on a person whose date of birth is known, and says why not where it is not', async () => {
    const answer = await asDetective(hub);
    const involved = involvedOf(answer);
    const known = involved.filter(({ person }) => person.dateOfBirth !== null);
    expect(known.map(({ role }) => role)).toEqual(['REPORTING_PERSON']);
    const leads = known[0]?.person.leads ?? [];
    expect(leads.map(({ vendor }) => vendor)).toEqual(['RecordTrace', 'PeopleLink']);
    for (const { ssn, ssnLast4, names, addresses } of leads) {
      expect(ssn).toMatch(/^\d{3}-\d{2}-\d{4}$/);
      expect(ssn.endsWith(ssnLast4)).toBe(true);
      expect([names.length > 0, addresses.length > 0]).toEqual([true, true]);
    }
    const unknown = involved.flatMap(({ person }, at) => (person.dateOfBirth === null ? [at] : []));
    expect(unknown).toEqual([0, 1, 2]);
    expect(answer.errors).toEqual(
      unknown.map((at) => ({
        message: expect.stringContaining('a name and a date of birth'),
        path: ['incident', 'reports', 0, 'involved', at, 'person', 'leads'],
        extensions: { code: 'SEARCH_INSUFFICIENT', source: 'people-search' },
      })),
    );
  });

  test.each(spellings)('answers the same for the number as %p', async (spelling) => {
    expect(timeless(await asDetective(hub, { number: spelling }))).toEqual(timeless(await asDetective(hub)));
  });

  test.each(['B-24020-21', '24020', 'B-024020-22', '%', "B-24020-22' OR '1'='1", ''])(
    'knows no incident by the number %p',
    async (spelling) => {
      const answer = await asDetective(hub, { number: spelling });
      expect(answer.data).toEqual({ incident: null });
    },
  );

  test('is recorded before and after, with who, why, which entities and which sources, and without a single value', async () => {
    const answer = await asDetective(hub);
    const query = `query($filter: AuditFilter) { auditTrail(filter: $filter, first: 2) { nodes {
      kind operationId subject ori purpose caseNumber reason operationName entities sources outcome durationMs } } }`;
    const filter = { subject: 'demo-detective', caseNumber: number, entity: 'Incident:inc-B2402022', kinds: ['OUTCOME'] };
    const found = await hub.ask({ as: 'auditor', query, variables: { filter }, extensions: { purpose: 'AUDIT' } });
    const [outcome] = (found.data as { auditTrail: { nodes: Record<string, unknown>[] } }).auditTrail.nodes;
    expect(outcome).toMatchObject({
      ...{ subject: 'demo-detective', ori: 'LANPD0000', operationName: 'WholeIncident', outcome: 'PARTIAL', ...statement },
      durationMs: expect.any(Number),
      sources: expect.arrayContaining(['cad', 'rms', 'avl', 'cameras', 'people-search']),
      entities: expect.arrayContaining([
        'Incident:inc-B2402022',
        expect.stringMatching(/^Person:/),
        expect.stringMatching(/^Unit:/),
      ]),
    });
    const rows = await hub.database.query<{ kind: string }>(
      'SELECT kind FROM hub_audit.record WHERE operation_id = $1 ORDER BY seq',
      [outcome?.operationId],
    );
    expect(rows.map(({ kind }) => kind)).toEqual(['INTENT', 'OUTCOME']);
    expect(await valuesInAudit(hub, answer)).toEqual([]);
  });
});

/** Every name, number, address and date that was shown, as far as it stands anywhere in the record. */
const valuesInAudit = async (hub: RunningHub, answer: Answer): Promise<string[]> => {
  const shown = involvedOf(answer).flatMap(({ person: { fullName, dateOfBirth, leads } }) => [
    ...[fullName, dateOfBirth].filter((value) => value !== null),
    ...(leads ?? []).flatMap(({ names, addresses, phones, ssn, ssnLast4 }) => [
      ...[ssn, ssn.replaceAll('-', ''), `"${ssnLast4}"`, ...names],
      ...addresses.map(({ address }) => address),
      ...phones.map((phone) => phone.number),
    ]),
  ]);
  expect(shown.length).toBeGreaterThan(15);
  const rows = await hub.database.query<{ text: string }>('SELECT lower(record::text) AS text FROM hub_audit.record');
  expect(rows.length).toBeGreaterThan(1);
  return shown.filter((value) => rows.some(({ text }) => text.includes(value.toLowerCase())));
};
