/** Keyset windows, and cursors from people who made their own. */
import fc from 'fast-check';
import { decodeCursor, encodeCursor, maximumPage, pageOf, windowOf } from '../../../subgraphs/kit/page.ts';

const rows = Array.from({ length: 25 }, (_, at) => ({ id: `id-${String(at).padStart(2, '0')}` }));

/** A source that does as a window says. */
const read = (args: Parameters<typeof windowOf>[0]) => {
  const window = windowOf(args, 1);
  const from = window.after ? rows.findIndex(({ id }) => id > (window.after?.[0] ?? '')) : 0;
  return pageOf(from < 0 ? [] : rows.slice(from, from + window.limit), window, ({ id }) => [id]);
};

test('pages follow each other by their cursors until nothing is left, each row once', () => {
  const seen: string[] = [];
  let after: string | null = null;
  for (;;) {
    const page = read({ first: 10, after });
    seen.push(...page.nodes.map(({ id }) => id));
    after = page.pageInfo.endCursor;
    if (!page.pageInfo.hasNextPage) break;
  }
  expect(seen).toEqual(rows.map(({ id }) => id));
});

test('a page asks for one row more than it shows, and does not show it', () => {
  const window = windowOf({ first: 2 }, 1);
  expect(window).toEqual({ size: 2, limit: 3, after: undefined });
  const page = pageOf(rows.slice(0, 3), window, ({ id }) => [id]);
  expect(page.nodes).toEqual(rows.slice(0, 2));
  expect(page.pageInfo.hasNextPage).toBe(true);
});

test('exactly a page of rows has no next page', () => {
  expect(pageOf(rows.slice(0, 2), windowOf({ first: 2 }, 1), ({ id }) => [id]).pageInfo).toMatchObject({ hasNextPage: false });
});

test('every edge has the cursor that continues behind it, and what the edge says besides', () => {
  const page = pageOf(
    rows.slice(0, 3),
    windowOf({ first: 3 }, 1),
    ({ id }) => [id],
    ({ id }) => ({ meters: id.length }),
  );
  expect(page.edges[0]).toEqual({ cursor: encodeCursor(['id-00']), node: rows[0], meters: 5 });
  expect(page.edges.at(-1)?.cursor).toBe(page.pageInfo.endCursor);
});

test('an empty page ends nowhere', () => {
  expect(pageOf([], windowOf({ first: 5 }, 1), () => [])).toEqual({
    edges: [],
    nodes: [],
    pageInfo: { hasNextPage: false, endCursor: null },
  });
});

test.each([
  [undefined, 25],
  [null, 25],
  [0, 0],
  [1, 1],
  [maximumPage, maximumPage],
])('first: %j takes %i', (first, size) => {
  expect(windowOf(first === undefined ? {} : { first }, 1).size).toBe(size);
});

test.each([-1, maximumPage + 1, 2 ** 31 - 1, -(2 ** 31)])('first: %i is refused', (first) => {
  expect(() => windowOf({ first }, 1)).toThrow(expect.objectContaining({ code: 'LIMIT_LIST_SIZE' }));
});

test("a list's own maximum holds in place of the common one", () => {
  expect(windowOf({ first: 50 }, 1, 50).size).toBe(50);
  expect(() => windowOf({ first: 51 }, 1, 50)).toThrow(
    expect.objectContaining({ code: 'LIMIT_LIST_SIZE', message: '"first" takes 0 to 50.' }),
  );
});

test('a cursor brings back the sort key that it was made of, whatever is in it', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 4 }), (key) => {
      fc.pre(!key.some((part) => part.includes('\0')));
      expect(decodeCursor(encodeCursor(key), key.length)).toEqual(key);
    }),
  );
});

test('a cursor can stand in a URL', () => {
  expect(encodeCursor(['2022-02-20T18:42:11.123456Z', 'inc-B2402022>?~'])).toMatch(/^[\w-]+$/);
});

const coded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

test.each([
  ['nothing', ''],
  ['no base64', '%%%'],
  ['half a cursor', encodeCursor(['2022-02-20', 'inc-1']).slice(0, 9)],
  ['too few parts', coded(['a'])],
  ['too many parts', coded(['a', 'b', 'c'])],
  ['a part that is a number', coded(['a', 1])],
  ['a part that is null', coded(['a', null])],
  ['a part that is an object', coded(['a', { $gt: '' }])],
  ['an object that looks like a list', coded({ 0: 'a', 1: 'b', length: 2 })],
  ['a string of the same length', coded('ab')],
  ['null', coded(null)],
  ['a character that no database stores', coded(['a', 'b\0'])],
])('a cursor of %s is refused', (_what, cursor) => {
  expect(() => windowOf({ after: cursor }, 2)).toThrow(expect.objectContaining({ code: 'CURSOR_INVALID' }));
});

test('any text at all is either a key or refused with the code: nothing else gets out', () => {
  fc.assert(
    fc.property(fc.string(), (cursor) => {
      try {
        expect(decodeCursor(cursor, 1)).toHaveLength(1);
      } catch (error) {
        expect(error).toMatchObject({ code: 'CURSOR_INVALID' });
      }
    }),
  );
});
