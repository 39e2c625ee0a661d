/** One operation does not spend an agency's budget, nor the others' turn at the vendors: whom it searches for is bounded. */
import { detective, openStand, type Stand } from '../unit/people-search/stand.ts';

let stand: Stand;
afterEach(() => stand.close());

const persons = (count: number) =>
  Array.from({ length: count }, (_, at) => ({
    __typename: 'Person',
    id: `person-${at}`,
    fullName: `Made Up${'ABCDEFGHIJ'[at]}`,
    dateOfBirth: '1980-01-01',
  }));
const query =
  'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person { leads { vendor } mergedLead { names { value } } } } }';

test('more persons than the setting allows: refused as one, and nobody is asked or billed', async () => {
  stand = await openStand({ settings: { PEOPLE_SEARCH_PERSONS_AT_MOST: '3' } });
  const { data, errors } = await stand.ask(query, { r: persons(4) }, detective);
  expect(data?._entities).toEqual(Array(4).fill({ leads: null, mergedLead: null }));
  expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['LIMIT_LIST_SIZE']));
  expect(errors?.[0]?.message).toContain('3 persons');
  expect(stand.vendors.bills()).toEqual([]);
});

test('as many as it allows are searched for; one person twice is one', async () => {
  stand = await openStand({ settings: { PEOPLE_SEARCH_PERSONS_AT_MOST: '3' } });
  const { errors } = await stand.ask(query, { r: [...persons(3), ...persons(3)] }, detective);
  expect(errors).toBeUndefined();
  expect(stand.vendors.bills()).toHaveLength(6);
});

test('searches by name count as well, however they are spread', async () => {
  stand = await openStand({ settings: { PEOPLE_SEARCH_PERSONS_AT_MOST: '1' } });
  const { data } = await stand.ask(
    `{ a: searchLeads(search: { name: "Made Upa", dateOfBirth: "1980-01-01" }) { vendors { state } } }`,
    {},
    detective,
  );
  expect(data?.a.vendors).toHaveLength(2);
  const both = await stand.ask(
    `{ a: searchLeads(search: { phone: "5045550123" }) { vendors { state } } b: searchLeads(search: { phone: "5045550124" }) { vendors { state } } }`,
    {},
    detective,
  );
  expect(both.data).toEqual({ a: null, b: null });
  expect(stand.vendors.bills()).toHaveLength(2);
});
