/**
 * The board of a case: keys of records with a note and a place. Which board it is
 * follows from the case that the operation states: the gateway passes a case on
 * only when it holds (open, and the caller's), so there is no other way to name
 * one, and none to somebody else's. The agency and the case stand in each WHERE.
 */
import { randomUUID } from 'node:crypto';
import { HubError, withheld } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import { manyBy, oneBy } from '../kit/batch.ts';
import type { Database } from '../kit/database.ts';
import { isKey, keyOf } from './searches.ts';

const label = 'hub:boards';
const itemsAtMost = 500;
const noteAtMost = 4_000;

export const entityTypes = {
  ...{ PERSON: 'Person', REPORT: 'Report', INCIDENT: 'Incident' },
  ...{ VEHICLE: 'Vehicle', PLACE: 'Place', CAMERA: 'Camera' },
} as const;

export interface Board {
  id: string;
  caseNumber: string;
  /** Null while nothing was ever put there. */
  changedAt: Date | null;
}

export interface BoardItem {
  id: string;
  boardId: string;
  type: keyof typeof entityTypes;
  entityId: string;
  note: string | null;
  x: number | null;
  y: number | null;
  addedBy: string;
  addedAt: Date;
  changedAt: Date;
}

export type NewItem = Pick<BoardItem, 'type' | 'entityId'> & Placing;

export interface Placing {
  note?: string | null;
  x?: number | null;
  y?: number | null;
}

export interface CaseBoard {
  /** The id of the stated case's board; undefined where none may be read. */
  id: string | undefined;
  /** The stated case's. */
  board: () => Promise<Board>;
  items: (boardId: string) => Promise<BoardItem[]>;
  item: (id: string) => Promise<BoardItem | null>;
  add: (item: NewItem) => Promise<BoardItem>;
  /** Null where there is no such item. */
  update: (id: string, placing: Placing) => Promise<BoardItem | null>;
  remove: (id: string) => Promise<Board>;
}

const columns = `id, board_id AS "boardId", type, entity_id AS "entityId", note, x, y, added_by AS "addedBy", added_at AS "addedAt",
  changed_at AS "changedAt"`;

export const openCaseBoard = (database: Database, principal: Principal): CaseBoard => {
  const boardId = boardOf(principal);
  /** The only board that this caller's statements can name. */
  const stated = (): string => {
    if (boardId === undefined) throw withheld(label, `A grant of ${label}, and a case stated in the request's extensions.`);
    return boardId;
  };
  const board = async (): Promise<Board> => {
    const [row] = await database.query<Board>(
      `SELECT id, case_number AS "caseNumber", changed_at AS "changedAt" FROM hub.board WHERE id = $1`,
      [stated()],
    );
    return row ?? { id: stated(), caseNumber: principal.caseNumber ?? '', changedAt: null };
  };
  const items = manyBy<string, BoardItem>(
    (ids) =>
      database.query(
        `SELECT ${columns} FROM hub.board_item WHERE board_id = $1 AND board_id = ANY($2::text[]) ORDER BY place LIMIT ${itemsAtMost}`,
        [stated(), ids],
      ),
    (row) => row.boardId,
  );
  const byId = oneBy<string, BoardItem>(
    (ids) =>
      database.query(`SELECT ${columns} FROM hub.board_item WHERE board_id = $1 AND id = ANY($2::text[])`, [
        stated(),
        ids.filter(isKey),
      ]),
    ({ id }) => id,
  );
  return {
    id: boardId,
    board,
    items: (id) => items.load(id),
    item: (id) => byId.load(id),
    add: async (item) => {
      await begin(database, stated(), principal);
      return put(database, stated(), { ...checked(item), addedBy: principal.subject });
    },
    update: async (id, placing) => {
      const { note, x, y } = checkedPlacing(placing);
      const [row] = await database.query<BoardItem>(
        `UPDATE hub_workspace.board_item SET note = CASE WHEN $3::text IS NULL THEN note ELSE nullif($3, '') END,
           x = coalesce($4, x), y = coalesce($5, y), changed_at = clock_timestamp()
         WHERE board_id = $1 AND id = $2 RETURNING ${columns}`,
        [stated(), keyOf(id), note ?? null, x ?? null, y ?? null],
      );
      return row ?? null;
    },
    remove: async (id) => {
      await database.query('DELETE FROM hub_workspace.board_item WHERE board_id = $1 AND id = $2', [stated(), keyOf(id)]);
      return board();
    },
  };
};

const boardOf = ({ grants, ori, caseNumber }: Principal): string | undefined => {
  const key = caseKey(caseNumber ?? '');
  return grants.includes(label) && key !== '' ? `board-${ori}-${key}` : undefined;
};

/** Letters and digits decide, as everywhere with item numbers. */
const caseKey = (caseNumber: string): string => caseNumber.toUpperCase().replace(/[^A-Z0-9]/g, '');

const begin = (database: Database, id: string, { ori, caseNumber = '' }: Principal): Promise<unknown> =>
  database.query(
    'INSERT INTO hub_workspace.board (id, ori, case_key, case_number) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
    [...[id, ori, caseKey(caseNumber), caseNumber]],
  );

const put = async (database: Database, boardId: string, item: NewItem & { addedBy: string }): Promise<BoardItem> => {
  const { type, entityId, note, x, y, addedBy } = item;
  const [added] = await database.query<BoardItem>(
    `INSERT INTO hub_workspace.board_item (board_id, type, entity_id, id, note, x, y, added_by)
     SELECT $1, $2, $3, $4, nullif($5, ''), $6, $7, $8
     WHERE (SELECT count(*) FROM hub_workspace.board_item WHERE board_id = $1) < ${itemsAtMost}
     ON CONFLICT (board_id, type, entity_id) DO NOTHING RETURNING ${columns}`,
    [boardId, type, entityId, `item-${randomUUID()}`, note ?? null, x ?? null, y ?? null, addedBy],
  );
  if (added) return added;
  const [there] = await database.query<BoardItem>(
    `SELECT ${columns} FROM hub.board_item WHERE board_id = $1 AND type = $2 AND entity_id = $3`,
    [boardId, type, entityId],
  );
  return there ?? refuse(`A board takes ${itemsAtMost} items at the most.`);
};

const checked = (item: NewItem): NewItem => {
  if (item.entityId === '' || !isKey(item.entityId)) refuse('"entityId" takes the id of a record.');
  return { ...item, ...checkedPlacing(item) };
};

const checkedPlacing = ({ note, x, y }: Placing): Placing => {
  if (note != null && (note.length > noteAtMost || note.includes('\0')))
    refuse(`"note" takes ${noteAtMost} characters at the most.`);
  return { note, x, y };
};

const refuse = (message: string): never => {
  throw new HubError('BAD_USER_INPUT', { message });
};
