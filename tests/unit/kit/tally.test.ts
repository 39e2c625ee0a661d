/** How often, over several processes: one bucket in Redis, and nobody who waits for a Redis that does not answer. */
import { connect, createServer, type Socket } from 'node:net';
import { createClient } from 'redis';
import { openQuotas } from '../../../gateway/quotas.ts';
import { openRedisBus } from '../../../subgraphs/kit/bus/redis.ts';
import type { Bus } from '../../../subgraphs/kit/bus.ts';
import { describeOn, scratchRedis, services } from '../../setup/services.ts';

const opened: { close: () => Promise<unknown> }[] = [];

describeOn('redis', 'what a vendor asks', () => {
  const redis = scratchRedis();
  afterAll(async () => {
    for (const one of opened.reverse()) await one.close();
    await redis.drop();
  });
  const open = async (url = redis.url): Promise<Bus> => {
    const bus = await openRedisBus({ url, prefix: redis.prefix });
    opened.push(bus);
    return bus;
  };
  /** Of one gateway; its own clock plays no part while Redis counts. */
  const quotasOn = (bus: Bus) => openQuotas(() => 0, bus.tally);
  const asked = async (quotas: ReturnType<typeof openQuotas>, who: string, perMinute: number, times: number) => {
    const outcomes: unknown[] = [];
    for (let time = 0; time < times; time += 1)
      outcomes.push(
        await quotas.takeOfAll(who, perMinute).then(
          () => 'taken',
          (error: { code: string }) => error.code,
        ),
      );
    return outcomes;
  };
  const [taken, refused] = ['taken', 'LIMIT_RATE'];

  test('of two gateways is counted as one, each vendor apart, and says when to try again', async () => {
    const [one, other] = [quotasOn(await open()), quotasOn(await open())];
    expect(await asked(one, 'vendor a', 3, 2)).toEqual([taken, taken]);
    expect(await asked(other, 'vendor a', 3, 2)).toEqual([taken, refused]);
    expect(await asked(one, 'vendor a', 3, 1)).toEqual([refused]);
    expect(await asked(one, 'vendor b', 3, 1)).toEqual([taken]);
    await expect(other.takeOfAll('vendor a', 3)).rejects.toMatchObject({ extensions: { retryAfter: expect.any(Number) } });
    const error = await other.takeOfAll('vendor a', 3).catch((refusal) => refusal);
    expect(error.extensions.retryAfter).toBeGreaterThan(0);
    expect(error.extensions.retryAfter).toBeLessThanOrEqual(20);
  });

  test('refills evenly: what was refused is let in when there is enough again', async () => {
    const quotas = quotasOn(await open());
    const perMinute = 1_200; // One in 50 ms.
    const { tally } = await open();
    expect(await tally?.('vendor c', perMinute, perMinute)).toBe(0);
    expect(await asked(quotas, 'vendor c', perMinute, 1)).toEqual([refused]);
    for (let outcome: unknown = refused; outcome !== taken; ) [outcome] = await asked(quotas, 'vendor c', perMinute, 1);
  });

  test('at the same moment is never more than there is', async () => {
    const [one, other] = [quotasOn(await open()), quotasOn(await open())];
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, time) => asked(time % 2 ? one : other, 'vendor d', 5, 1).then(([outcome]) => outcome)),
    );
    expect(outcomes.filter((outcome) => outcome === taken)).toHaveLength(5);
  });

  test('leaves nothing in Redis that says who it is, nor for longer than a minute', async () => {
    await asked(quotasOn(await open()), 'vendor-with-a-name', 5, 1);
    const client = await createClient({ url: services().redis.url }).connect();
    const keys = await client.keys(`${redis.prefix}rate:*`);
    expect(keys.join()).not.toContain('name');
    for (const key of keys) {
      const leftMs = await client.pTTL(key);
      expect(leftMs > 0 && leftMs <= 60_000).toBe(true);
    }
    client.destroy();
  });

  test('is counted by each gateway for itself while Redis is away', async () => {
    const bus = await open();
    const quotas = quotasOn(bus);
    opened.splice(opened.indexOf(bus), 1);
    await bus.close();
    expect(await asked(quotas, 'vendor e', 2, 3)).toEqual([taken, taken, refused]);
  });

  test('waits once, and briefly, for a Redis that has fallen silent: meanwhile each gateway counts', async () => {
    const silent = await startSilent(redis.url);
    opened.push(silent);
    const quotas = quotasOn(await open(silent.url));
    expect(await asked(quotas, 'vendor f', 500, 1)).toEqual([taken]);
    silent.fall();
    const startedMs = performance.now();
    expect(await asked(quotas, 'vendor f', 300, 301)).toEqual([...Array(300).fill(taken), refused]);
    expect(performance.now() - startedMs).toBeLessThan(1_000); // Three hundred patiences would be fifteen seconds.
    silent.speak();
  });
});

/** In front of Redis: what is sent gets through, until it falls silent without a word, as a network does. */
const startSilent = async (url: string) => {
  const { hostname, port } = new URL(url);
  const pairs: [Socket, Socket][] = [];
  const server = createServer((near) => {
    const far = connect(Number(port || 6379), hostname);
    pairs.push([near, far]);
    near.on('error', () => far.destroy()).pipe(far);
    far.on('error', () => near.destroy()).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as { port: number };
  return {
    url: `redis://127.0.0.1:${own}`,
    fall: () => {
      for (const [near, far] of pairs) far.unpipe(near);
    },
    speak: () => {
      for (const [near, far] of pairs) far.pipe(near);
    },
    close: async () => {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      server.close();
    },
  };
};
