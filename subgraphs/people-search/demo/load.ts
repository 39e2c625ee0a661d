/** Nothing to load: the vendors' records are theirs. The ledger's table is made, and what it holds is kept. */
import type { Load } from '../../kit/demo/load.ts';
import { createLedger } from '../ledger.ts';

export const load: Load = async ({ database, report }) => {
  await createLedger(database);
  report(1, 1, 'search ledger');
  return { loaded: {}, rejected: {} };
};
