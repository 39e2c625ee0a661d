/** The starter policies: who is granted what, for which purpose. For every allow, the one thing less that denies it. */
import { join } from 'node:path';
import { openPolicies } from '../../../gateway/policies/policies.ts';
import type { Subject } from '../../../gateway/policies/question.ts';
import { purposes } from '../../../schema/principal.ts';

type Caller = Subject;

const nowMs = Date.parse('2022-02-20T18:42:11.000Z');
const agency = 'LANPD0000';
const neighbour = 'LA0260000';
const holds = (...names: string[]) => names.map((name) => ({ name, expiresAt: '2022-12-31T00:00:00Z' }));

const caller = (parts: Partial<Caller>): Caller => ({
  subject: 's',
  kind: 'person',
  ori: agency,
  roles: [],
  scopes: [],
  sworn: false,
  certifications: [],
  assignments: [],
  signedInAtMs: nowMs - 3_600_000,
  ...parts,
});

/** As in the hub, where systems without a label in the graph are not asked about. */
const graph = ['cad:read', 'avl:read', 'cameras:read', 'rms:read', 'people:leads', 'people:ssn', 'hub:audit'];
const policies = openPolicies({ folder: join(import.meta.dirname, '../../../deploy/policies'), labels: graph });
afterAll(() => policies.close());
const decide = (parts: Partial<Caller>, agencyOfHub = agency) =>
  policies.decide({ subject: caller(parts), nowMs, agency: agencyOfHub });
const grants = (parts: Partial<Caller>): string[] => [...decide(parts).grants];

const noCase = { caseNumber: undefined };
const noPurpose = { purpose: undefined };
const noCertification = { certifications: [] };
const noReason = { reason: undefined };
const elsewhere = { ori: neighbour };
/** Signed in too long ago for what takes a recent sign-in. */
const stale = { signedInAtMs: nowMs - 12 * 3_600_000 };
/** A system, be it one with the role. */
const system = { kind: 'service' } as const;
const forCase = { purpose: 'C', caseNumber: 'B-24020-22' } as const;
const cjis = holds('CJIS');
const dppa = holds('DPPA');

interface Case {
  /** Holds the label, with nothing to spare. */
  who: Partial<Caller>;
  /** Each by itself takes the label away. */
  less: Partial<Caller>[];
}

const table: Record<string, Case> = {
  'cad:read': { who: { roles: ['vendor'], ori: neighbour }, less: [{ roles: [] }, { roles: ['auditor'] }, { roles: ['admin'] }] },
  'cad:notes': {
    who: { roles: ['patrol'], ori: neighbour, certifications: cjis },
    less: [{ roles: ['vendor'] }, noCertification, { certifications: dppa }],
  },
  'cad:caller': { who: { roles: ['patrol'], certifications: cjis }, less: [{ roles: ['vendor'] }, noCertification, elsewhere] },
  'avl:read': { who: { roles: ['vendor'], ori: neighbour }, less: [{ roles: [] }, { roles: ['auditor'] }] },
  'cameras:read': { who: { roles: ['patrol'], ori: neighbour }, less: [{ roles: ['vendor'] }, { roles: ['admin'] }] },
  'cameras:stream': { who: { roles: ['analyst'] }, less: [{ roles: ['patrol'] }, { roles: ['vendor'] }, elsewhere] },
  'cameras:registry': { who: { roles: ['admin'] }, less: [{ roles: ['detective'] }, { roles: ['patrol'] }, elsewhere] },
  'rms:read': {
    who: { roles: ['patrol'], ori: neighbour, certifications: cjis },
    less: [{ roles: ['vendor'] }, noCertification],
  },
  'rms:persons': {
    who: { roles: ['patrol'], ori: neighbour, certifications: cjis },
    less: [{ roles: ['auditor'] }, noCertification],
  },
  'rms:narrative': {
    who: { roles: ['detective'], ori: neighbour, certifications: cjis, caseNumber: 'B-24020-22' },
    less: [{ roles: ['patrol'] }, { roles: ['analyst'] }, noCertification, noCase],
  },
  'rms:juvenile': {
    who: { roles: ['detective'], certifications: cjis, ...forCase },
    less: [{ roles: ['analyst'] }, noCertification, noCase, noPurpose, { purpose: 'DISPATCH' }, elsewhere],
  },
  'rms:victim-identity': {
    who: { roles: ['supervisor'], certifications: cjis, ...forCase },
    less: [{ roles: ['patrol'] }, noCertification, noCase, noPurpose, { purpose: 'J' }, elsewhere],
  },
  'people:leads': {
    who: { roles: ['detective'], certifications: dppa, ...forCase },
    less: [{ roles: ['analyst'] }, noCertification, { certifications: cjis }, noCase, noPurpose, { purpose: 'J' }, elsewhere],
  },
  'people:ssn': {
    who: { roles: ['detective'], certifications: dppa, sworn: true, reason: 'follow-up', ...forCase },
    less: [
      { roles: ['patrol'] },
      { certifications: cjis },
      { sworn: false },
      noReason,
      noCase,
      noPurpose,
      { purpose: 'DEMONSTRATION' },
      elsewhere,
    ],
  },
  'hub:audit': {
    who: { roles: ['auditor'], ori: neighbour, certifications: cjis },
    less: [{ roles: ['supervisor'] }, { roles: ['admin'] }, noCertification],
  },
  'hub:audit-all': {
    who: { roles: ['auditor'], certifications: cjis },
    less: [{ roles: ['admin'] }, noCertification, elsewhere],
  },
  'hub:audit-black': {
    who: { roles: ['auditor'], certifications: holds('CJIS', '28CFR23') },
    less: [{ roles: ['supervisor'] }, { certifications: cjis }, { certifications: holds('28CFR23') }, elsewhere],
  },
  'rms:pointer': {
    who: { roles: ['patrol'], ori: neighbour, certifications: cjis },
    less: [{ roles: ['vendor'] }, { roles: ['auditor'] }, noCertification],
  },
  'rms:restricted': {
    who: { roles: ['detective'], certifications: cjis, caseNumber: 'B-24020-22', reason: 'follow-up' },
    less: [{ roles: ['patrol'] }, { roles: ['analyst'] }, noCertification, noCase, noReason, elsewhere],
  },
  'hub:searches': {
    who: { roles: ['patrol'], ori: neighbour, certifications: cjis },
    less: [{ roles: ['vendor'] }, { roles: ['admin'] }, noCertification],
  },
  'hub:boards': {
    who: { roles: ['analyst'], certifications: cjis, caseNumber: 'B-24020-22' },
    less: [{ roles: ['patrol'] }, noCertification, noCase, elsewhere],
  },
  'hub:disseminate': {
    who: { roles: ['analyst'], certifications: cjis },
    less: [{ roles: ['patrol'] }, { roles: ['auditor'] }, system, noCertification, elsewhere],
  },
  'hub:disseminations': {
    who: { roles: ['auditor'], certifications: cjis },
    less: [{ roles: ['analyst'] }, { roles: ['detective'] }, system, noCertification, elsewhere],
  },
  'hub:revoke': {
    who: { roles: ['admin'], certifications: cjis },
    less: [{ roles: ['supervisor'] }, system, noCertification, elsewhere, stale],
  },
  'hub:revoke-assignment': {
    who: { roles: ['supervisor'], certifications: cjis },
    less: [{ roles: ['detective'] }, { roles: ['auditor'] }, system, noCertification, elsewhere, stale],
  },
  'hub:break-glass': {
    who: { roles: ['supervisor'], certifications: cjis },
    less: [{ roles: ['detective'] }, { roles: ['admin'] }, system, noCertification, elsewhere, stale],
  },
  'hub:review-emergency': {
    who: { roles: ['auditor'], certifications: cjis },
    less: [{ roles: ['admin'] }, { roles: ['detective'] }, system, noCertification, elsewhere, stale],
  },
  'hub:documents': {
    who: { roles: ['admin'] },
    less: [{ roles: ['supervisor'] }, { roles: ['vendor'] }, system, elsewhere, stale],
  },
  'hub:register': {
    who: { roles: ['vendor'], ori: neighbour, ...system },
    less: [{ roles: [] }, { roles: ['admin'] }, { ori: 'TX0150000' }],
  },
};

describe.each(Object.entries(table))('%s', (label, { who, less }) => {
  test('is granted to whom it is meant for', () => {
    expect(grants(who)).toContain(label);
  });

  test.each(
    less.map(
      (change) => [JSON.stringify(change, (_key, value: unknown) => (value === undefined ? 'none' : value)), change] as const,
    ),
  )('is lost with %s', (_what, change) => {
    expect(grants({ ...who, ...change })).not.toContain(label);
  });
});

describe('the whole of what a caller gets', () => {
  const base = 'avl:read cad:read cameras:read';
  const records = 'cad:caller cad:notes hub:searches rms:persons rms:pointer rms:read';
  const worked = 'cameras:stream hub:boards hub:disseminate rms:juvenile rms:narrative rms:victim-identity';
  const answersFor = 'hub:break-glass hub:disseminations hub:review-emergency hub:revoke-assignment';
  const audited = 'hub:audit hub:audit-all hub:disseminations hub:review-emergency';
  test.each<[string, Partial<Caller>, string]>([
    ['nobody', {}, ''],
    ['a role that is none', { roles: ['chief', 'Patrol', 'patrol ', '__proto__'], certifications: cjis, ...forCase }, ''],
    ['patrol, not certified', { roles: ['patrol'] }, base],
    ['patrol', { roles: ['patrol'], certifications: cjis }, `${base} ${records}`],
    [
      'patrol with purpose and case',
      { roles: ['patrol'], certifications: holds('CJIS', 'DPPA'), sworn: true, reason: 'r', ...forCase },
      `${base} ${records}`,
    ],
    [
      'patrol of the neighbouring agency',
      { roles: ['patrol'], certifications: cjis, ori: neighbour },
      `${base} cad:notes hub:searches rms:persons rms:pointer rms:read`,
    ],
    [
      'analyst',
      { roles: ['analyst'], certifications: cjis },
      `${base} ${records} cameras:registry cameras:stream hub:disseminate`,
    ],
    [
      'analyst with purpose and case',
      { roles: ['analyst'], certifications: holds('CJIS', 'DPPA'), ...forCase },
      `${base} ${records} cameras:registry cameras:stream hub:boards hub:disseminate`,
    ],
    [
      'detective',
      { roles: ['detective'], certifications: holds('CJIS', 'DPPA'), sworn: true },
      `${base} ${records} cameras:stream hub:disseminate`,
    ],
    [
      'detective with a case',
      { roles: ['detective'], certifications: holds('CJIS', 'DPPA'), sworn: true, caseNumber: 'B-1' },
      `${base} ${records} cameras:stream hub:boards hub:disseminate rms:narrative`,
    ],
    [
      'detective with a purpose alone',
      { roles: ['detective'], certifications: holds('CJIS', 'DPPA'), sworn: true, purpose: 'C' },
      `${base} ${records} cameras:stream hub:disseminate`,
    ],
    [
      'detective with purpose and case',
      { roles: ['detective'], certifications: holds('CJIS', 'DPPA'), sworn: true, ...forCase },
      `${base} ${records} ${worked} people:leads`,
    ],
    [
      'detective with purpose, case and reason',
      { roles: ['detective'], certifications: holds('CJIS', 'DPPA'), sworn: true, reason: 'r', ...forCase },
      `${base} ${records} ${worked} people:leads people:ssn rms:restricted`,
    ],
    [
      'civilian detective with purpose, case and reason',
      { roles: ['detective'], certifications: holds('CJIS', 'DPPA'), reason: 'r', ...forCase },
      `${base} ${records} ${worked} people:leads rms:restricted`,
    ],
    [
      'detective certified for records alone',
      { roles: ['detective'], certifications: cjis, sworn: true, reason: 'r', ...forCase },
      `${base} ${records} ${worked} rms:restricted`,
    ],
    [
      'detective certified for commercial data alone',
      { roles: ['detective'], certifications: dppa, sworn: true, reason: 'r', ...forCase },
      `${base} cameras:stream people:leads people:ssn`,
    ],
    [
      'detective of the neighbouring agency',
      { roles: ['detective'], certifications: holds('CJIS', 'DPPA'), sworn: true, reason: 'r', ori: neighbour, ...forCase },
      `${base} cad:notes hub:searches rms:narrative rms:persons rms:pointer rms:read`,
    ],
    [
      'supervisor with purpose, case and reason',
      { roles: ['supervisor'], certifications: holds('CJIS', 'DPPA'), sworn: true, reason: 'r', ...forCase },
      `${base} ${records} ${worked} cameras:registry people:leads people:ssn rms:restricted ${answersFor}`,
    ],
    ['auditor', { roles: ['auditor'], certifications: cjis }, audited],
    [
      'auditor who may know of black labels',
      { roles: ['auditor'], certifications: holds('CJIS', '28CFR23') },
      `${audited} hub:audit-black`,
    ],
    ['auditor, not certified', { roles: ['auditor'] }, ''],
    [
      'admin',
      { roles: ['admin'], certifications: holds('CJIS', 'DPPA'), sworn: true, reason: 'r', ...forCase },
      'cameras:registry hub:documents hub:revoke hub:revoke-assignment',
    ],
    [
      'vendor',
      { roles: ['vendor'], kind: 'service', certifications: holds('CJIS', 'DPPA'), ...forCase },
      'avl:read cad:read hub:register',
    ],
    ['patrol and auditor in one', { roles: ['patrol', 'auditor'], certifications: cjis }, `${base} ${records} ${audited}`],
  ])('%s', (_who, parts, expected) => {
    expect(grants(parts).sort().join(' ')).toBe(expected.split(' ').sort().join(' '));
  });
});

describe('purposes', () => {
  const detective = { roles: ['detective'], certifications: holds('CJIS', 'DPPA'), sworn: true, reason: 'r', caseNumber: 'B-1' };
  const bound = ['rms:juvenile', 'rms:victim-identity', 'people:leads', 'people:ssn'];
  test.each(purposes)('%s', (purpose) => {
    const granted = grants({ ...detective, purpose });
    const may = ['C', 'D', 'F'].includes(purpose);
    expect(bound.map((label) => granted.includes(label))).toEqual(bound.map(() => may));
  });

  test('a stated purpose takes nothing away from what needs none', () => {
    for (const purpose of purposes) expect(grants({ ...detective, purpose })).toEqual(expect.arrayContaining(grants(detective)));
  });
});

describe('a certification', () => {
  const until = (...times: string[]) =>
    grants({ roles: ['patrol'], certifications: times.map((expiresAt) => ({ name: 'CJIS', expiresAt })) }).includes('rms:read');

  test.each([
    ['2022-02-20T18:42:11.001Z', true],
    ['2022-02-20T18:42:11.000Z', false],
    ['2022-02-20T18:42:11Z', false],
    ['2022-02-20T18:42:12Z', true],
    ['2022-02-20T18:42:10.999Z', false],
    ['2022-02-20T12:42:12-06:00', true],
    ['2022-02-20T18:42:12+01:00', false],
    ['', false],
    ['never', false],
    ['Infinity', false],
  ])('that ends at %j, at 18:42:11.000: %s', (expiresAt, inForce) => {
    expect(until(expiresAt)).toBe(inForce);
  });

  test('that has ended does not stand in the way of one that is in force', () => {
    expect(until('2020-01-01T00:00:00Z', '2023-01-01T00:00:00Z')).toBe(true);
    expect(until('2020-01-01T00:00:00Z', '2021-01-01T00:00:00Z')).toBe(false);
  });

  test.each(['cjis', 'CJIS ', 'CJI', 'CJISX'])('called %j is another', (name) => {
    expect(grants({ roles: ['patrol'], certifications: holds(name) })).not.toContain('rms:read');
  });
});

test('sealed records and labels that nobody lists are granted to nobody', () => {
  const everything = grants({
    roles: ['patrol', 'analyst', 'detective', 'supervisor', 'auditor', 'admin', 'vendor'],
    certifications: holds('CJIS', 'DPPA', '28CFR23'),
    sworn: true,
    reason: 'r',
    ...forCase,
  });
  expect(everything.sort()).toEqual(Object.keys(table).sort()); // So the table here knows every label that the hub grants.
  expect(everything).not.toContain('rms:sealed');
});

test('scopes and assignments grant nothing by themselves', () => {
  expect(grants({ scopes: Object.keys(table), assignments: ['B2402022'] })).toEqual([]);
});

test('whose agency runs the hub decides what is its own', () => {
  const patrol = { roles: ['patrol'], certifications: cjis, ori: neighbour };
  expect(decide(patrol, neighbour).grants).toContain('cad:caller');
  expect(decide(patrol).grants).not.toContain('cad:caller');
});

describe('an agreement', () => {
  const analyst = { roles: ['analyst'], certifications: cjis };
  test('is what lets another agency in', () => {
    expect(grants({ ...analyst, ori: neighbour })).toContain('rms:read');
    expect(grants({ ...analyst, ori: 'TX0150000' })).toEqual([]);
    expect(decide({ ...analyst, ori: 'TX0150000' }).explain('cad:read')).toBe(
      "cad:read takes an agreement in force with the caller's agency.",
    );
  });

  test('ends to the millisecond', () => {
    const at = (time: string) =>
      policies.decide({
        subject: caller({ ...analyst, ori: neighbour, certifications: [{ name: 'CJIS', expiresAt: '2099-01-01T00:00:00Z' }] }),
        nowMs: Date.parse(time),
        agency,
      }).grants;
    expect(at('2035-12-30T23:59:59.999Z')).toContain('rms:read');
    expect(at('2035-12-31T00:00:00.000Z')).toEqual([]);
  });

  test.each<[string | undefined, boolean]>([
    [undefined, true],
    [agency, true],
    [neighbour, true],
    ['TX0150000', false],
  ])('behind the agency for which somebody asks: %s', (onBehalfOf, allowed) => {
    expect(grants({ ...analyst, onBehalfOf }).includes('cad:read')).toBe(allowed);
  });
});

describe('a sign-in', () => {
  const detective = { roles: ['detective'], certifications: dppa, ...forCase };
  test.each<[string, number | undefined, boolean]>([
    ['a moment ago', nowMs, true],
    ['a millisecond less than 12 hours ago', nowMs - 12 * 3_600_000 + 1, true],
    ['12 hours ago', nowMs - 12 * 3_600_000, false],
    ['at a time that the token does not state', undefined, false],
  ])('%s', (_when, signedInAtMs, allowed) => {
    expect(grants({ ...detective, signedInAtMs }).includes('people:leads')).toBe(allowed);
    expect(grants({ ...detective, signedInAtMs })).toContain('cad:read');
  });
});

test("the FBI's own purpose takes everything away", () => {
  expect(grants({ roles: ['detective', 'auditor'], certifications: [...cjis, ...dppa], purpose: 'R' })).toEqual([]);
});

test('nobody is granted anything, whatever roles are claimed for them', () => {
  expect(decide({ kind: 'anonymous', roles: ['supervisor', 'vendor'], certifications: cjis }).grants).toEqual([]);
});

test('the rules that decided are told, for and against, with those of rows in whichever system, and the set they are of', () => {
  const ofRows = ['rms:pointer', 'rms:restricted', 'rms:sealed'];
  const labels = [...policies.set.labels.keys()].filter((label) => !ofRows.includes(label));
  const whole = openPolicies({ folder: join(import.meta.dirname, '../../../deploy/policies'), labels });
  const detective = whole.decide({
    subject: caller({ roles: ['detective'], certifications: cjis, purpose: 'C' }),
    nowMs,
    agency,
  });
  whole.close();
  const decidedRows = ['pointer-roles', 'stated-case', 'stated-reason']; // Pointers; what is withheld.
  expect(detective.rulesOf([])).toEqual(decidedRows);
  expect(detective.rulesOf(['rms:read'])).toEqual([...decidedRows, 'records-roles'].sort());
  expect(detective.rulesOf(['cad:read'])).toEqual(['dispatch-roles', ...decidedRows]);
  expect(detective.rulesOf(['people:leads'])).toEqual(['commercial-certification', ...decidedRows].sort());
  expect(detective.policySet).toMatch(/^[0-9a-f]{64}$/);
});

describe('what would satisfy a policy, in words', () => {
  const openCase = '"caseNumber" in the request\'s extensions: an open case that the caller is assigned to or supervises';
  const words = (label: string, parts: Partial<Caller>) => decide(parts).explain(label);
  test.each<[string, Partial<Caller>, string]>([
    ['cad:read', {}, 'cad:read takes one of the roles patrol, analyst, detective, supervisor or the role vendor.'],
    ['rms:read', { roles: ['patrol'] }, 'rms:read takes the certification CJIS in force.'],
    ['rms:narrative', { roles: ['detective'], certifications: cjis }, `rms:narrative takes ${openCase}.`],
    [
      'cameras:stream',
      { roles: ['analyst'], ori: neighbour },
      'cameras:stream takes membership of the agency that runs the hub.',
    ],
    [
      'people:ssn',
      { roles: ['detective'], certifications: dppa },
      `people:ssn takes a sworn officer, "purpose" (C, D, F) in the request's extensions, ${openCase}, "reason" in the request's extensions.`,
    ],
    ['rms:read', { roles: ['patrol'], certifications: cjis }, 'rms:read takes nothing more.'],
    ['rms:sealed', { roles: ['supervisor'] }, 'The policy rms:sealed is granted to nobody here.'],
    ['toString', {}, 'The policy toString is granted to nobody here.'],
    ['a signed-in caller', {}, 'Sign in: send an access token.'],
    ['scope hub.query', {}, 'The access token needs the scope hub.query.'],
    ['cad:read or avl:read', {}, 'It takes cad:read or avl:read.'],
  ])('%s', (label, parts, sentence) => {
    expect(words(label, parts)).toBe(sentence);
  });

  test('say nothing of the case, the caller or the reason', () => {
    expect(
      words('people:ssn', { subject: 'officer-7', roles: ['patrol'], reason: 'private', caseNumber: 'B-24020-22' }),
    ).not.toMatch(/officer-7|private|24020/);
  });
});
