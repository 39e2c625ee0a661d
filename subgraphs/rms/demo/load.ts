/**
 * The demo's records system: a vendor-shaped database filled with the city's
 * published police reports of 2022, and the DBA's views over it. The same input
 * gives the same database on every machine.
 */
import { readFileSync } from 'node:fs';
import { addCounts, insertRows, type Load } from '../../kit/demo/load.ts';
import { readNames } from './names.ts';
import { readCrosswalk } from './nibrs.ts';
import { readPapers } from './papers.ts';
import { indexPeople } from './people.ts';
import { multiplyRecords } from './synthetic.ts';
import { tablesOf } from './tables.ts';
import { vehiclesOf } from './vehicles.ts';

const script = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

export const load: Load = async (options) => {
  const { database, rejects, report, folder, volume } = options;
  const { papers, rejected } = readPapers(rejects, folder);
  const index = indexPeople(papers, readNames());
  const tables = tablesOf(papers, index, vehiclesOf(papers, index), readCrosswalk());
  const total = tables.reduce((sum, { rows }) => sum + rows.length, 0);
  const loaded: Record<string, number> = {};
  let done = 0;
  await database.exec(script('vendor.sql'));
  for (const { name, columns, rows } of tables) {
    loaded[name] = await insertRows(database, `rms_vendor.${name}`, columns, rows, (inserted) =>
      report(done + inserted, total, name),
    );
    done += rows.length;
  }
  if (volume) addCounts(loaded, await multiplyRecords(options, volume));
  await database.exec(script('views.sql'));
  await database.exec(script('indexes.sql'));
  await database.exec(script('notify.sql'));
  return { loaded, rejected };
};
