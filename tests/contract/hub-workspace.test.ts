/** The workspace: a search is its owner's alone, a board its case's alone; what is changed there is told live. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLSchemaModule } from '@apollo/subgraph/dist/schema-helper/index.js';
import { type ExecutionResult, graphql, parse, subscribe } from 'graphql';
import { pino } from 'pino';
import { anonymous, type Principal } from '../../schema/principal.ts';
import { hub } from '../../subgraphs/hub/index.ts';
import type { HubReader } from '../../subgraphs/hub/reader.ts';
import { boardFeed } from '../../subgraphs/hub/workspacefields.ts';
import { openLocalBus } from '../../subgraphs/kit/bus/local.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { CalendarDate, DateTime } from '../../subgraphs/kit/scalars.ts';
import type { Context, Runtime, Source } from '../../subgraphs/kit/system.ts';

const detective: Principal = {
  ...{ ...anonymous, kind: 'person', subject: 'demo-detective', ori: 'LANPD0000', purpose: 'C', caseNumber: 'B-24020-22' },
  grants: ['hub:searches', 'hub:boards'],
};
const colleague: Principal = { ...detective, subject: 'demo-analyst', caseNumber: 'b2402022' };
const { caseNumber: _case, ...caseless } = detective;

const schema = buildSubgraphSchema({
  typeDefs: parse(hub.sdl),
  resolvers: { DateTime, Date: CalendarDate, ...hub.resolvers } as GraphQLSchemaModule['resolvers'] & object,
});

let database: Database;
let runtime: Runtime;
let source: Source<HubReader>;

beforeAll(async () => {
  database = await openDatabase('pglite:');
  runtime = { database, bus: openLocalBus(), log: pino({ enabled: false }), now: Date.now, settings: {} };
  source = await hub.open(runtime);
});

afterAll(async () => {
  await source.close();
  await runtime.bus.close();
  await database.close();
});

beforeEach(() =>
  database.exec('DELETE FROM hub_workspace.saved_search; DELETE FROM hub_workspace.board_item; DELETE FROM hub_workspace.board'),
);

const contextOf = (principal: Principal): Context<HubReader> => ({
  principal,
  read: source.reader(principal),
  stream: { bus: runtime.bus, now: Date.now, expiresAtMs: Date.now() + 60_000, renew: () => contextOf(principal) },
});

const ask = async (query: string, principal: Principal = detective, variables: object = {}) => {
  const result = await graphql({ schema, source: query, variableValues: { ...variables }, contextValue: contextOf(principal) });
  return {
    // biome-ignore lint/suspicious/noExplicitAny: the shape is the query's, which stands beside each expectation.
    data: JSON.parse(JSON.stringify(result.data ?? null)) as any,
    codes: (result.errors ?? []).map(({ extensions }) => extensions.code),
  };
};

const save = (name: string, variables: object, { kind = 'INCIDENTS', principal = detective } = {}) =>
  ask(
    `mutation ($search: SavedSearchInput!) { saveSearch(search: $search) { id name kind variables purpose caseNumber notify } }`,
    principal,
    { search: { name, kind, variables: JSON.stringify(variables), notify: true } },
  );
const names = async (principal: Principal = detective): Promise<string[]> =>
  (await ask('{ savedSearches { nodes { name } } }', principal)).data.savedSearches?.nodes.map(
    ({ name }: { name: string }) => name,
  );

test('a search is kept with its purpose and case, renamed, muted and deleted', async () => {
  const { data, codes } = await save(' Robberies in the 8th ', { types: ['64*'], districts: ['8'] });
  expect(codes).toEqual([]);
  expect(data.saveSearch).toMatchObject({
    ...{ name: 'Robberies in the 8th', kind: 'INCIDENTS', purpose: 'C', caseNumber: 'B-24020-22', notify: true },
    variables: '{"types":["64*"],"districts":["8"]}',
  });
  const { id } = data.saveSearch;
  expect((await ask(`mutation { renameSavedSearch(id: "${id}", name: "Armed") { name } }`)).data.renameSavedSearch.name).toBe(
    'Armed',
  );
  expect((await ask(`mutation { notifySavedSearch(id: "${id}", notify: false) { notify } }`)).data.notifySavedSearch.notify).toBe(
    false,
  );
  expect(await names()).toEqual(['Armed']);
  expect((await ask(`mutation { a: deleteSavedSearch(id: "${id}") b: deleteSavedSearch(id: "${id}") }`)).data).toEqual({
    a: true,
    b: false,
  });
  expect(await names()).toEqual([]);
});

test('nobody but the owner reads, renames or deletes a search; the same id at another agency is another person', async () => {
  const { data } = await save('Mine', { plate: 'ABC*' }, { kind: 'VEHICLES' });
  const { id } = data.saveSearch;
  for (const other of [
    { ...detective, subject: 'demo-analyst' },
    { ...detective, ori: 'LA0260000' },
  ]) {
    expect(await names(other)).toEqual([]);
    const { data: answer } = await ask(
      `mutation { renameSavedSearch(id: "${id}", name: "Theirs") { id } notifySavedSearch(id: "${id}", notify: false) { id } deleteSavedSearch(id: "${id}") }`,
      other,
    );
    expect(answer).toEqual({ renameSavedSearch: null, notifySavedSearch: null, deleteSavedSearch: false });
    const found = await ask(
      `{ _entities(representations: [{ __typename: "SavedSearch", id: "${id}" }]) { ... on SavedSearch { name } } }`,
      other,
    );
    expect(found.data._entities).toEqual([null]);
  }
  expect(await names()).toEqual(['Mine']);
});

test('what no search takes is refused, and so is a name that is taken', async () => {
  await save('Taken', {});
  expect((await save('Taken', {})).codes).toEqual(['BAD_USER_INPUT']);
  expect((await save('', {})).codes).toEqual(['BAD_USER_INPUT']);
  expect((await save('Other', { plate: 'A' })).codes).toEqual(['BAD_USER_INPUT']);
  expect((await save('Long', { address: 'x'.repeat(4_000) })).codes).toEqual(['BAD_USER_INPUT']);
  const bad = await ask('mutation { saveSearch(search: { name: "x", kind: PERSONS, variables: "[1]" }) { id } }');
  expect(bad.codes).toEqual(['BAD_USER_INPUT']);
  expect(await names()).toEqual(['Taken']);
});

test('without the grant nothing is kept, and nothing shown', async () => {
  const bare = { ...detective, grants: [] };
  expect((await save('x', {}, { principal: bare })).codes).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
  expect((await ask('{ savedSearches { nodes { id } } }', bare)).codes).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
  expect((await ask('{ board { id } }', bare)).codes).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
});

const add = (item: object, principal: Principal = detective) =>
  ask('mutation ($item: BoardItemInput!) { addBoardItem(item: $item) { id type entityId note x y addedBy } }', principal, {
    item,
  });
const shown = '{ board { id caseNumber changedAt items { type entityId note x entity { __typename ... on Report { id } } } } }';

test('those who state the case see one board, whatever the spelling, and put records on it once', async () => {
  expect((await ask(shown)).data.board).toMatchObject({ caseNumber: 'B-24020-22', changedAt: null, items: [] });
  const { data } = await add({ type: 'REPORT', entityId: 'rep-1', note: 'Same car', x: 10, y: 20 });
  expect(data.addBoardItem).toMatchObject({ type: 'REPORT', note: 'Same car', x: 10, addedBy: 'demo-detective' });
  const again = await add({ type: 'REPORT', entityId: 'rep-1', note: 'Another note' }, colleague);
  expect(again.data.addBoardItem).toEqual(data.addBoardItem);
  await add({ type: 'PERSON', entityId: 'per-1' }, colleague);
  const { board } = (await ask(shown, colleague)).data;
  expect(board.items).toEqual([
    { type: 'REPORT', entityId: 'rep-1', note: 'Same car', x: 10, entity: { __typename: 'Report', id: 'rep-1' } },
    { type: 'PERSON', entityId: 'per-1', note: null, x: null, entity: { __typename: 'Person' } },
  ]);
});

test('a note and a place change alone; an empty note takes it away; what is removed is gone', async () => {
  const { id } = (await add({ type: 'PLACE', entityId: '1 MAIN ST', note: 'Seen here', x: 1, y: 2 })).data.addBoardItem;
  const update = async (args: string) =>
    (await ask(`mutation { updateBoardItem(id: "${id}", ${args}) { note x y } }`)).data.updateBoardItem;
  expect(await update('x: 5')).toEqual({ note: 'Seen here', x: 5, y: 2 });
  expect(await update('note: ""')).toEqual({ note: null, x: 5, y: 2 });
  expect((await ask(`mutation { removeBoardItem(id: "${id}") { items { id } } }`)).data.removeBoardItem.items).toEqual([]);
  expect((await add({ type: 'PLACE', entityId: '' })).codes).toEqual(['BAD_USER_INPUT']);
  expect((await add({ type: 'PLACE', entityId: 'x', note: 'n'.repeat(4_001) })).codes).toEqual(['BAD_USER_INPUT']);
});

test.each([
  ['another case', { ...detective, caseNumber: 'A-00117-22' }],
  ['another agency', { ...detective, ori: 'LA0260000' }],
])('whoever states %s sees, changes and removes nothing of it', async (_what, other) => {
  const item = (await add({ type: 'CAMERA', entityId: 'cam-1' })).data.addBoardItem;
  const board = (await ask(shown)).data.board;
  expect((await ask(shown, other)).data.board).toMatchObject({ items: [] });
  expect((await ask(`mutation { updateBoardItem(id: "${item.id}", note: "x") { id } }`, other)).data.updateBoardItem).toBeNull();
  await ask(`mutation { removeBoardItem(id: "${item.id}") { id } }`, other);
  const found = await ask(
    `{ _entities(representations: [{ __typename: "Board", id: "${board.id}" }, { __typename: "BoardItem", id: "${item.id}" }]) { __typename } }`,
    other,
  );
  expect(found.data._entities).toEqual([null, null]);
  expect((await ask(shown)).data.board.items).toHaveLength(1);
});

test('without a case that holds there is no board', async () => {
  expect((await ask(shown, caseless)).codes).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
  expect((await add({ type: 'PERSON', entityId: 'per-1' }, caseless)).codes).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
});

interface Told {
  cursor: string;
  board: { items: { entityId: string }[] };
}

/** `serve` executes each event with that event's own context; graphql's `subscribe` has one for all: so fresh loaders each time. */
const live = (principal: Principal): Context<HubReader> => ({
  ...contextOf(principal),
  get read() {
    return source.reader(principal);
  },
});

const dataOf = ({ value }: IteratorResult<ExecutionResult>): Told => JSON.parse(JSON.stringify(value)).data.boardChanged;

/** A board that begins is told too, before the first item or with it. */
const until = async (stream: AsyncGenerator<ExecutionResult>, fits: (told: Told) => boolean): Promise<Told> => {
  for (;;) {
    const told = dataOf(await stream.next());
    if (fits(told)) return told;
  }
};

test("a change of the board comes to those of its case, and to nobody else's", async () => {
  const stop = new AbortController();
  const feeding = boardFeed(runtime, stop.signal);
  const follow = async (principal: Principal) =>
    (await subscribe({
      schema,
      document: parse('subscription { boardChanged { cursor board { items { entityId } } } }'),
      contextValue: live(principal),
    })) as AsyncGenerator<ExecutionResult>;
  const [own, other] = await Promise.all([follow(colleague), follow({ ...detective, caseNumber: 'A-00117-22' })]);
  try {
    await Promise.all([own.next(), other.next()]); // Says where each stream begins.
    const foreign = other.next();
    await add({ type: 'VEHICLE', entityId: 'veh-1' });
    const told = await until(own, ({ board }) => board.items.length > 0);
    expect(told.board.items).toEqual([{ entityId: 'veh-1' }]);
    await add({ type: 'VEHICLE', entityId: 'veh-2' }, { ...detective, caseNumber: 'A-00117-22' });
    const first = dataOf(await foreign);
    expect(Number.parseInt(first.cursor, 10)).toBeGreaterThanOrEqual(Number.parseInt(told.cursor, 10));
    expect(first.cursor).not.toBe(told.cursor);
  } finally {
    await Promise.all([own.return(undefined), other.return(undefined)]);
    stop.abort();
    await feeding;
  }
});
