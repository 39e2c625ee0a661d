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

export const createRecords = <Item extends { id: string }>(): Records<Item> => {
  let shown: ReadonlyMap<string, Item> = new Map();
  let changed: Map<string, Item> | undefined;
  let waiting = false;
  const listeners = new Set<() => void>();
  const publish = (): void => {
    waiting = false;
    if (!changed) return;
    shown = changed;
    changed = undefined;
    for (const listener of [...listeners]) listener();
  };
  const change = (make: (items: Map<string, Item>) => void): void => {
    changed ??= new Map(shown);
    make(changed);
    if (!waiting) nextFrame(publish);
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

/** A tab that nobody looks at has no frames; it is brought up to date all the same. */
const nextFrame = (run: () => void): void => {
  if (document.hidden) setTimeout(run, 1_000);
  else requestAnimationFrame(run);
};
