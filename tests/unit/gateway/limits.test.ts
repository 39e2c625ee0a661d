/** How much one operation may ask, counted without running it. */
import { buildSchema, getIntrospectionQuery, parse, validate } from 'graphql';
import { type Limits, limit } from '../../../gateway/limits.ts';

const schema = buildSchema(`
  type Query { node(first: Int = 10): Node  nodes(first: Int = 20, last: Int): Page!  top(limit: Int = 5): [Node!]!  many: [Node!]!  other: Other }
  type Mutation { a: Int  b: Int  c: Int }
  type Page { edges: [Edge!]!  total: Int }
  type Edge { node: Node! }
  type Node { id: ID  child: Node  many: [Node]  page(first: Int): Page  grid: [[Node]] }
  union Other = Node | Page
`);

const generous: Limits = {
  depth: 100,
  aliases: 100,
  rootFields: 100,
  cost: 1e9,
  listSize: 100,
  tokens: 1e6,
  bodyBytes: 1e6,
  batch: 10,
  streams: 10,
  rate: 1_000,
};

interface Asked {
  variables?: Record<string, unknown>;
  limits?: Partial<Limits>;
  operationName?: string;
}

const check = (query: string, { variables = {}, limits = {}, operationName }: Asked = {}): string => {
  const document = parse(query);
  expect(validate(schema, document).map(({ message }) => message)).toEqual([]);
  try {
    limit({ document, operationName, variables, schema, limits: { ...generous, ...limits } });
    return 'ALLOWED';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

/** The least limit under which an operation passes: what was counted. */
const counted = (query: string, name: 'depth' | 'aliases' | 'rootFields' | 'cost', asked: Asked = {}): number => {
  let low = 0;
  let high = 1e9;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (check(query, { ...asked, limits: { ...asked.limits, [name]: middle } }) === 'ALLOWED') high = middle;
    else low = middle + 1;
  }
  return low;
};

describe('depth', () => {
  test.each([
    ['{ __typename }', 1],
    ['{ node { id } }', 2],
    ['{ node { child { child { id } } } many { id } }', 4],
    ['{ ...A } fragment A on Query { node { ...B } } fragment B on Node { child { id } }', 3],
    ['{ node { ... { ... on Node { child { id } } } } }', 3],
  ])('%s has %i levels', (query, levels) => {
    expect(counted(query, 'depth')).toBe(levels);
    expect(check(query, { limits: { depth: levels - 1 } })).toBe('LIMIT_DEPTH');
  });
});

describe('aliases', () => {
  test.each([
    ['{ node { id } }', 0],
    ['{ a: node { b: id } }', 2],
    ['{ node { ...A child { ...A } } } fragment A on Node { x: id }', 2],
    ['{ a: __typename b: __schema { c: queryType { d: name } } }', 4],
  ])('%s has %i', (query, aliases) => {
    expect(counted(query, 'aliases')).toBe(aliases);
  });

  test.each([
    '{ node { __hub_denied_0: id } }',
    '{ node { __hub_key_Person: id } }',
    '{ node { __x: id } }',
    '{ node { constructor: id } }',
    '{ node { prototype: id } }',
    '{ __hub_denied_0: node { id } }',
    '{ ...A } fragment A on Query { node { ...B } } fragment B on Node { __hub_key_Person: id }',
    '{ other { ... on Node { __hub_key_Person: id } } }',
    '{ __schema { __hub_key_Person: description } }',
    '{ __type(name: "Node") { __hub_key_Person: name } }',
    '{ __schema { types { ...T } } } fragment T on __Type { fields { __hub_denied_0: name } }',
  ])('of ours are not taken: %s', (query) => {
    expect(check(query)).toBe('LIMIT_ALIASES');
  });

  test.each(['{ node { hub: id } }', '{ node { _x: id } }', '{ node { constructors: id } }'])('of their own are: %s', (query) => {
    expect(check(query)).toBe('ALLOWED');
  });
});

describe('root fields', () => {
  test.each([
    ['{ node { id } }', 1],
    ['{ node { id } many { id } __typename }', 3],
    ['{ ...A } fragment A on Query { node { id } many { id } other { __typename } }', 3],
    ['{ ... { node { id } ... on Query { many { id } } } }', 2],
    ['{ ...A ...B } fragment A on Query { node { id } ...B } fragment B on Query { x: many { id } }', 3],
    ['mutation { a b c }', 3],
  ])('%s has %i', (query, fields) => {
    expect(counted(query, 'rootFields')).toBe(fields);
    expect(check(query, { limits: { rootFields: fields - 1 } })).toBe('LIMIT_ROOT_FIELDS');
  });
});

describe('cost, in objects that the answer may hold', () => {
  test.each<[string, number, Record<string, unknown>?]>([
    ['{ __typename }', 0],
    ['{ node { id } }', 1],
    ['{ node { child { id } } }', 2],
    ['{ many { id } }', 10],
    ['{ many { many { id } } }', 110],
    ['{ top { id } }', 5],
    ['{ top(limit: 50) { id } }', 50],
    ['{ nodes(first: 0) { edges { node { id } } } }', 1],
    ['{ nodes(first: 3) { edges { node { id } } } }', 7],
    ['{ nodes { edges { node { id } } } }', 41],
    ['{ nodes(last: 4) { edges { node { id } } } }', 9],
    ['{ nodes(first: 1) { edges { node { id } } } }', 3],
    ['{ nodes(first: 2, last: 6) { edges { node { id } } } }', 13],
    ['{ nodes(first: null) { edges { node { id } } } }', 41],
    ['query ($n: Int) { nodes(first: $n) { edges { node { id } } } }', 7, { n: 3 }],
    ['query ($n: Int = 3) { nodes(first: $n) { edges { node { id } } } }', 7],
    ['query ($n: Int = 3) { nodes(first: $n) { edges { node { id } } } }', 201, { n: 100 }],
    ['query ($n: Int) { nodes(first: $n) { edges { node { id } } } }', 41],
    ['{ nodes(first: 3) { edges { node { page(first: 2) { edges { node { id } } } } } } }', 22],
    ['{ nodes(first: 3) { ...P } } fragment P on Page { edges { node { id } } }', 7],
    ['{ a: nodes(first: 3) { ...P } b: nodes(first: 5) { ...P } } fragment P on Page { edges { node { id } } }', 18],
    [getIntrospectionQuery(), 0],
  ])('%s', (query, objects, variables = {}) => {
    expect(counted(query, 'cost', { variables })).toBe(objects);
  });

  test('grows with every level of nested pages until it is too much', () => {
    const nested = (levels: number): string =>
      levels === 0 ? 'id' : `page(first: 50) { edges { node { ${nested(levels - 1)} } } }`;
    expect(check(`{ node { ${nested(1)} } }`, { limits: { cost: 50_000 } })).toBe('ALLOWED');
    expect(check(`{ node { ${nested(3)} } }`, { limits: { cost: 50_000 } })).toBe('LIMIT_COST');
  });

  test('a bomb of fragments in fragments is refused, and costs nothing to refuse', () => {
    const levels = 200;
    const fragments = Array.from(
      { length: levels },
      (_, at) => `fragment F${at} on Node { a: child { ...F${at + 1} } b: child { ...F${at + 1} } }`,
    );
    const bomb = `{ node { ...F0 } } ${fragments.join(' ')} fragment F${levels} on Node { id }`;
    const document = parse(bomb);
    const started = performance.now();
    expect(() => limit({ document, variables: {}, schema, limits: { ...generous, depth: 1e6, aliases: 50 } })).toThrow(
      expect.objectContaining({ code: 'LIMIT_ALIASES' }),
    );
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('page sizes', () => {
  test.each([
    ['{ nodes(first: 100) { total } }', 'ALLOWED'],
    ['{ nodes(first: 101) { total } }', 'LIMIT_LIST_SIZE'],
    ['{ nodes(first: -1) { total } }', 'LIMIT_LIST_SIZE'],
    ['{ nodes(last: 101) { total } }', 'LIMIT_LIST_SIZE'],
    ['{ top(limit: 101) { id } }', 'LIMIT_LIST_SIZE'],
    ['{ nodes(first: 2147483647) { total } }', 'LIMIT_LIST_SIZE'],
    ['{ nodes(first: null) { total } }', 'ALLOWED'],
    ['{ ...A } fragment A on Query { nodes(first: 101) { total } }', 'LIMIT_LIST_SIZE'],
    ['{ other { ... on Node { page(first: 101) { total } } } }', 'LIMIT_LIST_SIZE'],
  ])('%s: %s', (query, code) => {
    expect(check(query)).toBe(code);
  });

  test.each([
    [{ n: 101 }, 'LIMIT_LIST_SIZE'],
    [{ n: -1 }, 'LIMIT_LIST_SIZE'],
    [{ n: 100 }, 'ALLOWED'],
    [{}, 'LIMIT_LIST_SIZE'],
  ])('by variable, or its default of 500: %j', (variables, code) => {
    expect(check('query ($n: Int = 500) { nodes(first: $n) { total } }', { variables })).toBe(code);
  });
});

test('only the operation that is run is counted', () => {
  const query = 'query Small { node { id } } query Large { nodes(first: 500) { total } }';
  expect(check(query, { operationName: 'Small' })).toBe('ALLOWED');
  expect(check(query, { operationName: 'Large' })).toBe('LIMIT_LIST_SIZE');
});

test('fragments in a circle do not count for ever', () => {
  const document = parse('{ node { ...A } } fragment A on Node { child { ...B } } fragment B on Node { child { ...A } }');
  expect(() => limit({ document, variables: {}, schema, limits: generous })).toThrow(
    expect.objectContaining({ code: 'GRAPHQL_VALIDATION_FAILED' }),
  );
});

test('the refusal says how much was asked and how much may be', () => {
  const document = parse('{ node { child { id } } }');
  expect(() => limit({ document, variables: {}, schema, limits: { ...generous, depth: 2 } })).toThrow(
    'The operation asks for 3 levels; the hub allows 2.',
  );
});

test('fields are counted with fragments written out, so that few words cannot ask for many', () => {
  const doubling = Array.from(
    { length: 6 },
    (_, at) => `fragment F${at} on Node { a: child { ...F${at + 1} } b: child { ...F${at + 1} } }`,
  );
  const query = `{ node { ...F0 } } ${doubling.join(' ')} fragment F6 on Node { id }`;
  expect(check(query, { limits: { tokens: 100, aliases: 1_000 } })).toBe('LIMIT_TOKENS');
  expect(check(query, { limits: { tokens: 1_000, aliases: 1_000 } })).toBe('ALLOWED');
});
