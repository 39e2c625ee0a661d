/** The time scalars at their edges: what they take, what they refuse, how they print. */
import { GraphQLError, type GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { CalendarDate, DateTime } from '../../../subgraphs/kit/scalars.ts';

const refused = expect.objectContaining({ code: 'BAD_USER_INPUT' });
const bothWays = (scalar: GraphQLScalarType, text: string): unknown[] => [
  scalar.parseValue(text),
  scalar.parseLiteral({ kind: Kind.STRING, value: text }, {}),
];

describe('DateTime', () => {
  test.each([
    ['2022-02-21T00:42:11Z', '2022-02-21T00:42:11.000Z'],
    ['2022-02-20T18:42:11-06:00', '2022-02-21T00:42:11.000Z'],
    ['2022-02-21T06:12:11.5+05:30', '2022-02-21T00:42:11.500Z'],
    ['2022-02-21T00:42:11.123456789Z', '2022-02-21T00:42:11.123Z'],
    ['2024-02-29T23:59:59.999Z', '2024-02-29T23:59:59.999Z'],
  ])('%s is %s', (text, iso) => {
    for (const date of bothWays(DateTime, text)) expect((date as Date).toISOString()).toBe(iso);
  });

  test.each([
    '',
    'now',
    'yesterday',
    '2022-02-20',
    '2022-02-20T18:42:11',
    '2022-02-20 18:42:11Z',
    '2022-02-20T18:42Z',
    '2022-2-20T18:42:11Z',
    ' 2022-02-20T18:42:11Z',
    '2022-02-20T18:42:11Z\n',
    '2022-02-20T18:42:11z;DROP TABLE x',
    '20220220T184211Z',
    '2022-02-20T18:42:11+0600',
    '2022-13-01T00:00:00Z',
    '2022-00-10T00:00:00Z',
    '2022-02-29T00:00:00Z',
    '2022-02-30T00:00:00-06:00',
    '2022-04-31T00:00:00Z',
    '2022-02-20T24:00:00Z',
    '2022-02-20T25:00:00Z',
    '2022-02-20T18:60:00Z',
    '2022-02-20T18:42:60Z',
    '2022-02-20T18:42:11+24:00',
    '2022-02-20T18:42:11+06:60',
    '+012022-02-20T18:42:11Z',
    '２０２２-02-20T18:42:11Z',
  ])('%j is refused', (text) => {
    expect(() => DateTime.parseValue(text)).toThrow(refused);
    expect(() => DateTime.parseLiteral({ kind: Kind.STRING, value: text }, {})).toThrow(refused);
  });

  test.each([[1645382531000], [true], [null], [{}], [['2022-02-20T18:42:11Z']], [new Date(0)]])(
    '%j is no text, and refused',
    (value) => {
      expect(() => DateTime.parseValue(value)).toThrow(refused);
    },
  );

  test.each([
    { kind: Kind.INT, value: '1645382531000' },
    { kind: Kind.ENUM, value: '2022' },
    { kind: Kind.LIST, values: [] },
  ] as ValueNode[])('a literal of another kind is refused: $kind', (node) => {
    expect(() => DateTime.parseLiteral(node, {})).toThrow(refused);
  });

  test('the refusal tells the form and not the value', () => {
    const attempt = () => DateTime.parseValue('1987-06-05 John Doe');
    expect(attempt).toThrow(GraphQLError);
    expect(attempt).not.toThrow(/John/);
  });

  test('goes out in UTC with milliseconds, from a Date or from text', () => {
    expect(DateTime.serialize(new Date('2022-02-20T18:42:11-06:00'))).toBe('2022-02-21T00:42:11.000Z');
    expect(DateTime.serialize('2022-02-20T18:42:11.5-06:00')).toBe('2022-02-21T00:42:11.500Z');
    expect(() => DateTime.serialize('20 February')).toThrow();
    expect(() => DateTime.serialize(new Date(Number.NaN))).toThrow();
  });
});

describe('Date', () => {
  test.each(['1987-06-05', '2024-02-29', '1900-01-01', '0001-01-01'])('%s is a day', (text) => {
    expect(bothWays(CalendarDate, text)).toEqual([text, text]);
  });

  test.each([
    '',
    'today',
    '1987-6-5',
    '1987-06-05T00:00:00Z',
    '05/06/1987',
    '19870605',
    ' 1987-06-05',
    '1987-06-05\n',
    '1987-02-29',
    '1987-02-30',
    '1987-04-31',
    '1987-13-01',
    '1987-00-01',
    '1987-01-00',
    '1987-01-32',
    '１987-06-05',
  ])('%j is refused', (text) => {
    expect(() => CalendarDate.parseValue(text)).toThrow(refused);
    expect(() => CalendarDate.parseLiteral({ kind: Kind.STRING, value: text }, {})).toThrow(refused);
  });

  test.each([[19870605], [null], [new Date(0)], [{}]])('%j is no text, and refused', (value) => {
    expect(() => CalendarDate.parseValue(value)).toThrow(refused);
  });

  test('a day goes out as it is; midnight UTC, as drivers give it, is its day', () => {
    expect(CalendarDate.serialize('1987-06-05')).toBe('1987-06-05');
    expect(CalendarDate.serialize(new Date('1987-06-05T00:00:00Z'))).toBe('1987-06-05');
    expect(() => CalendarDate.serialize('5 June 1987')).toThrow();
  });
});
