/** Time and chance, as arguments: a test turns them by hand. */

export interface Clock {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Resolves after the time, or throws the signal's reason. */
  pause: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** From 0 to 1. */
  random: () => number;
}

export const systemClock: Clock = {
  now: Date.now,
  random: Math.random,
  pause: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, ms);
      signal?.addEventListener('abort', stop, { once: true });
    }),
};
