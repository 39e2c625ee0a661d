/** A server under measurement, in a process of its own, on a core of its own where there are several. */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Ask {
  number: number;
  publish?: string[];
  rate?: { perSecond: number; seconds: number; polled: boolean };
  people?: number;
  /** Garbage is collected first. */
  collect?: boolean;
}

export interface Used {
  cpuMs: number;
  rssMb: number;
  heapMb: number;
  /** Upstreams that are open for watchers. */
  flows: number;
}

export interface Answer {
  used: Used;
  tokens?: string[];
}

export interface Server {
  url: string;
  ask: (ask?: Omit<Ask, 'number'>) => Promise<Answer>;
  close: () => Promise<void>;
}

export const startServer = async (kind: 'hub' | 'stock' | 'buffer', database = '', profile?: string): Promise<Server> => {
  const child = fork(fileURLToPath(new URL('serve.ts', import.meta.url)), [kind, database], {
    execArgv: [
      '--import',
      'tsx',
      '--expose-gc',
      '--max-semi-space-size=64',
      ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []),
    ],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  pin(child);
  const waiting = new Map<number, (answer: Answer & { url: string }) => void>();
  const answered = (number: number) =>
    new Promise<Answer & { url: string }>((resolve, reject) => {
      waiting.set(number, resolve);
      child.once('exit', () => reject(new Error('The server ended.')));
    });
  child.on('message', (answer: Answer & { url: string; number: number }) => waiting.get(answer.number)?.(answer));
  child.setMaxListeners(0);
  let asked = 0;
  const { url } = await answered(0);
  return {
    url,
    ask: (ask = {}) => {
      asked += 1;
      const answer = answered(asked);
      child.send({ ...ask, number: asked });
      return answer;
    },
    close: async () => {
      const gone = child.exitCode === null ? once(child, 'exit') : undefined;
      if (child.connected) child.disconnect();
      await gone;
    },
  };
};

const pin = ({ pid }: ChildProcess): void => {
  try {
    execFileSync('taskset', ['-acp', '0', String(pid)], { stdio: 'ignore' });
  } catch {
    // One core, or nothing to pin with: noisier figures, the same ratios.
  }
};
