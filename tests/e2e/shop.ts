/**
 * A federation of somebody else's: three plain Apollo subgraphs that know no
 * principal and no access rule, composed by Apollo's own composition.
 */

import { composeServices } from '@apollo/composition';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",
  import: ["@key", "@external", "@requires", "@provides", "@shareable", "@inaccessible", "@override", "@tag"])\n`;

const users: Record<string, { id: string; username: string; name: string }> = {
  '1': { id: '1', username: '@ada', name: 'Ada Lovelace' },
  '2': { id: '2', username: '@alan', name: 'Alan Turing' },
};

const accounts = {
  sdl: `
    type Query { me: User  user(id: ID!): User }
    type User @key(fields: "id") { id: ID! username: String! @shareable name: String! }
  `,
  resolvers: {
    Query: { me: () => users['1'], user: (_: unknown, { id }: { id: string }) => users[id] ?? null },
    User: { __resolveReference: ({ id }: { id: string }) => users[id] ?? null },
  },
};

interface Item {
  upc: string;
  name: string;
  price: number;
  weight: number;
}

const products = () => {
  const items = new Map<string, Item>([
    ['a', { upc: 'a', name: 'Table', price: 899, weight: 100 }],
    ['b', { upc: 'b', name: 'Couch', price: 1299, weight: 1000 }],
    ['c', { upc: 'c', name: 'Chair', price: 54, weight: 50 }],
  ]);
  return {
    sdl: `
      type Query { topProducts(first: Int = 5): [Product!]!  product(upc: String!): Product  broken: String }
      type Mutation { rename(upc: String!, name: String!): Product }
      interface Thing { name: String! }
      type Product implements Thing @key(fields: "upc") { upc: String! name: String! price: Int weight: Int secret: String @inaccessible }
    `,
    resolvers: {
      Query: {
        topProducts: (_: unknown, { first }: { first: number }) => [...items.values()].slice(0, first),
        product: (_: unknown, { upc }: { upc: string }) => items.get(upc) ?? null,
        broken: () => {
          throw new Error('password is hunter2 at 10.0.0.7');
        },
      },
      Mutation: {
        rename: (_: unknown, { upc, name }: { upc: string; name: string }) => {
          const item = items.get(upc);
          if (!item) return null;
          items.set(upc, { ...item, name });
          return items.get(upc);
        },
      },
      Product: { __resolveReference: ({ upc }: { upc: string }) => items.get(upc) ?? null },
    },
  };
};

const written = [
  { id: 'r1', author: '1', product: 'a', body: 'Love it.' },
  { id: 'r2', author: '1', product: 'b', body: 'Too heavy.' },
  { id: 'r3', author: '2', product: 'a', body: 'Could be better.' },
];

type Review = (typeof written)[number];

const reviews = {
  sdl: `
    type Review @key(fields: "id") { id: ID! body: String! author: User! @provides(fields: "username") product: Product! }
    type User @key(fields: "id") { id: ID! username: String! @external reviews: [Review!]! }
    type Product @key(fields: "upc") {
      upc: String! price: Int @external weight: Int @external
      reviews: [Review!]!
      shippingEstimate: Int @requires(fields: "price weight")
    }
    type Mutation { review(upc: String!, body: String!): Review! }
  `,
  resolvers: {
    Review: {
      __resolveReference: ({ id }: { id: string }) => written.find((review) => review.id === id) ?? null,
      author: ({ author }: Review) => users[author],
      product: ({ product }: Review) => ({ upc: product }),
    },
    User: { reviews: ({ id }: { id: string }) => written.filter(({ author }) => author === id) },
    Product: {
      reviews: ({ upc }: { upc: string }) => written.filter(({ product }) => product === upc),
      shippingEstimate: ({ price, weight }: Item) => (price > 1000 ? 0 : Math.round(weight / 2)),
    },
    Mutation: {
      review: (_: unknown, { upc, body }: { upc: string; body: string }) => ({ id: 'new', author: '2', product: upc, body }),
    },
  },
};

export interface Shop {
  supergraph: string;
  /** Requests that each subgraph has had since this was last asked. */
  asked: () => Record<string, number>;
  stop: (name: string) => Promise<void>;
  close: () => Promise<void>;
}

export const openShop = async (): Promise<Shop> => {
  let counts: Record<string, number> = {};
  const servers = new Map<string, ApolloServer>();
  const services = [];
  for (const [name, { sdl, resolvers }] of Object.entries({ accounts, products: products(), reviews })) {
    const typeDefs = parse(link + sdl);
    const count = async () => {
      counts[name] = (counts[name] ?? 0) + 1;
    };
    const schema = buildSubgraphSchema({ typeDefs, resolvers: resolvers as never });
    const server = new ApolloServer({ schema, plugins: [ApolloServerPluginInlineTraceDisabled(), { requestDidStart: count }] });
    const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } });
    servers.set(name, server);
    services.push({ name, url, typeDefs });
  }
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(`The shop does not compose: ${errors}`);
  return {
    supergraph: supergraphSdl,
    asked: () => {
      const asked = counts;
      counts = {};
      return asked;
    },
    stop: async (name) => servers.get(name)?.stop(),
    close: async () => {
      await Promise.all([...servers.values()].map((server) => server.stop()));
    },
  };
};
