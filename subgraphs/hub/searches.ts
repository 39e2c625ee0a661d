/**
 * Searches that their owner keeps. They hold what was searched for, so nobody
 * else reads them, whatever their grants: owner and agency stand in each WHERE.
 * The hub runs none of them: see the README, decision on live matches.
 */
import { randomUUID } from 'node:crypto';
import { HubError, withheld } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import { oneBy } from '../kit/batch.ts';
import type { Database } from '../kit/database.ts';
import { type Page, type PageArguments, pageOf, windowOf } from '../kit/page.ts';

const label = 'hub:searches';
const searchesAtMost = 200;

/** What the fields that run a search take: a key that none of them has would never be noticed. */
const keysOf = {
  INCIDENTS: ['receivedFrom', 'receivedTo', 'districts', 'types', 'priorities', 'statuses', 'bounds', 'near', 'address'],
  REPORTS: ['districts', 'signals', 'nibrs', 'address', 'person', 'plate'],
  PERSONS: ['name', 'dateOfBirth', 'dateOfBirthToleranceDays', 'sex', 'phone'],
  VEHICLES: ['plate'],
  ADDRESSES: ['text'],
} as const;

export type SavedSearchKind = keyof typeof keysOf;

export interface SavedSearch {
  id: string;
  name: string;
  kind: SavedSearchKind;
  variables: string;
  purpose: string | null;
  caseNumber: string | null;
  notify: boolean;
  createdAt: Date;
}

export type NewSearch = Pick<SavedSearch, 'name' | 'kind' | 'variables'> & { notify?: boolean | null };

export interface Searches {
  /** By name. */
  list: (page: PageArguments) => Promise<Page<SavedSearch>>;
  search: (id: string) => Promise<SavedSearch | null>;
  save: (search: NewSearch) => Promise<SavedSearch>;
  change: (id: string, change: { name?: string; notify?: boolean }) => Promise<SavedSearch | null>;
  remove: (id: string) => Promise<boolean>;
}

const columns = `id, name, kind, variables, purpose, case_number AS "caseNumber", notify, created_at AS "createdAt"`;
const own = 'owner = $1 AND owner_ori = $2';

export const openSearches = (database: Database, principal: Principal): Searches => {
  const owner = (): [string, string] => {
    if (!principal.grants.includes(label)) throw withheld(label, `A grant of ${label}.`);
    return [principal.subject, principal.ori];
  };
  const byId = oneBy<string, SavedSearch>(
    (ids) =>
      database.query(`SELECT ${columns} FROM hub.saved_search WHERE ${own} AND id = ANY($3::text[])`, [
        ...owner(),
        ids.filter(isKey),
      ]),
    ({ id }) => id,
  );
  return {
    list: async (page) => {
      const window = windowOf(page, 2);
      const rows = await database.query<SavedSearch>(
        `SELECT ${columns} FROM hub.saved_search WHERE ${own} AND ($3::text IS NULL OR (name COLLATE "C", id) > ($3, $4))
         ORDER BY name COLLATE "C", id LIMIT $5`,
        [...owner(), ...(window.after ?? [null, null]), window.limit],
      );
      return pageOf(rows, window, ({ name, id }) => [name, id]);
    },
    search: (id) => byId.load(id),
    save: async (search) => {
      const { kind, variables, notify, name } = checked(search);
      const [row] = await unique(
        database.query<SavedSearch>(
          `INSERT INTO hub_workspace.saved_search (owner, owner_ori, id, name, kind, variables, purpose, case_number, notify)
           SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
           WHERE (SELECT count(*) FROM hub_workspace.saved_search WHERE ${own}) < ${searchesAtMost} RETURNING ${columns}`,
          [
            ...[...owner(), `search-${randomUUID()}`, name, kind, variables],
            ...[principal.purpose ?? null, principal.caseNumber ?? null, notify ?? false],
          ],
        ),
      );
      return row ?? refuse(`${searchesAtMost} searches are kept at the most: delete one.`);
    },
    change: async (id, { name, notify }) => {
      const [row] = await unique(
        database.query<SavedSearch>(
          `UPDATE hub_workspace.saved_search SET name = coalesce($4, name), notify = coalesce($5, notify), changed_at = clock_timestamp()
           WHERE ${own} AND id = $3 RETURNING ${columns}`,
          [...owner(), keyOf(id), name === undefined ? null : checkedName(name), notify ?? null],
        ),
      );
      return row ?? null;
    },
    remove: async (id) => {
      const rows = await database.query(`DELETE FROM hub_workspace.saved_search WHERE ${own} AND id = $3 RETURNING id`, [
        ...owner(),
        keyOf(id),
      ]);
      return rows.length > 0;
    },
  };
};

const checked = ({ name, kind, variables, notify }: NewSearch): NewSearch => {
  const given = variables.length <= 4000 ? objectIn(variables) : undefined;
  const allowed: readonly string[] = keysOf[kind];
  if (!given || !Object.keys(given).every((key) => allowed.includes(key)))
    refuse(`"variables" takes a JSON object of 4000 characters at the most with, for ${kind}, ${allowed.join(', ')}.`);
  return { name: checkedName(name), kind, variables: JSON.stringify(given), notify: notify ?? false };
};

const objectIn = (text: string): object | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) && !text.includes('\\u0000') ? value : undefined;
  } catch {
    return undefined;
  }
};

const checkedName = (name: string): string => {
  const trimmed = name.trim();
  return trimmed.length > 0 && trimmed.length <= 80 && isKey(trimmed) ? trimmed : refuse('"name" takes 1 to 80 characters.');
};

/** PostgreSQL's text takes any character but NUL. */
export const isKey = (text: string): boolean => text.length <= 200 && !text.includes('\0');
export const keyOf = (id: string): string => (isKey(id) ? id : '');

/** 23505: the owner has a search of that name. */
const unique = async <Row>(rows: Promise<Row[]>): Promise<Row[]> => {
  try {
    return await rows;
  } catch (error) {
    if ((error as { code?: string }).code === '23505') refuse('A saved search of that name exists.');
    throw error;
  }
};

const refuse = (message: string): never => {
  throw new HubError('BAD_USER_INPUT', { message });
};
