/** What was searched for: found in the operation, sealed for the holders of a key, and read by nobody else. */
import { randomBytes } from 'node:crypto';
import { parse } from 'graphql';
import { classOf } from '../../../gateway/audit/classes.ts';
import { auditClasses } from '../../../gateway/audit/record.ts';
import { type FieldKeys, seal, unseal } from '../../../gateway/audit/seal.ts';
import { searchOf } from '../../../gateway/audit/search.ts';

const newKeys = (): FieldKeys =>
  Object.fromEntries(auditClasses.map((name) => [name, [{ id: `k-${name}`, key: randomBytes(32) }]])) as unknown as FieldKeys;
const keys = newKeys();
const text = '[{"field":"person","arguments":{"name":"Very Secret"}}]';

describe('a sealed text', () => {
  test('is read with its key, for its operation', () => {
    const sealed = seal(keys, 'CJI', 'op-1', text);
    expect(sealed).not.toContain('Secret');
    expect(unseal(keys, 'op-1', sealed)).toBe(text);
  });

  test('is not read with another key, for another operation or class, nor when a byte of it has changed', () => {
    const sealed = seal(keys, 'CJI', 'op-1', text);
    expect(() => unseal(newKeys(), 'op-1', sealed)).toThrow();
    expect(() => unseal(keys, 'op-2', sealed)).toThrow();
    expect(() => unseal({ ...keys, ALPR: keys.CJI }, 'op-1', sealed.replace('.CJI.', '.ALPR.'))).toThrow();
    expect(() => unseal({ ...keys, CJI: [] }, 'op-1', sealed)).toThrow('not held');
    const parts = sealed.split('.');
    for (const at of [3, 4, 5]) {
      const bytes = Buffer.from(parts[at] ?? '', 'base64url');
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      expect(() => unseal(keys, 'op-1', parts.with(at, bytes.toString('base64url')).join('.'))).toThrow();
    }
    expect(() => unseal(keys, 'op-1', parts.with(5, '').join('.'))).toThrow();
  });

  test('is another each time, and does not tell how long a name is', () => {
    const sealed = ['A', 'Bartholomew'].map((name) => seal(keys, 'CJI', 'op-1', `{"name":"${name}"}`));
    expect(sealed[0]?.length).toBe(sealed[1]?.length);
    expect(seal(keys, 'CJI', 'op-1', text)).not.toBe(seal(keys, 'CJI', 'op-1', text));
  });

  test('stays readable when a newer key seals', () => {
    const old = seal(keys, 'ALPR', 'op-1', text);
    const next = { ...keys, ALPR: [...keys.ALPR, { id: 'new', key: randomBytes(32) }] };
    expect(seal(next, 'ALPR', 'op-1', text)).toMatch(/^v1\.ALPR\.new\./);
    expect(unseal(next, 'op-1', old)).toBe(text);
  });
});

describe('what an operation searches for', () => {
  test('is each field with arguments, with literals and variables as they are run, in fragments too', () => {
    const document = parse(`
      query ($name: String, $unused: String) @live(x: "directive") {
        one: person(id: 9) { name }
        people(where: { name: $name, ages: [1, 2] }) { ...Plates }
      }
      fragment Plates on Person { plates(like: "ABC%") { id } name }
    `);
    expect(JSON.parse(searchOf(document, { name: 'X', unused: 'Y' }) ?? '')).toEqual([
      { field: 'person', arguments: { id: 9 } },
      { field: 'people', arguments: { where: { name: 'X', ages: [1, 2] } } },
      { field: 'plates', arguments: { like: 'ABC%' } },
    ]);
  });

  test('is nothing where no field takes an argument, and cut where it has no end', () => {
    expect(searchOf(parse('{ people { name } }'), {})).toBeUndefined();
    const long = searchOf(parse('query ($ids: [ID!]) { people(ids: $ids) { id } }'), { ids: ['x'.repeat(100_000)] }) ?? '';
    expect(long.length).toBeLessThan(70_000);
    expect(Object.keys(JSON.parse(long))).toEqual(['truncated']);
  });

  test('an argument named like a part of every object harms nobody', () => {
    const document = parse('{ people(__proto__: "x", constructor: "y") { id } }');
    expect(searchOf(document, {})).toContain('constructor');
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

test.each([
  [['cad', 'avl'], 'GENERAL'],
  [[], 'GENERAL'],
  [['cad', 'rms'], 'CJI'],
  [['rms', 'cameras'], 'ALPR'],
  [['cameras', 'people-search', 'rms'], 'COMMERCIAL'],
  [['constructor'], 'GENERAL'],
])('records of an operation on %j are of the class %s', (sources, expected) => {
  expect(classOf(sources)).toBe(expected);
});
