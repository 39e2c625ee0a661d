/** What one caller may have open is counted over all of their sockets, and nobody else's. */
import { startToyHub, type ToyHub } from './harness.ts';

const clock = {
  name: 'clock',
  sdl: 'type Query { time: String } type Subscription { ticked: String @authenticated }',
  resolvers: {
    Query: { time: () => 'noon' },
    Subscription: {
      ticked: {
        subscribe: async function* () {
          yield { event: { cursor: '0-0', key: '' }, latest: false, opening: true, context: {} };
          await new Promise(() => {});
        },
      },
    },
  },
};

let hub: ToyHub;
beforeAll(async () => {
  hub = await startToyHub({ subgraphs: [clock], env: { HUB_LIMIT_STREAMS: '3' } });
});
afterAll(() => hub.close());

const ticked = { query: 'subscription { ticked }' };
const time = { query: '{ time }' };
const noon = { data: { time: 'noon' } };

test('a second socket is no way around the limit; another caller, and the same one later, are let in', async () => {
  const [token, other] = await Promise.all(['a', 'b'].map((sub) => hub.issuer.token(['patrol'], { sub })));
  const first = hub.socket(token);
  const opened = [1, 2, 3].map(() => first.subscribe(ticked, { next: () => {}, error: () => {}, complete: () => {} }));
  const full = [{ extensions: { code: 'LIMIT_STREAMS' } }];
  await expect(first.iterate(time).next()).rejects.toMatchObject(full); // Behind the others on its socket: they are open now.
  const second = hub.socket(token);
  await expect(second.iterate(time).next()).rejects.toMatchObject(full);
  const stranger = hub.socket(other);
  expect((await stranger.iterate(time).next()).value).toEqual(noon);
  for (const close of opened) close();
  await first.dispose();
  const again = hub.socket(token);
  let answer: unknown;
  for (let tries = 0; tries < 50 && answer === undefined; tries += 1) {
    answer = await again
      .iterate(time)
      .next()
      .then(({ value }) => value)
      .catch(() => undefined);
  }
  expect(answer).toEqual(noon);
  await Promise.all([second.dispose(), stranger.dispose(), again.dispose()]);
});
