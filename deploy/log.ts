/** The log: JSON lines on standard error, as collectors read them; HUB_LOG_LEVEL says how much. */
import { destination, type Logger, pino } from 'pino';
import { ExpectedError } from './expected.ts';
import type { Environment } from './settings.ts';

const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export const openLog = (environment: Environment, otherwise: (typeof levels)[number]): Logger => {
  const level = environment.HUB_LOG_LEVEL ?? otherwise;
  if (!(levels as readonly string[]).includes(level))
    throw new ExpectedError(`HUB_LOG_LEVEL takes one of: ${levels.join(', ')}.`);
  return pino(
    { level, base: null, timestamp: () => `,"at":"${new Date().toISOString()}"` },
    destination({ dest: 2, sync: true }),
  );
};
