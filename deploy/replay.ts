/** The replay as a process of its own, beside systems that run elsewhere over the same databases. */
import { ExpectedError } from './expected.ts';
import { runUntilStopped } from './lifecycle.ts';
import { openLog } from './log.ts';
import { play } from './play.ts';
import { databaseOf, type Environment } from './settings.ts';

export interface ReplayCommand {
  data: string;
  speed: number;
  environment: Environment;
}

export const replay = ({ data, speed, environment }: ReplayCommand): Promise<void> =>
  runUntilStopped(async (life) => {
    if (databaseOf('cad', environment, data).kind !== 'shared') {
      throw new ExpectedError(
        'The replay writes to demo databases that other processes read: set DATABASE_URL. "hub up" replays by itself.',
      );
    }
    const log = openLog(environment, 'info');
    const port = Number(environment.AVL_UDP_PORT ?? '');
    const radio = port > 0 ? { host: environment.AVL_UDP_HOST ?? '127.0.0.1', port } : undefined;
    if (!radio) log.warn('AVL_UDP_PORT names no listener, so no vehicle reports.');
    await play({ data, environment, speed, radio, life, log, say: (text) => log.warn(text) });
    log.info({ speed }, 'Carnival 2022 is being replayed.');
  });
