/** What callers send: item numbers, plates, addresses, searches, cursors; and the rule on one person. */
import { anonymous, type Principal } from '../../../schema/principal.ts';
import { encodeCursor, windowOf } from '../../../subgraphs/kit/page.ts';
import { alphabeticallyBehind, latestBehind } from '../../../subgraphs/rms/keyset.ts';
import { addressPatterns, platePattern } from '../../../subgraphs/rms/places.ts';
import { itemOf } from '../../../subgraphs/rms/reports.ts';
import { guardIdentity, identified, visible } from '../../../subgraphs/rms/rules.ts';
import { wantedOf } from '../../../subgraphs/rms/search.ts';

const principal = (...grants: string[]): Principal => ({ ...anonymous, ori: 'LANPD0000', grants });
const refused = (code: string) => expect.objectContaining({ code });
const thrownBy = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
};

test.each(['B-24020-22', 'b2402022', ' B 24020 22 ', 'B.24020/22'])('%p is the item B2402022', (number) => {
  expect(itemOf(number)).toBe('B2402022');
});

test.each([
  ['abc 123', 'ABC123'],
  ['O1O*', '010%'],
  ['**1?2**', '%1_2%'],
  ["A1%_'\\", 'A1'],
])('the plate %p is looked for as %p', (plate, pattern) => {
  expect(platePattern(plate)).toBe(pattern);
});

test.each(['', '*', 'A', '%%%', '?*?'])('the plate %p says too little', (plate) => {
  expect(thrownBy(() => platePattern(plate))).toEqual(refused('BAD_USER_INPUT'));
});

test('an address is looked for by its words, whose LIKE signs are escaped', () => {
  expect(addressPatterns(' canal  100% ')).toEqual(['%CANAL%', '%100\\%%']);
  expect(addressPatterns('a_b\\')).toEqual(['%A\\_B\\\\%']);
  expect(thrownBy(() => addressPatterns('%'))).toEqual(refused('BAD_USER_INPUT'));
  expect(thrownBy(() => addressPatterns('a b c d e f g h i'))).toEqual(refused('BAD_USER_INPUT'));
});

test('a search needs a name or a date, and bounds', () => {
  expect(wantedOf({ name: 'Bill Smith' })).toEqual({ words: ['BILL', 'SMITH'], dateOfBirth: undefined, toleranceDays: 0 });
  for (const search of [{}, { name: 'B S' }, { dateOfBirth: '1990-01-01', dateOfBirthToleranceDays: 400 }]) {
    expect(thrownBy(() => wantedOf(search))).toEqual(refused('BAD_USER_INPUT'));
  }
});

test.each([
  ['now()', 'x'],
  ['2022-02-30T00:00:00.000000Z', 'x'],
  ['2022-02-30', 'x'],
  ["2022-01-01T00:00:00.000000Z'--", 'x'],
])('a cursor with the instant %p is refused', (at, id) => {
  const window = windowOf({ after: encodeCursor([at, id]) }, 2);
  expect(thrownBy(() => latestBehind(window, ['r.occurred_at', 'r.id']))).toEqual(refused('CURSOR_INVALID'));
});

test('what a cursor holds goes to the database as parameters', () => {
  const latest = latestBehind(windowOf({ after: encodeCursor(['2022-01-01T00:00:00.000001Z', "x'; --"]) }, 2), [
    'r.occurred_at',
    'r.id',
  ]);
  expect(latest.values).toEqual(['2022-01-01T00:00:00.000001Z', "x'; --"]);
  expect(latest.sql).not.toContain('--');
  const alphabetical = alphabeticallyBehind(windowOf({ after: encodeCursor(["a'", 'b']) }, 2), ['v.plate_key', 'v.id']);
  expect(alphabetical.values).toEqual(["a'", 'b']);
});

test('the row rule hides sealed rows and keeps the agency, as parameters', () => {
  expect(visible(principal(), 'r').values).toEqual(['LANPD0000', 'open', 'juvenile', 'victim']);
  expect(visible(principal('rms:sealed'), 'r').values).toEqual(['LANPD0000', 'open', 'juvenile', 'victim', 'sealed']);
  expect(identified(principal(), 'p').sql).toMatch(/NOT p\.juvenile.*NOT p\.victim_protected/s);
  expect(identified(principal('rms:juvenile'), 'p').sql).not.toContain('juvenile');
  expect(identified(principal('rms:juvenile'), 'p').sql).toContain('victim_protected');
});

test.each([
  [true, false, [], 'rms:juvenile'],
  [false, true, ['rms:juvenile'], 'rms:victim-identity'],
  [true, true, ['rms:juvenile'], 'rms:victim-identity'],
  [true, true, ['rms:victim-identity'], 'rms:juvenile'],
  [true, true, ['rms:juvenile', 'rms:victim-identity'], undefined],
  [false, false, [], undefined],
])('juvenile %p, protected %p, grants %p: withheld by %p', (juvenile, victimProtected, grants, policy) => {
  const error = thrownBy(() => guardIdentity(principal(...grants), { juvenile, victimProtected })) as
    | { extensions?: object }
    | undefined;
  expect(error?.extensions).toEqual(policy ? expect.objectContaining({ code: 'UNAUTHORIZED_FIELD_OR_TYPE', policy }) : undefined);
});
