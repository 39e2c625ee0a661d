/**
 * One subscription: the primary's subgraph sends events, and each goes through
 * `answer()` like a request of its own, so authority is decided anew each time.
 * When what the caller may see has changed, the upstream is subscribed anew,
 * behind the last event delivered; when it may no longer see the stream at all,
 * or its token has ended, the stream ends. A lost upstream is resumed; an event
 * that waited for its reader is read again, so that what was sealed meanwhile is
 * not shown.
 */
import { type ErrorCode, HubError, isErrorCode } from '../schema/errors.ts';
import { answer, basisOf, type Decided, decide, type Hub, type HubRequest, intentOf, Outdated, recordRefusal } from './answer.ts';
import type { StreamEntry } from './audit/audit.ts';
import { holdStream } from './documents.ts';
import { Full, openQueue, type Queue } from './queue.ts';
import type { Shown } from './redact.ts';
import type { Upstream, UpstreamEvent } from './upstream.ts';

export interface LiveHub extends Hub {
  upstreams: ReadonlyMap<string, Upstream>;
  /** Events that may wait for one reader. */
  queueBound: number;
  /** How long a subgraph may read for one signature; then the stream is resumed with a new one. */
  signatureSeconds: number;
  /** A reader that takes longer than this to take one event is sent away to resume. */
  stallMs: number;
}

const longestPauseMs = 10_000;

/** What an event tells was read when it came. Longer than this it does not wait for its reader: it is read again. */
const freshMs = 2_000;

/** The event has waited too long; the record may have been sealed or changed meanwhile. */
class Stale extends Error {
  override readonly name = 'Stale';
}

interface Arrived {
  event: UpstreamEvent;
  arrivedMs: number;
}

/** Events as the caller is shown them. Throws the reason for which the stream ends, if it is not the client's. */
export async function* live(hub: LiveHub, request: HubRequest, onStall: () => void = () => {}): AsyncGenerator<Shown, void> {
  const stream = await open(hub, request);
  let outcome = 'COMPLETED';
  const stalled = () => {
    outcome = 'READER_TOO_SLOW';
    onStall();
  };
  try {
    for await (const shown of follow(hub, request, stream)) {
      const timer = setTimeout(stalled, hub.stallMs).unref();
      try {
        yield shown; // Until the reader has taken it, or leaves.
      } finally {
        clearTimeout(timer);
      }
    }
  } catch (error) {
    outcome = error instanceof HubError ? error.code : 'INTERNAL';
    throw error;
  } finally {
    stream.leave();
    await stream.entry.close(outcome);
  }
}

interface Stream {
  decided: Decided;
  entry: StreamEntry;
  /** The last event delivered, or where the stream began. */
  cursor: string | undefined;
  /** It no longer counts as open. */
  leave: () => void;
}

const open = async (hub: LiveHub, request: HubRequest): Promise<Stream> => {
  const decided = await decide(hub, request);
  refuseRoot(decided);
  const leave = await held(hub, request, decided);
  try {
    return { decided, entry: await hub.audit.open(intentOf(decided, request)), cursor: undefined, leave };
  } catch (error) {
    leave();
    throw error;
  }
};

/** An operation that was approved for a vendor's system may be open so many times at once. */
const held = async (
  hub: LiveHub,
  { token, peer }: HubRequest,
  { principal, trusted, authorized }: Decided,
): Promise<() => void> => {
  try {
    return holdStream(hub.quotas, principal, trusted);
  } catch (error) {
    const operationName = authorized.operation.name?.value;
    await recordRefusal(hub, token, (error as HubError).code, { operationName, peer });
    throw error;
  }
};

/** A denied root field leaves nothing to subscribe to. */
const refuseRoot = ({ authorized, planned }: Decided): Extract<Decided['planned']['plan']['node'], { kind: 'Subscription' }> => {
  const node = planned.plan.node;
  if (node?.kind === 'Subscription') return node;
  const [denial] = authorized.denied;
  throw new HubError('UNAUTHORIZED_FIELD_OR_TYPE', denial ? { policy: denial.lacks.join(', '), path: [denial.responseKey] } : {});
};

async function* follow(hub: LiveHub, request: HubRequest, stream: Stream): AsyncGenerator<Shown, void> {
  let failures = 0;
  while (!request.signal?.aborted) {
    const upstream = await subscribe(hub, request, stream);
    try {
      for await (const { event, arrivedMs } of upstream.events) {
        if (event.extensions?.opening) {
          stream.cursor ??= event.extensions.cursor;
          failures = 0;
          continue;
        }
        if (hub.now() - arrivedMs > freshMs) throw new Stale();
        yield await deliver(hub, request, stream, event);
        stream.cursor = event.extensions?.cursor ?? stream.cursor;
      }
    } catch (error) {
      if (error instanceof Full || error instanceof Stale) continue;
      if (error instanceof Outdated) stream.decided = error.decided;
      else if (isPassing(error)) await pause(Math.min(100 * 2 ** failures++, longestPauseMs), request.signal);
      else throw error;
      if (!(error instanceof Outdated)) stream.decided = await decide(hub, { ...request, resumed: true }); // Throws when the token has ended meanwhile.
    } finally {
      upstream.stop();
    }
  }
}

/** Resumed behind the last event delivered: a connection that broke, a subgraph that restarts, a signature that has ended. */
const isPassing = (error: unknown): boolean =>
  error instanceof HubError && (error.code === 'SOURCE_UNAVAILABLE' || error.code === 'STREAM_ENDED');

/** The event as shown, or the reason for which it cannot be. */
const deliver = async (
  hub: LiveHub,
  request: HubRequest,
  { decided, entry }: Stream,
  answerOfEvent: UpstreamEvent,
): Promise<Shown> => {
  const ended = endOf(answerOfEvent);
  if (ended) throw new HubError(ended);
  const { principal } = decided;
  return answer(hub, {
    ...request,
    event: { answer: answerOfEvent, entry, operationId: principal.operationId, basis: basisOf(decided) },
  });
};

/** A result with errors and no data is the upstream's last word. */
const endOf = ({ data, errors }: UpstreamEvent): ErrorCode | undefined => {
  if (data !== undefined || !errors?.length) return undefined;
  const code = errors[0]?.extensions?.code;
  return isErrorCode(code) ? code : 'SOURCE_REFUSED';
};

interface Subscribed {
  events: Queue<Arrived>;
  stop: () => void;
}

const subscribe = async (hub: LiveHub, request: HubRequest, stream: Stream): Promise<Subscribed> => {
  const { primary } = refuseRoot(stream.decided);
  const upstream = hub.upstreams.get(primary.serviceName);
  if (!upstream) throw new HubError('SOURCE_UNAVAILABLE', { source: primary.serviceName });
  const events = openQueue<Arrived>(hub.queueBound);
  const leave = () => events.end();
  request.signal?.addEventListener('abort', leave, { once: true });
  const { principal } = stream.decided;
  // Other policies, or another standing of the caller: the stream is decided anew at once, not with its next event.
  const unwatch = watchAuthority(hub, principal.subject, () => events.end(new HubError('STREAM_ENDED')));
  const used = primary.variableUsages ?? [];
  const opening = upstream.subscribe(
    {
      query: primary.operation,
      operationName: primary.operationName,
      variables: Object.fromEntries(Object.entries(request.variables).filter(([name]) => used.includes(name))),
      principal,
      resumeAfter: stream.cursor,
      lifetimeSeconds: lifetimeOf(stream.decided, hub),
    },
    {
      next: (event) =>
        events.push({
          value: { event, arrivedMs: hub.now() },
          latestOf: event.extensions?.latest && !event.extensions.opening ? event.extensions.key : undefined,
        }),
      end: (error) => events.end(error ?? new HubError('SOURCE_UNAVAILABLE', { source: primary.serviceName })),
    },
  );
  opening.catch(unwatch);
  const stop = await opening;
  return {
    events,
    stop: () => {
      request.signal?.removeEventListener('abort', leave);
      unwatch();
      stop();
    },
  };
};

/** What else than time ends or changes an authority. */
const watchAuthority = ({ policies, standing }: LiveHub, subject: string, tell: () => void): (() => void) => {
  const unwatch = policies.onChange(({ kind }) => kind === 'POLICY_CHANGED' && tell());
  const leave = standing.onChange((concerns) => concerns(subject) && tell());
  return () => {
    unwatch();
    leave();
  };
};

/** Never past the token's own end. */
const lifetimeOf = ({ expiresAtMs }: Decided, { signatureSeconds, now }: LiveHub): number =>
  Math.max(1, Math.min(signatureSeconds, Math.floor((expiresAtMs - now()) / 1000)));

const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
