/** What a released file says, and that its caveats cannot be lost; what the advanced form asks. */
import { planOfForm } from '../../../clients/search/src/formplan.ts';
import { caveatsOf, csvOf, fileNameOf, type Released } from '../../../clients/search/src/release/file.ts';
import type { Row } from '../../../clients/search/src/rows.ts';

const row = (title: string, more: Partial<Row> = {}): Row => ({
  ...{ key: `Person:${title}`, type: 'Person', id: title, title, detail: 'no date of birth', marks: [] },
  ...more,
});

const released = (rows: Row[]): Released => ({
  ...{ title: 'Search results', rows, id: 'dissemination-0123456789ab', at: '2026-11-20T12:00:00.000Z', recipient: 'An office' },
  ...{ purpose: 'Prosecution', reason: 'a reason, with a comma', caseNumber: 'B-24020-22', caveats: caveatsOf(rows) },
});

describe('a released file', () => {
  test('begins and ends with its caveats, and names its entry in the record', () => {
    const lines = csvOf(released([row('Ann')])).split('\r\n');
    expect(lines[0]).toMatch(/^Handling,LAW ENFORCEMENT SENSITIVE/);
    expect(lines.at(-1)).toBe(lines[0]);
    expect(lines).toContain('Release,dissemination-0123456789ab');
    expect(lines).toContain('Reason,"a reason, with a comma"');
  });

  test.each(['=1+1', '+1', '-1', '@A1', '\t=1'])('makes no formula of %j', (text) => {
    expect(csvOf(released([row(text)]))).toContain(`'${text}`);
  });

  test('says what its rows call for, on one line that the record takes', () => {
    const plain = caveatsOf([row('Ann')]);
    const all = caveatsOf([row('Name withheld', { marks: ['juvenile', '95 %'] })]);
    expect(plain).not.toMatch(/juvenile|likeness|withheld/);
    expect(all).toMatch(/juvenile.*withheld.*likeness/);
    expect(all.length).toBeLessThanOrEqual(500);
    expect(all).not.toContain('\n');
  });

  test('is named by its entry alone', () => {
    expect(fileNameOf(released([row('Ann')]), 'csv')).toBe('release-0123456789ab.csv');
  });
});

describe('the advanced form', () => {
  test('asks each system what was filled in for it', () => {
    expect(planOfForm({ plate: 'abc*', address: 'canal' }, 2026)).toEqual({
      vehicles: 'ABC*',
      addresses: 'canal',
      incidents: { address: 'canal' },
    });
  });

  test('takes whole days, the last one included', () => {
    const plan = planOfForm({ from: '2022-02-01', to: '2022-02-01', signals: '64G, 21' }, 2026);
    if (typeof plan === 'string') throw new Error(plan);
    const { occurredFrom = '', occurredTo = '', signals } = plan.reports ?? {};
    expect(Date.parse(occurredTo) - Date.parse(occurredFrom)).toBe(24 * 3_600_000);
    expect(signals).toEqual(['64G', '21']);
  });

  test.each([
    [{ phone: '12' }, /no phone number/],
    [{ dateOfBirth: '13/40/1980' }, /no date of birth/],
    [{ sex: 'MALE' }, /at least one field/],
    [{}, /at least one field/],
  ])('says what is wrong with %j', (values, words) => {
    expect(planOfForm(values as Record<string, string>, 2026)).toMatch(words);
  });
});
