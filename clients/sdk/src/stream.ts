/**
 * A subscription that outlives its socket. Each event brings a cursor; after a
 * break it is asked for again behind the last event that the reader was given.
 * The hub delivers at least once; what comes twice is told by its cursor and
 * passed over here.
 */
import { type Clock, systemClock } from './clock.ts';
import { failure, type HubFailure, isHubFailure } from './errors.ts';
import { openInbox } from './inbox.ts';
import { fromSocketFailure, type Reading, readingOf } from './reading.ts';
import type { Body } from './request.ts';
import { pauseOf, type RetryOptions } from './retry.ts';
import type { Socket } from './socket.ts';

export interface StreamEvent<Data> {
  data: Data;
  gaps: readonly HubFailure[];
  /** Keep it when the event is done with: `after: cursor` goes on behind it, also in another process. */
  cursor: string;
}

export interface StreamOptions {
  /** Behind a cursor that was kept; absent: from now on. */
  after?: string | null | undefined;
  /** Ends the stream, without an error. */
  signal?: AbortSignal | undefined;
  /** Events that may wait here for the reader; when it is slower, the hub is asked again once they are read. */
  waiting?: number | undefined;
  /** Told of each break, before it is tried again. */
  onBreak?: ((because: HubFailure) => void) | undefined;
}

export interface Following {
  socket: Socket;
  body: Promise<Body>;
  retry: RetryOptions;
  clock?: Clock | undefined;
  options: StreamOptions;
}

const waitingDefault = 1_000;
/** So many cursors are remembered. A break repeats what was under way, which is far less. */
const rememberedAtMost = 5_000;
/** A connection that held for so long was none of a row of failures. */
const steadyMs = 30_000;

export const follow = <Data>(following: Following): AsyncIterableIterator<StreamEvent<Data>> => {
  const over = new AbortController();
  const { signal } = following.options;
  const events = run<Data>(following, signal ? AbortSignal.any([signal, over.signal]) : over.signal);
  return {
    next: () => events.next(),
    // A generator that waits for an event hears nothing else.
    return: () => {
      over.abort();
      return events.return();
    },
    throw: (error) => {
      over.abort();
      return events.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};

async function* run<Data>(following: Following, signal: AbortSignal): AsyncGenerator<StreamEvent<Data>, void> {
  const { clock = systemClock, options, retry } = following;
  const isNew = openMemory(rememberedAtMost);
  let after = options.after ?? null;
  let [failures, refusals, opened] = [0, 0, false];
  while (!signal.aborted) {
    const since = clock.now();
    try {
      for await (const { data, gaps, cursor } of readings(following, after, signal)) {
        [failures, refusals, opened, after] = [0, 0, true, cursor];
        if (isNew(cursor)) yield { data: data as Data, gaps, cursor };
      }
    } catch (error) {
      if (signal.aborted) return;
      if (clock.now() - since > steadyMs) failures = 0;
      const refused = isHubFailure(error) && error.code === 'TOKEN_INVALID';
      refusals = refused && !following.socket.wasTaken() ? refusals + 1 : 0;
      if (!isHubFailure(error) || !mayResume(error, { refusals, opened: opened || after !== null })) throw error;
      options.onBreak?.(error);
      const pause = refused && refusals === 0 ? 0 : pauseOf(failures++, { options: retry, clock, failure: error });
      await clock.pause(pause, signal).catch(() => {}); // Left meanwhile: the loop ends.
    }
  }
}

/** LIMIT_STREAMS behind a break: the hub has not noticed yet that the socket before is gone. */
const mayResume = (error: HubFailure, { refusals, opened }: { refusals: number; opened: boolean }): boolean => {
  if (error.code === 'TOKEN_INVALID') return refusals < 2;
  return error.retryable || (error.code === 'LIMIT_STREAMS' && opened);
};

/** One subscription on one socket: it ends when the reader is too far behind, and throws whatever else ends it. */
async function* readings(
  { socket, body, options }: Following,
  after: string | null,
  signal: AbortSignal,
): AsyncGenerator<Reading, void> {
  const [client, asked] = [await socket.client(), await body];
  const inbox = openInbox<unknown>(options.waiting ?? waitingDefault);
  const stop = client.subscribe(
    { ...asked, variables: { ...asked.variables, after } },
    {
      next: inbox.put,
      error: inbox.fail,
      complete: () => inbox.fail(failure('HUB_UNREACHABLE', { message: 'The hub ended the stream.' })),
    },
  );
  const leave = (): void => inbox.fail(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  inbox.onFull(stop);
  try {
    for await (const result of inbox.items()) yield readingOf(result);
  } catch (cause) {
    throw signal.aborted ? cause : fromSocketFailure(cause);
  } finally {
    signal.removeEventListener('abort', leave);
    stop();
  }
}

const openMemory = (most: number): ((cursor: string) => boolean) => {
  const seen = new Set<string>();
  return (cursor) => {
    if (seen.has(cursor)) return false;
    seen.add(cursor);
    const [oldest] = seen;
    if (seen.size > most && oldest !== undefined) seen.delete(oldest);
    return true;
  };
};
