/** A row under a black label leaves no trace: not in an answer, a page, a cursor, an error, a system's work, the record, or time. */
import { encodeCursor } from '../../subgraphs/kit/page.ts';
import { type Attacked, startAttacked, transports } from './adversarialways.ts';
import { resetWorld, world } from './adversarialworld.ts';

let hub: Attacked;
let patrol: string;
beforeAll(async () => {
  hub = await startAttacked();
  patrol = await hub.issuer.token(['patrol'], { sub: 'patrol' });
});
afterAll(() => hub.close());
beforeEach(() => {
  resetWorld();
  hub.asked.length = 0;
});

/** Instants, ids and places in the log differ between any two operations; the rest of a record may not. */
const plain = (records: Record<string, unknown>[]) =>
  records.map(({ kind, subject, fields, denied, entities, sources, outcome, detail, document_hash }) =>
    JSON.stringify([kind, subject, fields, denied, entities, sources, outcome, detail, document_hash]),
  );

const page = 'edges { cursor node { id name } } nodes { id } pageInfo { hasNextPage endCursor } totalCount';
const hidden = encodeCursor(['p3']);

describe.each(transports)('over %s', (transport) => {
  const trace = async (query: string) => {
    hub.asked.length = 0;
    let answer: unknown;
    const records = await hub.recorded(async () => {
      answer = await hub.send[transport](patrol, { query });
    });
    expect(records.filter(({ kind }) => kind !== 'DENIED')).toHaveLength(2); // DENIED: apart, of black labels.
    return JSON.stringify([answer, hub.asked, plain(records)]);
  };

  test.each([
    ['6 a union with it, asked for its type names alone', '{ hits { __typename } }'],
    ['6 a union with it, by the members that may be seen', '{ hits { ... on Vehicle { id } ... on Person { __typename } } }'],
    ['14 it, by a field that may not be null and is denied', '{ person(id: "p3") { strict } }'],
    ['14 it, by a field that may not be null and is denied, beside others', '{ person(id: "p3") { id fans strict risk } }'],
    ['16 a page over it', `{ persons { ${page} } }`],
    ['16 the page that ends before it', `{ persons(first: 2) { ${page} } }`],
    ['16 the page that it would begin', `{ persons(first: 1, after: "${encodeCursor(['p2'])}") { ${page} } }`],
    ['16 the page behind a cursor made up for it', `{ persons(first: 1, after: "${hidden}") { ${page} } }`],
    ['16 an empty page', `{ persons(first: 0) { ${page} } }`],
    ['16 its neighbours in another system', '{ persons { nodes { fans } } }'],
  ])('%s: the same bytes as where there is none', async (_what, query) => {
    const with_ = await trace(query);
    world.present.delete('p3');
    world.tip = false;
    expect(await trace(query)).toBe(with_);
  });

  test.each([
    ['a union, asked for its type names alone', '{ hits { __typename } }'],
    ['a union, by the members that may be seen', '{ hits { ... on Vehicle { id } ... on Person { __typename name } } }'],
    ['lists in a list', '{ heaps { __typename ... on Vehicle { name } } }'],
    ['a field that gives one', '{ hit { __typename } }'],
    ['an interface', '{ beings { id name } }'],
    ['an interface, by a fragment on it', '{ hits { ... on Being { __typename name } } }'],
    ['an interface, by a field that another member closes', '{ beings { id code } }'],
    ['an error of the system, behind it', '{ hits { __typename ... on Vehicle { boom } } }'],
    ['an error of another system, behind it', '{ beings { __typename ... on Vehicle { extra } } }'],
  ])(
    '6 an item under a black label that the system gives all the same, in %s: the same bytes as without it',
    async (_what, query) => {
      world.careless = true;
      world.hostile = '{"data":{"_entities":[null]},"errors":[{"message":"x","path":["_entities",0,"extra"]}]}';
      const told = (trace: string) => JSON.parse(trace).filter((_: unknown, part: number) => part !== 1);
      const with_ = await trace(query);
      expect(JSON.stringify(told(with_))).not.toMatch(/Informant|i1\b/);
      world.tip = false;
      expect(await trace(query)).toBe(with_);
    },
  );

  test.each([
    ['{ hits { __typename } }', { hits: [{ __typename: 'Person' }, { __typename: 'Vehicle' }] }],
    ['{ hits { ... on Vehicle { id } } }', { hits: [{}, { id: 'v1' }] }],
    ['{ beings { name } }', { beings: [{ name: 'Name p1' }, { name: 'Van' }] }],
    ['{ heaps { __typename } }', { heaps: [[{ __typename: 'Person' }, { __typename: 'Vehicle' }], []] }],
    ['{ hit { __typename } }', { hit: null }],
  ])('6 %s: answered without a word by whatever else it can be, and its label is on a record apart', async (query, data) => {
    world.careless = true;
    let answer: unknown;
    const records = await hub.recorded(async () => {
      answer = await hub.send[transport](patrol, { query });
    });
    expect(answer).toEqual({ data });
    expect(records.filter(({ kind }) => kind !== 'DENIED').flatMap(({ denied }) => denied)).toEqual([]);
    expect(records.filter(({ kind }) => kind === 'DENIED')).toMatchObject([{ class: 'BLACK', denied: ['Intel: intel:read'] }]);
  });

  test('6 and it is there for whom it is not black', async () => {
    const query = '{ hits { __typename ... on Intel { tip } } }';
    const certifications = ['CJIS', '28CFR23'].map((name) => ({ name, expiresAt: '2099-01-01T00:00:00Z' }));
    const cleared = await hub.issuer.token(['detective'], { certifications });
    const extensions = { purpose: 'C', caseNumber: 'B-24020-22', reason: 'follow-up' };
    const { data, errors } = await hub.send[transport](cleared, { query, extensions });
    expect([data?.hits, errors]).toMatchObject([[{}, { __typename: 'Intel', tip: 'a tip' }, {}], undefined]);
  });

  test('17 a sealed record takes as long as none', async () => {
    const took: Record<string, number[]> = { p3: [], p9: [] };
    const rounds = 40;
    for (let round = 0; round < rounds; round += 1) {
      for (const id of round % 2 ? ['p3', 'p9'] : ['p9', 'p3']) {
        const startedMs = performance.now();
        await hub.send[transport](patrol, { query: `{ person(id: "${id}") { name strict fans } }` });
        took[id]?.push(performance.now() - startedMs);
      }
    }
    const [sealed, none] = Object.values(took).map((all) => [...all].sort((a, b) => a - b));
    // As samples of one distribution they overlap: the median of each lies between the other's outer fifths.
    const at = (all: number[] | undefined, share: number) => all?.[Math.floor(rounds * share)] ?? Number.NaN;
    for (const [one, other] of [
      [sealed, none],
      [none, sealed],
    ]) {
      expect(at(one, 0.5)).toBeGreaterThanOrEqual(at(other, 0.1));
      expect(at(one, 0.5)).toBeLessThanOrEqual(at(other, 0.9));
    }
  });

  test('30 a record that is sealed between two operations is absent from the second, though it is planned already', async () => {
    const query = '{ person(id: "p1") { name fans } }';
    expect((await hub.send[transport](patrol, { query })).data).toEqual({ person: { name: 'Name p1', fans: 3 } });
    world.sealed.add('p1');
    expect(await hub.send[transport](patrol, { query })).toEqual({ data: { person: null } });
  });
});
