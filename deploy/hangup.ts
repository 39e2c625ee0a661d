/** SIGHUP reads the policies and the keys again, where nobody would hang up a terminal by it. */
import type { Lifecycle } from './lifecycle.ts';

const onTerminal = process.stdin.isTTY || process.stdout.isTTY;

export const reloadOnHangup = (
  life: Lifecycle,
  { reload: read }: { reload: () => unknown },
  terminal: boolean = onTerminal,
): void => {
  if (terminal) return; // There it means that the terminal is gone, and the process goes too.
  const reload = () => void read();
  process.on('SIGHUP', reload);
  life.add('Reloading', () => process.off('SIGHUP', reload));
};
