/**
 * One subscription, from its first decision to its last record. Its events come from
 * a flow that it shares with all who are shown the same (`flow.ts`); its authority,
 * its record, its cursor and its pace are its own.
 *
 * Each event is checked against the versions of what the decision was made of
 * (`lease.ts`). When those have changed it is decided anew: the stream goes on
 * behind the last event delivered, with more, with less, or not at all.
 */
import { HubError } from '../schema/errors.ts';
import { type Decided, decide, type HubRequest, recordRefusal } from './answer.ts';
import type { StreamEntry } from './audit/audit.ts';
import { holdStream } from './documents.ts';
import { type FlowHub, freshMs, type Item, type Watcher } from './flow.ts';
import type { CatchingUp, Flows } from './flows.ts';
import { intentOf } from './intent.ts';
import { ended, holds, type Lease, leaseOf } from './lease.ts';
import type { Policies } from './policies/policies.ts';
import { Full } from './queue.ts';
import type { Shown } from './redact.ts';
import { type Sharing, sharingOf } from './sharing.ts';

export interface LiveHub extends FlowHub {
  policies: FlowHub['policies'] & Pick<Policies, 'set'>;
  flows: Flows;
  /** Systems whose answers hang on who asks, whatever is granted: a stream that asks them is shared with nobody. */
  personal: ReadonlySet<string>;
  /** A reader that takes longer than this to take one event is sent away to resume. */
  stallMs: number;
}

/** What the stream is decided by may have changed: it is decided anew, now. */
class Anew extends Error {
  override readonly name = 'Anew';
}

/** It goes on behind the last event delivered, in a flow of another kind, or read again. */
class Rejoin extends Error {
  override readonly name = 'Rejoin';
}

/** Hands an event to its reader; a promise where the reader is behind, until it has taken it. */
export type Show = (shown: Shown) => Promise<void> | undefined;

/** Resolves when the client has left. Throws the reason for which the stream ends, if it is not the client's. */
export const live = async (hub: LiveHub, request: HubRequest, show: Show, onStall: () => void = () => {}): Promise<void> => {
  const stream = await open(hub, request);
  const unwatch = watchAuthority(hub, stream);
  let outcome = 'COMPLETED';
  const stalled = () => {
    outcome = 'READER_TOO_SLOW';
    onStall();
  };
  const showing: Show = (shown) => {
    const taking = show(shown);
    return taking && patiently(taking, { signal: request.signal, stallMs: hub.stallMs, stalled });
  };
  try {
    await follow(hub, request, { stream, show: showing });
  } catch (error) {
    outcome = error instanceof HubError ? error.code : 'INTERNAL';
    throw error;
  } finally {
    unwatch();
    stream.leave();
    await stream.entry.close(outcome);
  }
};

interface Patience {
  signal: AbortSignal | undefined;
  stallMs: number;
  stalled: () => void;
}

/** Until the reader has taken it, or leaves. */
const patiently = (taking: Promise<void>, { signal, stallMs, stalled }: Patience): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(stalled, stallMs).unref();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    signal?.addEventListener('abort', done, { once: true });
    void taking.finally(done);
  });

/** What it may show, and until when. */
interface Standing {
  decided: Decided;
  lease: Lease;
  sharing: Sharing;
}

interface Stream extends Standing {
  operationId: string;
  entry: StreamEntry;
  /** The last event delivered, or where the stream began. */
  cursor: string | undefined;
  /** Ends waiting for the next event. */
  interrupt: (reason?: Error) => void;
  /** It no longer counts as open. */
  leave: () => void;
}

const decideStream = async (hub: LiveHub, request: HubRequest): Promise<Standing> => {
  const standing = hub.standing.version();
  const decided = await decide(hub, request);
  refuseRoot(decided);
  const lease = leaseOf(hub, decided, { standing, longestMs: hub.signatureSeconds * 1000 });
  return { decided, lease, sharing: sharingOf(hub.personal, request, decided) };
};

/** A denied root field leaves nothing to subscribe to. */
const refuseRoot = ({ authorized, planned }: Decided): void => {
  if (planned.plan.node?.kind === 'Subscription') return;
  const [denial] = authorized.denied;
  throw new HubError('UNAUTHORIZED_FIELD_OR_TYPE', denial ? { policy: denial.lacks.join(', '), path: [denial.responseKey] } : {});
};

const open = async (hub: LiveHub, request: HubRequest): Promise<Stream> => {
  const begun = await decideStream(hub, request);
  const { decided, sharing } = begun;
  const leave = await held(hub, request, decided);
  try {
    const entry = await hub.audit.open(intentOf(decided, request));
    const { operationId } = decided.principal;
    return { ...begun, operationId, entry, cursor: sharing.after, interrupt: () => {}, leave };
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

/** Other policies, or another standing of the caller: the stream is decided anew at once, not with its next event. */
const watchAuthority = ({ policies, standing }: LiveHub, stream: Stream): (() => void) => {
  let seen = standing.version();
  const anew = () => {
    stream.lease = ended;
    stream.interrupt(new Anew());
  };
  const unwatch = policies.onChange(({ kind }) => kind === 'POLICY_CHANGED' && anew());
  const leave = standing.onChange((concerns) => {
    const before = seen;
    seen = standing.version();
    if (concerns(stream.decided.principal.subject)) anew();
    else if (stream.lease.standing === before) stream.lease = { ...stream.lease, standing: seen }; // It says nothing of this one.
  });
  return () => {
    unwatch();
    leave();
  };
};

interface Delivery {
  stream: Stream;
  show: Show;
}

const follow = async (hub: LiveHub, request: HubRequest, delivery: Delivery): Promise<void> => {
  const { stream } = delivery;
  const watcher: Watcher = { holds: () => holds(hub, stream.lease), expiresAtMs: () => stream.decided.expiresAtMs };
  const { signal } = request;
  const left = () => stream.interrupt();
  let leave = () => {};
  signal?.addEventListener('abort', left, { once: true });
  try {
    while (!signal?.aborted) {
      if (!watcher.holds()) await renew(hub, request, stream);
      const joined = await hub.flows.join(hub, stream.sharing, watcher, stream.cursor);
      leave(); // Not before: a flow that only this one watches goes on.
      leave = joined.leave;
      stream.interrupt = joined.items.end;
      if (signal?.aborted || stream.lease === ended) continue;
      try {
        await deliver(hub, request, delivery, joined);
      } catch (error) {
        if (error instanceof Anew) await renew(hub, request, stream);
        else if (!(error instanceof Full || error instanceof Rejoin)) throw error;
      } finally {
        stream.cursor ??= joined.from();
      }
    }
  } finally {
    leave();
    signal?.removeEventListener('abort', left);
  }
};

/** Until the flow ends, or the stream belongs into another. */
const deliver = async (
  hub: LiveHub,
  request: HubRequest,
  { stream, show }: Delivery,
  { items, isOvertaken }: CatchingUp,
): Promise<void> => {
  const timer = atItsEnd(hub, stream);
  let taking: Promise<void> | undefined;
  /** Where nothing is to be decided, read or waited for, an event takes no turn of its own. */
  const atOnce = (item: Item): boolean => {
    const shown = item.shown();
    if (!shown || taking || request.signal?.aborted || isStale(hub, item) || isOvertaken(item.cursor)) return false;
    if (stream.entry.isBehind() || !holds(hub, stream.lease)) return false;
    stream.entry.settle(shown);
    taking = show(shown);
    stream.cursor = item.cursor ?? stream.cursor;
    return true;
  };
  try {
    for (;;) {
      const next = items.take(atOnce);
      const item = next instanceof Promise ? await next : next;
      if (taking) await taking;
      taking = undefined;
      if (!item || request.signal?.aborted) return;
      if (isStale(hub, item)) throw new Rejoin();
      const { lease } = stream;
      let shown = holds(hub, lease) ? await item.read() : undefined;
      if (!shown || (stream.lease !== lease && !holds(hub, stream.lease))) shown = await readAnew(hub, request, stream, item);
      const settling = stream.entry.settle(shown);
      if (settling) await settling;
      taking = show(shown);
      if (taking) await taking;
      taking = undefined;
      stream.cursor = item.cursor ?? stream.cursor;
      if (isOvertaken(stream.cursor)) return;
    }
  } finally {
    clearTimeout(timer);
  }
};

const isStale = ({ now }: LiveHub, { arrivedMs }: Item): boolean => now() - arrivedMs > freshMs;

/** What it is decided by has changed: it is decided anew before it is read, and shown if that still holds after. */
const readAnew = async (hub: LiveHub, request: HubRequest, stream: Stream, item: Item): Promise<Shown> => {
  for (;;) {
    const { key } = stream.sharing;
    await renew(hub, request, stream);
    if (stream.sharing.key !== key) throw new Rejoin();
    const { lease } = stream;
    const shown = await item.read();
    if (stream.lease === lease || holds(hub, stream.lease)) return shown;
  }
};

/** Throws when the caller may not have the stream any more. */
const renew = async (hub: LiveHub, request: HubRequest, stream: Stream): Promise<void> => {
  Object.assign(stream, await decideStream(hub, { ...request, resumed: stream.operationId }));
};

/** setTimeout holds 24 days at the most; no token lives that long here, and a longer one is looked at again by each event. */
const longestTimerMs = 2 ** 31 - 1;

/** A stream without events ends with its token too. */
const atItsEnd = ({ now }: LiveHub, stream: Stream): NodeJS.Timeout | undefined => {
  const { expiresAtMs } = stream.decided;
  if (!Number.isFinite(expiresAtMs)) return undefined;
  const end = () => stream.interrupt(new Anew());
  return setTimeout(end, Math.min(longestTimerMs, Math.max(0, expiresAtMs - now()))).unref();
};
