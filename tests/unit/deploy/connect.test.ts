/** A database that is away is waited for, aloud. */

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { connectDatabase, persevere } from '../../../deploy/connect.ts';

const refusingPort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

describe('perseverance', () => {
  test('tries until the answer comes, and says what it waits for, why and how long', async () => {
    const said: string[] = [];
    let tries = 0;
    const attempt = async (): Promise<string> => {
      tries += 1;
      if (tries < 3) throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
      return 'here';
    };
    await expect(persevere('The database', attempt, { say: (text) => said.push(text), longestPauseMs: 1 })).resolves.toBe('here');
    expect(said).toEqual(
      Array(2).fill('The database does not answer: nothing listens there (ECONNREFUSED). Trying again in 0.001 s.'),
    );
  });

  test('stops when it is told to', async () => {
    const stop = new AbortController();
    const waiting = persevere('It', () => Promise.reject(new Error('away')), { say: () => stop.abort(), signal: stop.signal });
    await expect(waiting).rejects.toThrow(/abort/i);
  });
});

describe('a database that is away at start', () => {
  test('is named by host and database, never by its password', async () => {
    const port = await refusingPort();
    const stop = new AbortController();
    const said: string[] = [];
    const say = (text: string): void => {
      said.push(text);
      stop.abort();
    };
    const opening = connectDatabase(`postgres://hub:hunter2@127.0.0.1:${port}/cad`, { say, signal: stop.signal });
    await expect(opening).rejects.toThrow(/abort/i);
    expect(said).toEqual([
      `The database at 127.0.0.1:${port}/cad does not answer: nothing listens there (ECONNREFUSED). Trying again in 0.5 s.`,
    ]);
  });
});
