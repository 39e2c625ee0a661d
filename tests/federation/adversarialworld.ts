/**
 * The federation that the adversarial cases attack: an interface, a union, a protected key, fields computed from a protected
 * one, rows under a black label, pages, a commercial database, a live feed, a system that answers with whatever it likes.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Principal } from '../../schema/principal.ts';
import { live } from '../../subgraphs/kit/live.ts';
import { type PageArguments, pageOf, windowOf } from '../../subgraphs/kit/page.ts';
import type { ToySubgraph } from './harness.ts';

/** `@policy` goes by another name here, in every system: no case depends on what it is called. */
const header = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires",
  "@provides", "@shareable", "@authenticated", "@composeDirective", { name: "@policy", as: "@needs" }])
  @link(url: "https://rtcc-hub.invalid/reads/v1.0", import: [{ name: "@reads", as: "@tells" }]) @composeDirective(name: "@tells")
  directive @tells(fields: [String!]!) repeatable on ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE\n`;

interface Toy {
  principal: Principal;
}

/** What a test changes: which rows there are, which of them are sealed, what a slow field waits for. */
export const world = {
  present: new Set<string>(),
  sealed: new Set<string>(),
  /** Whether there is a piece of intelligence. */
  tip: true,
  /** The system gives it to whoever asks: only the hub stands between. */
  careless: false,
  gate: undefined as Promise<void> | undefined,
  /** What the hostile system answers. */
  hostile: '{}',
};

export const resetWorld = (): void => {
  world.present = new Set(['p1', 'p2', 'p3', 'p4']);
  world.sealed = new Set(['p3']);
  world.tip = true;
  world.careless = false;
  world.gate = undefined;
  world.hostile = '{"data":{"_entities":[{"extra":"more"}]}}';
};

export const ssn = '001-11-2222';
const rowOf = (id: string) => ({
  __typename: 'Person',
  id,
  name: `Name ${id}`,
  code: `code ${id}`,
  nick: 'Nick',
  ssn,
  strict: ssn,
  intel: [intel],
});
const intel = { __typename: 'Intel', id: 'i1', name: 'Informant', code: 'i1', tip: 'a tip' };
const vehicle = { __typename: 'Vehicle', id: 'v1', name: 'Van', code: 'open', ownerId: 'p1' };
const file = { number: 'F-77', title: 'Burglary' };

const exists = (id: string, { grants }: Principal): boolean =>
  world.present.has(id) && (!world.sealed.has(id) || grants.includes('rms:sealed'));
const personOf = (id: string, { principal }: Toy) => (exists(id, principal) ? rowOf(id) : null);
const personsOf = ({ principal }: Toy) => [...world.present].filter((id) => exists(id, principal)).map(rowOf);
const intelFor = ({ principal }: Toy) =>
  world.tip && (world.careless || principal.grants.includes('intel:read')) ? [intel] : [];
const hitsOf = (context: Toy) => [...personsOf(context).slice(0, 1), ...intelFor(context), vehicle];
const pageOfPersons = (args: PageArguments, context: Toy) => {
  const window = windowOf(args, 1);
  const rows = personsOf(context);
  const { after } = window;
  const behind = after ? rows.filter(({ id }) => id > (after[0] ?? '')) : rows;
  return { ...pageOf(behind.slice(0, window.limit), window, ({ id }) => [id]), totalCount: rows.length };
};
const boom = () => {
  throw Object.assign(new Error(`SELECT '${ssn}' failed on db7.internal`), { extensions: { serviceName: 'db7' } });
};

const rms: ToySubgraph = {
  name: 'rms',
  sdl: `${header}
    type Query {
      person(id: ID!): Person @authenticated
      persons(first: Int = 10, after: String): PersonPage! @authenticated
      find(where: Where, order: [Order!], digits: String @tells(fields: ["Person.ssn"])): [Person!] @authenticated
      listed(order: Order = SSN): [Person!] @authenticated
      vehicle: Vehicle @authenticated
      beings: [Being!]! @authenticated
      hits: [Hit!]! @authenticated
      hit: Hit @authenticated
      heaps: [[Hit]]! @authenticated
      file: File @authenticated
      who: String @authenticated
      boom: String @authenticated
      slow: String @authenticated
    }
    type Subscription { told(after: String): Told! @authenticated @needs(policies: [["cad:notes"]]) }
    type Told { cursor: String! person: Person }
    input Where { name: String @tells(fields: ["Person.name"])  ssn: String @tells(fields: ["Person.ssn"])  not: Where  any: [Where!] }
    enum Order { NAME @tells(fields: ["Person.name"])  SSN @tells(fields: ["Person.ssn"]) }
    interface Being { id: ID! name: String code: String }
    union Hit = Person | Vehicle | Intel
    type PersonPage { edges: [PersonEdge!]! nodes: [Person!]! pageInfo: PageInfo! totalCount: Int! }
    type PersonEdge { cursor: String! node: Person! }
    type PageInfo { hasNextPage: Boolean! endCursor: String }
    type Person implements Being @key(fields: "id") @needs(policies: [["rms:persons"]]) {
      id: ID!  name: String  code: String @needs(policies: [["people:ssn"]])
      nick: String @shareable
      ssn: String @shareable @needs(policies: [["people:ssn"]])
      strict: String! @needs(policies: [["people:ssn"]])
      intel: [Intel!]  peer: Person  peers: [Person!]
    }
    type Vehicle implements Being @key(fields: "id") @needs(policies: [["cad:read"]]) {
      id: ID!  name: String  code: String  owner: Person  boom: String
    }
    type Intel implements Being @key(fields: "id") @needs(policies: [["intel:read"]]) {
      id: ID!  name: String  code: String @needs(policies: [["intel:read"]])  tip: String
    }
    type File @key(fields: "number") { number: ID! @needs(policies: [["people:ssn"]]) title: String }
  `,
  resolvers: {
    Query: {
      person: (_: unknown, { id }: { id: string }, context: Toy) => personOf(id, context),
      persons: (_: unknown, args: PageArguments, context: Toy) => pageOfPersons(args, context),
      find: (_: unknown, __: unknown, context: Toy) => personsOf(context).slice(0, 1),
      listed: (_: unknown, __: unknown, context: Toy) => personsOf(context).slice(0, 1),
      vehicle: () => vehicle,
      beings: (_: unknown, __: unknown, context: Toy) => hitsOf(context),
      hits: (_: unknown, __: unknown, context: Toy) => hitsOf(context),
      hit: (_: unknown, __: unknown, context: Toy) => intelFor(context)[0],
      heaps: (_: unknown, __: unknown, context: Toy) => [hitsOf(context), intelFor(context)],
      file: () => file,
      who: (_: unknown, __: unknown, { principal: { subject, purpose, caseNumber } }: Toy) =>
        [subject, purpose, caseNumber].join(' '),
      boom,
      slow: async () => {
        await world.gate;
        return 'done';
      },
    },
    Vehicle: { boom, owner: ({ ownerId }: { ownerId: string }, _: unknown, context: Toy) => personOf(ownerId, context) },
    Person: { __resolveReference: ({ id }: { id: string }, context: Toy) => personOf(id, context) },
    Subscription: {
      told: live({
        topic: 'told',
        accept: ({ key }, _args: { after?: string }, { principal }) => exists(key, principal),
        resolve: ({ cursor, key }, _args, context) => ({ cursor, person: personOf(key, context) }),
      }),
    },
  },
};

/** The commercial database: one field computed from the protected one, one that repeats it, one of rms's that it states no rule on. */
const commercial: ToySubgraph = {
  name: 'people-search',
  sdl: `${header}
    type Query { suspect: Person @provides(fields: "ssn") @authenticated  leads: String @needs(policies: [["people:leads"]]) }
    type Person @key(fields: "id") {
      id: ID!  ssn: String @external  nick: String @shareable @needs(policies: [["people:leads"]])
      risk: Int @requires(fields: "ssn") @needs(policies: [["people:ssn"]])
      fans: Int
    }
    type File @key(fields: "number") { number: ID! pages: Int }
  `,
  resolvers: {
    Query: { suspect: () => ({ id: 'p1', ssn }), leads: () => 'a lead' },
    Person: {
      __resolveReference: (reference: object) => ({ nick: 'Nick', ...reference }),
      risk: ({ ssn: given }: { ssn?: string }) => given?.length ?? 0,
      fans: () => 3,
    },
    File: { __resolveReference: (reference: object) => reference, pages: () => 12 },
  },
};

/** Composed like any other; what is asked of it goes to `startHostile`. */
const hostile: ToySubgraph = {
  name: 'hostile',
  sdl: `${header} type Query { unused: Int } type Vehicle @key(fields: "id") { id: ID! extra: String }`,
  resolvers: { Vehicle: { __resolveReference: (reference: object) => reference } },
};

export const subgraphs = [rms, commercial, hostile];

export const startHostile = async (): Promise<{ url: string; close: () => Promise<void> }> => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(world.hostile));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
