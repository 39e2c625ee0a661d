/** Builds the demo's dispatch database: the vendor's tables, the city's calls in them, the DBA's views over them. */
import { readFileSync } from 'node:fs';
import { readCalls, readVideoRequests } from '../../kit/demo/calls.ts';
import { addCounts, insertRows, type Load } from '../../kit/demo/load.ts';
import { deriveUnits } from '../../kit/demo/units.ts';
import { openCallers } from './callers.ts';
import { tablesOf } from './rows.ts';
import { multiplyCalls } from './synthetic.ts';

export const load: Load = async (options) => {
  const { database, rejects, report, folder, volume } = options;
  const { calls, rejected } = readCalls(rejects, folder);
  const { requests } = readVideoRequests(rejects, folder);
  const tables = tablesOf({ calls, ...deriveUnits(calls), requests, callerOf: openCallers() });
  const total = tables.reduce((sum, { rows }) => sum + rows.length, 0);
  const loaded: Record<string, number> = {};
  let done = 0;
  await database.exec('DROP SCHEMA IF EXISTS cad CASCADE');
  await database.exec(statements('vendor.sql'));
  for (const { name, columns, rows } of tables) {
    const before = done;
    loaded[name] = await insertRows(database, `cad_vendor.${name}`, columns, rows, (count) =>
      report(before + count, total, 'calls for service'),
    );
    done += rows.length;
  }
  if (volume) addCounts(loaded, await multiplyCalls(options, volume));
  for (const file of ['views.sql', 'indexes.sql', 'procedures.sql']) await database.exec(statements(file));
  return { loaded, rejected };
};

const statements = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8');
