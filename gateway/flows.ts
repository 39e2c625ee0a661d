/**
 * Which flows run, and who joins which. Of each kind (`sharing.ts`) one is live and
 * shared by all. Whoever is behind it catches up in a flow that begins at its own
 * cursor, shared with others who are just as far, and then goes over to the live one,
 * which meanwhile remembers what came.
 */
import { type Flow, type FlowHub, type Joined, openFlow, type Watcher } from './flow.ts';
import type { Shared } from './sharing.ts';

export interface Flows {
  /** Everything behind the cursor; without one, from now. */
  join: (hub: FlowHub, shared: Shared, watcher: Watcher, cursor: string | undefined) => Promise<CatchingUp>;
  /** How many run. */
  size: () => number;
}

export interface CatchingUp extends Joined {
  /** The live flow goes on behind this cursor: time to join anew. */
  isOvertaken: (cursor: string | undefined) => boolean;
}

interface Kind {
  live: Flow | undefined;
  behind: Set<Flow>;
}

/** A system that does not say where its stream begins has no cursors that could be compared. */
const patienceMs = 1_000;

export const openFlows = (): Flows => {
  const kinds = new Map<string, Kind>();
  const kindOf = (key: string): Kind => {
    const kind = kinds.get(key) ?? { live: undefined, behind: new Set() };
    kinds.set(key, kind);
    return kind;
  };
  const forget = (key: string, { live, behind }: Kind) => {
    if (!live && behind.size === 0 && kinds.get(key)?.behind === behind) kinds.delete(key);
  };
  const liveOf = (hub: FlowHub, shared: Shared, kind: Kind): Flow => {
    const closed = () => {
      kind.live = undefined;
      forget(shared.key, kind);
    };
    kind.live ??= openFlow(hub, shared, { live: true, closed });
    return kind.live;
  };
  const behindOf = (hub: FlowHub, shared: Shared, kind: Kind, after: string | undefined): Flow => {
    const found = after === undefined ? undefined : [...kind.behind].find((flow) => flow.covers(after));
    if (found) return found;
    const closed = () => {
      kind.behind.delete(flow);
      forget(shared.key, kind);
    };
    const flow = openFlow(hub, shared, { after, live: false, closed });
    kind.behind.add(flow);
    return flow;
  };
  return {
    join: async (hub, shared, watcher, cursor) => {
      const kind = kindOf(shared.key);
      if (shared.anchored) return staying(behindOf(hub, shared, kind, cursor).join(watcher, cursor));
      const live = liveOf(hub, shared, kind);
      if (cursor === undefined || live.covers(cursor)) return staying(live.join(watcher, cursor));
      const release = live.hold(watcher);
      await soon(live.opened);
      const joined = live.covers(cursor) ? live.join(watcher, cursor) : undefined;
      if (joined) {
        release();
        return staying(joined);
      }
      return passing(behindOf(hub, shared, kindOf(shared.key), cursor).join(watcher, cursor), live, release);
    },
    size: () => [...kinds.values()].reduce((sum, { live, behind }) => sum + Number(live !== undefined) + behind.size, 0),
  };
};

const staying = (joined: Joined): CatchingUp => ({ ...joined, isOvertaken: () => false });

const passing = (joined: Joined, live: Flow, release: () => void): CatchingUp => ({
  ...joined,
  isOvertaken: (cursor) => cursor !== undefined && live.covers(cursor),
  leave: () => {
    joined.leave();
    release();
  },
});

const soon = async (event: Promise<void>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([event, late]);
  clearTimeout(timer);
};
