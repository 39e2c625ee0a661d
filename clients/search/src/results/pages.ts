/** One section's question: its rows as its own system answers, a page at a time, and what the answer lacks. */
import type { OperationVariables, TypedDocumentNode } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { type Gap, gapsOf } from '../../../kit/answer.ts';
import type { Row } from '../rows.ts';

export interface PageRead {
  rows: readonly Row[];
  pageInfo?: { hasNextPage: boolean; endCursor: string | null };
}

export interface Question<Data, Variables extends OperationVariables> {
  query: TypedDocumentNode<Data, Variables>;
  variables: Variables;
  /** Undefined where the answer has no such part: `gaps` say why. */
  read: (data: Data) => PageRead | undefined;
}

export interface Pages {
  state: 'asking' | 'answered';
  rows: readonly Row[];
  gaps: readonly Gap[];
  /** The part itself was answered, be it with nothing. */
  there: boolean;
  more: boolean;
  tookMs: number;
  loadMore: () => void;
  /** Page after page, up to five thousand rows. */
  loadAll: () => void;
}

interface State extends Omit<Pages, 'loadMore' | 'loadAll'> {
  after: string | null;
}

export const mostRows = 5_000;
const asking: State = { state: 'asking', rows: [], gaps: [], there: false, more: false, tookMs: 0, after: null };

/** Asked once when it appears; its owner gives it another key to have it asked again. */
export const usePages = <Data, Variables extends OperationVariables>(question: Question<Data, Variables>): Pages => {
  const client = useApolloClient();
  const [state, setState] = useState<State>(asking);
  const latest = useRef(question);
  const over = useRef<AbortController>(new AbortController());
  const load = useCallback(
    async (before: State): Promise<State> => {
      const { query, variables, read } = latest.current;
      const { signal } = over.current;
      const startedAt = performance.now();
      const asked = { ...variables, ...(before.after !== null && { after: before.after }) };
      const { data, error } = await client.query({ query, variables: asked, context: { fetchOptions: { signal } } });
      const page = data ? read(data as Data) : undefined;
      const next: State = {
        state: 'answered',
        rows: [...before.rows, ...(page?.rows ?? [])],
        gaps: gapsOf(error),
        there: page !== undefined || before.there,
        more: page?.pageInfo?.hasNextPage ?? false,
        tookMs: Math.round(performance.now() - startedAt),
        after: page?.pageInfo?.endCursor ?? null,
      };
      if (!signal.aborted) setState(next);
      return next;
    },
    [client],
  );
  useEffect(() => {
    over.current = new AbortController();
    void load(asking);
    return () => over.current.abort();
  }, [load]);
  const loadAll = async (): Promise<void> => {
    const { signal } = over.current;
    let current = state;
    while (current.more && current.rows.length < mostRows && !signal.aborted) current = await load(current);
  };
  return { ...state, loadMore: () => void load(state), loadAll: () => void loadAll() };
};
