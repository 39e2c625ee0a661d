/** SIGHUP reads the policies again, where nobody would hang up a terminal by it. */
import type { Policies } from '../gateway/policies/policies.ts';
import type { Lifecycle } from './lifecycle.ts';

const onTerminal = process.stdin.isTTY || process.stdout.isTTY;

export const reloadOnHangup = (life: Lifecycle, policies: Pick<Policies, 'reload'>, terminal: boolean = onTerminal): void => {
  if (terminal) return; // There it means that the terminal is gone, and the process goes too.
  const reload = () => void policies.reload();
  process.on('SIGHUP', reload);
  life.add('Reloading', () => process.off('SIGHUP', reload));
};
