/** The gateway over a federation of somebody else's: no access rules, so no token, no issuer and no database. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answer, post } from '../federation/harness.ts';
import { hub, type Running, run } from './command.ts';
import { openShop, type Shop } from './shop.ts';

describe('the gateway over any supergraph', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rtcc-supergraph-'));
  let shop: Shop;
  let gateway: Running;
  let url: string;
  beforeAll(async () => {
    shop = await openShop();
    const file = join(folder, 'shop.graphql');
    writeFileSync(file, shop.supergraph);
    gateway = run(['gateway', '--supergraph', file, '--port', '0', '--data', folder]);
    [, url = ''] = await gateway.said(/"url":"([^"]+)","msg":"The gateway is ready/);
  }, 60_000);
  afterAll(async () => {
    await gateway.stop('SIGKILL');
    await shop.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = (query: string, variables: Record<string, unknown> = {}): Promise<Answer> => {
    shop.asked();
    return post(url, { query, variables });
  };

  test('is ready when its subgraphs answer', async () => {
    const health = await fetch(new URL('/health/ready', url));
    expect({ status: health.status, body: await health.json() }).toEqual({
      ...{ status: 200, body: { status: 'ready', sources: { accounts: true, products: true, reviews: true } } },
    });
  });

  test('answers a query of one subgraph, with variables and defaults', async () => {
    const { data } = await ask('query($first: Int) { topProducts(first: $first) { upc name } }', { first: 2 });
    expect(data).toEqual({
      topProducts: [
        { upc: 'a', name: 'Table' },
        { upc: 'b', name: 'Couch' },
      ],
    });
    expect(shop.asked()).toEqual({ products: 1 });
  });

  test('joins entities across three, in one request each', async () => {
    const { data } = await ask('{ topProducts { name reviews { body author { name } } } }');
    expect(data).toMatchObject({
      topProducts: [
        { name: 'Table', reviews: [{ body: 'Love it.', author: { name: 'Ada Lovelace' } }, { author: { name: 'Alan Turing' } }] },
        { name: 'Couch', reviews: [{ body: 'Too heavy.' }] },
        { name: 'Chair', reviews: [] },
      ],
    });
    expect(shop.asked()).toEqual({ products: 1, reviews: 1, accounts: 1 });
  });

  test('asks nobody for what @provides says is there', async () => {
    const { data } = await ask('{ product(upc: "b") { reviews { author { id username } } } }');
    expect(data).toEqual({ product: { reviews: [{ author: { id: '1', username: '@ada' } }] } });
    expect(shop.asked()).toEqual({ products: 1, reviews: 1 });
  });

  test('fetches what @requires needs, and does not show it', async () => {
    const { data } = await ask('{ topProducts { upc shippingEstimate } }');
    expect(data).toEqual({
      topProducts: [
        { upc: 'a', shippingEstimate: 50 },
        { upc: 'b', shippingEstimate: 0 },
        { upc: 'c', shippingEstimate: 25 },
      ],
    });
  });

  test('runs mutations in their order, across subgraphs', async () => {
    const { data } = await ask(`mutation {
      first: rename(upc: "c", name: "Stool") { name }
      review(upc: "c", body: "Wobbly.") { body author { name } product { name } }
      second: rename(upc: "c", name: "Chair") { name reviews { body } }
    }`);
    expect(data).toEqual({
      first: { name: 'Stool' },
      review: { body: 'Wobbly.', author: { name: 'Alan Turing' }, product: { name: 'Stool' } },
      second: { name: 'Chair', reviews: [] },
    });
  });

  test('follows fragments, aliases, @include and @skip', async () => {
    const { data } = await ask(
      `query($yes: Boolean!) { me { ...U id @skip(if: $yes) } other: user(id: "2") { name @include(if: $yes) } none: user(id: "9") { name } }
       fragment U on User { handle: username reviews { product { ... on Product { name } ... on Thing { __typename } } } }`,
      { yes: true },
    );
    expect(data).toEqual({
      me: {
        handle: '@ada',
        reviews: [{ product: { name: 'Table', __typename: 'Product' } }, { product: { name: 'Couch', __typename: 'Product' } }],
      },
      other: { name: 'Alan Turing' },
      none: null,
    });
  });

  test('shows its API to introspection, without what is inaccessible or of the machinery', async () => {
    const { data } = await ask('{ __schema { types { name fields { name } } } }');
    const { types } = (data as { __schema: { types: { name: string; fields: { name: string }[] | null }[] } }).__schema;
    expect(
      types
        .find(({ name }) => name === 'Product')
        ?.fields?.map(({ name }) => name)
        .sort(),
    ).toEqual([...['name', 'price', 'reviews', 'shippingEstimate', 'upc', 'weight']]);
    expect(types.map(({ name }) => name)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(join__|link__|_Entity|_Service)/)]),
    );
  });

  test("keeps a subgraph's own words to itself", async () => {
    const answer = await ask('{ broken me { id } }');
    expect(answer.data).toEqual({ broken: null, me: { id: '1' } });
    expect(answer.errors).toMatchObject([{ path: ['broken'], extensions: { source: 'products' } }]);
    expect(JSON.stringify(answer)).not.toMatch(/hunter2|10\.0\.0\.7/);
  });

  test('refuses what is not in the schema, by its name', async () => {
    const { status, errors } = await ask('{ topProducts { secret } }');
    expect({ status, code: errors?.[0]?.extensions.code }).toEqual({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' });
  });

  test('goes on without a subgraph that has gone', async () => {
    await shop.stop('reviews');
    const { data, errors } = await ask('{ product(upc: "a") { name shippingEstimate } me { name } }');
    expect(data).toEqual({ product: { name: 'Table', shippingEstimate: null }, me: { name: 'Ada Lovelace' } });
    expect(errors?.map(({ path, extensions: { code, source } }) => ({ path, code, source }))).toEqual([
      { path: ['product', 'shippingEstimate'], code: 'SOURCE_UNAVAILABLE', source: 'reviews' },
    ]);
  });

  test('ends with 0 when told to', async () => {
    expect(await gateway.stop('SIGTERM')).toMatchObject({ code: 0 });
  });
});

describe('a supergraph that cannot be served', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rtcc-supergraph-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const good = readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8');
  const refused = [
    { what: 'no GraphQL', text: 'hello {', says: /Syntax Error: .*\(line 1, column 1\)/ },
    { what: 'a plain schema', text: 'type Query { a: Int }', says: /must be a core schema/ },
    {
      what: 'a version of the future',
      text: good.replace(/join\/v[\d.]+/, 'join/v9.9'),
      says: /unsupported join spec version v9\.9/,
    },
    {
      what: 'rules that nobody here enforces',
      text: good.replace('schema\n', 'schema\n  @link(url: "https://example.com/rules/v1.0", for: SECURITY)\n'),
      says: /https:\/\/example\.com\/rules\/v1\.0/,
    },
  ];

  test.each(refused)('is refused with what is wrong: $what', async ({ text, says }) => {
    const file = join(folder, 'supergraph.graphql');
    writeFileSync(file, text);
    const { code, err } = await hub(['gateway', '--supergraph', file, '--port', '0', '--data', folder]);
    expect(code).toBe(1);
    expect(err).toMatch(says);
    expect(err).toMatch(/^The supergraph cannot be served: /m);
    expect(err).not.toMatch(/\n\s+at |fault of the hub/);
  });

  test('is refused by its path when the file is not there', async () => {
    const { code, err } = await hub(['gateway', '--supergraph', join(folder, 'none.graphql'), '--port', '0', '--data', folder]);
    expect({ code, err }).toEqual({ code: 1, err: `SUPERGRAPH: the file ${join(folder, 'none.graphql')} cannot be read.\n` });
  });
});
