import { addressKey, merge, nameKey } from '../../../subgraphs/people-search/merge.ts';
import type { VendorRecord } from '../../../subgraphs/people-search/vendor.ts';

const record = (values: Partial<VendorRecord>): VendorRecord => ({
  ...{ id: '1', names: [], addresses: [], phones: [], emails: [], synthetic: true },
  ...values,
});
const from = (vendor: string, ...records: Partial<VendorRecord>[]) => ({ vendor, records: records.map(record) });
const fields = (merged: ReturnType<typeof merge>) => merged.contradictions.map(({ field }) => field);

test('a value that two vendors state stands once, with both vendors and the first spelling', () => {
  const merged = merge([
    from('A', {
      names: ['JOHN Q SMITH'],
      phones: [{ number: '504-555-0123' }],
      emails: ['J@EXAMPLE.ORG'],
      dateOfBirth: '1980-01-02',
    }),
    from('B', {
      names: ['Smith, John Q.'],
      phones: [{ number: '+1 (504) 555-0123' }],
      emails: ['j@example.org'],
      dateOfBirth: '1980-01-02',
    }),
  ]);
  expect(merged.names).toEqual([{ value: 'JOHN Q SMITH', vendors: ['A', 'B'] }]);
  expect(merged.phones).toEqual([{ value: '+15045550123', vendors: ['A', 'B'] }]);
  expect(merged.emails).toEqual([{ value: 'J@EXAMPLE.ORG', vendors: ['A', 'B'] }]);
  expect(merged.datesOfBirth).toEqual([{ value: '1980-01-02', vendors: ['A', 'B'] }]);
  expect(merged.contradictions).toEqual([]);
});

test('a value that one vendor states names that vendor alone', () => {
  const merged = merge([
    from('A', { phones: [{ number: '504-555-0101' }] }),
    from('B', { phones: [{ number: '504-555-0102' }] }),
  ]);
  expect(merged.phones).toEqual([
    { value: '+15045550101', vendors: ['A'] },
    { value: '+15045550102', vendors: ['B'] },
  ]);
});

test('dates of birth a day apart contradict each other, and both are shown', () => {
  const { contradictions } = merge([from('A', { dateOfBirth: '1980-01-02' }), from('B', { dateOfBirth: '1980-01-03' })]);
  expect(contradictions).toEqual([
    {
      field: 'dateOfBirth',
      values: [
        { value: '1980-01-02', vendors: ['A'] },
        { value: '1980-01-03', vendors: ['B'] },
      ],
    },
  ]);
});

test('a vendor that states nothing contradicts nobody', () => {
  expect(
    merge([from('A', { dateOfBirth: '1980-01-02', names: ['John Smith'] }), from('B', {}), from('C')]).contradictions,
  ).toEqual([]);
});

test('two records of one vendor are two persons, not a contradiction', () => {
  const merged = merge([
    from('A', { dateOfBirth: '1980-01-02' }, { dateOfBirth: '1981-01-02' }),
    from('B', { dateOfBirth: '1981-01-02' }),
  ]);
  expect(merged.contradictions).toEqual([]);
  expect(merged.datesOfBirth).toHaveLength(2);
});

test.each([
  ['John Smith', 'SMITH, JOHN', []],
  ['John Quincy Smith', 'John Q Smith', []],
  ['John Smith', 'John Quincy Smith', []],
  ['John Smith Jr', 'John Smith', []],
  ['José Núñez', 'JOSE NUNEZ', []],
  ["Shawn O'Brien", 'SHAWN OBRIEN', []],
  ['John Smith', 'John Smyth', ['names']],
  ['John Smith', 'Mary Smith', ['names']],
  ['John Allen Smith', 'John Brian Smith', ['names']],
  ['J Smith', 'John Smith', []],
])('%s and %s contradict each other in %j', (one, other, expected) => {
  expect(fields(merge([from('A', { names: [one] }), from('B', { names: [other] })]))).toEqual(expected);
  expect(fields(merge([from('A', { names: [other] }), from('B', { names: [one] })]))).toEqual(expected);
});

test.each([
  ['123 N RAMPART ST APT 4, NEW ORLEANS, LA 70112-0001', '123 North Rampart Street #4, New Orleans, Louisiana 70112'],
  ['9 Elm Blvd., Unit 2', '9 ELM BOULEVARD STE 2'],
  ['45 Rue Célestin Ave', '45 RUE CELESTIN AVENUE'],
])('%s is the address %s', (one, other) => {
  expect(addressKey(one)).toBe(addressKey(other));
});

test('another house, unit or street is another address', () => {
  const keys = ['12 Elm St #1', '12 Elm St #2', '13 Elm St #1', '12 Elm Ave #1', '12 Elm St'].map(addressKey);
  expect(new Set(keys).size).toBe(5);
});

test('vendors that saw the person last at different addresses contradict each other; earlier addresses do not', () => {
  const at = (address: string, lastSeen: string) => ({ address, lastSeen });
  const a = from('A', { addresses: [at('1 Elm St', '2022-01-01'), at('2 Oak Ave', '2019-01-01')] });
  const old = from('B', { addresses: [at('2 Oak Avenue', '2019-01-01')] });
  const same = from('B', { addresses: [at('7 Ash Ct', '2015-01-01'), at('1 Elm Street', '2021-01-01')] });
  expect(fields(merge([a, old]))).toEqual(['currentAddress']);
  expect(fields(merge([a, same]))).toEqual([]);
});

test('merging leaves the records as they were', () => {
  const addresses = [
    { address: '1 Elm St', lastSeen: '2001-01-01' },
    { address: '2 Elm St', lastSeen: '2022-01-01' },
  ];
  const given = from('A', { addresses });
  const before = structuredClone(given);
  merge([given]);
  expect(given).toEqual(before);
});

test('a name is the same in any order and case', () => {
  expect(nameKey('SMITH, JOHN Q')).toBe(nameKey('john q. smith'));
  expect(nameKey('John Smith')).not.toBe(nameKey('John Smits'));
});
