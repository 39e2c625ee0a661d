/** The table of access rules, read from schemas as composition writes them. */
import { buildSchema } from 'graphql';
import { readPolicy } from '../../../gateway/policy.ts';
import { type Authority, both, missing, open, permits, type Rule } from '../../../gateway/rule.ts';

const specs = 'https://specs.apollo.dev';
const links = ['authenticated', 'requiresScopes', 'policy']
  .map((spec) => `@link(url: "${specs}/${spec}/v0.1", for: SECURITY)`)
  .join(' ');
const policyOf = (sdl: string, linked = links) =>
  readPolicy(buildSchema(`schema ${linked} { query: Query } ${sdl}`, { assumeValid: true }));

const authority = ({ signedIn = true, scopes = '', grants = '' } = {}): Authority => ({
  authenticated: signedIn,
  scopes: new Set(scopes.split(' ')),
  grants: new Set(grants.split(' ')),
});

const rule = (parts: Partial<Rule>): Rule => ({ authenticated: false, scopes: [], policies: [], ...parts });

describe('a list is OR outside and AND inside', () => {
  const table: [label: string, list: string[][], held: string, permitted: boolean][] = [
    ['one label, held', [['a']], 'a', true],
    ['one label, another held', [['a']], 'b', false],
    ['one label, none held', [['a']], '', false],
    ['a label that begins like the held one', [['ab']], 'a', false],
    ['either of two, the second held', [['a'], ['b']], 'b', true],
    ['either of two, neither held', [['a'], ['b']], 'c', false],
    ['both of two, both held', [['a', 'b']], 'a b', true],
    ['both of two, one held', [['a', 'b']], 'a', false],
    ['both of two or a third, the third held', [['a', 'b'], ['c']], 'c', true],
    ['both of two or a third, one of the two held', [['a', 'b'], ['c']], 'b', false],
    [
      'either of two pairs, one of each held',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
      'a c',
      false,
    ],
    ['no alternative at all', [], 'a b c', false],
    ['an alternative that takes nothing', [[]], '', true],
  ];

  test.each(table)('policies: %s', (_what, list, grants, permitted) => {
    expect(permits(rule({ policies: [list] }), authority({ grants }))).toBe(permitted);
  });

  test.each(table)('scopes: %s', (_what, list, scopes, permitted) => {
    expect(permits(rule({ scopes: [list] }), authority({ scopes }))).toBe(permitted);
  });

  test('a grant is no scope, and a scope no grant', () => {
    expect(permits(rule({ policies: [[['a']]] }), authority({ scopes: 'a' }))).toBe(false);
    expect(permits(rule({ scopes: [[['a']]] }), authority({ grants: 'a' }))).toBe(false);
  });

  test('several rules must hold, each of them', () => {
    const two = both(rule({ policies: [[['a'], ['b']]] }), rule({ policies: [[['c']]], authenticated: true }));
    expect(permits(two, authority({ grants: 'b c' }))).toBe(true);
    expect(permits(two, authority({ grants: 'a b' }))).toBe(false);
    expect(permits(two, authority({ grants: 'b c', signedIn: false }))).toBe(false);
  });

  test('nothing joined to a rule is the rule', () => {
    const one = rule({ authenticated: true });
    expect([both(open, one), both(one, open), both(open, open)]).toEqual([one, one, open]);
  });
});

describe('what is lacking, for people', () => {
  test.each<[string, Rule, Authority, string[]]>([
    ['nothing', rule({ policies: [[['a']]] }), authority({ grants: 'a' }), []],
    ['the one label', rule({ policies: [[['a']]] }), authority(), ['a']],
    ['of a pair, the half that is not held', rule({ policies: [[['a', 'b']]] }), authority({ grants: 'a' }), ['b']],
    ['of a choice, each way', rule({ policies: [[['a', 'b'], ['c']]] }), authority(), ['a and b or c']],
    ['the same label of two rules, once', rule({ policies: [[['a']], [['a']]] }), authority(), ['a']],
    ['a scope, as one', rule({ scopes: [[['hub.query']]] }), authority(), ['scope hub.query']],
    ['a caller', rule({ authenticated: true }), authority({ signedIn: false }), ['a signed-in caller']],
  ])('%s', (_what, asked, held, lacks) => {
    expect(missing(asked, held)).toEqual(lacks);
  });
});

describe('rules by whatever name the schema links them', () => {
  const one = (directive: string) => `type Query { a: Int ${directive} }`;
  const wanted = rule({ policies: [[['p']]] });
  test.each([
    ['its own', `@link(url: "${specs}/policy/v0.1")`, '@policy(policies: [["p"]])'],
    ['a name of the whole link', `@link(url: "${specs}/policy/v0.1", as: "rule")`, '@rule(policies: [["p"]])'],
    ['an import', `@link(url: "${specs}/policy/v0.1", import: ["@policy"])`, '@policy(policies: [["p"]])'],
    [
      'an import under a name',
      `@link(url: "${specs}/policy/v0.1", import: [{ name: "@policy", as: "@needs" }])`,
      '@needs(policies: [["p"]])',
    ],
    [
      'an import under a name beside a name of the link',
      `@link(url: "${specs}/policy/v0.1", as: "rule", import: [{ name: "@policy", as: "@needs" }])`,
      '@needs(policies: [["p"]])',
    ],
    [
      'an import beside a name of the link',
      `@link(url: "${specs}/policy/v0.1", as: "rule", import: ["@policy"])`,
      '@policy(policies: [["p"]])',
    ],
    ['a later version', `@link(url: "${specs}/policy/v1.12", as: "rule")`, '@rule(policies: [["p"]])'],
  ])('policy, under %s', (_what, link, directive) => {
    expect(policyOf(one(directive), link).field('Query', 'a')).toEqual(wanted);
  });

  test('all three renamed', () => {
    const renamed = ['authenticated', 'requiresScopes', 'policy']
      .map((spec) => `@link(url: "${specs}/${spec}/v0.1", import: [{ name: "@${spec}", as: "@x_${spec}" }])`)
      .join(' ');
    const { field } = policyOf(
      `type Query { a: Int @x_authenticated  b: Int @x_requiresScopes(scopes: [["s"]])  c: Int @x_policy(policies: [["p"]]) }`,
      renamed,
    );
    expect(field('Query', 'a')).toEqual(rule({ authenticated: true }));
    expect(field('Query', 'b')).toEqual(rule({ authenticated: true, scopes: [[['s']]] }));
    expect(field('Query', 'c')).toEqual(wanted);
  });

  test.each([
    ['is not linked at all', ''],
    ['belongs to another spec', `@link(url: "${specs}/insurancepolicy/v0.1")`],
    ['was renamed away', `@link(url: "${specs}/policy/v0.1", as: "rule")`],
  ])('a directive of the name that %s is no rule', (_what, link) => {
    expect(policyOf(one('@policy(policies: [["p"]])'), link).field('Query', 'a')).toEqual(open);
  });
});

describe('what reading a field takes', () => {
  const policy = policyOf(`
    type Query { plain: Int  own: Int @policy(policies: [["own"]])  person: Person  persons: [Person!]!  level: Level  mark: Mark
      guarded: Person @policy(policies: [["own"]])  twice: Int @policy(policies: [["a"]]) @policy(policies: [["b"]]) }
    type Person @authenticated @policy(policies: [["person"]]) { id: ID!  name: String  ssn: Ssn @requiresScopes(scopes: [["deep"], ["deeper", "still"]])  level: [Level!] }
    enum Level @policy(policies: [["level"]]) { LOW HIGH }
    scalar Ssn @policy(policies: [["ssn"]])
    scalar Mark @authenticated
    type Late { a: Int }
    extend type Late @policy(policies: [["late"]])
  `);

  test.each<[string, string, Rule]>([
    ['Query', 'plain', open],
    ['Query', 'own', rule({ policies: [[['own']]] })],
    ['Query', 'person', rule({ authenticated: true, policies: [[['person']]] })],
    ['Query', 'persons', rule({ authenticated: true, policies: [[['person']]] })],
    ['Query', 'guarded', rule({ authenticated: true, policies: [[['own']], [['person']]] })],
    ['Query', 'level', rule({ policies: [[['level']]] })],
    ['Query', 'mark', rule({ authenticated: true })],
    ['Query', 'twice', rule({ policies: [[['a']], [['b']]] })],
    ['Person', 'name', open],
    ['Person', 'ssn', rule({ authenticated: true, scopes: [[['deep'], ['deeper', 'still']]], policies: [[['ssn']]] })],
    ['Person', 'level', rule({ policies: [[['level']]] })],
  ])('%s.%s: its own rule and that of what it gives', (type, field, expected) => {
    expect(policy.field(type, field)).toEqual(expected);
  });

  test("being shown an object takes its type's rule, which each of its fields is read under", () => {
    expect(policy.type('Person')).toEqual(rule({ authenticated: true, policies: [[['person']]] }));
    expect(policy.type('Query')).toEqual(open);
  });

  test('a rule on an extension of the type counts', () => {
    expect(policy.type('Late')).toEqual(rule({ policies: [[['late']]] }));
  });

  test('what the table does not know is open', () => {
    expect([policy.type('Nobody'), policy.field('Nobody', 'a'), policy.field('Person', 'nothing')]).toEqual([open, open, open]);
  });

  test('a type whose name and field together read like another pair is not taken for it', () => {
    const odd = policyOf('type Query { a: A } type A { b: Int @policy(policies: [["p"]]) } type A_b { c: Int }');
    expect(odd.field('A_b', 'c')).toEqual(open);
    expect(odd.field('A', 'b')).toEqual(rule({ policies: [[['p']]] }));
  });
});

describe('abstract types', () => {
  const policy = policyOf(`
    type Query { being: Being  thing: Thing  dog: Dog }
    interface Being @policy(policies: [["being"]]) { id: ID!  name: String @policy(policies: [["being.name"]]) }
    type Person implements Being @policy(policies: [["person"]]) { id: ID!  name: String @policy(policies: [["person.name"]]) }
    type Dog implements Being { id: ID!  name: String }
    union Thing = Person | Car
    type Car @authenticated { plate: String }
  `);
  const policiesOf = ({ policies }: Rule) => policies.map((list) => list[0]?.[0]).sort();

  test('being shown any member takes the rules of them all', () => {
    expect(policiesOf(policy.type('Being'))).toEqual(['being', 'person']);
    expect(policiesOf(policy.type('Thing'))).toEqual(['person']);
    expect(policy.type('Thing').authenticated).toBe(true);
  });

  test("a field of an interface takes every implementer's rule for it", () => {
    expect(policiesOf(policy.field('Being', 'name'))).toEqual(['being.name', 'person.name']);
    expect(policiesOf(policy.field('Being', 'id'))).toEqual([]);
  });

  test('on a member, the member decides alone', () => {
    expect(policiesOf(policy.field('Dog', 'name'))).toEqual([]);
    expect(policiesOf(policy.type('Dog'))).toEqual([]);
    expect(policiesOf(policy.field('Query', 'dog'))).toEqual([]);
  });

  test('a field that gives an abstract type takes no rule of its members: they are asked where they are selected', () => {
    expect(policy.field('Query', 'being')).toEqual(open);
    expect(policy.field('Query', 'thing')).toEqual(open);
  });
});

describe('whether a schema states any rule', () => {
  test.each([
    ['none', 'type Query { a: Int }', false],
    ['one on a field', 'type Query { a: Int @authenticated }', true],
    ['one on a type', 'type Query { a: A } type A @requiresScopes(scopes: [["s"]]) { b: Int }', true],
    ['one on an enum', 'type Query { a: E } enum E @policy(policies: [["p"]]) { X }', true],
    ['directives of other kinds', 'type Query { a: Int @deprecated  b: Int @tag(name: "x") }', false],
  ])('%s', (_what, sdl, stated) => {
    expect(policyOf(sdl).stated).toBe(stated);
  });
});
