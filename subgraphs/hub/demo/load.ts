/** The demo's two agencies, by name, and its vendor's operations. Everything else that the hub keeps comes from its use. */
import { readFileSync } from 'node:fs';
import { insertRows, type Load } from '../../kit/demo/load.ts';
import { approveDemo } from './documents.ts';

const agencies = [
  ['LANPD0000', 'New Orleans Police Department'],
  ['LA0260000', "Jefferson Parish Sheriff's Office"],
] as const;

export const load: Load = async ({ database, report }) => {
  await database.exec(readFileSync(new URL('../registry.sql', import.meta.url), 'utf8'));
  await database.exec('DELETE FROM hub_registry.agency');
  const loaded = await insertRows(database, 'hub_registry.agency', ['ori', 'name'], agencies);
  report(loaded, loaded, 'agencies');
  const operation = await approveDemo(database);
  return { loaded: { agency: loaded, operation }, rejected: {} };
};
