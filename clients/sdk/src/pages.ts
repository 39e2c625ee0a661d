/** A list that comes in pages, as one that is read from the first to the last: the next page is asked for when it is needed. */
import { failure, type HubFailure } from './errors.ts';
import type { Answer } from './request.ts';

export interface Page<Node> {
  nodes: readonly Node[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
}

/** What stands in the page of an operation with one root field, where `at` names none. */
export type NodeOf<Data> = {
  [Field in keyof Data]: NonNullable<Data[Field]> extends { nodes: readonly (infer Node)[] } ? Node : never;
}[keyof Data];

export interface Paging<Data, Node> {
  /** The answer of one page, behind a cursor. */
  ask: (after: string | null) => Promise<Answer<Data>>;
  /** Where the page stands in the answer; absent: in its only field. */
  at?: ((data: Data) => Page<Node> | null | undefined) | undefined;
  /** Behind a cursor that was kept. */
  after?: string | null | undefined;
  /** Told of what is missing within a page; a page that is missing as a whole is thrown. */
  onGaps?: ((gaps: readonly HubFailure[]) => void) | undefined;
}

export async function* eachNode<Data, Node>({
  ask,
  at = onlyField,
  after = null,
  onGaps,
}: Paging<Data, Node>): AsyncGenerator<Node, void> {
  for (let cursor = after; ; ) {
    const { data, gaps } = await ask(cursor);
    const page = at(data);
    if (!page) throw gaps[0] ?? failure('PAGE_INVALID');
    if (!Array.isArray(page.nodes) || typeof page.pageInfo?.hasNextPage !== 'boolean') throw failure('PAGE_INVALID');
    if (gaps.length > 0) onGaps?.(gaps);
    yield* page.nodes;
    if (!page.pageInfo.hasNextPage) return;
    const { endCursor } = page.pageInfo;
    // The same page for ever: the operation does not hand `$after` on.
    if (!endCursor || endCursor === cursor)
      throw failure('PAGE_INVALID', { message: 'The next page begins where this one did: give the field "after: $after".' });
    cursor = endCursor;
  }
}

const onlyField = <Data, Node>(data: Data): Page<Node> | null => {
  const fields = Object.values(data as Record<string, unknown>);
  if (fields.length !== 1)
    throw failure('PAGE_INVALID', { message: 'The operation has several root fields: say which page with "at".' });
  return fields[0] as Page<Node> | null;
};
