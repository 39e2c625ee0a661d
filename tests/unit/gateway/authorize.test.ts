/** Operations and callers → smaller operations. Pure, over a small schema with every kind of type. */
import { buildSchema, type GraphQLSchema, parse, print, validate } from 'graphql';
import { authorize, deniedPrefix, hollowMark } from '../../../gateway/authorize.ts';
import { findOperation } from '../../../gateway/document.ts';
import { keysOf } from '../../../gateway/keys.ts';
import { readPolicy } from '../../../gateway/policy.ts';

const sdl = `
  schema @link(url: "https://specs.apollo.dev/authenticated/v0.1") @link(url: "https://specs.apollo.dev/policy/v0.1") { query: Query subscription: Subscription }
  type Query { person(id: ID): Person  people(first: Int, name: String): [Person!]!  being: Being  thing: Thing  open: String  guarded(x: Int): Guarded }
  type Subscription { moved(key: ID): Person  noted: Person @policy(policies: [["p"]]) }
  interface Being { id: ID!  name: String }
  type Person implements Being { id: ID!  name: String  ssn(digits: Int): String @policy(policies: [["ssn"]])  must: String! @policy(policies: [["p"], ["q"]])  friends: [Person!]  mother: Person!  thing: Thing }
  type Dog implements Being @policy(policies: [["dog"]]) { id: ID!  name: String }
  union Thing = Person | Dog
  type Guarded @authenticated @policy(policies: [["p"]]) { id: ID!  a: Int }
`;
const schema: GraphQLSchema = buildSchema(sdl, { assumeValid: true });
const policy = readPolicy(schema);

const filter = (
  query: string,
  {
    grants = [] as string[],
    signedIn = true,
    keys = new Map<string, string>(),
    operationName = undefined as string | undefined,
    variables = {} as Record<string, unknown>,
    there = schema,
  } = {},
) => {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const authorized = authorize({
    document,
    operationName,
    variables,
    authority: { authenticated: signedIn, scopes: new Set(), grants: new Set(grants) },
    policy,
    schema,
    keys,
    there,
  });
  // What is planned must be valid by itself, whatever was taken out; a subscription of a mark alone is never planned for a source.
  if (!authorized.denied.some(({ coordinate }) => coordinate.startsWith('Subscription.')))
    expect(validate(schema, authorized.document)).toEqual([]);
  return { ...authorized, text: print(authorized.document).replace(/\s+/g, ' ') };
};
const mark = (number: number) => `${deniedPrefix}${number}: __typename`;
const coordinates = ({ denied }: ReturnType<typeof filter>) => denied.map(({ coordinate }) => coordinate);

describe('a denied field gives way to a mark at exactly its place', () => {
  test.each<[string, string, string, string[]]>([
    ['nothing is denied', '{ person { name } }', '{ person { name } }', []],
    ['a leaf', '{ person { name ssn } }', `{ person { name ${mark(0)} } }`, ['Person.ssn']],
    ['with its arguments', '{ person { ssn(digits: 4) } }', `{ person { ${mark(0)} } }`, ['Person.ssn']],
    ['with all below it', '{ guarded(x: 1) { id a } open }', `{ ${mark(0)} open }`, ['Query.guarded']],
    ['all that was asked', '{ guarded { id } }', `{ ${mark(0)} }`, ['Query.guarded']],
    [
      'deep in lists',
      '{ people { friends { friends { ssn } } } }',
      `{ people { friends { friends { ${mark(0)} } } } }`,
      ['Person.ssn'],
    ],
    ['in a fragment without a type', '{ person { ... { ssn } } }', `{ person { ... { ${mark(0)} } } }`, ['Person.ssn']],
    [
      'in fragments of fragments, which are written out',
      '{ person { ...A } } fragment A on Person { name ...B } fragment B on Person { id ... on Person { ssn } }',
      `{ person { ... on Person { name ... on Person { id ... on Person { ${mark(0)} } } } } }`,
      ['Person.ssn'],
    ],
    [
      'at two places, told apart',
      '{ person { ssn } people { ssn } }',
      `{ person { ${mark(0)} } people { ${mark(1)} } }`,
      ['Person.ssn', 'Person.ssn'],
    ],
  ])('%s', (_what, query, text, denied) => {
    const found = filter(query);
    expect(found.text).toBe(text);
    expect(coordinates(found)).toEqual(denied);
  });

  test.each([
    ['{ person { ssn } }', ['ssn']],
    ['{ guarded { id a } }', ['p']],
    ['{ person { must } }', ['q']],
  ])('to a caller who holds what it takes, %s is left as it was', (query, grants) => {
    const found = filter(query, { grants });
    expect(found.denied).toEqual([]);
    expect(found.text).toBe(print(parse(query)).replace(/\s+/g, ' '));
  });
});

test('a denial says where it is shown, and what was lacking', () => {
  const { denied } = filter('{ person { number: ssn  must } guarded { id } }', { signedIn: false });
  expect(denied).toEqual([
    { coordinate: 'Person.ssn', responseKey: 'number', lacks: ['ssn'] },
    { coordinate: 'Person.must', responseKey: 'must', lacks: ['p or q'], restsAbove: 0 },
    { coordinate: 'Query.guarded', responseKey: 'guarded', lacks: ['p', 'a signed-in caller'] },
  ]);
});

describe('variables', () => {
  test('that only denied fields used are not declared any more, and others are', () => {
    const { text } = filter('query ($n: Int, $digits: Int) { people(first: $n) { ssn(digits: $digits) } }');
    expect(text).toBe(`query ($n: Int) { people(first: $n) { ${mark(0)} } }`);
  });

  test('that conditions used are settled, and not declared any more', () => {
    const { text } = filter('query ($if: Boolean!, $n: Int) { people(first: $n) { name @include(if: $if) } }', {
      variables: { if: true },
    });
    expect(text).toBe('query ($n: Int) { people(first: $n) { name } }');
  });
});

describe('what a condition leaves out is neither asked, denied nor recorded', () => {
  test.each<[string, string, string, string[], string[]]>([
    ['a field', '{ person { name ssn @skip(if: $on) } }', '{ person { name } }', [], ['Query.person', 'Person.name']],
    [
      'one that is not left out',
      '{ person { ssn @include(if: $on) } }',
      `{ person { ${mark(0)} } }`,
      ['Person.ssn'],
      ['Query.person'],
    ],
    ['by a constant', '{ person { name ssn @include(if: false) } }', '{ person { name } }', [], ['Query.person', 'Person.name']],
    ['by a default', '{ person { name @skip(if: $defaulted) id } }', '{ person { id } }', [], ['Query.person', 'Person.id']],
    [
      'where both are there, each counts',
      '{ open person @skip(if: $off) @include(if: $off) { id } }',
      '{ open }',
      [],
      ['Query.open'],
    ],
    ['a fragment', '{ person { id ... @skip(if: $on) { ssn } } }', '{ person { id } }', [], ['Query.person', 'Person.id']],
    ['a spread', '{ person { id ...S @include(if: $off) } }', '{ person { id } }', [], ['Query.person', 'Person.id']],
    [
      'all of a fragment',
      '{ person { id ... on Person { ssn @skip(if: $on) } } }',
      '{ person { id } }',
      [],
      ['Query.person', 'Person.id'],
    ],
    [
      'all of an object: it is there, with nothing in it',
      '{ person { ssn @skip(if: $on) } }',
      `{ person { ${hollowMark}: __typename } }`,
      [],
      ['Query.person'],
    ],
    ['all of an operation', '{ person @skip(if: $on) { id } }', `{ ${hollowMark}: __typename }`, [], []],
  ])('%s', (_what, selection, text, denied, fields) => {
    const spread = selection.includes('...S') ? 'fragment S on Person { ssn }' : '';
    const used = ['on', 'off', 'defaulted'].filter((name) => selection.includes(`$${name}`));
    const declared = used.map((name) => `$${name}: Boolean${name === 'defaulted' ? ' = true' : '!'}`).join(', ');
    const query = `${declared ? `query (${declared})` : ''} ${selection} ${spread}`;
    const found = filter(query, { variables: { on: true, off: false } });
    expect(found.text).toBe(text);
    expect(coordinates(found)).toEqual(denied);
    expect(found.fields).toEqual(fields);
  });

  test('what is neither true nor false is refused', () => {
    expect(() =>
      filter('query ($if: Boolean = true) { person { name @include(if: $if) } }', { variables: { if: null } }),
    ).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  });
});

describe('abstract types', () => {
  test('a field of an interface that one member denies is denied on the interface, with its type name', () => {
    const found = filter('{ being { __typename name } }');
    expect(found.text).toBe(`{ being { ${mark(0)} ${mark(1)} } }`);
    expect(coordinates(found)).toEqual(['Being.__typename', 'Being.name']);
  });

  test('on a member that is open it is open; on the protected one it is denied, whatever is asked', () => {
    const found = filter('{ being { ... on Person { __typename name } ... on Dog { id name } } }');
    expect(found.text).toBe(`{ being { ... on Person { __typename name } ... on Dog { ${mark(0)} ${mark(1)} } } }`);
  });

  test('a union tells no member by its name to whom one of them is denied', () => {
    expect(coordinates(filter('{ thing { __typename } person { thing { __typename } } }'))).toEqual([
      'Thing.__typename',
      'Thing.__typename',
    ]);
    expect(filter('{ thing { __typename } }', { grants: ['dog'] }).denied).toEqual([]);
  });

  test('spread over an object, an interface still takes what all its members take', () => {
    expect(coordinates(filter('{ person { name ... on Being { name } } }'))).toEqual(['Being.name']);
  });

  test('a member that is not there for the caller closes nothing, is asked nothing, and is denied without a word', () => {
    const there = buildSchema(sdl.replace(/type Dog.*/, '').replace('Person | Dog', 'Person'), { assumeValid: true });
    const dog = { coordinate: 'Dog', responseKey: '', lacks: ['dog'], told: [] };
    for (const [query, text] of [
      ['{ being { __typename name } }', '{ being { __typename ... on Person { name } } }'],
      ['{ thing { __typename ... on Being { id } } }', '{ thing { __typename ... on Being { ... on Person { id } } } }'],
      ['{ thing { ... on Person { name } } being { ... on Person { id } } }', undefined],
      ['{ person { name ... on Being { name } } }', '{ person { name ... { name } } }'],
    ] as const) {
      const found = filter(query, { there });
      expect(found.text).toBe(text ?? query);
      expect([found.denied, found.gone]).toEqual([[dog], ['Dog']]);
    }
    expect(filter('{ person { name } }', { there })).toMatchObject({ denied: [], gone: [] });
  });

  test('an object tells its own name freely', () => {
    expect(filter('{ __typename person { __typename } }').denied).toEqual([]);
  });
});

describe('introspection', () => {
  const query = '{ __schema { types { ...T } } __type(name: "Person") { name fields { name } } } fragment T on __Type { name }';
  test('takes a caller where the schema has rules, and comes through whole', () => {
    expect(coordinates(filter(query, { signedIn: false }))).toEqual(['Query.__schema', 'Query.__type']);
    expect(filter(query).denied).toEqual([]);
  });

  test('is open where the schema has none', () => {
    const plain = buildSchema('type Query { a: Int }');
    const { denied } = authorize({
      document: parse('{ __schema { types { name } } }'),
      authority: { authenticated: false, scopes: new Set(), grants: new Set() },
      policy: readPolicy(plain),
      schema: plain,
      keys: new Map(),
    });
    expect(denied).toEqual([]);
  });
});

describe('for the audit', () => {
  test("a key that the client asks for is not asked for again, be it in a fragment, unless it takes arguments or is another type's", () => {
    const keys = new Map([['Person', 'name']]);
    const asked = (selection: string) => filter(`{ people ${selection} }`, { keys }).text;
    expect(asked('{ called: name }')).toBe('{ people { called: name } }');
    expect(asked('{ ...F } } fragment F on Person { name ')).toBe('{ people { ... on Person { name } } }');
    expect(asked('{ friends { name } }')).toBe('{ people { friends { name } __hub_key_Person: name } }');
    const withArguments = { keys: new Map([['Person', 'ssn']]), grants: ['ssn'] };
    expect(filter('{ people { ssn(digits: 4) } }', withArguments).text).toBe(
      '{ people { ssn(digits: 4) __hub_key_Person: ssn } }',
    );
  });

  test('entities bring their keys, wherever they are selected, and denied ones do not', () => {
    const keys = new Map([
      ['Person', 'id'],
      ['Dog', 'id'],
      ['Guarded', 'id'],
    ]);
    const { text } = filter('{ people { name friends { name } } thing { ... on Dog { name } } guarded { a } }', { keys });
    expect(text).toBe(
      `{ people { name friends { name __hub_key_Person: id } __hub_key_Person: id } thing { ... on Dog { ${mark(0)} __hub_key_Dog: id } } ${mark(1)} }`,
    );
  });

  test('it is told which fields may be read, each once, and none that was denied', () => {
    const { fields } = filter('{ a: person { name ssn } b: person { name mother { id } } guarded { a } }');
    expect(fields).toEqual(['Query.person', 'Person.name', 'Person.mother', 'Person.id']);
  });
});

describe('which operation', () => {
  const two = 'query A { open } query B { person { ssn } }';
  test('is run by its name, alone and without the others', () => {
    const found = filter(two, { operationName: 'B' });
    expect(found.text).toBe(`query B { person { ${mark(0)} } }`);
    expect(found.operation.name?.value).toBe('B');
  });

  test.each([
    ['several and none is named', two, undefined],
    ['a name that is not there', two, 'C'],
    ['none at all', 'fragment A on Query { open }', undefined],
  ])('%s: a bad request', (_what, query, name) => {
    expect(() => findOperation(parse(query), name)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  test('of a kind that the schema has not is refused', () => {
    const options = {
      authority: { authenticated: true, scopes: new Set<string>(), grants: new Set<string>() },
      policy,
      schema,
      keys: new Map(),
    };
    expect(() => authorize({ ...options, document: parse('mutation { a }') })).toThrow(
      expect.objectContaining({ code: 'GRAPHQL_VALIDATION_FAILED' }),
    );
  });

  test('a subscription whose root is denied has nothing left but the mark', () => {
    expect(filter('subscription { noted { id } }').text).toBe(`subscription { ${mark(0)} }`);
    expect(filter('subscription { moved(key: 1) { ssn } }').text).toBe(`subscription { moved(key: 1) { ${mark(0)} } }`);
  });
});

test('the document that came in is left as it was', () => {
  const document = parse('{ person { ssn } ...A } fragment A on Query { guarded { id } }');
  const before = print(document);
  authorize({
    document,
    authority: { authenticated: false, scopes: new Set(), grants: new Set() },
    policy,
    schema,
    keys: new Map([['Person', 'id']]),
  });
  expect(print(document)).toBe(before);
});

test('entities are called by their first key that is one plain field which clients see', () => {
  const full = buildSchema(
    `type Query { a: A }
     type A @join__type(graph: X, key: "id") { id: ID }
     type B @join__type(graph: X, key: "id name") @join__type(graph: Y, key: "number") { id: ID name: String number: ID }
     type C @join__type(graph: X, key: "owner { id }") { owner: A }
     type D @join__type(graph: X, key: "secret") @join__type(graph: Y, key: "id") { id: ID secret: ID }
     type E @join__type(graph: X) { id: ID }
     type F @join__type(graph: X, key: "owner") { owner: A }`,
    { assumeValid: true },
  );
  const api = buildSchema(
    'type Query { a: A } type A { id: ID } type B { id: ID name: String number: ID } type C { owner: A } type D { id: ID } type E { id: ID } type F { owner: A }',
  );
  expect([...keysOf(full, api)]).toEqual([
    ['A', 'id'],
    ['B', 'number'],
    ['D', 'id'],
  ]);
});

describe('a label that the caller hears nothing of', () => {
  const toldBy = (query: string, untold: string[]) =>
    authorize({
      document: parse(query),
      authority: { authenticated: true, scopes: new Set(), grants: new Set() },
      policy,
      schema,
      keys: new Map(),
      isUntold: (label) => untold.includes(label),
    }).denied.map(({ lacks, told }) => [lacks, told]);

  test('is for the record, not for the caller', () => {
    expect(toldBy('{ person { ssn } }', ['ssn'])).toEqual([[['ssn'], []]]);
  });

  test('leaves the alternatives to be told', () => {
    expect(toldBy('{ person { must } }', ['q'])).toEqual([[['p or q'], ['p']]]);
    expect(toldBy('{ person { must } }', ['p', 'q'])).toEqual([[['p or q'], []]]);
  });

  test('silences the whole rule where it is one of several that must hold', () => {
    expect(toldBy('{ guarded { id } }', ['p'])).toEqual([[['p'], []]]);
  });

  test('changes nothing where it plays no part', () => {
    expect(toldBy('{ person { ssn } }', ['p'])).toEqual([[['ssn'], undefined]]);
  });
});
