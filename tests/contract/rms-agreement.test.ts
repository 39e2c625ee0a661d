/**
 * A partner agency sees what the agreement shares, and nothing tells it that there
 * is more: its answers are the same, to the byte, when the rows outside of the
 * agreement are taken out of the database altogether.
 */
import { type Answer, codes, openRecords, partner, type Records } from './rms/setup.ts';

let records: Records;

beforeAll(async () => {
  records = await openRecords();
}, 60_000);
afterAll(() => records.close());

const edges = `id number involved { person { id fullName } } vehicles { id plate } offenses { __typename }
  place { id reports(first: 5) { nodes { id } pageInfo { hasNextPage endCursor } } }`;
const page = 'pageInfo { hasNextPage endCursor }';

/** Everything that a search, a page, a count or an edge could tell. */
const questions = {
  reports: `query ($after: String) { list: reports(first: 50, after: $after) { edges { cursor node { ${edges} } } ${page} } }`,
  persons: `query ($after: String) { list: searchPersons(search: { name: "Smith" }, first: 50, after: $after) {
    nodes { id fullName reports(first: 5) { nodes { id } ${page} } } ${page} } }`,
  vehicles: `query ($after: String) { list: searchVehicles(plate: "*12*", first: 50, after: $after) {
    nodes { id plate owner { id } reports(first: 5) { nodes { id } ${page} } } ${page} } }`,
  addresses: `query ($after: String) { list: searchAddresses(text: "CANAL ST", first: 50, after: $after) {
    nodes { id reports(first: 5) { nodes { id } ${page} } } ${page} } }`,
};

const pagesAtMost = 6;

const walk = async (query: string): Promise<Answer[]> => {
  const pages: Answer[] = [];
  for (let after: string | null = null; pages.length < pagesAtMost; ) {
    const answer: Answer = await records.ask(query, { after }, partner);
    pages.push(answer);
    if (!answer.data?.list?.pageInfo.hasNextPage) break;
    after = answer.data.list.pageInfo.endCursor;
  }
  return pages;
};

const everything = async (): Promise<string> => {
  const answers = await Promise.all(Object.values(questions).map(walk));
  for (const answer of answers.flat()) expect(codes(answer).filter((code) => code !== 'UNAUTHORIZED_FIELD_OR_TYPE')).toEqual([]);
  return JSON.stringify(answers);
};

const shared = "(owner_ori = 'LA0260000' OR shared)";
const owned = ['report', 'person', 'vehicle', 'warrant'];
const ofReports = ['narrative', 'involvement', 'offense', 'arrest', 'report_vehicle'];
const ofPersons = ['person_name', 'person_phone'];

/** As the neighbour's database would be if the rows outside of the agreement had never been. */
const takeOut = async (): Promise<void> => {
  const all = [...owned, ...ofReports, ...ofPersons];
  for (const view of all) await records.database.exec(`ALTER TABLE rms.${view} RENAME TO all_${view}`);
  const rest = (view: string, where: string) =>
    records.database.exec(`CREATE VIEW rms.${view} AS SELECT * FROM rms.all_${view} v WHERE ${where}`);
  for (const view of owned) await rest(view, shared);
  for (const view of ofReports) await rest(view, 'EXISTS (SELECT FROM rms.report r WHERE r.id = v.report_id)');
  for (const view of ofPersons) await rest(view, 'EXISTS (SELECT FROM rms.person p WHERE p.id = v.person_id)');
};

test("a partner's answers are the same when what it may not see is not there at all: lists, pages, counts, cursors, edges", async () => {
  const outside = await records.first<{ id: string; number: string }>(
    `SELECT id, number FROM rms.report WHERE NOT ${shared} AND handling = 'open' ORDER BY id LIMIT 1`,
  );
  const query = 'query ($id: ID!, $number: String!) { byId: report(id: $id) { id } byNumber: report(number: $number) { id } }';
  const before = [await everything(), await records.ask(query, outside, partner)];
  await takeOut();
  expect([await everything(), await records.ask(query, outside, partner)]).toEqual(before);
  expect(before[1]).toEqual({ data: { byId: null, byNumber: null } });
  expect(before[0]).toContain('"node":{"id"'); // Something was shared, or the test shows nothing.
}, 120_000);
