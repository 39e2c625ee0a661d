/**
 * The world of the public gateways benchmark (graphql-hive/graphql-gateways-benchmark):
 * four subgraphs, their shape and sizes, and its heavy query. The rows are
 * synthetic: as many, and texts as long.
 */
export const heavy = `
fragment User on User { id username name }
fragment Review on Review { id body }
fragment Product on Product { inStock name price shippingEstimate upc weight }
query Heavy {
  users { ...User reviews { ...Review product { ...Product reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } } } } }
  topProducts { ...Product reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } } }
}`;

export const light = 'query Light { users { id name } }';

const link = (names: string, rules: boolean) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${names}${rules ? ', "@policy"' : ''}])\n`;

/** With `rules` everything that is read takes a policy. */
export const subgraphs = (rules: boolean): Map<string, string> => {
  const guarded = (label: string) => (rules ? ` @policy(policies: [["${label}"]])` : '');
  return new Map([
    [
      'accounts',
      `${link('"@key", "@shareable"', rules)}
      type Query { users: [User] }
      type User @key(fields: "id")${guarded('bench:user')} { id: ID! name: String username: String @shareable birthday: Int }`,
    ],
    [
      'products',
      `${link('"@key"', rules)}
      type Query { topProducts(first: Int = 5): [Product] }
      type Product @key(fields: "upc")${guarded('bench:product')} { upc: String! name: String price: Int${guarded('bench:price')} weight: Int${guarded('bench:price')} }`,
    ],
    [
      'inventory',
      `${link('"@key", "@external", "@requires"', rules)}
      type Product @key(fields: "upc")${guarded('bench:product')} {
        upc: String! weight: Int @external price: Int @external inStock: Boolean
        shippingEstimate: Int @requires(fields: "price weight")${guarded('bench:price')}
      }`,
    ],
    [
      'reviews',
      `${link('"@key", "@provides", "@external"', rules)}
      type Review @key(fields: "id")${guarded('bench:review')} { id: ID! body: String author: User @provides(fields: "username") product: Product }
      type User @key(fields: "id")${guarded('bench:user')} { id: ID! username: String @external reviews: [Review] }
      type Product @key(fields: "upc")${guarded('bench:product')} { upc: String! reviews: [Review] }`,
    ],
  ]);
};

const words = 'synthetic review text that says nothing of anything and is only as long as such a text may be '.repeat(12);
const lengths = [445, 291, 275, 146, 445, 291, 275, 146, 146, 146, 855];
const reviewed = [0, 0, 0, 0, 1, 1, 1, 1, 2, 3, 3];

interface Row {
  __typename: string;
  [field: string]: unknown;
}

const products: Row[] = Array.from({ length: 9 }, (_, at) => ({
  __typename: 'Product',
  upc: String(at + 1),
  name: `Product ${at + 1}`,
  price: [899, 1299, 15, 499, 1299, 6999, 3999, 100_000, 9999][at],
  weight: [100, 1000, 20, 100, 1000, 300, 2000, 6000, 800][at],
  inStock: at % 3 !== 1,
}));

const users: Row[] = Array.from({ length: 6 }, (_, at) => ({
  __typename: 'User',
  id: String(at + 1),
  name: `Synthetic Person ${at + 1}`,
  username: `person${at + 1}`,
}));

const reviews: Row[] = lengths.map((length, at) => ({
  __typename: 'Review',
  id: String(at + 1),
  body: words.slice(0, length),
  author: users[0],
  product: products[reviewed[at] ?? 0],
}));

const by = (rows: Row[], key: string) => new Map(rows.map((row) => [row[key], row]));
const productBy = by(products, 'upc');
const userBy = by(users, 'id');

const shipping = ({ price, weight }: { price: number; weight: number }) => (price > 1000 ? 0 : Math.floor(weight / 2));

/** By subgraph, as `@apollo/subgraph` takes them. */
export const resolvers: Record<string, object> = {
  accounts: { Query: { users: () => users }, User: { __resolveReference: ({ id }: Row) => userBy.get(id) } },
  products: {
    Query: { topProducts: (_: unknown, { first }: { first: number }) => products.slice(0, first) },
    Product: { __resolveReference: ({ upc }: Row) => productBy.get(upc) },
  },
  inventory: {
    Product: {
      __resolveReference: (given: Row) => ({ ...given, inStock: productBy.get(given.upc)?.inStock }),
      shippingEstimate: shipping,
    },
  },
  reviews: {
    User: {
      __resolveReference: ({ id }: Row) => ({ id, username: userBy.get(id)?.username }),
      reviews: () => reviews.slice(0, 2),
    },
    Product: {
      __resolveReference: ({ upc }: Row) => ({ upc }),
      reviews: ({ upc }: Row) => reviews.filter(({ product }) => (product as Row).upc === upc),
    },
    Review: { __resolveReference: ({ id }: Row) => reviews.find((review) => review.id === id) },
  },
};
