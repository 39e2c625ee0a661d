/**
 * What is kept of what was worked out before: the most recently used, and no more
 * than so many. Whoever keeps by it says in the key everything that the value hangs
 * on, who and why included.
 */
export interface Kept<Value> {
  /** What is found counts as used. */
  get: (key: string) => Value | undefined;
  set: (key: string, value: Value) => void;
  delete: (key: string) => void;
}

export const openKept = <Value>(atMost: number): Kept<Value> => {
  const known = new Map<string, Value>(); // Its end is the most recently used.
  const set = (key: string, value: Value): void => {
    known.delete(key);
    known.set(key, value);
    const oldest = known.size > atMost ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
  };
  return {
    get: (key) => {
      const value = known.get(key);
      if (value !== undefined) set(key, value);
      return value;
    },
    set,
    delete: (key) => void known.delete(key),
  };
};

/** The value of the key, made where none is kept. */
export const keptOr = <Value>(kept: Kept<Value>, key: string, make: () => Value): Value => {
  const found = kept.get(key);
  if (found !== undefined) return found;
  const value = make();
  kept.set(key, value);
  return value;
};
