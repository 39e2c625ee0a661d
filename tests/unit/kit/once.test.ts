/** A signature is taken once: by one process, and by replicas that share a Redis. */
import { createClient } from 'redis';
import { anonymous, type Verified } from '../../../schema/principal.ts';
import { openClaims } from '../../../subgraphs/kit/bus/claims.ts';
import { openRedisBus } from '../../../subgraphs/kit/bus/redis.ts';
import { acceptOnce } from '../../../subgraphs/kit/once.ts';
import { describeOn, services } from '../../setup/services.ts';

const startMs = Date.parse('2022-02-20T18:00:00Z');
const refused = { code: 'PRINCIPAL_REFUSED' };

const verified = (id: string, issuedAtMs = startMs): Verified => ({
  ...{ principal: anonymous, id, issuedAtMs, expiresAtMs: issuedAtMs + 30_000, acceptedUntilMs: issuedAtMs + 35_000 },
});
const verify = async (token: string | undefined) => verified(token ?? '');
const hop = { audience: 'cad', body: '{}' };

describe('in one process', () => {
  test('the second use is refused, until nobody would accept it any more', async () => {
    let nowMs = startMs;
    const claim = openClaims({ now: () => nowMs });
    const once = acceptOnce(verify, claim, startMs);
    await expect(once('a', hop)).resolves.toMatchObject({ id: 'a' });
    nowMs = startMs + 34_999;
    await expect(once('a', hop)).rejects.toMatchObject(refused);
    await expect(once('b', hop)).resolves.toMatchObject({ id: 'b' });
    nowMs = startMs + 60_000;
    await expect(once('a', hop)).rejects.toMatchObject(refused);
  });

  test('its number is one for each system: the verifier refuses the others', async () => {
    const once = acceptOnce(verify, openClaims({ now: () => startMs }), startMs);
    await expect(once('a', hop)).resolves.toBeDefined();
    await expect(once('a', { ...hop, audience: 'rms' })).resolves.toBeDefined();
  });

  test('a process that has just started takes nothing from before', async () => {
    const old = async () => verified('a', startMs - 6_000);
    await expect(acceptOnce(old, openClaims({ now: () => startMs }), startMs)('a', hop)).rejects.toMatchObject(refused);
  });

  test('the memory is bounded: when it is full nothing more is taken, and what has ended makes room', async () => {
    let nowMs = startMs;
    const claim = openClaims({ now: () => nowMs, atMost: 2 });
    const take = (key: string) => claim(key, startMs + 1_000);
    expect([await take('a'), await take('b'), await take('c')]).toEqual([true, true, false]);
    nowMs = startMs + 5_000;
    expect([await claim('c', nowMs + 1_000), await claim('a', nowMs + 1_000)]).toEqual([true, true]);
  });
});

describeOn('redis', 'among replicas on one Redis', () => {
  const prefix = `rtcc-test-once-${process.pid}:`;
  const open = () => openRedisBus({ url: services().redis.url, prefix });

  test('what one replica took, the other refuses, for as long as it would be accepted', async () => {
    const [one, other] = [await open(), await open()];
    const untilMs = Date.now() + 30_000;
    expect([await one.claim('a', untilMs), await other.claim('a', untilMs), await other.claim('b', untilMs)]).toEqual([
      true,
      false,
      true,
    ]);
    const client = await createClient({ url: services().redis.url }).connect();
    const leftMs = await client.pTTL(`${prefix}once:a`);
    expect(leftMs > 0 && leftMs <= 30_000).toBe(true); // Redis forgets it by itself.
    await client.del([`${prefix}once:a`, `${prefix}once:b`]);
    client.destroy();
    await Promise.all([one.close(), other.close()]);
  });

  test('without Redis, after a connection, each process decides by itself', async () => {
    const bus = await open();
    await bus.close();
    const untilMs = Date.now() + 1_000;
    expect([await bus.claim('c', untilMs), await bus.claim('c', untilMs)]).toEqual([true, false]);
  });
});
