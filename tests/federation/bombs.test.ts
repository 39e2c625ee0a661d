/** A short document that expands to a long one is refused before anything walks it. */
import { startToyHub, type ToyHub } from './harness.ts';

const clock = {
  name: 'clock',
  sdl: 'type Query { time: Time } type Time { text: String }',
  resolvers: { Query: { time: () => ({ text: 'noon' }) } },
};

let hub: ToyHub;
beforeAll(async () => {
  hub = await startToyHub({ subgraphs: [clock] });
});
afterAll(() => hub.close());

/** Each level doubles the one below it: no aliases, no depth, no objects, only fields. */
const bomb = (levels: number): string =>
  `{ time { ...F0 } } ${Array.from({ length: levels }, (_, at) => `fragment F${at} on Time { ...F${at + 1} ...F${at + 1} }`).join(' ')} fragment F${levels} on Time { text }`;

test.each([13, 24, 200])('%d levels of fragments that double are refused at once', async (levels) => {
  const answer = await hub.ask({ query: bomb(levels) });
  expect([answer.status, answer.errors?.[0]?.extensions.code]).toEqual([400, 'LIMIT_TOKENS']);
});

test('fragments that are used twice are no bomb', async () => {
  expect((await hub.ask({ query: bomb(3) })).data).toEqual({ time: { text: 'noon' } });
});
