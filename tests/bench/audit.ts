/**
 * What auditing costs: the same reads through two gateways over one federation,
 * audit on and audit off, in turns. The goal: at most 10 % of the throughput and
 * 5 ms of the median at 200 operations a second, on PostgreSQL that syncs each
 * commit to disk.
 */
import { Pool } from 'undici';
import { cpuSeconds } from './audit/cpu.ts';
import { startGateway } from './audit/gateway.ts';
import { startPostgres } from './audit/postgres.ts';
import { type Bench, median, quantile, type Row } from './bench.ts';

export const bench: Bench = {
  what: 'Reads with the audit on against the audit off, in turns: throughput of 32 readers, and the median at 200 a second.',
  run: async ({ smoke, say, given }) => {
    const seconds = Number(given.seconds ?? (smoke ? 1 : 10));
    const rounds = Number(given.rounds ?? (smoke ? 1 : 5));
    const postgres = process.env.DATABASE_URL ? undefined : await startPostgres();
    const url = process.env.DATABASE_URL ?? postgres?.url ?? '';
    const started: Running[] = [];
    const start = async (mode: Mode): Promise<Running> => {
      const gateway = await startGateway(url, mode);
      started.push(gateway);
      return gateway;
    };
    try {
      const gateways: Record<Mode, Running> = { off: await start('off'), on: await start('on') };
      return rowsOf(await measure(gateways, { seconds, rounds, say, postgres: postgres?.pid }));
    } finally {
      await Promise.all(started.map(({ close }) => close()));
      await postgres?.close();
    }
  },
};

type Mode = 'off' | 'on';
type Running = Awaited<ReturnType<typeof startGateway>>;
const modes: readonly Mode[] = ['off', 'on'];

const readers = 32;
const perSecond = 200;

interface Found {
  /** Answers a second, by round. */
  throughput: Record<Mode, number[]>;
  /** Milliseconds at 200 a second. */
  latencies: Record<Mode, number[]>;
  /** Milliseconds of CPU an answer: the gateway's, and PostgreSQL's where it is the benchmark's own. */
  cpu: Record<Mode, number[]>;
  storeCpu: Record<Mode, number[]>;
}

interface Measuring {
  seconds: number;
  rounds: number;
  say: (line: string) => void;
  /** Of the benchmark's own PostgreSQL. */
  postgres: number | undefined;
}

const measure = async (gateways: Record<Mode, Running>, { seconds, rounds, say, postgres }: Measuring): Promise<Found> => {
  const found: Found = {
    throughput: { off: [], on: [] },
    latencies: { off: [], on: [] },
    cpu: { off: [], on: [] },
    storeCpu: { off: [], on: [] },
  };
  for (const mode of modes) await full(gateways[mode], Math.min(seconds, 3)); // Warm.
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? modes : modes.toReversed(); // Neither always comes second.
    for (const mode of order) {
      const pids = [gateways[mode].pid, postgres ?? 0];
      const before = pids.map(cpuSeconds);
      const { perSecond: rate, answers } = await full(gateways[mode], seconds);
      const [own, store] = pids.map((pid, at) => (((cpuSeconds(pid) ?? Number.NaN) - (before[at] ?? 0)) * 1_000) / answers);
      found.throughput[mode].push(rate);
      found.cpu[mode].push(own ?? Number.NaN);
      found.storeCpu[mode].push(store ?? Number.NaN);
    }
    for (const mode of order) found.latencies[mode].push(...(await steady(gateways[mode], seconds)));
    const [off, on] = modes.map((mode) => (found.throughput[mode].at(-1) ?? 0).toFixed(0));
    say(`round ${round + 1} of ${rounds}: ${off} answers a second without, ${on} with`);
  }
  return found;
};

/** As fast as 32 readers get answers. */
const full = async (gateway: Running, seconds: number): Promise<{ perSecond: number; answers: number }> => {
  const pool = new Pool(gateway.url, { connections: readers, pipelining: 1 });
  const untilMs = performance.now() + seconds * 1_000;
  let answers = 0;
  const read = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      await ask(pool, gateway.token);
      answers += 1;
    }
  };
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: readers }, read));
  const took = (performance.now() - startedMs) / 1_000;
  await pool.close();
  return { perSecond: answers / took, answers };
};

/** 200 a second by the clock, whatever the answers take; from the moment at which each was due. */
const steady = async (gateway: Running, seconds: number): Promise<number[]> => {
  const pool = new Pool(gateway.url, { connections: 64, pipelining: 1 });
  const latencies: number[] = [];
  const startMs = performance.now();
  const due = (at: number): number => startMs + (at * 1_000) / perSecond;
  const asked: Promise<void>[] = [];
  for (let at = 0; at < seconds * perSecond; ) {
    for (; at < seconds * perSecond && due(at) <= performance.now(); at += 1) {
      const dueMs = due(at);
      asked.push(ask(pool, gateway.token).then(() => void latencies.push(performance.now() - dueMs)));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(asked);
  await pool.close();
  return latencies;
};

const body = JSON.stringify({
  query: 'query Look($district: String!) { incidents(district: $district) { id number type priority address receivedAt } }',
  variables: { district: '8' },
  extensions: { purpose: 'DISPATCH', reason: 'benchmark of the audit' },
});

const ask = async (pool: Pool, token: string): Promise<void> => {
  const { statusCode, body: answer } = await pool.request({
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body,
  });
  const text = await answer.text();
  if (statusCode !== 200 || text.includes('"errors"')) throw new Error(`The hub answered ${statusCode}: ${text.slice(0, 300)}`);
};

const rowsOf = ({ throughput, latencies, cpu, storeCpu }: Found): Row[] => {
  const [off, on] = [median(throughput.off), median(throughput.on)];
  const added = median(latencies.on) - median(latencies.off);
  return [
    { case: 'audit off', measure: 'answers per second', value: off },
    // A ratio of at most 1.11 is at least 90 % of the throughput.
    { case: 'audit on', measure: 'answers per second', value: on, ratio: off / on, goal: 1 / 0.9 },
    { case: 'audit off', measure: 'gateway CPU ms per answer', value: median(cpu.off) },
    { case: 'audit on', measure: 'gateway CPU ms per answer', value: median(cpu.on), ratio: median(cpu.on) / median(cpu.off) },
    { case: 'audit on', measure: 'PostgreSQL CPU ms per answer', value: median(storeCpu.on) },
    { case: 'audit off, 200 per second', measure: 'median ms', value: median(latencies.off) },
    { case: 'audit on, 200 per second', measure: 'median ms', value: median(latencies.on) },
    { case: 'audit on, 200 per second', measure: 'ms added to the median', value: added, goal: 5 },
    { case: 'audit off, 200 per second', measure: 'p99 ms', value: quantile(latencies.off, 0.99) },
    { case: 'audit on, 200 per second', measure: 'p99 ms', value: quantile(latencies.on, 0.99) },
  ];
};
