/**
 * `npm run bench -- gateway`: the public benchmark's heavy query and a light one
 * through the hub, through Apollo's own gateway, and through nothing but the
 * calls. Each gateway is one process on one core; the subgraphs, which answer
 * from memory, and the load are on the other.
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Bench, BenchOptions, Row } from './bench.ts';
import { median } from './bench.ts';
import { ask, cpuMsOf, type Load, load, open, sameAnswer } from './gateway/load.ts';
import { heavy, light } from './gateway/world.ts';

const connections = 50;
const baseline = 'limit';
const gateways = ['limit', 'hub', 'stock'];
const goals: Record<string, number> = { 'heavy hub': 2 };

export const bench: Bench = {
  what: 'CPU of one gateway process for each request, against the calls alone, each answer parsed and one serialised.',
  run: async (options) => {
    pin(process.pid, 1);
    const sources = start('sources.ts', [], 1);
    try {
      const { port } = await message<{ port: number }>(sources);
      const chosen = options.given.only?.split(',') ?? gateways;
      const measured: Measured[] = [];
      for (const name of chosen) measured.push(...(await measure(name, port, sources, options)));
      compare(measured);
      return rows(measured);
    } finally {
      sources.disconnect();
    }
  },
};

interface Measured {
  gateway: string;
  query: string;
  answer: string;
  cpuMs: number;
  perSecond: number;
  p50Ms: number;
  calls: number;
  megabytes: number;
}

const measure = async (
  name: string,
  port: number,
  sources: ChildProcess,
  { smoke, say, given }: BenchOptions,
): Promise<Measured[]> => {
  const child = start('under.ts', [name, String(port)], 0, given);
  const runs = smoke ? 1 : Number(given.runs ?? 3);
  const seconds = smoke ? 1 : Number(given.seconds ?? 6);
  try {
    const { address } = await message<{ address: string }>(child);
    const measured: Measured[] = [];
    for (const [query, text] of Object.entries({ heavy, light })) {
      const plan: Load = { address, query: text, connections, seconds };
      const pool = open(plan);
      const answer = await ask(pool, plan);
      await load(pool, { ...plan, seconds: smoke ? 0.5 : 4 });
      const each: Omit<Measured, 'gateway' | 'query' | 'answer' | 'megabytes'>[] = [];
      for (let run = 0; run < runs; run += 1) each.push(await once_(child, sources, plan, pool));
      await pool.close();
      const of = (figure: 'cpuMs' | 'perSecond' | 'p50Ms' | 'calls') => median(each.map((one) => one[figure]));
      const figures = { cpuMs: of('cpuMs'), perSecond: of('perSecond'), p50Ms: of('p50Ms'), calls: of('calls') };
      say(`${name}, ${query}: ${figures.cpuMs.toFixed(3)} ms (${each.map(({ cpuMs }) => cpuMs.toFixed(2)).join(', ')})`);
      measured.push({ gateway: name, query, answer, ...figures, megabytes: 0 });
    }
    return measured;
  } finally {
    const gone = child.exitCode === null ? once(child, 'exit') : undefined;
    if (child.connected) child.disconnect();
    await gone;
  }
};

const once_ = async (child: ChildProcess, sources: ChildProcess, plan: Load, pool: ReturnType<typeof open>) => {
  const pid = child.pid ?? 0;
  const [calledBefore, before] = [await askedOf(sources), cpuMsOf(pid)];
  const { requests, seconds, p50Ms } = await load(pool, plan);
  const cpuMs = (cpuMsOf(pid) - before) / requests;
  return { cpuMs, perSecond: requests / seconds, p50Ms, calls: ((await askedOf(sources)) - calledBefore) / requests };
};

const askedOf = async (sources: ChildProcess): Promise<number> => {
  const told = message<{ asked: number }>(sources);
  sources.send('asked');
  return (await told).asked;
};

/** The same answer from all, or the figures say nothing. */
const compare = (measured: readonly Measured[]): void => {
  for (const one of measured) {
    const other = measured.find(({ query }) => query === one.query);
    if (other && !sameAnswer(one.answer, other.answer))
      throw new Error(`${one.gateway} answers the ${one.query} query otherwise than ${other.gateway}.`);
  }
};

const rows = (measured: readonly Measured[]): Row[] =>
  measured.flatMap(({ gateway, query, cpuMs, perSecond, p50Ms, calls }): Row[] => {
    const title = `${query}: ${gateway}`;
    const limit = measured.find((one) => one.query === query && one.gateway === baseline);
    const goal = goals[`${query} ${gateway}`];
    const ratio = limit && gateway !== baseline ? { ratio: cpuMs / limit.cpuMs } : {};
    return [
      { case: title, measure: 'gateway CPU ms per request', value: cpuMs, ...ratio, ...(goal === undefined ? {} : { goal }) },
      { case: title, measure: 'requests per second', value: perSecond },
      { case: title, measure: 'p50 ms', value: p50Ms },
      { case: title, measure: 'upstream calls per request', value: calls },
    ];
  });

/** `--semi=16`: V8's nursery in MiB, for every gateway alike; 64 is what the product is started with. */
const start = (
  file: string,
  args: string[],
  core: number,
  { profile, semi = '64' }: BenchOptions['given'] = {},
): ChildProcess => {
  const child = fork(fileURLToPath(new URL(`gateway/${file}`, import.meta.url)), args, {
    execArgv: [
      '--import',
      'tsx',
      `--max-semi-space-size=${semi}`,
      ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []),
    ],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  pin(child.pid, core);
  return child;
};

const message = async <Message>(child: ChildProcess): Promise<Message> => {
  const told = new AbortController();
  const ended = once(child, 'exit', { signal: told.signal }).then(() => Promise.reject(new Error('A process ended early.')));
  ended.catch(() => {});
  try {
    const [first] = (await Promise.race([once(child, 'message'), ended])) as [Message];
    return first;
  } finally {
    told.abort();
  }
};

/** Where the machine has several cores and the tool for it; else it goes where it goes. */
const pin = (pid: number | undefined, core: number): void => {
  try {
    execFileSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' });
  } catch {
    // Nothing to pin with, or one core: the figures are noisier, and the ratios the same.
  }
};
