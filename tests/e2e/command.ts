/** The command line as a person or an orchestrator runs it: a process, what it said, and how it ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from './setup.ts';

const root = join(import.meta.dirname, '../..');

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

export interface Running {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  /** The first match in what it said so far or says from now on; fails when it ends without. */
  said: (pattern: RegExp, limitMs?: number) => Promise<RegExpExecArray>;
  /** Sends a signal and waits for the end. */
  stop: (signal?: NodeJS.Signals) => Promise<Ended & { tookMs: number }>;
  ended: Promise<Ended>;
}

export type Settings = Record<string, string | undefined>;

/** Nothing of the test run's own settings reaches the process, but where programs are. */
export const run = (parameters: string[], settings: Settings = {}): Running => {
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...given };
  const child = spawn(process.execPath, ['deploy/run.mjs', ...parameters], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err, over] = ['', '', false];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const ended = once(child, 'close').then(([code]): Ended => {
    over = true;
    return { code: code as number | null, out, err };
  });
  const said: Running['said'] = async (pattern, limitMs = 60_000) => {
    const find = (): RegExpExecArray | null => pattern.exec(`${out}\n${err}`);
    await until(`${parameters.join(' ')} says ${pattern}`, () => over || find() !== null, limitMs);
    const found = find();
    if (!found) throw new Error(`"${parameters.join(' ')}" ended without having said ${pattern}:\n${out}\n${err}`);
    return found;
  };
  const stop: Running['stop'] = async (signal = 'SIGTERM') => {
    const startedAt = Date.now();
    child.kill(signal);
    return { ...(await ended), tookMs: Date.now() - startedAt };
  };
  return { child, out: () => out, err: () => err, said, stop, ended };
};

export const hub = (parameters: string[], settings: Settings = {}): Promise<Ended> => run(parameters, settings).ended;
