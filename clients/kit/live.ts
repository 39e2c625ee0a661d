/**
 * Streams that outlive their socket. Each event brings a cursor; when the socket
 * closes, the stream is asked for again behind the last one, for as long as
 * somebody reads it. Events may come twice (at least once), never be missing;
 * where the hub keeps none that old, the reader is told to read the present anew.
 */
import { ApolloLink, Observable } from '@apollo/client';
import type { FormattedExecutionResult } from 'graphql';
import { print } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { createStore, type Store } from './store.ts';

export type LiveState =
  | { kind: 'idle' }
  | { kind: 'connecting'; since: number }
  | { kind: 'live'; since: number }
  /** The socket is gone; it is tried again. */
  | { kind: 'broken'; since: number; because: string }
  /** The hub no longer takes the token. */
  | { kind: 'unauthorized'; since: number };

export interface LiveOptions {
  url: string;
  token: () => string | undefined;
  /** The hub refused the token (close code 4401). */
  onTokenEnded: () => void;
  /** The hub has withdrawn the token or its holder's authority. */
  onRevoked: () => void;
  /** When there is another token than this one. */
  anotherToken: (than: string | undefined, signal: AbortSignal) => Promise<void>;
}

export interface Live {
  link: ApolloLink;
  state: Store<LiveState>;
  close: () => void;
}

/** In an operation's context: called when events were lost for good, and the present must be read anew. */
export interface LiveContext {
  onGap?: () => void;
}

const tokenEnded = 4401;
/** Close codes after which the same socket would be closed again: a fault of this client. */
const faults = new Set([4400, 4406, 4409, 4429, 1009]);
const firstPauseMs = 250;
const longestPauseMs = 10_000;
const silenceMs = 12_000;
const answerMs = 6_000;

export const openLive = (options: LiveOptions): Live => {
  const state = createStore<LiveState>({ kind: 'idle' });
  const client = openSocket(options, state);
  const closing = new AbortController();
  const link = new ApolloLink((operation) => {
    const { onGap } = operation.getContext() as LiveContext;
    const request = { query: print(operation.query), operationName: operation.operationName, extensions: operation.extensions };
    return new Observable((observer) => {
      const stream = resume({
        client,
        options,
        closing: closing.signal,
        request,
        variables: operation.variables,
        onGap,
        observer,
      });
      return stream.stop;
    });
  });
  const close = (): void => {
    closing.abort(); // First: a stream that sees its socket close would open another.
    void client.dispose();
  };
  return { link, state, close };
};

const openSocket = ({ url, token, onTokenEnded }: LiveOptions, state: Store<LiveState>): Client => {
  let deadline: ReturnType<typeof setTimeout> | undefined;
  const client: Client = createClient({
    url,
    lazy: true,
    retryAttempts: 0, // The library's own retry would ask again with the first cursor; ours asks with the last.
    keepAlive: silenceMs,
    connectionParams: () => ({ authorization: `Bearer ${token() ?? ''}` }),
    on: {
      connecting: () => {
        if (state.get().kind !== 'broken') state.set({ kind: 'connecting', since: Date.now() });
      },
      connected: () => state.set({ kind: 'live', since: Date.now() }),
      // A cable that was pulled closes nothing: who does not answer a ping is gone.
      ping: (received) => {
        if (!received) deadline = setTimeout(() => client.terminate(), answerMs);
      },
      pong: (received) => received && clearTimeout(deadline),
      closed: (event) => {
        clearTimeout(deadline);
        const { code, reason } = event as CloseEvent;
        if (code === tokenEnded) {
          state.set({ kind: 'unauthorized', since: Date.now() });
          onTokenEnded();
        } else if (code === 1000) state.set({ kind: 'idle' });
        else state.set({ kind: 'broken', since: Date.now(), because: reason || 'The hub cannot be reached' });
      },
    },
  });
  return client;
};

interface Stream {
  client: Client;
  options: LiveOptions;
  /** When nobody is signed in any more, nothing is asked again. */
  closing: AbortSignal;
  request: { query: string; operationName: string | undefined; extensions: Record<string, unknown> };
  variables: Record<string, unknown>;
  onGap: (() => void) | undefined;
  observer: { next: (result: FormattedExecutionResult) => void; error: (cause: unknown) => void; complete: () => void };
}

const resume = ({ client, options, closing, request, variables, onGap, observer }: Stream): { stop: () => void } => {
  const over = new AbortController();
  closing.addEventListener('abort', () => over.abort(), { once: true, signal: over.signal });
  let after = variables.after ?? null;
  let failures = 0;
  let last: Reading = 'event';

  const again = async (cause?: unknown): Promise<void> => {
    if (over.signal.aborted) return;
    const { code } = (cause ?? {}) as Partial<CloseEvent>; // What ended the socket; an error of the network has none.
    if (code !== undefined && faults.has(code)) return observer.error(cause);
    if (code === tokenEnded) await options.anotherToken(options.token(), over.signal);
    else await pause(pauseOf(failures++), over.signal);
    if (!over.signal.aborted) run();
  };

  const take = (result: FormattedExecutionResult): void => {
    last = readingOf(result);
    if (last === 'gap') {
      after = null;
      onGap?.();
    }
    if (last === 'event') {
      failures = 0;
      after = cursorOf(result.data) ?? after;
    }
    if (last === 'revoked') options.onRevoked();
    if (last === 'event' || last === 'end') observer.next(result);
  };

  const run = (): void => {
    last = 'event';
    const end = client.subscribe(
      { ...request, variables: { ...variables, after } },
      {
        next: (result) => take(result as FormattedExecutionResult),
        error: (cause) => void again(cause),
        complete: () => {
          if (over.signal.aborted) return;
          if (last === 'end' || last === 'revoked') observer.complete();
          else void again();
        },
      },
    );
    over.signal.addEventListener('abort', end, { once: true });
  };

  run();
  return { stop: () => over.abort() };
};

type Reading = 'event' | 'gap' | 'retry' | 'revoked' | 'end';

/** An error without data is the stream's last word: what it says decides whether it is asked for again. */
const readingOf = ({ data, errors }: FormattedExecutionResult): Reading => {
  if (data && Object.values(data).some((value) => value !== null)) return 'event';
  const extensions = errors?.[0]?.extensions;
  if (extensions?.code === 'CURSOR_TOO_OLD' || extensions?.code === 'CURSOR_INVALID') return 'gap';
  if (extensions?.code === 'TOKEN_REVOKED') return 'revoked';
  return extensions?.retryable === true || !errors ? 'retry' : 'end';
};

const cursorOf = (data: FormattedExecutionResult['data']): string | undefined => {
  const [event] = Object.values(data ?? {}) as ({ cursor?: unknown } | null)[];
  return typeof event?.cursor === 'string' ? event.cursor : undefined;
};

/** Doubling, with a part left to chance: a hub that restarts is not asked by every wall at the same instant. */
const pauseOf = (failures: number): number => Math.min(longestPauseMs, firstPauseMs * 2 ** failures) * (0.5 + Math.random() / 2);

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
