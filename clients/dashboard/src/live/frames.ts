/**
 * Records that change many times a second, told to the page once a frame at the
 * most: hundreds of events between two frames are one change of the picture.
 */
import type { Store } from '../../../kit/store.ts';

export interface Records<Item> extends Pick<Store<ReadonlyMap<string, Item>>, 'get' | 'subscribe'> {
  put: (item: Item) => void;
  remove: (id: string) => void;
  /** Everything anew: what is not among them is gone. */
  replace: (items: Iterable<Item>) => void;
}

/** @param pauseMs at least this long between two tellings: for records that a whole page is drawn from. */
export const createRecords = <Item extends { id: string }>(pauseMs = 0): Records<Item> => {
  let shown: ReadonlyMap<string, Item> = new Map();
  let changed: Map<string, Item> | undefined;
  let waiting = false;
  const listeners = new Set<() => void>();
  let toldAt = Number.NEGATIVE_INFINITY;
  const publish = (): void => {
    waiting = false;
    toldAt = performance.now();
    if (!changed) return;
    shown = changed;
    changed = undefined;
    for (const listener of [...listeners]) listener();
  };
  const change = (make: (items: Map<string, Item>) => void): void => {
    changed ??= new Map(shown);
    make(changed);
    if (!waiting) later(publish, toldAt + pauseMs - performance.now());
    waiting = true;
  };
  return {
    get: () => shown,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    put: (item) => change((items) => items.set(item.id, item)),
    remove: (id) => change((items) => items.delete(id)),
    replace: (items) => {
      changed = new Map();
      change((all) => {
        for (const item of items) all.set(item.id, item);
      });
    },
  };
};

/** At the next frame, or the first after a pause. A tab that nobody looks at has no frames; it is brought up to date all the same. */
const later = (run: () => void, pauseMs: number): void => {
  if (document.hidden) setTimeout(run, 1_000);
  else if (pauseMs > 0) setTimeout(() => later(run, 0), pauseMs);
  else requestAnimationFrame(run);
};
