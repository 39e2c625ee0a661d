/** What each persona sees of one and the same question, what is withheld with which word, and what does not exist for whom. */
import type { PersonaName } from '../../deploy/identity/personas.ts';
import { statement } from './operation.ts';
import { placesOf, shownIn } from './paths.ts';
import { describeOnBoth, type RunningHub, startHub } from './setup.ts';

const query = `query Seen($number: String!) {
  incident(number: $number) {
    number notes { text } caller { phone }
    units { callSign position { fixedAt } }
    nearestCameras { nodes { label streams { reference } } }
    reports { number narrative involved { role person { fullName leads { vendor ssn } } } }
  }
  quarantinedCameras(first: 1) { nodes { reason } }
  auditTrail(first: 1) { nodes { kind } }
  me { roles }
}`;

/** What is asked for that a rule may withhold. */
const guarded = [
  'incident',
  'incident.notes',
  'incident.caller',
  'incident.units.position',
  'incident.nearestCameras',
  'incident.nearestCameras.nodes.streams',
  'incident.reports',
  'incident.reports.narrative',
  'incident.reports.involved',
  'incident.reports.involved.person.leads',
  'incident.reports.involved.person.leads.ssn',
  'quarantinedCameras',
  'auditTrail',
] as const;
type Guarded = (typeof guarded)[number];

const leads = 'incident.reports.involved.person.leads';
const everyday: Guarded[] = [leads, 'incident.reports.narrative', 'auditTrail'];

interface Row {
  who: string;
  as: PersonaName;
  extensions?: Record<string, string>;
  withheld: Guarded[];
}

const table: Row[] = [
  {
    who: 'a detective with purpose, case and reason',
    as: 'detective',
    extensions: statement,
    withheld: ['quarantinedCameras', 'auditTrail'],
  },
  {
    who: 'a detective with a purpose and a case but no reason',
    as: 'detective',
    extensions: { purpose: 'C', caseNumber: 'B-24020-22' },
    withheld: [`${leads}.ssn`, 'quarantinedCameras', 'auditTrail'],
  },
  { who: 'a detective who states nothing', as: 'detective', withheld: [...everyday, 'quarantinedCameras'] },
  {
    who: 'a detective who checks an applicant for a job',
    as: 'detective',
    extensions: { ...statement, purpose: 'J' },
    withheld: [leads, 'quarantinedCameras', 'auditTrail'],
  },
  { who: 'a supervisor who states nothing', as: 'supervisor', withheld: everyday },
  { who: 'an analyst, whatever is stated', as: 'analyst', extensions: statement, withheld: everyday },
  {
    who: 'a patrol officer, whatever is stated',
    as: 'patrol',
    extensions: statement,
    withheld: [...everyday, 'incident.nearestCameras.nodes.streams', 'quarantinedCameras'],
  },
  { who: 'an auditor: the record, and nothing that it is about', as: 'auditor', withheld: ['incident', 'quarantinedCameras'] },
  { who: 'an administrator', as: 'admin', withheld: ['incident', 'auditTrail'] },
];

const isUnder = (path: string, above: string): boolean => path === above || path.startsWith(`${above}.`);

describeOnBoth('a persona', (backend) => {
  let hub: RunningHub;
  beforeAll(async () => {
    hub = await startHub(backend);
  }, 120_000);
  afterAll(() => hub?.close());

  test.each(table)('$who', async ({ as, extensions, withheld }) => {
    const answer = await hub.ask({ as, query, variables: { number: 'B-24020-22' }, ...(extensions ? { extensions } : {}) });
    expect(placesOf(answer, 'UNAUTHORIZED_FIELD_OR_TYPE')).toEqual([...withheld].sort());
    const shown = shownIn(answer.data);
    const expected = guarded.filter((path) => !withheld.some((above) => isUnder(path, above)));
    expect(guarded.filter((path) => shown.has(path))).toEqual(expected);
    expect(shown).toContain('me.roles');
  });

  test('nobody, without a token, sees nothing, is told to sign in, and learns no field from it', async () => {
    const answer = await hub.ask({ query, variables: { number: 'B-24020-22' } });
    const made = await hub.ask({ query: '{ noSuchField }' });
    expect(answer.data).toBeUndefined();
    expect(answer.errors).toEqual(made.errors);
    expect(answer.errors?.map(({ extensions }) => extensions)).toEqual([
      { code: 'GRAPHQL_VALIDATION_FAILED', satisfiedBy: expect.stringContaining('Sign in') },
    ]);
  });

  // Of what no agreement shares, a partner is not told that it exists: not by a refusal either.
  const neverForPartners: Guarded[] = [
    'incident.caller',
    'incident.nearestCameras.nodes.streams',
    leads,
    'quarantinedCameras',
    'auditTrail',
  ];

  test('an analyst of the neighboring agency is told of no field that the agreement leaves out', async () => {
    const variables = { number: 'B-24020-22' };
    const refused = await hub.ask({ as: 'partner', query, variables, extensions: statement });
    expect(refused.data).toBeUndefined();
    expect(placesOf(refused, 'UNAUTHORIZED_FIELD_OR_TYPE')).toEqual([]);
    const answer = await hub.ask({ as: 'partner', query, variables, extensions: { ...statement, unknownFields: 'NULL' } });
    const shown = shownIn(answer.data);
    for (const path of neverForPartners) expect(shown).not.toContain(path);
    expect(shown).toContain('incident.units.position');
    expect(shown).toContain('me.roles');
    expect(
      placesOf(answer, 'UNAUTHORIZED_FIELD_OR_TYPE').filter((path) => neverForPartners.some((one) => isUnder(path, one))),
    ).toEqual([]);
  });

  const numberWhere = async (sql: string): Promise<string> => {
    const [row] = await hub.database.query<{ number: string }>(
      `SELECT number FROM cad.incident WHERE ${sql} ORDER BY number LIMIT 1`,
    );
    if (!row) throw new Error(`No incident where ${sql}.`);
    return row.number;
  };
  const [home, neighbor] = [`owner_ori = 'LANPD0000'`, `owner_ori = 'LA0260000'`];
  const sharing = [
    { what: 'what both agencies share', where: `${home} AND shared`, patrol: true, partner: true },
    { what: 'what the home agency keeps to itself', where: `${home} AND NOT shared`, patrol: true, partner: false },
    { what: "the neighbor's that it shares", where: `${neighbor} AND shared`, patrol: true, partner: true },
    { what: "the neighbor's that it keeps to itself", where: `${neighbor} AND NOT shared`, patrol: false, partner: true },
  ];

  test.each(sharing)('across agencies: $what', async ({ where, patrol, partner }) => {
    const number = await numberWhere(where);
    const found = async (as: PersonaName) => {
      const { data, errors } = await hub.ask({
        as,
        query: 'query($number: String!) { incident(number: $number) { number } }',
        variables: { number },
      });
      expect(errors).toBeUndefined(); // What does not exist for a caller is no error either.
      return (data as { incident: { number: string } | null }).incident?.number;
    };
    expect({ patrol: await found('patrol'), partner: await found('partner') }).toEqual({
      patrol: patrol ? number : undefined,
      partner: partner ? number : undefined,
    });
  });

  test('a page holds for a partner what a single question would give: nothing that the home agency keeps', async () => {
    const page = '{ incidents(first: 100) { nodes { number agency { ori } } } }';
    const { data } = await hub.ask({ as: 'partner', query: page });
    const { nodes } = (data as { incidents: { nodes: { number: string }[] } }).incidents;
    const kept = await hub.database.query<{ number: string }>(`SELECT number FROM cad.incident WHERE ${home} AND NOT shared`);
    const hidden = new Set(kept.map(({ number }) => number));
    expect(nodes).toHaveLength(100);
    expect(nodes.filter(({ number }) => hidden.has(number))).toEqual([]);
  });

  const roles = ['patrol', 'analyst', 'detective', 'supervisor', 'partner'] as const;

  test.each(roles)('a sealed report does not exist for %s, by its number, behind its incident or in a list', async (as) => {
    const sealed = await hub.database.query<{ number: string; id: string }>(
      `SELECT r.number, r.id FROM rms.report r JOIN cad.incident i ON i.number_key = r.item
       WHERE r.handling = 'sealed' AND i.shared ORDER BY r.number LIMIT 3`,
    );
    expect(sealed).toHaveLength(3);
    for (const { number, id } of sealed) {
      const one = `query($number: String!, $id: ID!) {
        byNumber: report(number: $number) { number } byId: report(id: $id) { number }
        incident(number: $number) { number reports { number } }
      }`;
      const { data, errors } = await hub.ask({ as, query: one, variables: { number, id }, extensions: statement });
      expect(errors).toBeUndefined();
      expect(data).toEqual({ byNumber: null, byId: null, incident: { number, reports: [] } });
    }
  });
});
