/** What is denied under a black label: in a record of its own, of a class of its own, and nowhere else. */
import { startToyHub, type ToyHub } from './harness.ts';

let hub: ToyHub;
beforeAll(async () => {
  hub = await startToyHub({
    subgraphs: [
      {
        name: 'records',
        sdl: `
          type Query { person: Person @authenticated }
          type Person @key(fields: "id") {
            id: ID!
            tip: String @policy(policies: [["intel:read"]])
            ssn: String @policy(policies: [["people:ssn"]])
          }
        `,
        resolvers: { Query: { person: () => ({ id: '1', tip: 'x', ssn: 'y' }) } },
      },
    ],
  });
});
afterAll(() => hub.close());

const certified = ['CJIS', '28CFR23'].map((name) => ({ name, expiresAt: '2099-01-01T00:00:00Z' }));
const recordsOf = async (subject: string) => {
  const rows = (await hub.audit()).filter((row) => row.subject === subject);
  return {
    black: rows.filter(({ class: kept }) => kept === 'BLACK'),
    ordinary: rows.filter(({ class: kept }) => kept !== 'BLACK'),
  };
};

test('whoever is not granted it is told of a field that does not exist; that they tried is recorded apart', async () => {
  const token = await hub.issuer.token(['analyst'], { sub: 'analyst-3', certifications: certified }); // Without a case.
  const { errors } = await hub.ask({ query: '{ person { ...P } } fragment P on Person { id a: tip }', token });
  expect(errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  const { black, ordinary } = await recordsOf('analyst-3');
  expect(black).toEqual([expect.objectContaining({ kind: 'DENIED', denied: ['Person.tip: intel:read'] })]);
  expect(ordinary).toEqual([expect.objectContaining({ kind: 'REFUSED', outcome: 'GRAPHQL_VALIDATION_FAILED', denied: [] })]);
  await hub.ask({ query: '{ person { nothing } }', token });
  expect((await recordsOf('analyst-3')).black).toHaveLength(1);
});

test('what is granted under a black label is in the ordinary record, and nothing apart', async () => {
  const token = await hub.issuer.token(['analyst'], { sub: 'analyst-2', certifications: certified });
  await hub.ask({ query: '{ person { id } }', token });
  expect((await recordsOf('analyst-2')).black).toEqual([]);
});
