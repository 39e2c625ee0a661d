/** Policies → what a caller could ever be granted by who they are. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPolicies } from '../../../gateway/policies/policies.ts';
import type { Subject } from '../../../gateway/policies/question.ts';

const folder = join(import.meta.dirname, '../../../deploy/policies');
const policies = openPolicies({ folder });
afterAll(() => policies.close());
const nowMs = Date.parse('2026-03-01T12:00:00Z');

const caller = (parts: Partial<Subject> = {}): Subject => ({
  ...{ subject: 'somebody', kind: 'person', ori: 'LANPD0000', roles: ['detective'], scopes: [], sworn: true, assignments: [] },
  certifications: ['CJIS', 'DPPA', '28CFR23', 'NCIC'].map((name) => ({ name, expiresAt: '2030-01-01T00:00:00Z' })),
  ...parts,
});
const could = (parts: Partial<Subject> = {}) => policies.reach(caller(parts), { nowMs, agency: 'LANPD0000' }).could;

test.each<[what: string, parts: Partial<Subject>, label: string, reached: boolean]>([
  ['a purpose, a case and a reason, none of them stated', {}, 'people:ssn', true],
  ['a fresh sign-in', { signedInAtMs: 0 }, 'people:ssn', true],
  ['a role that the caller has not', { roles: ['patrol'] }, 'people:ssn', false],
  ['no role', { roles: [] }, 'cad:read', false],
  [
    'a certification that has ended',
    { certifications: [{ name: 'CJIS', expiresAt: '2020-01-01T00:00:00Z' }] },
    'rms:read',
    false,
  ],
  ['not being sworn', { sworn: false }, 'people:ssn', false],
  ['an agency with an agreement', { ori: 'LA0260000' }, 'cad:notes', true],
  ['an agency with one, for what never leaves', { ori: 'LA0260000' }, 'cad:caller', false],
  ['an agency without one', { ori: 'XX0000000' }, 'cad:read', false],
  ['a black label, for whom it could be granted', {}, 'intel:read', true],
  ['a label that nothing permits', {}, 'rms:sealed', false],
  ['nobody', { kind: 'anonymous' }, 'cad:read', false],
])('%s: %#', (_what, parts, label, reached) => {
  expect(could(parts).includes(label)).toBe(reached);
});

test('it does not hang on what the operation states', () => {
  expect(could({ purpose: 'R', reason: 'x', caseNumber: 'B1', onBehalfOf: 'XX0000000' })).toEqual(could());
});

test('every black label is known, within reach or not', () => {
  const { black } = policies.reach(caller({ roles: [] }), { nowMs, agency: 'LANPD0000' });
  expect(black).toEqual(expect.arrayContaining(['intel:read', 'rms:sealed']));
});

test('whatever is granted with something stated could be granted', () => {
  const parts = { purpose: 'C', caseNumber: 'B2402022', reason: 'follow-up', signedInAtMs: nowMs };
  for (const role of ['patrol', 'analyst', 'detective', 'supervisor', 'auditor', 'admin', 'vendor', 'medical']) {
    const { grants } = policies.decide({ subject: caller({ roles: [role], ...parts }), nowMs, agency: 'LANPD0000' });
    expect(could({ roles: [role] })).toEqual(expect.arrayContaining([...grants]));
  }
});

describe('conditions of every shape', () => {
  const schema = `entity Agency; entity Hub; entity Person, Service in [Agency] { roles: Set<String>, scopes: Set<String>,
    privileges: Set<String>, sworn: Bool, assignments: Set<String>, signedInAt?: datetime, methods: Set<String> } tags datetime;`;
  const statement = /type Statement = \{[\s\S]*?\n\};/.exec(policies.set.schema)?.[0] ?? '';
  const action = `action "a:b" appliesTo { principal: [Person, Service], resource: [Hub], context: Statement };`;
  const own = (conditions: string, effect = 'permit') => {
    const place = mkdtempSync(join(tmpdir(), 'could-'));
    try {
      writeFileSync(
        join(place, 'schema.cedarschema'),
        `${schema.replace('entity Hub;', 'entity Hub { agency: Agency };')}\n${statement}\n${action}`,
      );
      const permit = '@id("p") @reason("r") permit (principal, action, resource);';
      const text = `@id("x") @reason("r") ${effect} (principal, action, resource) ${conditions};`;
      writeFileSync(join(place, 'a.cedar'), effect === 'permit' ? text : `${permit}\n${text}`);
      const set = openPolicies({ folder: place });
      const { could } = set.reach(caller(), { nowMs, agency: 'LANPD0000' });
      set.close();
      return could.includes('a:b');
    } finally {
      rmSync(place, { recursive: true });
    }
  };
  const purpose = 'context has purpose && context.purpose == "C"';
  test.each<[conditions: string, effect: 'permit' | 'forbid', reached: boolean]>([
    [`when { ${purpose} }`, 'permit', true],
    [`when { ${purpose} && principal.roles.contains("patrol") }`, 'permit', false],
    [`when { ${purpose} || principal.roles.contains("patrol") }`, 'permit', true],
    [`when { !(${purpose}) && principal.sworn }`, 'permit', true],
    [`unless { ${purpose} }`, 'permit', true],
    ['unless { principal.sworn }', 'permit', false],
    [`unless { principal.sworn && ${purpose} }`, 'permit', true],
    ['when { context.emergency }', 'permit', true],
    ['when { if context.emergency then principal.roles.contains("patrol") else principal.sworn }', 'permit', true],
    ['when { if principal.sworn then principal.roles.contains("patrol") else context.emergency }', 'permit', false],
    ['when { context.now < datetime("2020-01-01T00:00:00Z") }', 'permit', false],
    ['when { principal.methods.contains("hwk") }', 'permit', true],
    [`when { ${purpose} }`, 'forbid', true],
    [`unless { ${purpose} }`, 'forbid', true],
    ['when { principal.sworn }', 'forbid', false],
    [`when { principal.sworn && ${purpose} }`, 'forbid', true],
    [`when { principal.sworn || ${purpose} }`, 'forbid', false],
    ['unless { principal.roles.contains("patrol") }', 'forbid', false],
  ])('%s (%s)', (conditions, effect, reached) => {
    expect(own(conditions, effect)).toBe(reached);
  });
});
