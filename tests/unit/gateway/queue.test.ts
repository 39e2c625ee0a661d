/** What waits for one reader. */
import { Full, openQueue, type Queue } from '../../../gateway/queue.ts';

const rest = async <Value>(queue: Queue<Value>): Promise<Value[]> => {
  const values: Value[] = [];
  for await (const value of queue) values.push(value);
  return values;
};

const filled = (bound: number, waiting: [value: string, latestOf?: string][]): Queue<string> => {
  const queue = openQueue<string>(bound);
  for (const [value, latestOf] of waiting) queue.push({ value, latestOf });
  return queue;
};

test('values come in the order in which they came', async () => {
  const queue = filled(10, [['a'], ['b'], ['a']]);
  queue.end();
  expect(await rest(queue)).toEqual(['a', 'b', 'a']);
});

test('of one key only the newest waits, at the end, so that cursors stay in order', async () => {
  const queue = filled(10, [['a1', 'a'], ['b1', 'b'], ['kept'], ['a2', 'a'], ['a3', 'a']]);
  expect(queue.size()).toBe(3);
  queue.end();
  expect(await rest(queue)).toEqual(['b1', 'kept', 'a3']);
});

test('what is not of a key replaces nothing, whatever it is', async () => {
  const queue = filled(10, [['kept', 'kept'], ['kept'], ['kept']]);
  queue.end();
  expect(await rest(queue)).toEqual(['kept', 'kept', 'kept']);
});

test('a newer one of a key that is waiting fits into a full queue', async () => {
  const queue = filled(2, [
    ['a1', 'a'],
    ['b1', 'b'],
    ['a2', 'a'],
    ['b2', 'b'],
  ]);
  queue.end();
  expect(await rest(queue)).toEqual(['a2', 'b2']);
});

test('a queue that is full ends behind what it holds, and says so: nothing of it is dropped, nothing later slips in', async () => {
  const queue = filled(2, [['a'], ['b'], ['too many']]);
  const values: string[] = [];
  const reading = (async () => {
    for await (const value of queue) {
      values.push(value);
      queue.push({ value: 'later' });
    }
  })();
  await expect(reading).rejects.toBeInstanceOf(Full);
  expect(values).toEqual(['a', 'b']);
});

test('a reader that keeps up never sees it full', async () => {
  const queue = openQueue<number>(1);
  const values = queue[Symbol.asyncIterator]();
  for (let at = 0; at < 100; at += 1) {
    queue.push({ value: at });
    expect((await values.next()).value).toBe(at);
  }
});

test('a waiting reader is woken by a value, by the end and by a failure', async () => {
  const queue = openQueue<string>(5);
  const values = queue[Symbol.asyncIterator]();
  const first = values.next();
  queue.push({ value: 'a' });
  expect(await first).toEqual({ value: 'a', done: false });
  const last = values.next();
  queue.end();
  expect((await last).done).toBe(true);
  const failing = openQueue<string>(5);
  const waiting = failing[Symbol.asyncIterator]().next();
  failing.end(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
});

test('a failure comes behind what was waiting', async () => {
  const queue = filled(5, [['a'], ['b']]);
  queue.end(new Error('gone'));
  const values = queue[Symbol.asyncIterator]();
  expect([(await values.next()).value, (await values.next()).value]).toEqual(['a', 'b']);
  await expect(values.next()).rejects.toThrow('gone');
});

test('what comes after the end is not taken, and the first reason stays', async () => {
  const queue = filled(1, [['a'], ['full']]);
  queue.end(new Error('gone'));
  queue.push({ value: 'late' });
  expect(queue.size()).toBe(1);
  const values = queue[Symbol.asyncIterator]();
  await values.next();
  await expect(values.next()).rejects.toBeInstanceOf(Full);
});

test('a reader that waits may take what comes at once, and its promise waits on for what it does not take', async () => {
  const queue = openQueue<number>(5);
  const taken: number[] = [];
  const next = queue.take((value) => value !== 3 && taken.push(value) > 0);
  for (const value of [1, 2, 3, 4]) expect(queue.push({ value })).toBe(true);
  expect([await next, taken, queue.take()]).toEqual([3, [1, 2], 4]);
});

test('a reader that fails ends its own queue, and nobody is told but itself', async () => {
  const queue = openQueue<number>(5);
  const failing = queue.take(() => {
    throw new Error('its own');
  });
  expect(queue.push({ value: 1 })).toBe(false);
  await expect(failing).rejects.toThrow('its own');
  expect(queue.push({ value: 2 })).toBe(false);
});
