/** Policies in force: kept decisions, their exchange as a whole, and the noticing of a change. */
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPolicies, type Policies, type PolicyChange } from '../../../gateway/policies/policies.ts';
import type { Subject } from '../../../gateway/policies/question.ts';
import { watchPolicies } from '../../../gateway/policies/watch.ts';

const starter = join(import.meta.dirname, '../../../deploy/policies');
let folder: string;
let policies: Policies;
let changes: PolicyChange[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rtcc-policies-'));
  cpSync(starter, folder, { recursive: true });
  policies = openPolicies({ folder, labels: ['cad:read', 'rms:read'] });
  changes = [];
  policies.onChange((change) => changes.push(change));
});
afterEach(() => {
  policies.close();
  rmSync(folder, { recursive: true, force: true });
});

const nowMs = Date.parse('2026-11-20T12:00:00Z');
const patrol: Subject = {
  subject: 's',
  kind: 'person',
  ori: 'LANPD0000',
  roles: ['patrol'],
  scopes: [],
  sworn: true,
  certifications: [{ name: 'CJIS', expiresAt: '2026-11-20T12:00:05Z' }],
  assignments: [],
};
const decide = (parts: Partial<Subject> = {}, atMs = nowMs) =>
  policies.decide({ subject: { ...patrol, ...parts }, nowMs: atMs, agency: 'LANPD0000' });
const change = (file: string, from: string, to: string) => {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replaceAll(from, to));
};

test('a set that does not hold is not started with, and every problem is told', () => {
  change('audit.cedar', '"hub:audit"', '"hub:adit"');
  expect(() => openPolicies({ folder })).toThrow(/HUB_POLICIES.*audit\.cedar:6: error: .*hub:adit/s);
});

describe('a decision is kept', () => {
  test('for the same question, and for no other', () => {
    const first = decide();
    expect(decide()).toBe(first);
    expect(decide({}, nowMs + 4_999)).toBe(first);
    const others: Partial<Subject>[] = [
      { subject: 't' },
      { kind: 'service' },
      { ori: 'LA0260000' },
      { onBehalfOf: 'LA0260000' },
      { roles: ['analyst'] },
      { scopes: ['s'] },
      { sworn: false },
      { certifications: [] },
      { assignments: ['B2402022'] },
      { purpose: 'C' },
      { caseNumber: 'B-1' },
      { reason: 'r' },
      { privileges: ['p'] },
      { methods: ['pwd'] },
      { signedInAtMs: nowMs },
    ];
    for (const other of others) expect(decide(other)).not.toBe(first);
    expect(policies.decide({ subject: patrol, nowMs, agency: 'LA0260000' })).not.toBe(first);
    expect(policies.decide({ subject: patrol, nowMs, agency: 'LANPD0000', emergency: true })).not.toBe(first);
  });

  test('not past the instant at which a certification ends, though it was made a moment before', () => {
    expect(decide({}, nowMs + 4_999).grants).toContain('rms:read');
    expect(decide({}, nowMs + 5_000).grants).not.toContain('rms:read');
  });

  test('not past the instant at which a sign-in grows too old', () => {
    const labelled = openPolicies({ folder, labels: ['people:leads'] });
    const detective = {
      ...patrol,
      roles: ['detective'],
      purpose: 'C',
      caseNumber: 'B-1',
      certifications: [{ name: 'DPPA', expiresAt: '2099-01-01T00:00:00Z' }],
    };
    const at = (atMs: number) =>
      labelled.decide({
        subject: { ...detective, signedInAtMs: nowMs - 12 * 3_600_000 + 1_000 },
        nowMs: atMs,
        agency: 'LANPD0000',
      }).grants;
    expect(at(nowMs + 999)).toContain('people:leads');
    expect(at(nowMs + 1_000)).toEqual([]);
    labelled.close();
  });

  test('not for long, and not for a time before it was made', () => {
    const later = { certifications: [] };
    const first = decide(later);
    expect(decide(later, nowMs + 9_999)).toBe(first);
    expect(decide(later, nowMs + 10_000)).not.toBe(first);
    const second = decide(later);
    expect(decide(later, nowMs - 1)).not.toBe(second);
  });
});

describe('reading the folder again', () => {
  test('brings another set into force as a whole: at once for who asks now, never for who has asked', () => {
    const before = decide();
    change('records.cedar', '"patrol", ', '');
    change('dispatch.cedar', '"patrol", ', '');
    change('protected.cedar', '"patrol", ', '');
    expect(decide().grants).toContain('cad:read');
    expect(policies.reload()).toBe(true);
    expect(decide().grants).toEqual([]);
    expect(decide().policySet).toBe(policies.set.hash);
    expect(before.grants).toContain('cad:read');
    expect(before.policySet).not.toBe(policies.set.hash);
    expect(before.explain('cad:notes')).toBe('cad:notes takes nothing more.');
    expect(changes).toEqual([{ kind: 'POLICY_CHANGED', from: before.policySet, to: policies.set.hash, problems: [] }]);
  });

  test('leaves the old set standing where the new one does not hold, and says so once', () => {
    const before = decide();
    change('records.cedar', '"patrol", ', '');
    change('dispatch.cedar', 'permit', 'allow');
    expect([policies.reload(), policies.reload()]).toEqual([false, false]);
    expect(decide()).toBe(before);
    expect(changes).toMatchObject([
      { kind: 'POLICY_REFUSED', from: before.policySet, problems: [{ file: 'dispatch.cedar', severity: 'error' }] },
    ]);
    change('dispatch.cedar', 'allow', 'permit');
    expect(policies.reload()).toBe(true);
    expect(decide().grants).toContain('cad:read');
    expect(decide().grants).not.toContain('rms:read');
  });

  test('leaves the old set standing where the folder is gone', () => {
    const before = decide();
    renameSync(folder, `${folder}-away`);
    expect(policies.reload()).toBe(false);
    expect(decide()).toBe(before);
    expect(changes).toMatchObject([{ kind: 'POLICY_REFUSED' }]);
    renameSync(`${folder}-away`, folder);
  });

  test('does nothing where nothing has changed', () => {
    expect(policies.reload()).toBe(false);
    expect(changes).toEqual([]);
  });

  test('goes on for as long as one likes', () => {
    for (const role of ['a', 'b', 'c', 'd', 'e']) {
      change('vendors.cedar', 'vendor-contract', `vendor-contract-${role}`);
      expect(policies.reload()).toBe(true);
      expect(decide({ roles: ['vendor'] }).rulesFor('cad:read')).toEqual([
        `vendor-contract${['a', 'b', 'c', 'd', 'e']
          .slice(0, ['a', 'b', 'c', 'd', 'e'].indexOf(role) + 1)
          .reverse()
          .map((one) => `-${one}`)
          .join('')}`,
      ]);
    }
  });
});

describe('a watched folder', () => {
  const told = () => new Promise<PolicyChange>((resolve) => policies.onChange(resolve));

  test.each([
    ['by a notice of the system', { quietMs: 20, everyMs: 3_600_000 }],
    ['by reading it now and then', { quietMs: 1, everyMs: 20 }],
  ])('is read again after a change, %s', async (_how, times) => {
    const stop = watchPolicies({ folder, policies, ...times });
    const changed = told();
    change('records.cedar', '"patrol", ', '');
    expect(await changed).toMatchObject({ kind: 'POLICY_CHANGED' });
    expect(decide().grants).not.toContain('rms:read');
    stop();
  });

  test('that is changed in several files, one after another, is read once', async () => {
    const stop = watchPolicies({ folder, policies, quietMs: 100, everyMs: 3_600_000 });
    const changed = told();
    change('records.cedar', 'permit', 'allow');
    change('dispatch.cedar', '"patrol", ', '');
    change('records.cedar', 'allow', 'permit');
    await changed;
    expect(changes).toMatchObject([{ kind: 'POLICY_CHANGED' }]);
    stop();
  });
});
