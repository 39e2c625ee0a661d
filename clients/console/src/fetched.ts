/** What the hub says of the system, asked by the vendor's own kit, and again every quarter of a minute. */
import { useEffect, useMemo, useState } from 'react';
import { createHub, type HubFailure, isHubFailure, operation, tokenFrom } from '../../sdk/src/index.ts';
import type { ConsoleQuery, ConsoleQueryVariables } from '../generated/graphql.ts';
import text from '../operations/console.graphql?raw';

const everyMs = 15_000;
const asked = operation<ConsoleQuery, ConsoleQueryVariables>(text);

export interface Fetched {
  data?: ConsoleQuery;
  /** Milliseconds since the epoch. */
  at?: number;
  /** Why the last attempt brought nothing; what came before still stands. */
  failure?: HubFailure;
  again: () => void;
}

export const useFetched = (token: string): Fetched => {
  const [state, setState] = useState<Omit<Fetched, 'again'>>({});
  const [round, setRound] = useState(0);
  const hub = useMemo(
    () =>
      createHub({
        url: location.origin,
        token: tokenFrom(() => token),
        documents: 'text',
        insecure: location.protocol === 'http:', // The page itself came that way.
      }),
    [token],
  );
  useEffect(() => {
    const over = new AbortController();
    hub.query(asked, {}, { signal: over.signal }).then(
      ({ data }) => setState({ data, at: Date.now() }),
      (failure: unknown) => {
        if (isHubFailure(failure)) setState((before) => ({ ...before, failure }));
      },
    );
    const timer = setTimeout(() => setRound(round + 1), everyMs);
    return () => {
      over.abort();
      clearTimeout(timer);
    };
  }, [hub, round]);
  return { ...state, again: () => setRound(round + 1) };
};
