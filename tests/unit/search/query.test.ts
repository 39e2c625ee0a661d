/** How the one box reads what is typed, and what is then asked of whom. */
import { planOf, planOfSaved, savableOf } from '../../../clients/search/src/plan.ts';
import { readAs, understand } from '../../../clients/search/src/query.ts';

const read = (text: string): string =>
  understand(text, 2026)
    .readings.map(({ kind, value }) => `${kind} ${value}`)
    .join(' | ');

describe('the one box reads', () => {
  test.each([
    // item numbers, in any spelling
    ['B-24020-22', 'item B-24020-22'],
    ['b 24020 22', 'item B-24020-22'],
    ['B2402022', 'item B-24020-22'],
    ['b24020-22', 'item B-24020-22'],
    ['item: l0012322', 'item L-00123-22'],
    // phone numbers
    ['504-555-0158', 'phone 5045550158'],
    ['(504) 555-0158', 'phone 5045550158'],
    ['+1 504 555 0158', 'phone 5045550158'],
    ['5550158', 'phone 5550158'],
    // dates of birth
    ['1980-03-04', 'dateOfBirth 1980-03-04'],
    ['3/4/1980', 'dateOfBirth 1980-03-04'],
    ['03041980', 'dateOfBirth 1980-03-04'],
    ['3/4/80', 'dateOfBirth 1980-03-04'],
    ['3/4/12', 'dateOfBirth 2012-03-04'],
    ['Mar 4, 1980', 'dateOfBirth 1980-03-04'],
    ['4 March 1980', 'dateOfBirth 1980-03-04'],
    ['dob 3/4/80', 'dateOfBirth 1980-03-04'],
    // plates
    ['ABC 123', 'plate ABC123'],
    ['123-abc', 'plate 123ABC'],
    ['abc*', 'plate ABC*'],
    ['A?C 1*', 'plate A?C1*'],
    ['plate: volvo', 'plate VOLVO'],
    ['tag 4x', 'plate 4X'],
    // names
    ['John Smith', 'name John Smith'],
    ['smith, john', 'name john smith'],
    ["O'Neil-Duval", "name O'Neil-Duval | address O'Neil-Duval"],
    ['José Núñez', 'name José Núñez'],
    ['name: Tag', 'name Tag'],
    ['Tag Smith', 'name Tag Smith'],
    // addresses
    ['100 Canal St', 'address 100 Canal St'],
    ['001XX Carondelet St', 'address 001XX Carondelet St'],
    ['Canal & Bourbon', 'address Canal & Bourbon'],
    ['St Charles Ave', 'address St Charles Ave'],
    ['address: carondelet', 'address carondelet'],
    // several at once
    ['John Smith 3/4/1980', 'name John Smith | dateOfBirth 1980-03-04'],
    ['smith, john, dob 1980-03-04', 'name john smith | dateOfBirth 1980-03-04'],
    ['John Smith (504) 555-0158', 'name John Smith | phone 5045550158'],
    // what can be two things is looked for as both
    ['carondelet', 'name carondelet | address carondelet'],
    ['12 oak', 'plate 12OAK | address 12 oak'],
    // what is nothing
    ['', ''],
    ['x', ''],
    ['*', ''],
    ['2/30/1980', ''],
  ])('%s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  test('no date of birth in the future', () => {
    expect(readAs('dateOfBirth', '2031-01-01', 2026)).toBeUndefined();
  });

  test('and says what is wrong with a key that is stated to be one', () => {
    expect(understand('phone: 12', 2026)).toEqual({ readings: [], hint: 'This is no phone number: “12”.' });
  });

  test('anything without failing', () => {
    for (const text of ['((((', '\u0000', '🚓🚓', '?'.repeat(500), "'; DROP TABLE", '1'.repeat(40)]) {
      expect(() => understand(text, 2026)).not.toThrow();
    }
  });
});

describe('a plan', () => {
  const planned = (text: string) => planOf(understand(text, 2026).readings);

  test('asks reports and calls for an item number, and nobody else', () => {
    expect(planned('B2402022')).toEqual({ report: 'B-24020-22', incident: 'B-24020-22' });
  });

  test('puts name, date of birth and phone into one question for persons', () => {
    expect(planned('John Smith 1980-03-04').persons).toEqual({ name: 'John Smith', dateOfBirth: '1980-03-04' });
  });

  test('offers commercial databases only what they take', () => {
    expect(planned('John Smith').leads).toBeUndefined();
    expect(planned('John Smith 1980-03-04').leads).toEqual({ name: 'John Smith', dateOfBirth: '1980-03-04' });
    expect(planned('504-555-0158').leads).toEqual({ phone: '5045550158' });
  });

  test.each(['John Smith 1980-03-04', 'ABC*', '100 Canal St'])('of "%s" can be followed live, and asked again', (text) => {
    const followed = savableOf(planned(text)).filter(({ live }) => live);
    expect(followed.length).toBeGreaterThan(0);
    for (const { kind, variables } of followed) expect(planOfSaved(kind, JSON.stringify(variables))).not.toEqual({});
  });

  test('is none where a saved search is not of this page', () => {
    expect(planOfSaved('PERSONS', 'no json')).toBeUndefined();
    expect(planOfSaved('VEHICLES', '{}')).toBeUndefined();
  });
});
