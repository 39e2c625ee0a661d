/**
 * `return()` on an async generator waits for the `next()` under way, and that one
 * may wait for an event that never comes: an unsubscribed reader would stay for
 * ever. This runs `abort` first, which must end the wait.
 */
export const abortable = <Value>(source: AsyncGenerator<Value, void>, abort: () => void): AsyncGenerator<Value, void> => {
  const wrapped: AsyncGenerator<Value, void> = {
    next: () => source.next(),
    return: (value) => {
      abort();
      return source.return(value);
    },
    throw: (error) => {
      abort();
      return source.throw(error);
    },
    [Symbol.asyncIterator]: () => wrapped,
    [Symbol.asyncDispose]: async () => {
      abort();
      await source.return();
    },
  };
  return wrapped;
};
