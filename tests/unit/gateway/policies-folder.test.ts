/** A folder of policies: what holds, and what is told, by file and line, of what does not. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cedar } from '../../../gateway/policies/cedar.ts';
import { openEngine } from '../../../gateway/policies/engine.ts';
import { loadPolicies, type PolicySet } from '../../../gateway/policies/load.ts';
import { askedOf, type Subject } from '../../../gateway/policies/question.ts';
import { nextTurn, readsOf } from '../../../gateway/policies/reads.ts';

const starter = join(import.meta.dirname, '../../../deploy/policies');
const folder = mkdtempSync(join(tmpdir(), 'rtcc-policies-'));
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(() => {
  rmSync(folder, { recursive: true });
  cpSync(starter, folder, { recursive: true });
});

const change = (file: string, from: string | RegExp, to: string) => {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  writeFileSync(path, changed);
};
const add = (file: string, text: string) => writeFileSync(join(folder, file), text);
const errors = () => loadPolicies(folder).problems.filter(({ severity }) => severity === 'error');
const loaded = (at = folder): PolicySet => {
  const { set, problems } = loadPolicies(at);
  if (!set) throw new Error(JSON.stringify(problems));
  return set;
};

const named = (id: string, body: string) => `@id("${id}") @reason("r")\n${body}\n`;

test('the starter set holds, without a warning', () => {
  expect(loadPolicies(starter).problems).toEqual([]);
  expect(loaded(starter).policies.length).toBeGreaterThan(30);
});

test('an annotation without a value is one as any other; an id or a reason takes a value', () => {
  add('marked.cedar', named('marked', '@reviewed permit(principal, action == Action::"rms:read", resource);'));
  expect(loaded().policies.map(({ id }) => id)).toContain('marked');
  add('marked.cedar', '@id @reason permit(principal, action == Action::"rms:read", resource);\n');
  expect(errors().map(({ file, message }) => [file, message.slice(0, 19)])).toEqual([
    ['marked.cedar', 'A policy needs @id('],
    ['marked.cedar', 'A policy needs @rea'],
  ]);
});

describe('what does not hold is told by file and line', () => {
  test.each<[string, () => void, string, number, RegExp]>([
    [
      'a label that the schema does not list',
      () => change('vendors.cedar', '"hub:register"', '"hub:registre"'),
      'vendors.cedar',
      14,
      /hub:registre.*did you mean.*hub:register/,
    ],
    [
      'an attribute that nobody has',
      () => change('dispatch.cedar', 'principal.roles', 'principal.rolls'),
      'dispatch.cedar',
      6,
      /rolls/,
    ],
    [
      'a role compared with a number',
      () => change('audit.cedar', 'contains("auditor")', 'contains(7)'),
      'audit.cedar',
      7,
      /type/,
    ],
    [
      'what may be absent, read without asking',
      () => change('conditions.cedar', 'context has purpose && [', '['),
      'conditions.cedar',
      26,
      /purpose/,
    ],
    ['no Cedar', () => change('cameras.cedar', 'permit (', 'allow ('), 'cameras.cedar', 5, /allow/],
    [
      'a schema that is none',
      () => change('schema.cedarschema', 'entity Agency;', 'entity Agency'),
      'schema.cedarschema',
      9,
      /./,
    ],
    ['a policy without a name', () => change('audit.cedar', '@id("audit-everybody")\n', ''), 'audit.cedar', 10, /@id/],
    [
      'a policy that explains nothing',
      () => change('audit.cedar', '@reason("the role auditor")\n', ''),
      'audit.cedar',
      4,
      /@reason/,
    ],
    [
      'a reason of several lines',
      () => change('audit.cedar', 'the role auditor', 'the role\\nauditor'),
      'audit.cedar',
      4,
      /@reason/,
    ],
    [
      'a name that is taken',
      () => change('vendors.cedar', 'vendor-contract', 'sworn-officer'),
      'vendors.cedar',
      4,
      /taken: conditions.cedar, line 10/,
    ],
    [
      'a schema that expects what the hub does not state',
      () => change('schema.cedarschema', 'sworn: Bool,', 'sworn: Bool,\n  badge: String,'),
      'schema.cedarschema',
      1,
      /badge/,
    ],
    [
      'a schema that expects another type',
      () => change('schema.cedarschema', 'purpose?: String', 'purpose?: Long'),
      'conditions.cedar',
      26,
      /./,
    ],
  ])('%s', (_what, spoil, file, line, words) => {
    spoil();
    expect(loadPolicies(folder).set).toBeUndefined();
    expect(errors()).toContainEqual({ file, line, message: expect.stringMatching(words), severity: 'error' });
  });

  test('a template, which nothing would link', () => {
    add('template.cedar', named('t', 'permit (principal == ?principal, action == Action::"cad:read", resource);'));
    expect(errors()).toEqual([
      { file: 'template.cedar', line: 1, message: expect.stringMatching(/template/), severity: 'error' },
    ]);
  });

  test('a schema without a label', () => {
    for (const file of readdirSync(folder)) if (file.endsWith('.cedar')) rmSync(join(folder, file));
    add('schema.cedarschema', 'namespace Ours { entity E; action "a:b" appliesTo { principal: [E], resource: [E] }; }');
    add('one.cedar', named('one', 'permit (principal, action, resource);'));
    expect(errors()).toContainEqual({
      file: 'schema.cedarschema',
      line: 1,
      message: expect.stringMatching(/no label/),
      severity: 'error',
    });
  });

  test('all of it at once', () => {
    change('audit.cedar', '"hub:audit"', '"hub:adit"');
    change('vendors.cedar', '"avl:read"', '"avl:reed"');
    expect(errors().map(({ file }) => file)).toEqual(['audit.cedar', 'vendors.cedar']);
  });

  test.each(['/nowhere/at/all', tmpdir()])('a folder that is none: %s', (place) => {
    expect(loadPolicies(place)).toMatchObject({ set: undefined, problems: [{ severity: 'error' }] });
  });

  test('a policy that can never apply is a warning', () => {
    add(
      'odd.cedar',
      named('odd', 'permit (principal is Person, action == Action::"cad:read", resource) when { principal is Service };'),
    );
    expect(loadPolicies(folder)).toMatchObject({ set: {}, problems: [{ file: 'odd.cedar', line: 1, severity: 'warning' }] });
  });
});

test('every byte of every file is in the hash, and other files are not', () => {
  const before = loaded().hash;
  expect(before).toBe(loaded(starter).hash);
  writeFileSync(join(folder, 'README.md'), 'another');
  expect(loaded().hash).toBe(before);
  change('audit.cedar', '// The record', '// the record');
  expect(loaded().hash).not.toBe(before);
});

const detective: Subject = {
  subject: 's',
  kind: 'person',
  ori: 'LANPD0000',
  roles: ['detective'],
  scopes: [],
  sworn: true,
  certifications: ['CJIS', 'DPPA', 'NCIC', '28CFR23'].map((name) => ({ name, expiresAt: '2099-01-01T00:00:00Z' })),
  assignments: [],
  signedInAtMs: Date.parse('2026-11-20T11:00:00Z'),
  purpose: 'C',
  caseNumber: 'B-24020-22',
  reason: 'follow-up',
};
const nowMs = Date.parse('2026-11-20T12:00:00Z');
const question = (parts: Partial<Subject> = {}) => ({ subject: { ...detective, ...parts }, nowMs, agency: 'LANPD0000' });
const ask = (label: string, parts: Partial<Subject> = {}) => openEngine(loaded()).ask(label, askedOf(question(parts)));

describe("Cedar's rules, and the hub's", () => {
  test('nothing is granted without a permit; no rule decided that', () => {
    expect(ask('rms:sealed')).toEqual({ granted: false, rules: [], failed: [] });
    expect(ask('no:such')).toEqual({ granted: false, rules: [], failed: [] });
    expect(ask('rms:read', { roles: ['chief'] })).toEqual({ granted: false, rules: [], failed: [] });
  });

  test('a forbid beats every permit', () => {
    expect(ask('rms:read')).toEqual({ granted: true, rules: ['records-roles'], failed: [] });
    add(
      'more.cedar',
      named('no', 'forbid (principal, action == Action::"rms:read", resource);') +
        named('yes', 'permit (principal, action, resource);'),
    );
    expect(ask('rms:read')).toEqual({ granted: false, rules: ['no'], failed: [] });
    expect(ask('rms:sealed').rules).toEqual(['yes']);
  });

  test('a policy that cannot be evaluated denies, though another permits', () => {
    expect(ask('cad:read').granted).toBe(true);
    add(
      'over.cedar',
      named(
        'over',
        'forbid (principal, action == Action::"cad:read", resource) when { context.now.offset(duration("106751991167d")) > context.now };',
      ),
    );
    expect(ask('cad:read')).toEqual({ granted: false, rules: ['dispatch-roles'], failed: ['over'] });
  });

  test('a label gets each policy that its classes bring, classes of classes included', () => {
    change('schema.cedarschema', 'action "cji";', 'action "cji" in ["everything"];\naction "everything";');
    add('more.cedar', named('no', 'forbid (principal, action in Action::"everything", resource);'));
    expect(ask('rms:read').rules).toEqual(['no']);
    expect(ask('avl:read').granted).toBe(true);
  });

  const subjects: Partial<Subject>[] = [
    {},
    { roles: ['patrol'], purpose: undefined },
    { roles: ['auditor', 'vendor'], ori: 'LA0260000' },
    { certifications: [], signedInAtMs: undefined },
    { kind: 'service', sworn: false, reason: undefined, onBehalfOf: 'TX0150000' },
    { roles: ['supervisor'], purpose: 'J' },
    { roles: ['medical', 'admin'], purpose: 'R' },
  ];

  test('what is left out of a question, and the policies that cannot reach a label, change no decision', () => {
    const set = loaded(starter);
    const engine = openEngine(set);
    const all = Object.fromEntries(set.policies.map(({ id, text }) => [id, text]));
    cedar.preparsePolicySet('whole', { staticPolicies: all });
    cedar.preparseSchema('whole', set.schema);
    const kept = { preparsedPolicySetId: 'whole', preparsedSchemaName: 'whole', validateRequest: true };
    for (const parts of subjects) {
      for (const label of set.labels.keys()) {
        const asked = askedOf(question(parts));
        const action = { type: 'Action', id: label };
        const whole = cedar.statefulIsAuthorized({ ...asked, ...kept, action });
        const slim = engine.ask(label, askedOf(question(parts), engine.reads));
        if (whole.type === 'failure') throw new Error(whole.errors[0]?.message);
        expect([label, slim.granted]).toEqual([label, whole.response.decision === 'allow']);
        // Where nothing permits, nobody is asked which forbids stand in the way besides.
        if (engine.policiesOf(label).some(({ effect }) => effect === 'permit'))
          expect(slim.rules).toEqual(whole.response.diagnostics.reason.toSorted());
      }
    }
  });
});

describe('what policies look at', () => {
  const readsOfText = (body: string) => {
    const parsed = cedar.policyToJson(`permit (principal, action, resource) when { ${body} };`);
    if (parsed.type === 'failure') throw new Error(parsed.errors[0]?.message);
    return readsOf([parsed.json]);
  };

  test('attributes, tags, dates and spans are found however deep they are', () => {
    const reads = readsOfText(
      'if context has purpose then !(principal.roles.isEmpty()) else [principal.hasTag("A"), context.now < datetime("2030-01-01"), context.now.offset(duration("-1d2h3m4s5ms")) < context.now].contains(true)',
    );
    expect([...reads.attributes].sort()).toEqual(['now', 'purpose', 'roles']);
    expect([...(reads.tags ?? [])]).toEqual(['A']);
    expect(reads.instantsMs).toEqual([Date.parse('2030-01-01')]);
    expect(reads.spansMs).toEqual([-(86_400_000 + 2 * 3_600_000 + 3 * 60_000 + 4_005)]);
  });

  test('a tag whose name is not written down may be any', () => {
    expect(readsOfText('principal.hasTag(context.purpose)').tags).toBeUndefined();
  });

  test('the next turn is the first date ahead: as it is, or a span from it; one that cannot be told is now', () => {
    const reads = { attributes: new Set<string>(), tags: undefined, instantsMs: [500, 5_000], spansMs: [1_000] };
    expect(nextTurn(reads, [], 0)).toBe(500);
    expect(nextTurn(reads, [], 500)).toBe(1_500);
    expect(nextTurn(reads, [700], 500)).toBe(700);
    expect(nextTurn(reads, [700], 700)).toBe(1_500);
    expect(nextTurn(reads, [], 6_000)).toBe(Number.POSITIVE_INFINITY);
    expect(nextTurn({ ...reads, instantsMs: [Number.NaN] }, [], 3)).toBe(3);
  });
});
