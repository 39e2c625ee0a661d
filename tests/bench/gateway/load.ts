/** Load on one address: so many connections, each asking again as soon as it is answered. */

import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { Pool } from 'undici';
import { quantile } from '../bench.ts';

export interface Load {
  address: string;
  query: string;
  connections: number;
  seconds: number;
  headers?: Record<string, string>;
}

export interface Loaded {
  requests: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
}

export const ask = async (pool: Pool, { address, query, headers = {} }: Load): Promise<string> => {
  const { body, statusCode } = await pool.request({
    path: new URL(address).pathname,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${address} answered ${statusCode}: ${text.slice(0, 500)}`);
  return text;
};

export const connect = ({ address, connections }: Load): Pool =>
  new Pool(new URL(address).origin, { connections, pipelining: 1 });

export const load = async (pool: Pool, given: Load): Promise<Loaded> => {
  const started = performance.now();
  const until = started + given.seconds * 1000;
  const times: number[] = [];
  await Promise.all(
    Array.from({ length: given.connections }, async () => {
      while (performance.now() < until) {
        const from = performance.now();
        await ask(pool, given);
        times.push(performance.now() - from);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  return { requests: times.length, seconds, p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) };
};

/** User and system time of a process, in milliseconds (Linux). */
export const cpuMsOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10; // USER_HZ is 100.
};

export const sameAnswer = (one: string, other: string): boolean => isDeepStrictEqual(JSON.parse(one), JSON.parse(other));
