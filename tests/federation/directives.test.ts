/**
 * Every place where an access directive may stand, every way to combine and to name them: what a caller who lacks what it
 * takes is shown, and what of it was fetched. Patrol holds cad:read and the scope hub.query, and neither people:leads nor
 * hub.admin.
 */
import { startToyHub, type ToyHub } from './harness.ts';

/** All three go by other names; composition wants the same ones everywhere. */
const header = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable",
  { name: "@policy", as: "@takes" }, { name: "@requiresScopes", as: "@scoped" }, { name: "@authenticated", as: "@known" }])`;
const lacked = '@takes(policies: [["people:leads"]])';
const held = '@takes(policies: [["cad:read"]])';

const first = {
  name: 'first',
  sdl: `
    ${header}
    type Query { thing: Thing  things: [Thing!]  kinds: [Kind!]  any: [Any!]  named: [Named!] }
    enum Mood ${lacked} { CALM }
    enum Tone { LOW }
    scalar Secret @scoped(scopes: [["hub.admin"]])
    scalar Known @known
    scalar Shared
    enum Kind ${held} { A }
    type Thing @key(fields: "id") {
      id: ID!
      mood: Mood  moods: [Mood!]  tone: Tone  secret: Secret  secrets: [[Secret]]  known: Known  shared: Shared  kind: Kind
      either: String @takes(policies: [["people:leads"], ["cad:read"]])
      neither: String @takes(policies: [["people:leads"], ["rms:narrative"]])
      all: String @takes(policies: [["cad:read", "people:leads"]])
      allHeld: String @takes(policies: [["cad:read", "cad:notes"]])
      two: String ${held} @scoped(scopes: [["hub.admin"]])
      twoHeld: String ${held} @scoped(scopes: [["hub.query", "hub.subscribe"], ["hub.admin"]])
      scope: String @scoped(scopes: [["hub.admin", "hub.query"]])
      onField: String ${lacked}  onType: Guarded
      twice: String @shareable  once: Other
    }
    type Guarded ${lacked} { text: String }
    type Other @shareable { text: String  more: String }
    interface Named { name: String }
    type Open implements Named @key(fields: "id") { id: ID! name: String }
    type Closed implements Named @key(fields: "id") { id: ID! name: String ${lacked} note: String }
    union Any = Open | Guarded
  `,
  resolvers: {
    Query: {
      thing: () => thing,
      things: () => [thing],
      kinds: () => ['A'],
      any: () => [open, { __typename: 'Guarded', text: 'secret' }],
      named: () => [open, { __typename: 'Closed', id: 'c', name: 'secret', note: 'a note' }],
    },
    Thing: { __resolveReference: () => thing },
    Open: { __resolveReference: () => open },
  },
};

/** States what the first leaves open. */
const second = {
  name: 'second',
  sdl: `
    ${header}
    type Query { unused: Int }
    enum Tone @takes(policies: [["people:leads"]]) { LOW }
    scalar Shared @scoped(scopes: [["hub.admin"]])
    type Thing @key(fields: "id") { id: ID!  twice: String @shareable @takes(policies: [["people:leads"]])  lowest: Tone }
    type Other @shareable @takes(policies: [["people:leads"]]) { text: String  more: String }
    type Unused { other: Other }
  `,
  resolvers: { Thing: { __resolveReference: () => thing } },
};

const open = { __typename: 'Open', id: 'o', name: 'Open' };
const thing = {
  ...{ id: 't', mood: 'CALM', moods: ['CALM'], tone: 'LOW', lowest: 'LOW', kind: 'A', known: 'secret', shared: 'secret' },
  ...{
    secret: 'secret',
    secrets: [['secret']],
    either: 'shown',
    neither: 'secret',
    all: 'secret',
    allHeld: 'shown',
    two: 'secret',
  },
  ...{
    twoHeld: 'shown',
    scope: 'secret',
    onField: 'secret',
    onType: { text: 'secret' },
    twice: 'secret',
    once: { text: 'secret' },
  },
};

let hub: ToyHub;
let patrol: string;
beforeAll(async () => {
  hub = await startToyHub({ subgraphs: [first, second] });
  patrol = await hub.issuer.token(['patrol']);
});
afterAll(() => hub.close());
beforeEach(() => {
  hub.asked.length = 0;
});

test.each<[where: string, selection: string, shown: unknown, lacks: string | undefined]>([
  ['an enum', 'mood', null, 'people:leads'],
  ['an enum, in a list', 'moods', null, 'people:leads'],
  ['an enum, where the caller holds it', 'kind', 'A', undefined],
  ['an enum, in the other system alone', 'tone', null, 'people:leads'],
  ['an enum, in this system alone', 'lowest', null, 'people:leads'],
  ['a scalar', 'secret', null, 'scope hub.admin'],
  ['a scalar, in lists of lists', 'secrets', null, 'scope hub.admin'],
  ['a scalar that takes a caller', 'known', 'secret', undefined],
  ['a scalar, in the other system alone', 'shared', null, 'scope hub.admin'],
  ['a field', 'onField', null, 'people:leads'],
  ['a field, in the other system alone', 'twice', null, 'people:leads'],
  ['the type that it gives', 'onType { text }', null, 'people:leads'],
  ['the type that it gives, in the other system alone', 'once { text }', null, 'people:leads'],
  ['either of two, one held', 'either', 'shown', undefined],
  ['either of two, none held', 'neither', null, 'people:leads or rms:narrative'],
  ['both of two, one held', 'all', null, 'people:leads'],
  ['both of two, both held', 'allHeld', 'shown', undefined],
  ['a policy that is held and a scope that is not', 'two', null, 'scope hub.admin'],
  ['a policy and scopes that are held', 'twoHeld', 'shown', undefined],
  ['both of two scopes, one held', 'scope', null, 'scope hub.admin'],
])('a rule on %s', async (_where, selection, shown, lacks) => {
  const field = selection.split(' ')[0] ?? '';
  const answer = await hub.ask({ query: `{ thing { ${selection} } }`, token: patrol });
  expect(answer.data).toEqual({ thing: { [field]: shown } });
  expect(answer.errors?.map(({ path, extensions }) => [path, extensions.policy])).toEqual(lacks && [[['thing', field], lacks]]);
  if (lacks) expect(hub.asked.map(({ body }) => body).join()).not.toMatch(new RegExp(`\\b${field}\\b`));
});

test('a rule on the enum that a root field lists', async () => {
  expect((await hub.ask({ query: '{ kinds }', token: patrol })).data).toEqual({ kinds: ['A'] });
  const nobody = await hub.ask({ query: '{ kinds }' });
  expect(nobody.status).toBe(400);
});

test('a rule on one implementer’s field closes the interface’s, and not what the others show as themselves', async () => {
  const query = '{ named { ... on Open { name } ... on Closed { name note } } }';
  expect((await hub.ask({ query, token: patrol })).data).toEqual({ named: [{ name: 'Open' }, { name: null, note: 'a note' }] });
  const through = await hub.ask({ query: '{ named { name } }', token: patrol });
  expect(through.data).toEqual({ named: [{ name: null }, { name: null }] });
  expect(JSON.stringify(through)).not.toContain('secret');
});

test('a rule on one member of a union closes that member, and whatever would tell the members apart', async () => {
  const answer = await hub.ask({ query: '{ any { __typename ... on Open { name } ... on Guarded { text } } }', token: patrol });
  expect(answer.data).toEqual({
    any: [
      { __typename: null, name: 'Open' },
      { __typename: null, text: null },
    ],
  });
  expect(hub.asked.map(({ body }) => body).join()).not.toMatch(/\btext\b/);
});
