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
  [Symbol.asyncIterator]: () => AsyncGenerator<Value, void>;
}

/** The queue was full: what came behind its last value must be asked for again. */
export class Full extends Error {
  override readonly name = 'Full';
}

export const openQueue = <Value>(bound: number): Queue<Value> => {
  const waiting = new Map<string | symbol, Value>();
  let ended = false;
  let failure: Error | undefined;
  let wake: () => void = () => {};
  return {
    push: ({ value, latestOf }) => {
      if (ended) return false;
      const key = latestOf ?? Symbol('kept');
      waiting.delete(key); // A newer one goes to the end: cursors stay in order.
      if (waiting.size < bound) waiting.set(key, value);
      else {
        ended = true;
        failure = new Full();
      }
      wake();
      return !ended;
    },
    end: (error) => {
      ended = true;
      failure ??= error;
      wake();
    },
    size: () => waiting.size,
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const first = waiting.entries().next();
        if (!first.done) {
          const [key, value] = first.value;
          waiting.delete(key);
          yield value;
          continue;
        }
        if (failure) throw failure;
        if (ended) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
};
