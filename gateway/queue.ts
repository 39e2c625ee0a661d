/**
 * What waits for one reader, bounded. Of entities whose newest event makes older
 * ones worthless only the newest waits; of the others nothing is dropped: a
 * queue that is full of them says so, and the reader is sent away to resume.
 */
export interface Waiting<Value> {
  value: Value;
  /** Events of the same key replace each other; absent: this one is kept. */
  latestOf?: string | undefined;
}

export interface Queue<Value> {
  push: (waiting: Waiting<Value>) => void;
  /** Ends the queue behind what waits in it. */
  end: (error?: Error) => void;
  size: () => number;
  [Symbol.asyncIterator]: () => AsyncGenerator<Value, void>;
}

export const openQueue = <Value>(bound: number, onFull: () => Error): Queue<Value> => {
  const waiting = new Map<string | symbol, Value>();
  let ended = false;
  let failure: Error | undefined;
  let wake: () => void = () => {};
  return {
    push: ({ value, latestOf }) => {
      if (ended) return;
      const key = latestOf ?? Symbol('kept');
      waiting.delete(key); // A newer one goes to the end: cursors stay in order.
      waiting.set(key, value);
      if (waiting.size > bound) {
        ended = true;
        failure = onFull();
        waiting.clear();
      }
      wake();
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
