/** Positions at the pace that a reader wishes for. */
import { jest } from '@jest/globals';
import type { BusEvent } from '../../../subgraphs/kit/bus.ts';
import { paced } from '../../../subgraphs/kit/paced.ts';

const event = (key: string, at: number): BusEvent => ({ key, cursor: `${at}-0`, change: 'UPDATED', changedAt: new Date(0) });

/** A topic that says what it is told to. */
const openTopic = () => {
  const waiting: BusEvent[][] = [];
  let wake = () => {};
  let over = false;
  return {
    say: (...events: BusEvent[]) => {
      waiting.push(events);
      wake();
    },
    end: () => {
      over = true;
      wake();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const batch = waiting.shift();
        if (batch) yield batch;
        else if (over) return;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
};

const told = ({ value }: IteratorResult<BusEvent[], void>) => (value as BusEvent[]).map(({ key, cursor }) => `${key} ${cursor}`);

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('the first goes out at once; of each key the newest of an interval goes out at its end, in the order of cursors', async () => {
  const topic = openTopic();
  const events = paced(topic, 1_000, new AbortController().signal);
  topic.say(event('a', 1));
  expect(told(await events.next())).toEqual(['a 1-0']);
  const second = events.next();
  topic.say(event('a', 2), event('b', 3));
  topic.say(event('a', 4));
  let came = false;
  void second.then(() => {
    came = true;
  });
  await jest.advanceTimersByTimeAsync(999);
  expect(came).toBe(false);
  await jest.advanceTimersByTimeAsync(1);
  expect(told(await second)).toEqual(['b 3-0', 'a 4-0']);
});

test('what was held is told before the topic ends, and a topic that fails fails', async () => {
  const topic = openTopic();
  const left = new AbortController();
  const events = paced(topic, 60_000, left.signal);
  topic.say(event('a', 1));
  await events.next();
  const last = events.next();
  topic.say(event('a', 2));
  await jest.advanceTimersByTimeAsync(0);
  topic.end();
  left.abort();
  expect(told(await last)).toEqual(['a 2-0']);
  expect((await events.next()).done).toBe(true);
  const failing = paced(failure(), 1_000, left.signal);
  await expect(failing.next()).rejects.toThrow('gone');
});

// biome-ignore lint/correctness/useYield: it fails before it has anything to say.
async function* failure(): AsyncGenerator<BusEvent[]> {
  throw new Error('gone');
}
