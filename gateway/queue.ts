/**
 * What waits for one reader, bounded. Of entities whose newest event makes older
 * ones worthless only the newest waits. Of the others nothing is dropped: a full
 * queue ends behind what it holds, and the stream goes on from there later.
 */
export interface Waiting<Value> {
  value: Value;
  /** Events of the same key replace each other; absent: this one is kept. */
  latestOf?: string | undefined;
}

export interface Queue<Value> {
  /** False when it is full, or has ended. */
  push: (waiting: Waiting<Value>) => boolean;
  /** Ends the queue behind what waits in it. */
  end: (error?: Error) => void;
  size: () => number;
  /**
   * The next value; a promise of it where there is none yet, of nothing where there will be none. Throws why it ended.
   * While it waits, each value that comes is offered to `atOnce`: what that takes is done with, and the promise waits on.
   */
  take: (atOnce?: AtOnce<Value>) => Value | Promise<Value | undefined> | undefined;
  [Symbol.asyncIterator]: () => AsyncGenerator<Value, void>;
}

/** True where it has taken the value. What it throws ends the queue. */
export type AtOnce<Value> = (value: Value) => boolean;

/** The queue was full: what came behind its last value must be asked for again. */
export class Full extends Error {
  override readonly name = 'Full';
}

interface Waiter<Value> {
  resolve: (value: Value | undefined) => void;
  reject: (reason: Error) => void;
  atOnce: AtOnce<Value> | undefined;
}

/** What comes to a reader that waits goes to it directly: most do, and then nothing is kept. */
export const openQueue = <Value>(bound: number): Queue<Value> => {
  const waiting = new Map<string | number, Value>();
  let numbered = 0;
  let ended = false;
  let failure: Error | undefined;
  let waiter: Waiter<Value> | undefined;
  const take = (atOnce?: AtOnce<Value>): Value | Promise<Value | undefined> | undefined => {
    for (const [key, value] of waiting) {
      waiting.delete(key);
      return value;
    }
    if (failure) throw failure;
    if (ended) return undefined;
    return new Promise((resolve, reject) => {
      waiter = { resolve, reject, atOnce };
    });
  };
  const keep = (value: Value, latestOf: string | undefined): boolean => {
    if (latestOf !== undefined) waiting.delete(latestOf); // A newer one goes to the end: cursors stay in order.
    if (waiting.size < bound) {
      numbered += 1;
      waiting.set(latestOf ?? numbered, value);
      return true;
    }
    ended = true;
    failure = new Full();
    return false;
  };
  const end = (error?: Error): void => {
    ended = true;
    failure ??= error;
    if (failure) waiter?.reject(failure);
    else waiter?.resolve(undefined);
    waiter = undefined;
  };
  const isTaken = (value: Value, { atOnce }: Waiter<Value>): boolean => {
    try {
      return atOnce?.(value) ?? false;
    } catch (error) {
      end(error as Error); // Its own trouble: whoever pushes has others to serve.
      return true;
    }
  };
  return {
    push: ({ value, latestOf }) => {
      if (ended) return false;
      if (!waiter) return keep(value, latestOf);
      if (isTaken(value, waiter)) return !ended;
      const { resolve } = waiter;
      waiter = undefined;
      resolve(value);
      return true;
    },
    end,
    size: () => waiting.size,
    take,
    async *[Symbol.asyncIterator]() {
      for (let value = await take(); value !== undefined; value = await take()) yield value;
    },
  };
};
