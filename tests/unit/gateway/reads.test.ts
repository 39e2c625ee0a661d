/** An argument of an interface's field is as protected as any member says that it is. */
import { buildSchema, parse } from 'graphql';
import { authorize } from '../../../gateway/authorize.ts';
import { readPolicy } from '../../../gateway/policy.ts';

const schema = buildSchema(
  `
  schema @link(url: "https://specs.apollo.dev/policy/v0.1") @link(url: "https://rtcc-hub.invalid/reads/v1.0", import: ["@reads"]) { query: Query }
  type Query { being: Being }
  interface Being { likes(born: String): String }
  type Person implements Being { likes(born: String @reads(fields: ["Person.born"])): String  born: String @policy(policies: [["p:born"]]) }
  type Dog implements Being { likes(born: String): String }
`,
  { assumeValid: true },
);

const deniedOf = (query: string, grants: string[]) =>
  authorize({
    document: parse(query),
    variables: {},
    authority: { authenticated: true, scopes: new Set(), grants: new Set(grants) },
    policy: readPolicy(schema),
    schema,
    keys: new Map(),
  }).denied.map(({ coordinate, lacks }) => `${coordinate}: ${lacks.join()}`);

test('an argument of an interface takes what a member says that it reads', () => {
  const query = '{ being { likes(born: "1980-01-01") } }';
  expect(deniedOf(query, [])).toEqual(['Being.likes: p:born']);
  expect(deniedOf(query, ['p:born'])).toEqual([]);
});

test('the same field without that argument takes nothing, and neither does the argument on a member that does not read it', () => {
  expect(deniedOf('{ being { likes } }', [])).toEqual([]);
  expect(deniedOf('{ being { ... on Dog { likes(born: "1980-01-01") } } }', [])).toEqual([]);
});
