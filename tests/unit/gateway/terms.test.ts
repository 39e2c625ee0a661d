/** The blind index, the opaque entity keys and the operation's hash: found again by whoever holds the key, and by nobody else. */
import { createHash } from 'node:crypto';
import { parse } from 'graphql';
import { searchOf } from '../../../gateway/audit/search.ts';
import { shapeOf } from '../../../gateway/audit/shape.ts';
import { searchTerms } from '../../../gateway/audit/terms.ts';
import { opaqueEntity, termKeyOf, termOf, termsOf } from '../../../schema/terms.ts';

const key = termKeyOf(Buffer.alloc(32, 1));

describe('a term', () => {
  test.each([
    ['spelling', 'abc-123', 'ABC 123'],
    ['marks', 'José Núñez', 'JOSE NUNEZ'],
    ['punctuation', "O'Neil, Pat", 'ONEIL PAT'],
  ])('is the same whatever the %s', (_what, one, other) => {
    expect(termOf(key, one)).toBe(termOf(key, other));
  });

  test('is another under another key, and not the plain hash that anybody could try plates against', () => {
    expect(termOf(key, 'ABC123')).not.toBe(termOf(termKeyOf(Buffer.alloc(32, 2)), 'ABC123'));
    const plain = createHash('sha256').update('ABC123').digest().subarray(0, 16).toString('base64url');
    expect(termOf(key, 'ABC123')).not.toBe(plain);
  });

  test('cannot open what the field key has sealed: its key is derived, one way', () => {
    expect(termKeyOf(Buffer.alloc(32, 1))).not.toEqual(Buffer.alloc(32, 1));
  });

  test('is none where nothing is left', () => {
    expect(termOf(key, ' -- ')).toBeUndefined();
  });

  test('stands for the whole and for each longer word', () => {
    expect(termsOf(key, 'Pat de Vries')).toEqual(['Pat de Vries', 'Pat', 'Vries'].map((text) => termOf(key, text)));
  });
});

describe('the terms of an operation', () => {
  const of = (text: string, variables = {}) => searchTerms(key, searchOf(parse(text), variables) ?? '[]');

  test('are of its texts, literal or variable, in lists and objects', () => {
    const text = 'query ($p: String) { a(plate: "abc-123") { b(in: { names: ["Smith"], plate: $p }) { c } } }';
    expect(of(text, { p: 'XYZ9' }).sort()).toEqual([...['ABC123', 'Smith', 'XYZ9'].map((one) => termOf(key, one) ?? '')].sort());
  });

  test('are not of times, cursors, numbers, or what is too long to ask for', () => {
    const long = 'x'.repeat(201);
    expect(of(`{ a(from: "2026-01-01T00:00:00Z", after: "WyIxIl0", first: 5, text: "${long}") { b } }`)).toEqual([]);
  });

  test('have a bound', () => {
    expect(of(`{ a(in: [${Array.from({ length: 200 }, (_, at) => `"w${at}x"`).join(',')}]) { b } }`)).toHaveLength(64);
  });
});

describe('an entity whose key is an address', () => {
  test('is recorded as a term; without a key as nothing but its type; every other as it is', () => {
    expect(opaqueEntity(key, 'Place:123 MAIN ST')).toBe(`Place:~${termOf(key, '123 Main St')}`);
    expect(opaqueEntity(undefined, 'Place:123 MAIN ST')).toBe('Place:~');
    expect(opaqueEntity(key, 'Person:1')).toBe('Person:1');
  });
});

describe("an operation's hash", () => {
  const hash = (text: string) => shapeOf({}, parse(text));

  test('does not depend on what its literals say, so that nothing can be tried against it', () => {
    expect(hash('{ a(plate: "ABC123", first: 5, near: { lat: 1.5 }) { b } }')).toBe(
      hash('{ a(plate: "XYZ999", first: 7, near: { lat: 2.5 }) { b } }'),
    );
  });

  test('is another for another operation', () => {
    expect(hash('{ a { b } }')).not.toBe(hash('{ a { c } }'));
    expect(hash('{ a(x: RED) { b } }')).not.toBe(hash('{ a(x: BLUE) { b } }'));
  });

  test('is worked out once a plan', () => {
    const plan = {};
    expect(shapeOf(plan, parse('{ a }'))).toBe(shapeOf(plan, parse('{ b }')));
  });
});
