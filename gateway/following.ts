/**
 * Follows a system's stream until nobody wants it: a connection that broke, a
 * system that restarts, a signature that has ended are no end, it is resumed behind
 * the last event that came, with growing pauses.
 */
import type { SubscriptionNode } from '@apollo/query-planner';
import { type ErrorCode, HubError, isErrorCode } from '../schema/errors.ts';
import type { Decided } from './answer.ts';
import type { Shared } from './sharing.ts';
import type { Sink, Subscribe, Upstream, UpstreamEvent } from './upstream.ts';

export interface FollowHub {
  upstreams: ReadonlyMap<string, Upstream>;
  /** How long a subgraph may read for one signature; then the stream is resumed with a new one. */
  signatureSeconds: number;
  now: () => number;
}

export interface Following {
  /** Where to begin, and again where to go on. */
  position: () => string | undefined;
  /** When the last of those who watch loses their token. */
  expiresAtMs: () => number;
  /** Where the stream begins, as the system says. */
  begin: (cursor: string | undefined) => void;
  arrive: (event: UpstreamEvent) => void;
  /** Nobody wants it any more. */
  signal: AbortSignal;
}

const longestPauseMs = 10_000;

/** Resolves with the reason for which it cannot go on, or with nothing when it was left. */
export const followUpstream = async (hub: FollowHub, shared: Shared, following: Following): Promise<Error | undefined> => {
  const { signal, begin } = following;
  let failures = 0;
  const begun = (cursor: string | undefined) => {
    failures = 0;
    begin(cursor);
  };
  while (!signal.aborted) {
    const reason = await untilItEnds(hub, shared, { ...following, begin: begun }).catch((error: Error) => error);
    if (signal.aborted) break;
    if (!isPassing(reason)) return reason;
    await pause(Math.min(100 * 2 ** failures++, longestPauseMs), signal);
  }
  return undefined;
};

const isPassing = (error: unknown): boolean =>
  error instanceof HubError && (error.code === 'SOURCE_UNAVAILABLE' || error.code === 'STREAM_ENDED');

/** One subscription at the system. */
const untilItEnds = async (hub: FollowHub, shared: Shared, following: Following): Promise<Error> => {
  const { signal } = following;
  const { upstream, subscribe } = questionOf(hub, shared, following);
  let stop = () => {};
  let over = false;
  let left = () => {};
  try {
    return await new Promise<Error>((resolve, reject) => {
      left = () => resolve(new HubError('STREAM_ENDED'));
      signal.addEventListener('abort', left, { once: true });
      const sink: Sink = {
        next: (event) => over || take(event, following, resolve),
        end: (error) => resolve(error ?? new HubError('SOURCE_UNAVAILABLE')),
      };
      upstream.subscribe(subscribe, sink).then((stopIt) => {
        stop = stopIt;
        if (over) stopIt();
      }, reject);
    });
  } finally {
    over = true;
    signal.removeEventListener('abort', left);
    stop();
  }
};

const questionOf = (
  { upstreams, signatureSeconds, now }: FollowHub,
  { decided: { principal, planned }, variables }: Shared,
  { position, expiresAtMs }: Following,
): { upstream: Upstream; subscribe: Subscribe } => {
  const { primary } = subscriptionOf(planned);
  const upstream = upstreams.get(primary.serviceName);
  if (!upstream) throw new HubError('SOURCE_REFUSED', { source: primary.serviceName });
  const used = primary.variableUsages ?? [];
  const subscribe = {
    query: primary.operation,
    operationName: primary.operationName,
    variables: Object.fromEntries(Object.entries(variables).filter(([name]) => used.includes(name))),
    principal,
    resumeAfter: position(),
    // Never past the end of every watcher's token.
    lifetimeSeconds: Math.max(1, Math.min(signatureSeconds, Math.floor((expiresAtMs() - now()) / 1000))),
  };
  return { upstream, subscribe };
};

const subscriptionOf = ({ plan: { node } }: Decided['planned']): SubscriptionNode => {
  if (node?.kind !== 'Subscription') throw new HubError('INTERNAL');
  return node;
};

const take = (event: UpstreamEvent, { begin, arrive }: Following, end: (reason: Error) => void): void => {
  const over = endOf(event);
  if (over) end(new HubError(over));
  else if (event.extensions?.opening) begin(event.extensions.cursor);
  else arrive(event);
};

/** A result with errors and no data is the upstream's last word. */
const endOf = ({ data, errors }: UpstreamEvent): ErrorCode | undefined => {
  if (data !== undefined || !errors?.length) return undefined;
  const code = errors[0]?.extensions?.code;
  return isErrorCode(code) ? code : 'SOURCE_REFUSED';
};

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
