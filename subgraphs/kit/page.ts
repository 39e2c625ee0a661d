/**
 * Keyset pages. A cursor is the sort key of the row it stands behind, so a page
 * costs the same at any depth and rows that arrive meanwhile shift nothing.
 */
import { HubError } from '../../schema/errors.ts';

export const maximumPage = 100;

export interface PageArguments {
  first?: number | null;
  after?: string | null;
}

export interface Page<Node, Edge extends object = object> {
  edges: (Edge & { cursor: string; node: Node })[];
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** `limit` rows to ask for: one more than the page, to know whether another follows. */
export interface Window {
  size: number;
  limit: number;
  /** The sort key to continue behind. */
  after: string[] | undefined;
}

export const windowOf = ({ first, after }: PageArguments, keyLength: number, maximum = maximumPage): Window => {
  const size = first ?? 25;
  if (size < 0 || size > maximum) {
    throw new HubError('LIMIT_LIST_SIZE', { message: `"first" takes 0 to ${maximum}.` });
  }
  return { size, limit: size + 1, after: after == null ? undefined : decodeCursor(after, keyLength) };
};

/** Rows as the source sorted them, one more than the page where another follows; `keyOf` is the sort key. */
export const pageOf = <Node, Edge extends object = object>(
  rows: readonly Node[],
  { size }: Window,
  keyOf: (node: Node) => string[],
  edgeOf: (node: Node) => Edge = () => ({}) as Edge,
): Page<Node, Edge> => {
  const nodes = rows.slice(0, size);
  const edges = nodes.map((node) => ({ ...edgeOf(node), cursor: encodeCursor(keyOf(node)), node }));
  return { edges, nodes, pageInfo: { hasNextPage: rows.length > size, endCursor: edges.at(-1)?.cursor ?? null } };
};

/** Where there is nothing that the caller may see. */
export const emptyPage = <Node>(): Page<Node> => ({ edges: [], nodes: [], pageInfo: { hasNextPage: false, endCursor: null } });

export const encodeCursor = (key: string[]): string => Buffer.from(JSON.stringify(key)).toString('base64url');

export const decodeCursor = (cursor: string, keyLength: number): string[] => {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(key) && key.length === keyLength && key.every(isText)) return key;
  } catch {}
  throw new HubError('CURSOR_INVALID');
};

/** PostgreSQL's text takes any character but this one. */
const isText = (part: unknown): part is string => typeof part === 'string' && !part.includes('\0');
