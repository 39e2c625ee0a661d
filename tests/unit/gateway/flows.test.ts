/** Which events a watcher gets, wherever it joins: nothing lost, nothing twice, nothing that waited too long. */
import { parse } from 'graphql';
import type { FlowHub, Item, Joined, Watcher } from '../../../gateway/flow.ts';
import { type Flows, openFlows } from '../../../gateway/flows.ts';
import type { Shared } from '../../../gateway/sharing.ts';
import type { Sink, Subscribe } from '../../../gateway/upstream.ts';

const shared = {
  key: 'k',
  variables: {},
  anchored: false,
  decided: {
    principal: {},
    authorized: { document: parse('subscription { moved }'), denied: [] },
    planned: { plan: { node: { kind: 'Subscription', primary: { serviceName: 's', operation: '', variableUsages: [] } } } },
    decisions: { explain: () => '' },
    contract: {},
  },
} as unknown as Shared;
const watcher: Watcher = { holds: () => true, expiresAtMs: () => Number.POSITIVE_INFINITY };

interface Asked {
  sink: Sink;
  after: string | undefined;
  stopped: boolean;
}

let asked: Asked[];
let reads: number;
/** What the readings wait for, in turn. */
let underWay: Promise<void>[];
let nowMs: number;
let flows: Flows;
const hub = {
  now: () => nowMs,
  queueBound: 5,
  signatureSeconds: 60,
  upstreams: new Map([
    [
      's',
      {
        subscribe: async ({ resumeAfter }: Subscribe, sink: Sink) => {
          const one: Asked = { sink, after: resumeAfter, stopped: false };
          asked.push(one);
          return () => {
            one.stopped = true;
          };
        },
      },
    ],
  ]),
  execute: async () => {
    reads += 1;
    await underWay[reads - 1];
    return { json: '{}', refusals: [], unfit: [], errors: [], entities: [] };
  },
} as unknown as FlowHub;

beforeEach(() => {
  asked = [];
  reads = 0;
  underWay = [];
  nowMs = 1_000;
  flows = openFlows();
});

const settled = () => new Promise((resolve) => setImmediate(resolve));
const at = (number: number): Asked => {
  const one = asked[number];
  if (!one) throw new Error(`The system was not asked ${number + 1} times.`);
  return one;
};
const opening = (number: number, cursor: string) =>
  at(number).sink.next({ extensions: { cursor, key: '', latest: false, opening: true } });
const event = (number: number, cursor: string, key = cursor, latest = false) =>
  at(number).sink.next({ data: {}, extensions: { cursor, key, latest } });
const join = async (cursor?: string) => {
  const joining = flows.join(hub, shared, watcher, cursor);
  await settled();
  return joining;
};
/** What waits for a watcher now. */
const waiting = async ({ items }: Joined): Promise<(string | undefined)[]> => {
  items.end();
  const found: (string | undefined)[] = [];
  try {
    for await (const { cursor } of items as AsyncIterable<Item>) found.push(cursor);
  } catch {} // Full.
  return found;
};

test('those who watch the same are one upstream, which reads an event once, and ends with the last of them', async () => {
  const [one, other] = [await join(), await join()];
  opening(0, '1-0');
  event(0, '2-0');
  await settled();
  expect([asked.length, reads, await waiting(one), await waiting(other)]).toEqual([1, 1, ['2-0'], ['2-0']]);
  one.leave();
  await settled();
  expect([at(0).stopped, flows.size()]).toEqual([false, 1]);
  other.leave();
  await settled();
  expect([at(0).stopped, flows.size()]).toEqual([true, 0]);
});

test('who has seen what the live one remembers joins it there, and is handed what came since', async () => {
  await join();
  opening(0, '1-0');
  for (const cursor of ['2-0', '3-0', '10-0']) event(0, cursor);
  await settled(); // Handed out to those who are there.
  const late = await join('2-0');
  event(0, '11-0');
  await settled();
  expect([asked.length, await waiting(late)]).toEqual([1, ['3-0', '10-0', '11-0']]);
});

test('who is ahead of the live one is told nothing twice', async () => {
  await join();
  opening(0, '1-0');
  event(0, '2-0');
  const ahead = await join('9-0');
  for (const cursor of ['8-0', '9-0', '10-0']) event(0, cursor);
  await settled();
  expect(await waiting(ahead)).toEqual(['10-0']);
});

const opened = (): { promise: Promise<void>; open: () => void } => {
  let open = () => {};
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
};

test('events are handed out as they came, each when it has been read', async () => {
  const first = opened();
  underWay = [first.promise];
  const one = await join();
  opening(0, '1-0');
  const taken: [string | undefined, boolean][] = [];
  void one.items.take(({ cursor, shown }) => taken.push([cursor, shown() !== undefined]) > 0);
  for (const cursor of ['2-0', '3-0']) event(0, cursor);
  await settled();
  expect([reads, taken]).toEqual([2, []]);
  first.open();
  await settled();
  expect(taken).toEqual([
    ['2-0', true],
    ['3-0', true],
  ]);
});

test('a reading that takes long holds nobody back: who waits is handed the event as it is, and so are all when many are read', async () => {
  const never = opened();
  underWay = Array.from({ length: 20 }, () => never.promise);
  const [one, other] = [await join(), await join()];
  opening(0, '1-0');
  const taken: [string | undefined, boolean][] = [];
  void one.items.take(({ cursor, shown }) => taken.push([cursor, shown() !== undefined]) > 0);
  event(0, '2-0');
  while (taken.length === 0) await settled();
  expect(taken).toEqual([['2-0', false]]);
  for (let number = 3; number < 20; number += 1) event(0, `${number}-0`, 'unit', true);
  expect([reads, taken.length]).toEqual([16, 18]);
  expect(await waiting(other)).toEqual(['2-0', '19-0']);
});

test('what is older than two seconds is handed to nobody: it is read again, from the cursor on', async () => {
  await join();
  opening(0, '1-0');
  event(0, '2-0');
  await settled();
  nowMs += 2_001;
  const joining = flows.join(hub, shared, watcher, '1-0');
  await settled();
  await joining;
  await settled();
  expect(asked.map(({ after }) => after)).toEqual([undefined, '1-0']);
});

test('who catches up is told when the live one goes on behind what it has, and those at the same place catch up together', async () => {
  await join();
  opening(0, '5-0');
  const [one, other] = [await join('2-0'), await join('2-0')];
  await settled();
  expect(asked.map(({ after }) => after)).toEqual([undefined, '2-0']);
  event(1, '3-0');
  expect([one.isOvertaken('3-0'), one.isOvertaken('5-0'), other.isOvertaken('6-0')]).toEqual([false, true, true]);
});

test('a watcher that takes nothing keeps a bounded queue, of positions the newest of each, and costs the others nothing', async () => {
  const [slow, latest] = [await join(), await join()];
  opening(0, '1-0');
  for (let number = 2; number < 20; number += 1) event(0, `${number}-0`, 'unit', true);
  expect(await waiting(latest)).toEqual(['19-0']);
  for (let number = 20; number < 40; number += 1) event(0, `${number}-0`);
  expect(await waiting(slow)).toHaveLength(5);
});

test('a lost upstream is resumed behind the last event that came; one that is refused ends all', async () => {
  const one = await join();
  opening(0, '1-0');
  event(0, '2-0');
  at(0).sink.end();
  while (asked.length < 2) await settled();
  expect(at(1).after).toBe('2-0');
  at(1).sink.next({ errors: [{ message: '', extensions: { code: 'CURSOR_TOO_OLD' } }] });
  await settled();
  const ended = async () => {
    for await (const _ of one.items);
  };
  await expect(ended()).rejects.toMatchObject({ code: 'CURSOR_TOO_OLD' });
  expect(flows.size()).toBe(0);
});

test('streams that come and go leave nothing', async () => {
  for (let round = 0; round < 1_000; round += 1) {
    const joined = await flows.join(hub, { ...shared, key: `k${round % 7}` }, watcher, undefined);
    joined.leave();
  }
  await settled();
  expect(flows.size()).toBe(0);
  expect(asked.every(({ stopped }) => stopped)).toBe(true);
});

test('one who falls behind again, on the way to the live flow, still goes over to it', async () => {
  const first = flows.join(hub, shared, watcher, '1-0');
  await settled();
  opening(0, '9-0');
  const before = await first;
  const again = await flows.join(hub, shared, watcher, '5-0');
  before.leave(); // As whoever joins anew does: only then.
  expect(at(0).stopped).toBe(false);
  expect(again.isOvertaken('8-0')).toBe(false);
  expect(again.isOvertaken('9-0')).toBe(true);
  again.leave();
  await settled();
  expect(flows.size()).toBe(0);
});
