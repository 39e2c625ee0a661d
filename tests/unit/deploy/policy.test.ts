/** The policy commands, on the starter set and on sets with one thing changed. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reloadOnHangup } from '../../../deploy/hangup.ts';
import { openLifecycle } from '../../../deploy/lifecycle.ts';
import { check } from '../../../deploy/policy/check.ts';
import { differences, readExpectations, testPolicies } from '../../../deploy/policy/expect.ts';
import { explain } from '../../../deploy/policy/explain.ts';
import { matrix } from '../../../deploy/policy/matrix.ts';
import { openGraph, starterFolder } from '../../../deploy/policy/subject.ts';
import { loadPolicies } from '../../../gateway/policies/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'rtcc-policy-'));
const nowMs = Date.parse('2026-11-20T12:00:00Z');
let said: string[];
const say = (text: string) => void said.push(text);

beforeEach(() => {
  said = [];
  rmSync(folder, { recursive: true });
  cpSync(starterFolder, folder, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

const change = (file: string, from: string, to: string) => {
  const text = readFileSync(join(folder, file), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(folder, file), text.replaceAll(from, to));
};

describe('check', () => {
  test('counts what holds', () => {
    expect(check({ folder, say })).toBe(0);
    expect(said).toContainEqual('commercial.cedar  2 policies');
    expect(said.at(-1)).toMatch(/^\d+ policies for \d+ labels hold\. Set [0-9a-f]{64}\.$/);
  });

  test('tells what does not, by file and line', () => {
    change('commercial.cedar', 'principal.roles', 'principal.role');
    expect(check({ folder, say })).toBe(1);
    expect(said[0]).toMatch(/^commercial\.cedar:8: error: attribute `role` on entity type `\w+` not found/);
  });

  test('warns of labels of the graph that the policies do not list', () => {
    change('schema.cedarschema', 'action "avl:read"', 'action "avl:watch"');
    for (const file of ['location.cedar', 'vendors.cedar']) change(file, 'avl:read', 'avl:watch');
    expect(check({ folder, say })).toBe(0);
    expect(said.join('\n')).toMatch(/warning: .*granted them: avl:read$/m);
  });
});

describe('explain', () => {
  const words = (options: Partial<Parameters<typeof explain>[0]>) => {
    explain({ as: 'detective', field: 'Lead.ssn', folder, nowMs, say, ...options });
    return said.join('\n');
  };

  test('shows what is granted, and by which rules', () => {
    const text = words({ purpose: 'C', case: 'B-24020-22', reason: 'follow-up' });
    expect(text).toMatch(/^Lead\.ssn as detective, purpose C, case B-24020-22, with a reason: SHOWN$/m);
    expect(text).toMatch(/people:ssn: granted\n {4}by commercial-roles \(commercial\.cedar:5\), which permits: one of the roles/);
    expect(text).not.toContain('Missing');
  });

  test('says what is missing, all of it', () => {
    expect(words({ purpose: 'J' })).toMatch(/: WITHHELD\n.*\nMissing: .*"purpose" \(C, D, F\).*"caseNumber".*"reason"/s);
  });

  test('takes a label, and an agency that is asked for', () => {
    expect(words({ field: 'rms:read' })).toContain('rms:read as detective: SHOWN');
    expect(words({ field: 'rms:read', onBehalfOf: 'TX0150000' })).toContain('by on-behalf-of-a-partner');
  });

  test.each([
    [{ as: 'chief' }, /no persona "chief".*patrol/],
    [{ field: 'Person.ssn' }, /no field "Person\.ssn"\. There is: Lead\.ssn\./],
    [{ field: 'Person' }, /no field "Person"/],
    [{ field: '__proto__.constructor' }, /no field/],
    [{ field: 'no:such' }, /no label "no:such".*cad:read/],
  ])('refuses %j', (options, complaint) => {
    expect(() => words(options)).toThrow(complaint);
  });
});

describe('test', () => {
  test('finds that the starter set is what its table expects', () => {
    expect(testPolicies({ folder, nowMs, say })).toBe(0);
    expect(said).toEqual([expect.stringMatching(/^(\d+) of \1 expectations hold\.$/)]);
  });

  test('names the rows that differ', () => {
    change('audit.cedar', 'contains("auditor")', 'contains("supervisor")');
    expect(testPolicies({ folder, nowMs, say })).toBe(1);
    expect(said).toContainEqual(
      expect.stringMatching(/^row \d+: as auditor, what Query\.auditTrail: expected shown, but withheld$/),
    );
    expect(said).toContainEqual(
      expect.stringMatching(/^row \d+: as supervisor, what Query\.auditTrail: expected withheld, but shown$/),
    );
  });

  test('reads a table in JSON too', () => {
    rmSync(join(folder, 'expectations.csv'));
    writeFileSync(
      join(folder, 'expectations.json'),
      JSON.stringify([{ as: 'patrol', what: 'Query.incident', expected: 'withheld' }]),
    );
    expect(testPolicies({ folder, nowMs, say })).toBe(1);
  });

  test.each([
    ['as,what,expected\npatrol,cad:read,perhaps', /row 1, expected/],
    ['as,what,expected,why\npatrol,cad:read,shown,because', /row 1/],
    ['as,what,expected\n', /./],
    ['as,what,expected\nchief,cad:read,shown', /no persona/],
    ['as,what,certifications,expected\npatrol,cad:read,CIJS,shown', /no certification "CIJS"/],
    ['as,what,expected\npatrol,Query.incidnet,shown', /no field/],
  ])('refuses a table that says %j', (table, complaint) => {
    writeFileSync(join(folder, 'expectations.csv'), table);
    expect(() => testPolicies({ folder, nowMs, say })).toThrow(complaint);
  });

  test('every rule of the starter set is held by a row: without it, one differs', () => {
    const rows = readExpectations(starterFolder);
    const { set } = loadPolicies(starterFolder);
    if (!set) throw new Error('The starter set does not hold.');
    const graph = openGraph();
    const without = (id: string) => ({ ...set, policies: set.policies.filter((policy) => policy.id !== id) });
    const unheld = set.policies.filter(({ id }) => differences(rows, without(id), nowMs, graph).length === 0).map(({ id }) => id);
    expect(unheld).toEqual([]);
  });
});

test('on the command line, what does not hold is exit code 1', () => {
  change('commercial.cedar', 'principal.roles', 'principal.role');
  const ended = spawnSync(process.execPath, ['deploy/run.mjs', 'policy', 'check', '--policies', folder], {
    cwd: join(import.meta.dirname, '../../..'),
    encoding: 'utf8',
  });
  expect(ended).toMatchObject({ status: 1, stdout: expect.stringContaining('commercial.cedar:8: error') });
});

describe('SIGHUP', () => {
  const hangUp = async (terminal: boolean): Promise<number> => {
    let times = 0;
    const life = openLifecycle();
    const before = process.listenerCount('SIGHUP');
    reloadOnHangup(life, { reload: () => ++times > 0 }, terminal);
    process.emit('SIGHUP');
    await life.end();
    expect(process.listenerCount('SIGHUP')).toBe(before);
    return times;
  };

  test('reads the policies again where there is no terminal, and ends the process where there is one', async () => {
    expect([await hangUp(false), await hangUp(true)]).toEqual([1, 0]);
  });
});

test('the matrix changes with the policies, and with nothing else', () => {
  const before = matrix(starterFolder);
  expect(matrix(folder)).toBe(before);
  change('commercial.cedar', '["detective", "supervisor"]', '["detective"]');
  const row = (text: string) => text.split('\n').find((line) => line.startsWith('| people:leads |'));
  expect(row(before)).toBe('| people:leads | — | — | C D F: case | C D F: case | — | — | — | — |');
  expect(row(matrix(folder))).toBe('| people:leads | — | — | C D F: case | — | — | — | — | — |');
});

test('the starter folder holds no file that the hub would not read or explain', () => {
  expect(
    readdirSync(starterFolder).filter((name) => !/\.(cedar|cedarschema)$|^README\.md$|^expectations\.csv$/.test(name)),
  ).toEqual([]);
});
