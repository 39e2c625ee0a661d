/**
 * What the caller is shown. Where nulls come to rest is held against graphql-js:
 * a denied field must leave the same answer as a field whose resolver threw.
 */
import {
  buildSchema,
  type DocumentNode,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  GraphQLError as PlainError,
  parse,
  validate,
  visit,
} from 'graphql';
import { authorize, type Denial, deniedPrefix, keyPrefix } from '../../../gateway/authorize.ts';
import { writersOf } from '../../../gateway/execute/write.ts';
import { readPolicy } from '../../../gateway/policy.ts';
import { clean, type Raw, redact } from '../../../gateway/redact.ts';
import { HubError } from '../../../schema/errors.ts';

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
/** As the planner asks: every object tells what it is. */
const withTypes = (document: DocumentNode): DocumentNode =>
  visit(document, {
    [Kind.SELECTION_SET]: {
      leave: (node) => ({
        ...node,
        selections: [...node.selections, { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }],
      }),
    },
  });

const keys = new Map(['Person', 'Unit', 'Seen', 'Hidden'].map((type) => [type, 'id']));

/** What the sources gave, written for the operation and then put in words. */
const written = (
  schema: GraphQLSchema,
  document: DocumentNode,
  data: object,
  denied: readonly Denial[] = [],
  gone: readonly string[] = [],
) => {
  const writers = writersOf({ document, schema, keys, planned: (key) => key });
  return redact({ ...writers.for({ denied, gone }, {})(data as Record<string, unknown>, {}, schema), errors: [] }, denied, words);
};
const words = { explain: (lacks: readonly string[]) => `It takes ${lacks.join(', ')}.` };
const at = (error: GraphQLError) => error.path?.join('.');

describe('a null that may not stand takes along what it must', () => {
  /** Everything below is there, two of each in a list; the fields called `no…` are denied. */
  const schemaOf = (field: string) =>
    buildSchema(
      `schema @link(url: "https://specs.apollo.dev/policy/v0.1") { query: Query }
       type Query { ok: String  root: T  must: T!  ${field} }
       type T { ok: String  no: String @policy(policies: [["p"]])  noMust: String! @policy(policies: [["p"]])  t: T  tMust: T!  ts: [T]  tsMust: [T!]!  u: U }
       union U = T | V
       type V { ok: String  noMust: String! @policy(policies: [["p"]]) }`,
      { assumeValid: true },
    );

  const values = (typeName: string, refuse: boolean, depth = 0): unknown => {
    if (depth > 6) return null;
    const below = () => values('T', refuse, depth + 1);
    const no = () => {
      if (refuse) throw new PlainError('denied');
      return 'secret';
    };
    return {
      __typename: typeName,
      ok: 'ok',
      no,
      noMust: no,
      root: below,
      must: below,
      t: below,
      tMust: below,
      ts: () => [below(), below()],
      tsMust: () => [below(), below()],
      u: () => values(depth % 2 ? 'T' : 'V', refuse, depth + 1),
      list: () => [below(), below()],
      nested: () => [[below(), below()], [below()]],
    };
  };

  test.each([
    ['{ ok root { ok no } }', ''],
    ['{ ok root { ok noMust } }', ''],
    ['{ ok must { ok no } }', ''],
    ['{ ok must { noMust } }', ''],
    ['{ root { tMust { tMust { noMust } } ok } ok }', ''],
    ['{ root { t { tMust { tMust { noMust } } ok } ok } }', ''],
    ['{ root { t { ok } ts { ok noMust } } }', ''],
    ['{ root { ts { ok no } } }', ''],
    ['{ root { t { tsMust { ok noMust } } ok } }', ''],
    ['{ root { tsMust { tsMust { noMust } } } ok }', ''],
    ['{ root { tsMust { ts { tMust { noMust } } ok } } ok }', ''],
    ['{ must { tMust { tsMust { tMust { noMust } } } } ok }', ''],
    ['{ root { t { no } tMust { ok } no noMust } }', ''],
    ['{ root { a: noMust b: t { c: noMust ok } } }', ''],
    ['{ root { u { ... on V { ok noMust } ... on T { ok } } } }', ''],
    ['{ root { t { u { ... on V { ok } ... on T { noMust } } ok } } }', ''],
    ['{ root { ...F } } fragment F on T { ts { ...G ok } } fragment G on T { noMust }', ''],
    ['query ($no: Boolean = false) { root { ok noMust @include(if: $no) } }', ''],
    ['{ list { ok noMust } ok }', 'list: [T]'],
    ['{ list { ok noMust } ok }', 'list: [T!]'],
    ['{ list { ok noMust } ok }', 'list: [T]!'],
    ['{ list { ok noMust } ok }', 'list: [T!]!'],
    ['{ nested { ok noMust } ok }', 'nested: [[T]]'],
    ['{ nested { ok noMust } ok }', 'nested: [[T!]]'],
    ['{ nested { ok noMust } ok }', 'nested: [[T!]!]'],
    ['{ nested { ok noMust } ok }', 'nested: [[T]!]!'],
    ['{ nested { ok noMust } ok }', 'nested: [[T!]!]!'],
    ['{ nested { tMust { noMust } ok } ok }', 'nested: [[T!]!]'],
    ['{ nested { tsMust { noMust } ok } ok }', 'nested: [[T]!]'],
  ])('%s (%s)', async (query, field) => {
    const schema = schemaOf(field);
    const document = parse(query);
    expect(validate(schema, document)).toEqual([]);
    const { document: filtered, denied } = authorize({
      document,
      authority: { authenticated: true, scopes: new Set(), grants: new Set() },
      policy: readPolicy(schema),
      schema,
      keys: new Map(),
    });
    const typeResolver = (value: unknown) => (value as { __typename: string }).__typename;
    const run = (source: typeof document, refuse: boolean) =>
      execute({ schema, document: source, rootValue: values('Query', refuse), typeResolver });
    const reference = await run(document, true);
    const raw = await run(withTypes(filtered), false);
    const shown = written(schema, filtered, raw.data ?? {}, denied);
    expect(plain(shown.data)).toEqual(plain(reference.data));
    expect(JSON.stringify(shown)).not.toContain('secret');
    expect(shown.errors.length > 0).toBe((reference.errors ?? []).length > 0);
    // graphql-js tells one error a null; each of its places is among ours.
    expect(shown.errors.map(at)).toEqual(expect.arrayContaining((reference.errors ?? []).slice(0, 1).map(at)));
  });
});

const denial = (parts: Partial<Denial> = {}): Denial => ({
  coordinate: 'Person.ssn',
  responseKey: 'ssn',
  lacks: ['people:ssn'],
  ...parts,
});

describe('a mark', () => {
  const schema = buildSchema(
    'type Query { people: [Person] number: Int ok: Int } type Person { name: String ssn: String dob: String }',
  );
  const marks = (...numbers: number[]) => numbers.map((number) => `${deniedPrefix}${number}: __typename`).join(' ');

  test('becomes a null with an error at its path, which names the policy and what satisfies it', () => {
    const shown = written(schema, parse(`{ people { ${marks(0)} name } }`), { people: [{ name: 'A' }] }, [denial()]);
    expect(shown.data).toEqual({ people: [{ ssn: null, name: 'A' }] });
    expect(plain(shown.errors)).toEqual([
      {
        message: 'The caller may not read this field.',
        path: ['people', 0, 'ssn'],
        extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', policy: 'people:ssn', satisfiedBy: 'It takes people:ssn.' },
      },
    ]);
  });

  test("stands under the caller's own name for the field", () => {
    const shown = written(schema, parse(`{ ${marks(0)} }`), {}, [denial({ responseKey: 'n' })]);
    expect(shown.data).toEqual({ n: null });
  });

  test('at a thousand places is told at the first twenty-five, and null at all', () => {
    const people = Array.from({ length: 1_000 }, () => ({}));
    const shown = written(schema, parse(`{ people { ${marks(0, 1)} } }`), { people }, [denial(), denial({ responseKey: 'dob' })]);
    expect(shown.errors).toHaveLength(50);
    expect(shown.data?.people).toEqual(people.map(() => ({ ssn: null, dob: null })));
  });

  test('of which the caller hears nothing is a null without a word', () => {
    const shown = written(schema, parse(`{ people { ${marks(0)} } }`), { people: [{}] }, [denial({ told: [] })]);
    expect(shown.data).toEqual({ people: [{ ssn: null }] });
    expect(shown.errors).toEqual([]);
  });

  test('is shown where the document has it, whatever a source calls its own fields', () => {
    expect(written(schema, parse('{ ok }'), { [`${deniedPrefix}0`]: 'x', ok: 1 }, [denial()]).data).toEqual({ ok: 1 });
  });
});

describe("the audit's keys", () => {
  const schema = buildSchema(
    'type Query { people: [Person!] must: Person! unit: Unit } type Person { id: ID! name: String must: Int! } type Unit { id: ID! }',
  );
  const person = (id: string) => ({ [`${keyPrefix}Person`]: id, name: id, must: id === '2' ? null : 1 });
  const key = (type: string) => `${keyPrefix}${type}: id`;

  test('are taken out of the answer and told, each entity once', () => {
    const document = parse(`{ people { name ${key('Person')} } unit { ${key('Unit')} } }`);
    const shown = written(schema, document, {
      people: [person('1'), person('2'), person('1')],
      unit: { [`${keyPrefix}Unit`]: 'u' },
    });
    expect(shown.entities).toEqual(['Person:1', 'Person:2', 'Unit:u']);
    expect(shown.data).toEqual({ people: [{ name: '1' }, { name: '2' }, { name: '1' }], unit: {} });
  });

  test("are the client's own, where it asks for them, whatever it calls them and however they are withheld from it", () => {
    const document = parse(`{ people { who: id name } unit { id ${deniedPrefix}0: __typename } }`);
    const shown = written(schema, document, { people: [{ who: '1', name: 'a' }], unit: { id: 'u' } }, [
      denial({ responseKey: 'id' }),
    ]);
    expect(shown.entities).toEqual(['Person:1', 'Unit:u']);
    expect(shown.data).toEqual({ people: [{ who: '1', name: 'a' }], unit: { id: null } });
  });

  test('of what a null took along are not told, unless the entity is shown elsewhere', () => {
    const document = parse(`{ unit { ${key('Unit')} } people { name ${key('Person')} must } }`);
    const shown = written(schema, document, { people: [person('1'), person('2')], unit: { [`${keyPrefix}Unit`]: 'u' } });
    expect(shown.data).toEqual({ people: null, unit: {} });
    expect(shown.entities).toEqual(['Unit:u']);
    const again = parse(`{ must { ${key('Person')} } people { ${key('Person')} must } }`);
    expect(written(schema, again, { must: person('1'), people: [person('1'), person('2')] }).entities).toEqual(['Person:1']);
  });
});

describe('an object of a type that is not there for the caller', () => {
  const schema = buildSchema(`
    type Query { list: [Any!]  nested: [[Any]!]!  one: Any  must: Any!  ok: Ok }  type Ok { must: Any!  ok: Int }
    union Any = Seen | Hidden  type Seen { id: ID!  no: Int }  type Hidden { id: ID! }`);
  const selection = `{ __typename ... on Seen { id ${deniedPrefix}0: __typename ${keyPrefix}Seen: id } }`;
  const seen = (id: string) => ({ __typename: 'Seen', id, [`${keyPrefix}Seen`]: id });
  const hidden = { __typename: 'Hidden', id: 'h', [`${keyPrefix}Hidden`]: 'h' };
  const shownOf = (fields: string, data: object) =>
    written(schema, parse(fields.replaceAll('…', selection)), data, [denial({ responseKey: 'no' })], ['Hidden']);
  const bytes = (shown: object) => JSON.stringify(shown);

  test.each([
    ['an item', '{ list … }', { list: [seen('1'), hidden, seen('2'), hidden] }, { list: [seen('1'), seen('2')] }],
    ['the first item', '{ list … }', { list: [hidden, seen('1')] }, { list: [seen('1')] }],
    ['every item', '{ list … }', { list: [hidden, hidden] }, { list: [] }],
    ['items of lists', '{ nested … }', { nested: [[hidden], [hidden, seen('1')]] }, { nested: [[], [seen('1')]] }],
    ['a field', '{ one … }', { one: hidden }, { one: null }],
  ])('%s: the same bytes as without it, errors, entities and all', (_what, query, data, without) => {
    expect(bytes(shownOf(query, data))).toBe(bytes(shownOf(query, without)));
  });

  test('where there must be one takes along what is around it, without a word', () => {
    const shown = shownOf('{ ok { must … ok } }', { ok: { must: hidden, ok: 1 } });
    expect(plain(shown)).toEqual({ data: { ok: null }, errors: [], entities: [] });
  });

  test('is shown by the same operation to whom it is there', () => {
    const document = parse('{ list { __typename } one { __typename } }');
    const writers = writersOf({ document, schema, keys, planned: (key) => key });
    const write = (gone: string[]) => writers.for({ denied: [], gone }, {})({ list: [hidden], one: hidden }, {}, schema).json;
    expect([write(['Hidden']), write([])]).toEqual([
      '{"list":[],"one":null}',
      '{"list":[{"__typename":"Hidden"}],"one":{"__typename":"Hidden"}}',
    ]);
  });
});

describe('what the sources gave', () => {
  const schema = buildSchema(
    'scalar Any type Query { a: Int b: Boolean c: String d: [Int] e: Any f: Int person: Person } type Person { name: String! }',
  );

  test('is shown as it is: zero, false, empty, and a key called __proto__ inside a scalar', () => {
    const data = JSON.parse('{"a":0,"b":false,"c":"","d":[],"e":{"__proto__":{"x":1}},"f":null}') as object;
    expect(written(schema, parse('{ a b c d e f }'), data).json).toBe(JSON.stringify(data));
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  test('and does not fit the schema is null, and told beside the errors, by path', () => {
    const shown = written(schema, parse('{ person { name } a c }'), { person: { name: null }, a: 'one', c: 1 });
    expect(shown.data).toEqual({ person: null, a: null, c: null });
    expect(shown.extensions).toEqual({
      valueCompletion: [
        { message: 'Cannot return null for non-nullable field Person.name.', path: ['person', 'name'] },
        { message: 'Invalid value found for field Query.a.', path: ['a'] },
        { message: 'Invalid value found for field Query.c.', path: ['c'] },
      ],
    });
    expect(written(schema, parse('{ a }'), { a: 1 }).extensions).toBeUndefined();
  });
});

describe("a source's error", () => {
  const shownOf = (extensions: Record<string, unknown>, message = "SELECT ssn FROM person WHERE ssn = '001-11-2222'") =>
    clean(new PlainError(message, { path: ['person', 0, 'name'], extensions }));

  test('keeps its path and its code, and loses its words', () => {
    const shown = shownOf({ code: 'SOURCE_TIMEOUT', source: 'rms', stacktrace: ['at db7.internal'], detail: '001-11-2222' });
    expect(plain(shown)).toMatchObject({
      message: 'The source did not answer in time.',
      path: ['person', 0, 'name'],
      extensions: { code: 'SOURCE_TIMEOUT', source: 'rms', retryable: true },
    });
    expect(JSON.stringify(shown)).not.toMatch(/db7|001-11|SELECT/);
  });

  test.each([undefined, 'ER_DUP_ENTRY', 42, { code: 'X' }, 'toString', '__proto__'])(
    'of the code %j is one that was refused',
    (code) => {
      expect(shownOf({ code }).extensions.code).toBe('SOURCE_REFUSED');
    },
  );

  test('about a policy says which, and what satisfies it', () => {
    const shown = shownOf({
      code: 'UNAUTHORIZED_FIELD_OR_TYPE',
      policy: 'rms:juvenile',
      satisfiedBy: 'A case number.',
      source: 'rms',
    });
    expect(shown.extensions).toMatchObject({ policy: 'rms:juvenile', satisfiedBy: 'A case number.' });
  });

  test.each([[7], [{ a: 1 }], [['rms']]])('with a policy that is no text (%j) is shown without', (policy) => {
    expect(shownOf({ code: 'UNAUTHORIZED_FIELD_OR_TYPE', policy }).extensions).not.toHaveProperty('policy');
  });

  test.each<[string, unknown, string]>([
    ['BAD_USER_INPUT', '"radiusMeters" takes 1 to 50000.', '"radiusMeters" takes 1 to 50000.'],
    ['SOURCE_UNAVAILABLE', 'db7.internal refused', 'The source is not answering.'],
    ['BAD_USER_INPUT', 'two\nlines', 'An argument has a value that the field does not take.'],
    ['BAD_USER_INPUT', 'x'.repeat(201), 'An argument has a value that the field does not take.'],
    ['BAD_USER_INPUT', '', 'An argument has a value that the field does not take.'],
    ['BAD_USER_INPUT', { toString: () => 'x' }, 'An argument has a value that the field does not take.'],
  ])('of the code %s that vouches for the sentence %j says: %s', (code, sentence, message) => {
    expect(shownOf({ code, sentence }).message).toBe(message);
  });

  test("of the gateway's own making keeps its words", () => {
    expect(clean(new HubError('SOURCE_UNAVAILABLE', { message: 'The identity provider is not answering.' })).message).toBe(
      'The identity provider is not answering.',
    );
  });
});

describe('a label that the caller hears nothing of', () => {
  const unheard = { ...words, isUntold: (label: string) => label === 'black' };
  const raw = (parts: Partial<Raw>): Raw => ({ json: '{"a":null}', refusals: [], unfit: [], errors: [], entities: [], ...parts });
  const refused = raw({ refusals: [{ number: 0, path: ['a'] }] });

  test('leaves a null without a word', () => {
    const shown = redact(refused, [denial({ lacks: ['black'], told: [] })], unheard);
    expect([plain(shown.data), shown.errors, shown.extensions]).toEqual([{ a: null }, [], undefined]);
  });

  test('is passed over where another would do', () => {
    const shown = redact(refused, [denial({ lacks: ['a or black'], told: ['a'] })], unheard);
    expect(shown.errors[0]?.extensions).toMatchObject({ policy: 'a', satisfiedBy: 'It takes a.' });
    expect(JSON.stringify(shown)).not.toContain('black');
  });

  test.each(['black', 'a, black', 'a or black', 'a and black'])('is not told by a system either: %s', (policy) => {
    const error = (label: string) => new HubError('UNAUTHORIZED_FIELD_OR_TYPE', { path: ['a'], policy: label });
    const shown = redact(raw({ errors: [error(policy), error('a')] }), [], unheard);
    expect(shown.errors.map(({ extensions }) => extensions.policy)).toEqual(['a']);
    expect(plain(shown.extensions)).toEqual({ withheld: [{ path: ['a'], policy: 'a' }] });
  });
});
