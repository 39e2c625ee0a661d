/**
 * A relay in front of Redis. The connections through it are the test's own, so
 * they can be broken without touching anybody else's.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createClient } from 'redis';

export interface Relay {
  url: string;
  /** Redis ends the relay's connections (CLIENT KILL); the answer is how many. */
  killAtRedis: () => Promise<number>;
  /** Nobody answers at `url` until `start`. */
  stop: () => Promise<void>;
  start: () => Promise<void>;
  close: () => Promise<void>;
}

export const openRelay = async (url: string): Promise<Relay> => {
  const { hostname, port } = new URL(url);
  const pairs = new Set<{ near: Socket; far: Socket }>();
  const server = createServer((near) => {
    const far = connect(Number(port || 6379), hostname);
    const pair = { near, far };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
    near.pipe(far).pipe(near);
  });
  const listen = async (at: number) => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const bound = await listen(0);
  const stop = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const { near } of pairs) near.destroy();
    await closed;
  };
  const own = new URL(url);
  own.hostname = '127.0.0.1';
  own.port = String(bound);
  return {
    url: own.href,
    killAtRedis: () =>
      kill(
        url,
        [...pairs].map(({ far }) => `${far.localAddress}:${far.localPort}`),
      ),
    stop,
    start: async () => {
      await listen(bound);
    },
    close: stop,
  };
};

const kill = async (url: string, addresses: string[]): Promise<number> => {
  const client = createClient({ url });
  await client.connect();
  try {
    const listed = String(await client.sendCommand(['CLIENT', 'LIST']));
    const known = addresses.filter((address) => listed.includes(` addr=${address} `));
    for (const address of known) await client.sendCommand(['CLIENT', 'KILL', 'ADDR', address]);
    return known.length;
  } finally {
    client.destroy();
  }
};
