/** One gateway after another under the same load: each a process on one core; the subgraphs, which answer from memory, and the load on the other. */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Pool } from 'undici';
import { type BenchOptions, median } from '../bench.ts';
import { ask, connect, cpuMsOf, type Load, load, sameAnswer } from './load.ts';
import { isPeer, present } from './peers.ts';
import { heavy, light } from './world.ts';

const connections = 50;

interface Once {
  cpuMs: number;
  perSecond: number;
  p50Ms: number;
  calls: number;
}

export interface Measured extends Once {
  gateway: string;
  query: string;
  /** Whether it answers as the others do. */
  same: boolean;
}

/**
 * `names` as `under.ts` knows them. All run at once and are asked in turns, so that what else the machine does falls on all
 * alike. A peer that cannot be had is left out.
 */
export const measureAll = async (
  names: readonly string[],
  options: BenchOptions,
  settings: string[] = [],
): Promise<Measured[]> => {
  const found = await present(names, options);
  pin(process.pid, 1);
  const sources = start('sources.ts', [], 1);
  const gateways: Gateway[] = [];
  try {
    const { port } = await message<{ port: number }>(sources);
    for (const name of found) gateways.push(await open(name, [String(port), ...settings], options));
    const measured: Measured[] = [];
    for (const [query, text] of Object.entries({ heavy, light }))
      measured.push(...(await inTurns(gateways, { query, text }, sources, options)));
    return measured;
  } finally {
    await Promise.all(gateways.map(({ child }) => ended(child)));
    sources.disconnect();
  }
};

interface Gateway {
  name: string;
  child: ChildProcess;
  address: string;
  headers?: Record<string, string>;
}

const open = async (name: string, settings: string[], { given }: BenchOptions): Promise<Gateway> => {
  const child = start('under.ts', [name, ...settings], 0, given);
  return { name, child, ...(await message<Pick<Gateway, 'address' | 'headers'>>(child)) };
};

const ended = async (child: ChildProcess): Promise<void> => {
  const gone = child.exitCode === null ? once(child, 'exit') : undefined;
  if (child.connected) child.disconnect();
  await gone;
};

const inTurns = async (
  gateways: readonly Gateway[],
  { query, text }: { query: string; text: string },
  sources: ChildProcess,
  { smoke, say, given }: BenchOptions,
): Promise<Measured[]> => {
  const runs = smoke ? 1 : Number(given.runs ?? 5);
  const seconds = smoke ? 1 : Number(given.seconds ?? 4);
  const under = gateways.map((gateway) => {
    const plan: Load = { ...gateway, query: text, connections, seconds };
    return { gateway, plan, pool: connect(plan), each: [] as Once[] };
  });
  const answers = new Map<string, string>();
  for (const { gateway, plan, pool } of under) {
    answers.set(gateway.name, await ask(pool, plan));
    await load(pool, { ...plan, seconds: smoke ? 0.5 : 4 });
  }
  for (let run = 0; run < runs; run += 1)
    for (const { gateway, plan, pool, each } of run % 2 === 0 ? under : under.toReversed()) // None always comes first.
      each.push(await measureOnce(gateway.child, sources, plan, pool));
  await Promise.all(under.map(({ pool }) => pool.close()));
  const differ = differing(answers, query);
  for (const name of differ) say(`${name} answers the ${query} query otherwise.`);
  return under.map(({ gateway: { name }, each }) => {
    const of = (figure: keyof Once) => median(each.map((one) => one[figure]));
    const figures = { cpuMs: of('cpuMs'), perSecond: of('perSecond'), p50Ms: of('p50Ms'), calls: of('calls') };
    say(`${name}, ${query}: ${figures.cpuMs.toFixed(3)} ms (${each.map(({ cpuMs }) => cpuMs.toFixed(2)).join(', ')})`);
    return { gateway: name, query, same: !differ.includes(name), ...figures };
  });
};

const measureOnce = async (child: ChildProcess, sources: ChildProcess, plan: Load, pool: Pool): Promise<Once> => {
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

/** `--semi=16`: V8's nursery in MiB, for every gateway alike; 64 is what the product is started with. */
const start = (
  file: string,
  args: string[],
  core: number,
  { profile, semi = '64' }: BenchOptions['given'] = {},
): ChildProcess => {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, {
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

/** The same answer from all of ours, or the figures say nothing; a peer may differ, and is named. */
const differing = (answers: ReadonlyMap<string, string>, query: string): string[] => {
  const names = [...answers.keys()];
  const reference = names.find((name) => !isPeer(name)) ?? names[0] ?? '';
  const differ = names.filter((name) => !sameAnswer(answers.get(name) ?? '', answers.get(reference) ?? ''));
  const ours = differ.filter((name) => !isPeer(name));
  if (ours.length > 0) throw new Error(`${ours.join(', ')}: another answer to the ${query} query than ${reference}.`);
  return differ;
};
