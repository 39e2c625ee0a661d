/** The workspace's fields → searches and boards. Nothing is decided here. */
import { readFileSync } from 'node:fs';
import type { Principal } from '../../schema/principal.ts';
import { pollFeed } from '../kit/feed.ts';
import { live } from '../kit/live.ts';
import type { PageArguments } from '../kit/page.ts';
import type { Context, Runtime } from '../kit/system.ts';
import {
  type Board,
  type BoardItem,
  type CaseBoard,
  entityTypes,
  type NewItem,
  openCaseBoard,
  type Placing,
} from './caseboard.ts';
import { type NewSearch, openSearches, type Searches } from './searches.ts';

export interface Workspace {
  searches: Searches;
  caseBoard: CaseBoard;
}

/** As the fields see the reader of the whole subgraph. */
type Hub = Context<{ workspace: Workspace }>;

const topic = 'board';

export const boardFeed = pollFeed({ topic, view: 'hub.board', channel: 'hub_board' });

/** Makes the tables where they are missing; the answer reads and writes for one caller. */
export const startWorkspace = async ({ database }: Pick<Runtime, 'database'>): Promise<(principal: Principal) => Workspace> => {
  await database.exec(readFileSync(new URL('workspace.sql', import.meta.url), 'utf8'));
  return (principal) => ({ searches: openSearches(database, principal), caseBoard: openCaseBoard(database, principal) });
};

interface BoardChanged {
  cursor: string;
  change: string;
  board: Board;
}

const searches = ({ read }: Hub): Searches => read.workspace.searches;
const caseBoard = ({ read }: Hub): CaseBoard => read.workspace.caseBoard;

export const workspaceFields = {
  Query: {
    savedSearches: (_root: unknown, page: PageArguments, context: Hub) => searches(context).list(page),
    board: (_root: unknown, _args: unknown, context: Hub) => caseBoard(context).board(),
  },
  Mutation: {
    saveSearch: (_root: unknown, { search }: { search: NewSearch }, context: Hub) => searches(context).save(search),
    renameSavedSearch: (_root: unknown, { id, name }: { id: string; name: string }, context: Hub) =>
      searches(context).change(id, { name }),
    notifySavedSearch: (_root: unknown, { id, notify }: { id: string; notify: boolean }, context: Hub) =>
      searches(context).change(id, { notify }),
    deleteSavedSearch: (_root: unknown, { id }: { id: string }, context: Hub) => searches(context).remove(id),
    addBoardItem: (_root: unknown, { item }: { item: NewItem }, context: Hub) => caseBoard(context).add(item),
    updateBoardItem: (_root: unknown, { id, ...placing }: { id: string } & Placing, context: Hub) =>
      caseBoard(context).update(id, placing),
    removeBoardItem: (_root: unknown, { id }: { id: string }, context: Hub) => caseBoard(context).remove(id),
  },
  Subscription: {
    boardChanged: live<{ workspace: Workspace }, { after?: string | null }, BoardChanged>({
      topic,
      accept: ({ key }, _args, { read }) => key === read.workspace.caseBoard.id,
      resolve: async ({ cursor, change }, _args, { read }) => ({ cursor, change, board: await read.workspace.caseBoard.board() }),
    }),
  },
  types: {
    SavedSearch: {
      __resolveReference: ({ id }: { id: string }, context: Hub) => searches(context).search(id),
    },
    Board: {
      __resolveReference: ({ id }: { id: string }, context: Hub) =>
        id === caseBoard(context).id ? caseBoard(context).board() : null,
      items: ({ id }: Board, _args: unknown, context: Hub) => caseBoard(context).items(id),
    },
    BoardItem: {
      __resolveReference: ({ id }: { id: string }, context: Hub) => caseBoard(context).item(id),
      entity: ({ type, entityId }: BoardItem) => ({ __typename: entityTypes[type], id: entityId }),
    },
  },
};
