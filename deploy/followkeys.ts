/**
 * Keys that change while a process runs: read again every few seconds, and on
 * SIGHUP. What cannot be read, or is no key, changes nothing: the last that held
 * go on holding.
 */
import type { Logger } from 'pino';
import { reloadOnHangup } from './hangup.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Environment } from './settings.ts';

export interface FollowOptions {
  environment: Environment;
  life: Lifecycle;
  log: Pick<Logger, 'info' | 'error'>;
}

const everyMs = 5_000;

export const followKeys = async <Keys>(
  read: () => Promise<Keys>,
  { environment, life, log }: FollowOptions,
): Promise<() => Keys> => {
  let keys = await read();
  let text = JSON.stringify(keys);
  const reload = async (): Promise<void> => {
    try {
      const next = await read();
      if (JSON.stringify(next) === text) return;
      text = JSON.stringify(next);
      keys = next;
      log.info('The keys of the hops have changed.');
    } catch (error) {
      log.error({ name: (error as Error).name }, 'The keys of the hops cannot be read: those that held go on holding.');
    }
  };
  const timer = setInterval(() => void reload(), Number(environment.HUB_KEYS_INTERVAL_MS) || everyMs).unref();
  life.add('Following the keys', () => clearInterval(timer));
  reloadOnHangup(life, { reload });
  return () => keys;
};
