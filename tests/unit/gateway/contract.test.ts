/** A graph and a caller → the schema that the caller may use. Pure, over a small schema with every kind of type. */
import { buildSchema, parse, printSchema, validate } from 'graphql';
import { openContracts, type Standpoint } from '../../../gateway/contract.ts';
import { readPolicy } from '../../../gateway/policy.ts';
import { errorsOf, isFit, reader, requireFit } from '../../../gateway/validate.ts';

const links = ['authenticated', 'requiresScopes', 'policy'].map((spec) => `@link(url: "https://specs.apollo.dev/${spec}/v0.1")`);
const sdl = (rules: string) => `
  schema ${rules} @link(url: "https://rtcc-hub.invalid/reads/v1.0", import: ["@reads"]) { query: Query mutation: Mutation }
  type Query { open: String  person(id: ID, born: Int @reads(fields: ["Person.born"])): Person  search(in: Search!): [Person]
    must(born: Int! @reads(fields: ["Person.born"])): String  ordered(by: Order): String  being: Being  thing: Thing  mood: Mood  level: Level  tip: Tip }
  type Mutation { erase(in: Erasure): Int @policy(policies: [["erase"]]) }
  input Erasure { why: String }
  input Search { name: String  born: Int @reads(fields: ["Person.born"]) }
  enum Order { NAME BORN @reads(fields: ["Person.born"]) }
  interface Being { id: ID  name: String  code: Int }
  type Person implements Being @policy(policies: [["person"]]) { id: ID  name: String  code: Int @policy(policies: [["born"]])  born: Int @policy(policies: [["born"]])  either: Int @policy(policies: [["born"], ["person"]])  tip: Tip }
  type Dog implements Being @authenticated { id: ID  name: String  code: Int  vet: Vet }
  type Vet { name: String  licence: String @requiresScopes(scopes: [["vets"]]) }
  union Thing = Person | Tip
  enum Mood @policy(policies: [["mood"]]) { CALM }
  scalar Level @policy(policies: [["mood"]])
  type Tip @policy(policies: [["black"]]) { text: String  source: Informant }
  type Informant { id: ID }
`;
const graph = (rules = links.join(' ')) => {
  const schema = buildSchema(sdl(rules), { assumeValid: true });
  return openContracts(schema, readPolicy(schema));
};
const contracts = graph();

const nobody: Standpoint = { authenticated: false, scopes: [], visible: [], black: ['black'], explained: false };
const caller = (parts: Partial<Standpoint> = {}): Standpoint => ({ ...nobody, authenticated: true, ...parts });
const fits = (standpoint: Standpoint, query: string) => isFit(parse(query), contracts(standpoint));
const all = ['person', 'born', 'mood', 'erase'];

test.each<[what: string, standpoint: Standpoint, text: RegExp, there: boolean]>([
  ['an open field', nobody, /open: String/, true],
  ['a type that takes a caller, for nobody', nobody, /type Dog/, false],
  ['the same for a caller', caller(), /type Dog/, true],
  ['a type that takes a label', caller(), /Person/, false],
  ['the same for whom it is granted', caller({ visible: ['person'] }), /type Person implements Being/, true],
  ['what only it leads to', caller(), /Search/, false],
  ['a field of it under a rule of its own', caller({ visible: ['person'] }), /born/, false],
  ['one that either of two opens', caller({ visible: ['person'] }), /either: Int/, true],
  ['a field that takes a scope', caller(), /licence/, false],
  ['the same with the scope', caller({ scopes: ['vets'] }), /licence: String/, true],
  ['an argument that reads what may be read', caller({ visible: ['person', 'born'] }), /person\(id: ID, born: Int\)/, true],
  ['one that does not', caller({ visible: ['person'] }), /person\(id: ID\)/, true],
  ['a field whose needed argument reads what may not be read', caller({ visible: ['person'] }), /must/, false],
  ['an input’s field that does', caller({ visible: ['person'] }), /input Search \{\s+name: String\s+\}/, true],
  ['an order by it', caller({ visible: ['person'] }), /enum Order \{\s+NAME\s+\}/, true],
  ['a protected enum, and the field that gives it', caller(), /mood|Mood/, false],
  ['a protected scalar, and the field that gives it', caller(), /level|Level/, false],
  ['an interface’s field that one implementer closes', caller({ visible: ['person'] }), /interface Being \{[^}]*code/, false],
  ['the same where all are open', caller({ visible: ['person', 'born'] }), /interface Being \{[^}]*code/, true],
  ['the same where that implementer is not there', caller(), /interface Being \{\s+id: ID\s+name: String\s+code/, true],
  ['a union without its hidden member', caller({ visible: ['person'] }), /union Thing = Person$/m, true],
  ['a union none of whose members is left', caller(), /Thing/, false],
  ['a root type none of whose fields is left, and its input', caller(), /Mutation|Erasure/, false],
  [
    'what is under a black label, and what only it leads to',
    caller({ visible: all, explained: true }),
    /[Tt]ip|Informant/,
    false,
  ],
  ['the same while it is granted', caller({ visible: [...all, 'black'], black: [] }), /source: Informant/, true],
])('shown: %s', (_what, standpoint, text, there) => {
  expect(text.test(printSchema(contracts(standpoint).shown))).toBe(there);
});

describe('a document', () => {
  test('may name what could be granted, and nothing else', () => {
    expect(fits(caller({ visible: ['person'] }), '{ person { name } }')).toBe(true);
    expect(fits(caller({ visible: ['person'] }), '{ person { born } }')).toBe(false);
    expect(fits(caller(), 'mutation { erase }')).toBe(false);
  });

  test('may name all but black labels, where the agency explains its rules', () => {
    expect(fits(caller({ explained: true }), '{ person { born } mood } ')).toBe(true);
    expect(fits(caller({ explained: true }), 'mutation { erase }')).toBe(true);
    expect(fits(caller({ explained: true }), '{ person { tip { text } } }')).toBe(false);
  });

  const wordsOf = (standpoint: Standpoint, query: string): string => {
    try {
      requireFit(parse(query), contracts(standpoint));
      return '';
    } catch (error) {
      return JSON.stringify(errorsOf(error).map(({ message, locations, extensions }) => ({ message, locations, extensions })));
    }
  };

  test('is told alike for what is hidden and for what there is not', () => {
    for (const standpoint of [caller(), caller({ explained: true, visible: all })])
      expect(wordsOf(standpoint, '{ tip { text } }')).toBe(wordsOf(standpoint, '{ top { text } }').replaceAll('top', 'tip'));
  });

  test('that does not fit is told by what the caller is shown, also where more may be named', () => {
    expect(wordsOf(caller({ explained: true }), '{ mood person { nmae } }')).toMatch(/mood.*person/);
    expect(wordsOf(caller({ explained: true }), '{ person { nmae } }')).not.toMatch(/\\"Person|did you mean/);
  });

  test('of nobody is told nothing but to sign in', () => {
    expect(wordsOf(nobody, '{ person { name } }')).toBe(wordsOf(nobody, 'mutation { erase(in: { what: 1 }) }'));
    expect(wordsOf(nobody, '{ person }')).not.toMatch(/person|locations":\[/i);
  });
});

test('a label is told to whom it could be granted, and to whom the agency explains its rules; a black one to neither', () => {
  const { isUntold } = contracts(caller({ visible: ['person'] }));
  expect(['person', 'born', 'black', 'row:label'].filter(isUntold)).toEqual(['born', 'black', 'row:label']);
  const explained = contracts(caller({ explained: true }));
  expect(['person', 'born', 'black', 'row:label'].filter(explained.isUntold)).toEqual(['black']);
});

test('callers who see the same share a schema, and the same standpoint a contract', () => {
  expect(contracts(caller({ visible: ['person', 'born'] }))).toBe(contracts(caller({ visible: ['born', 'person'] })));
  expect(contracts(caller({ visible: ['person'] })).shown).toBe(contracts(caller({ visible: ['person', 'unused:label'] })).shown);
});

test('a graph without rules is the same for everybody', () => {
  const free = graph('');
  expect(validate(free(nobody).shown, parse('{ person { born tip { text } } }'))).toEqual([]);
  expect(free(nobody).explainsErrors).toBe(true);
});

test('a text is parsed once, unless it is too long to keep', () => {
  const read = reader(100_000);
  expect(read('{ open }')).toBe(read('{ open }'));
  const long = `{ ${'open '.repeat(5_000)} }`;
  expect(read(long)).not.toBe(read(long));
  expect(() => reader(3)('{ open open }')).toThrow(expect.objectContaining({ code: 'LIMIT_TOKENS' }));
});
