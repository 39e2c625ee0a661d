import { canonical, e164, queryOf } from '../../../subgraphs/people-search/query.ts';

const refusal = (asked: object): unknown => {
  try {
    queryOf(asked);
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

test.each([
  [{ name: 'Jo Smith', dateOfBirth: '1980-01-02' }],
  [{ name: 'Jo Smith', address: '12 Elm St' }],
  [{ phone: '(504) 555-0123' }],
])('%j may be asked', (asked) => {
  expect(refusal(asked)).toBeUndefined();
});

test.each([
  [{}],
  [{ name: 'Jo Smith' }],
  [{ dateOfBirth: '1980-01-02' }],
  [{ address: '12 Elm St' }],
  [{ address: '12 Elm St', dateOfBirth: '1980-01-02' }],
  [{ name: '   ', dateOfBirth: '1980-01-02' }],
  [{ name: '---', dateOfBirth: '1980-01-02' }],
  [{ name: 'Jo\u0000Smith', dateOfBirth: '1980-01-02' }],
  [{ name: 'Jo\nSmith', dateOfBirth: '1980-01-02' }],
  [{ name: 'J'.repeat(201), dateOfBirth: '1980-01-02' }],
  [{ name: 'Jo Smith', dateOfBirth: '1980-02-30' }],
  [{ name: 'Jo Smith', dateOfBirth: '80-1-2' }],
  [{ phone: '555-0123' }],
  [{ phone: '5'.repeat(1000) }],
])('%j is refused', (asked) => {
  expect(refusal(asked)).toBe('BAD_USER_INPUT');
});

test('a refusal repeats nothing of what was asked', () => {
  expect(() => queryOf({ name: 'Secretname' })).not.toThrow(/Secretname/);
  expect(() => queryOf({ name: 'Secretname' })).toThrow(/needs a name with a date of birth/);
});

test('the same question in another spelling is the same question', () => {
  const of = (name: string, address = '12 Elm St.') => canonical(queryOf({ name, address }));
  expect(of("shawn  o'brien")).toBe(of('SHAWN OBRIEN', '12 elm st'));
  expect(of('Shawn OBrian')).not.toBe(of('Shawn OBrien'));
  expect(of('A', 'B')).not.toBe(of('B', 'A'));
});

test.each([
  ['504-555-0123', '+15045550123'],
  ['1 504 555 0123', '+15045550123'],
  ['+1 (504) 555-0123', '+15045550123'],
  ['(504) 555-0123 x12', '+15045550123'],
  ['+44 20 7946 0018', '+442079460018'],
  ['104-555-0123', undefined],
  ['555-0123', undefined],
  ['+0123', undefined],
  ['', undefined],
])('%s is the number %s', (text, expected) => {
  expect(e164(text)).toBe(expected);
});
