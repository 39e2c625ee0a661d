/** A graph that states rules does not compose while an argument leaves open which fields it reads. */

import { readPolicy } from '../../gateway/policy.ts';
import { loadSupergraph } from '../../gateway/supergraph.ts';
import { CompositionError, compose, readSubgraph, registered } from '../../schema/compose.ts';

const header = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@policy", "@shareable", "@inaccessible", "@composeDirective"])
  @link(url: "https://rtcc-hub.invalid/reads/v1.0", import: ["@reads"]) @composeDirective(name: "@reads")
directive @reads(fields: [String!]!) repeatable on ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE\n`;
const person =
  'type Person @key(fields: "id") { id: ID!  born: Int @policy(policies: [["p"]])  home: Home }  type Home { street: String }';
const composed = (sdl: string, others: string[] = []) =>
  compose([sdl, ...others].map((text, at) => ({ name: `s${at}`, url: '', sdl: `${header}${text}` }))).supergraph;

const faultsOf = (sdl: string, others?: string[]): string => {
  try {
    composed(sdl, others);
    return '';
  } catch (error) {
    if (!(error instanceof CompositionError)) throw error;
    return error.message;
  }
};

test.each<[what: string, sdl: string, named: string]>([
  ['an argument', 'type Query { find(born: Int): Person }', '"Query.find(born:)"'],
  [
    'a key that has a rule of its own',
    'type Query { file(number: ID): File } type File @key(fields: "number") { number: ID! @policy(policies: [["p"]]) }',
    '"Query.file(number:)"',
  ],
  ['what is called like a key, and is none of what the field gives', 'type Query { count(id: ID): Int }', '"Query.count(id:)"'],
  ['a field of an input', 'type Query { find(where: Where): Person } input Where { born: Int }', '"Where.born"'],
  [
    'one in an input in an input',
    'type Query { find(where: Where): Person } input Where { not: Where  all: [Inner!] } input Inner { born: Int }',
    '"Inner.born"',
  ],
  [
    'an order of which one value is left open',
    'type Query { find(by: By): Person } enum By { ID @reads(fields: []) BORN }',
    '"Query.find(by:)"',
  ],
  [
    'a field’s argument anywhere',
    'type Query { a: Int } type Other @key(fields: "id") { id: ID! text(like: String): String }',
    '"Other.text(like:)"',
  ],
  [
    'a subscription’s',
    'type Query { a: Int } type Subscription { told(born: Int, after: String): Person }',
    '"Subscription.told(born:)"',
  ],
])('left open: %s', (_what, sdl, named) => {
  const message = faultsOf(`${sdl} ${person}`);
  expect(message).toContain(`${named} does not say which fields it reads`);
  expect(message).toMatch(/\(s0: line \d+\)/);
});

test.each<[what: string, sdl: string]>([
  ['what is said', 'type Query { find(born: Int @reads(fields: ["Person.born"])): Person }'],
  ['what reads nothing', 'type Query { trail(minutes: Int @reads(fields: [])): Person }'],
  [
    'what is said of all that is below',
    'type Query { find(where: Where @reads(fields: ["Person.born"])): Person } input Where { born: Int }',
  ],
  [
    'an order, said of each value',
    'type Query { find(by: [By!]): Person } enum By { ID @reads(fields: ["Person.id"]) BORN @reads(fields: ["Person.born"]) }',
  ],
  ['a path on from what a field gives', 'type Query { find(street: String @reads(fields: ["Person.home.street"])): Person }'],
  ['where a page begins and ends', 'type Query { all(first: Int, after: String, last: Int, before: String): [Person] }'],
  ['a key without a rule of its own', 'type Query { person(id: ID!): Person }'],
  ['what a mutation writes', 'type Query { a: Int } type Mutation { name(name: String): Person }'],
  ['what no client sees', 'type Query { a: Int  b(text: String): Int @inaccessible }'],
])('settled: %s', (_what, sdl) => {
  expect(faultsOf(`${sdl} ${person}`)).toBe('');
});

test.each(['Person.bron', 'Person', 'Persons.born', 'Person.born.year', 'born'])(
  'a field that there is not is named: %s',
  (field) => {
    const message = faultsOf(`type Query { find(born: Int @reads(fields: ["${field}"])): Person } ${person}`);
    expect(message).toMatch(
      new RegExp(`"Query.find\\(born:\\)" says that it reads "${field}", which there is not. \\(s0: line \\d+\\)`),
    );
  },
);

test('a graph without rules says nothing of it', () => {
  expect(faultsOf('type Query { find(born: Int): Int }')).toBe('');
});

test('what several systems say of one input counts together', () => {
  const where = (field: string) => `input Where { text: String @reads(fields: ["Person.${field}"]) }`;
  const others = [`type Query { other(where: Where): Int } ${where('id')} type Person @key(fields: "id") { id: ID! }`];
  const { uses } = readPolicy(
    loadSupergraph(composed(`type Query { find(where: Where): Person } ${where('born')} ${person}`, others)).full,
  );
  expect(uses.get('Where.text')?.policies).toEqual([[['p']]]);
});

test('what a system of ours leaves open is told by its own line', () => {
  const open = registered().map((one) =>
    one.name === 'cad'
      ? { ...one, sdl: readSubgraph('cad').replace('callSign: String @reads(fields: ["Unit.callSign"])', 'callSign: String') }
      : one,
  );
  expect(() => compose(open)).toThrow(/"Query\.unit\(callSign:\)" does not say .* \(cad: line \d\)$/);
});

test('what ours say takes what the fields take', () => {
  const { uses } = readPolicy(loadSupergraph(compose(registered()).supergraph).full);
  expect(uses.get('Query.incidentsByCallerPhone(phone:)')?.policies).toEqual(
    expect.arrayContaining([[['cad:caller']], [['cad:read']]]),
  );
  expect(uses.get('ReportChangedFilter.plate')?.policies).toContainEqual([['rms:persons']]);
});
