/** What was permitted is kept, and whatever a decision hangs on keeps it from everybody else. */
import { parse, print } from 'graphql';
import type { Contract } from '../../../gateway/contract.ts';
import { openPermit, type Permit } from '../../../gateway/permitted.ts';
import { planner } from '../../../gateway/plan.ts';
import { readPolicy } from '../../../gateway/policy.ts';
import { loadSupergraph } from '../../../gateway/supergraph.ts';
import { compose } from '../../../schema/compose.ts';
import { anonymous } from '../../../schema/principal.ts';

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@authenticated", "@requiresScopes", "@policy", "@composeDirective"])
  @link(url: "https://rtcc-hub.invalid/reads/v1.0", import: ["@reads"]) @composeDirective(name: "@reads")
  directive @reads(fields: [String!]!) repeatable on ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
  type Query { people(where: Where, order: [Order!] @reads(fields: []), note: String @reads(fields: [])): [Person!]!  member: Int @authenticated  scoped: Int @requiresScopes(scopes: [["wide"]]) }
  input Where { name: String @reads(fields: [])  ssn: String @reads(fields: ["Person.ssn"])  either: [Where!] }
  enum Order { NAME  SSN @reads(fields: ["Person.ssn"]) }
  type Person { name: String  ssn: String @policy(policies: [["people:ssn"]]) }
`;
const supergraph = loadSupergraph(compose([{ name: 'people', sdl, url: 'http://people.invalid' }]).supergraph);
const policy = readPolicy(supergraph.full);
const open = (): Permit => openPermit({ supergraph, policy, keys: new Map(), plans: planner(supergraph, policy, new Map()) });
const contractOf = (isUntold: Contract['isUntold']): Contract => ({
  ...{ shown: supergraph.api, taken: supergraph.api, explainsErrors: true },
  isUntold,
});
const contract = contractOf(() => false);

const document = parse(`
  query Both($where: Where, $order: [Order!], $note: String, $wanted: Boolean = false) {
    people(where: $where, order: $order, note: $note) { name ssn @include(if: $wanted) }
    member
    scoped
  }
  query Name { people { name } }
  query Number { people { ssn } }
`);
const asking = ({ variables = {}, operationName = 'Both', of = contract, ...holder } = {} as Given) => ({
  ...{ document, operationName, variables, contract: of },
  principal: { ...anonymous, kind: 'person' as const, ...holder },
});
interface Given {
  variables?: Record<string, unknown>;
  operationName?: string;
  of?: Contract;
  grants?: string[];
  scopes?: string[];
  kind?: 'person' | 'anonymous';
}
const told = (permit: Permit, given: Given) => {
  const { authorized, planned, consulted } = permit(asking(given));
  const { denied, fields } = authorized;
  return { text: print(authorized.document), denied, fields, hash: planned.hash, consulted: [...consulted].sort() };
};

const wanted = { wanted: true };
test.each<[string, Given, Given]>([
  ['another grant', { variables: wanted, grants: ['people:ssn'] }, { variables: wanted }],
  ['another scope', { scopes: ['wide'] }, { scopes: [] }],
  ['nobody', { kind: 'person' }, { kind: 'anonymous' }],
  ['another operation of the document', { operationName: 'Name' }, { operationName: 'Number' }],
  ['who may not hear of a label', { variables: wanted, of: contractOf(() => true) }, { variables: wanted }],
  ['another condition', { variables: wanted }, { variables: { wanted: false } }],
  ['a default condition', { variables: wanted }, {}],
  ['a filter on what is protected', { variables: { where: { name: 'A' } } }, { variables: { where: { ssn: 'A' } } }],
  ['a filter that is null', { variables: { where: { ssn: null } } }, { variables: { where: { ssn: 'A' } } }],
  [
    'a filter within others',
    { variables: { where: { either: [{ name: 'A' }] } } },
    { variables: { where: { either: [{ ssn: 'A' }] } } },
  ],
  [
    'the last of several filters',
    { variables: { where: { either: [{}, {}] } } },
    { variables: { where: { either: [{}, { ssn: '' }] } } },
  ],
  ['an order by what is protected', { variables: { order: ['NAME'] } }, { variables: { order: ['NAME', 'SSN'] } }],
])('%s: neither gets what was kept for the other', (_, one, other) => {
  const [first, second] = [told(open(), one), told(open(), other)];
  expect(first).not.toEqual(second);
  const shared = open();
  for (let round = 0; round < 2; round += 1) {
    expect(told(shared, one)).toEqual(first);
    expect(told(shared, other)).toEqual(second);
  }
});

test('who asks for the same again, with other values, gets what was kept', () => {
  const permit = open();
  const first = permit(asking({ variables: { where: { name: 'A' }, note: 'x' } }));
  expect(permit(asking({ variables: { where: { name: 'B' }, note: 'y' } }))).toBe(first);
});

test('what was refused is refused again', () => {
  const permit = open();
  for (let round = 0; round < 2; round += 1) expect(() => permit(asking({ variables: { wanted: null as never } }))).toThrow();
});
