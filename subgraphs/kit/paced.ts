/**
 * Positions at the reader's own pace: what comes within one interval goes out
 * together at its end, the newest of each key, so that no key comes twice in one.
 * Held are keys only; what they say is read when they go out. The first goes out
 * at once.
 */
import type { BusEvent } from './bus.ts';

export const newestOfEach = (batch: readonly BusEvent[]): BusEvent[] => {
  const newest = new Map<string, BusEvent>();
  for (const event of batch) {
    newest.delete(event.key); // A key seen again moves to the end: cursors stay in order.
    newest.set(event.key, event);
  }
  return [...newest.values()];
};

export async function* paced(
  batches: AsyncIterable<BusEvent[]>,
  everyMs: number,
  signal: AbortSignal,
): AsyncGenerator<BusEvent[], void> {
  let held: BusEvent[] = [];
  let wake = () => {};
  let over = false;
  const gathering = gather(batches, (batch) => {
    held = newestOfEach([...held, ...batch]);
    wake();
  }).finally(() => {
    over = true;
    wake();
  });
  gathering.catch(() => {}); // Thrown below, behind what was held.
  while (!over || held.length > 0) {
    if (held.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      continue;
    }
    const due = held;
    held = [];
    yield due;
    if (!over) await interval(everyMs, signal);
  }
  await gathering;
}

const gather = async (batches: AsyncIterable<BusEvent[]>, take: (batch: BusEvent[]) => void): Promise<void> => {
  for await (const batch of batches) take(batch);
};

const interval = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
