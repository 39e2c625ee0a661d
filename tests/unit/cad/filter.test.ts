/** What a caller may ask of dispatch, and what is refused before the source is asked. */
import { checkFilter, isKey, numberKey, placeKey } from '../../../subgraphs/cad/filter.ts';

const refused = (filter: Parameters<typeof checkFilter>[0]) => expect(() => checkFilter(filter));

test('an item number is the same in every spelling', () => {
  expect(['B-24020-22', 'B2402022', 'b 24020 22', ' b-24020-22 '].map(numberKey)).toEqual(Array(4).fill('B2402022'));
});

test('what holds no letter or digit, or is longer than any number, is no number', () => {
  expect(['', ' - ', '☃', 'B'.repeat(101)].map(numberKey)).toEqual([undefined, undefined, undefined, undefined]);
});

test('a key with a NUL is never sent to the database', () => {
  expect([isKey('inc-B2402022'), isKey('inc-\u0000'), isKey(''), isKey('x'.repeat(201))]).toEqual([true, false, false, false]);
});

test('an absent filter asks for everything', () => {
  expect(checkFilter(undefined)).toMatchObject({ districts: undefined, types: undefined, boxes: [], words: [] });
});

test('a type that ends in * is a family, without its *', () => {
  expect(checkFilter({ types: ['64*', '34s'] }).types).toEqual({ exact: ['34S'], families: ['64'] });
});

test('a circle is searched in a rectangle that holds it', () => {
  const { boxes } = checkFilter({ near: { latitude: 29.95, longitude: -90.07, radiusMeters: 500 } });
  const [box] = boxes;
  expect(box?.north).toBeGreaterThan(29.95 + 500 / 111_320);
  expect(box?.east).toBeGreaterThan(-90.07 + 500 / (111_320 * Math.cos((29.95 * Math.PI) / 180)));
  expect(box?.north).toBeLessThan(29.96);
});

test('a radius of 50 km is taken, more and less than nothing are not', () => {
  const near = { latitude: 29.95, longitude: -90.07 };
  expect(checkFilter({ near: { ...near, radiusMeters: 50_000 } }).boxes).toHaveLength(1);
  refused({ near: { ...near, radiusMeters: 50_001 } }).toThrow('radiusMeters');
  refused({ near: { ...near, radiusMeters: 0 } }).toThrow('radiusMeters');
  refused({ near: { latitude: 91, longitude: 0, radiusMeters: 1 } }).toThrow('near');
});

test('bounds must be a rectangle on the Earth', () => {
  expect(checkFilter({ bounds: { west: -90.1, south: 29.9, east: -90, north: 30 } }).boxes).toHaveLength(1);
  refused({ bounds: { west: -90, south: 29.9, east: -90.1, north: 30 } }).toThrow('bounds');
  refused({ bounds: { west: -190, south: 29.9, east: -90.1, north: 30 } }).toThrow('bounds');
});

test('a window that ends before it starts, control characters and endless lists are refused', () => {
  refused({ receivedFrom: new Date(1), receivedTo: new Date(0) }).toThrow('receivedFrom');
  refused({ address: 'a\u0000' }).toThrow('control');
  refused({ districts: Array(101).fill('1') }).toThrow('100 entries');
  refused({ priorities: ['x'.repeat(101)] }).toThrow('100 characters');
});

test('address words are told apart by spaces alone', () => {
  expect(checkFilter({ address: ' st  carondelet ' }).words).toEqual(['ST', 'CARONDELET']);
  expect(placeKey(' 001xx  Carondelet\tSt ')).toBe('001XX CARONDELET ST');
});
