/** Loading as a person sees it: a bar a system, then what was kept out and where that is written. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Listr, type ListrTask } from 'listr2';
import { systemNames } from '../schema/subgraphs.ts';
import type { Database } from '../subgraphs/kit/database.ts';
import type { Load, LoadResult } from '../subgraphs/kit/demo/load.ts';
import { connectDatabase } from './connect.ts';
import { ExpectedError } from './expected.ts';
import { loadDemo, standingOf } from './load.ts';
import { databaseOf, type Environment } from './settings.ts';
import { demoLoaderOf } from './systems.ts';

export interface LoadingOptions {
  environment: Environment;
  data: string;
  /** Load again what is current. */
  reset?: boolean;
  say: (text: string) => void;
}

interface Due {
  name: string;
  load: Load;
  database: Database;
}

/** Brings every demo database up to date; resolves with what was loaded, by system. */
export const loadDemos = async ({ environment, data, reset = false, say }: LoadingOptions): Promise<Map<string, LoadResult>> => {
  const results = new Map<string, LoadResult>();
  const due: Due[] = [];
  const opened: Database[] = [];
  try {
    for (const name of systemNames) {
      const found = await dueOf(name, environment, data, reset, say);
      if (found) opened.push(found.database);
      if (found?.load) due.push({ name, load: found.load, database: found.database });
    }
    const rejects = join(data, 'rejects');
    if (due.length > 0)
      await new Listr(
        due.map((item) => taskOf(item, rejects, results)),
        listrOptions,
      ).run();
    tellRejects(results, rejects, say);
    return results;
  } finally {
    await Promise.all(opened.map((database) => database.close()));
  }
};

const dueOf = async (name: string, environment: Environment, data: string, reset: boolean, say: (text: string) => void) => {
  const { url, kind } = databaseOf(name, environment, data);
  const load = await demoLoaderOf(name);
  if (kind === 'own' || !load) return undefined;
  // Loads run statements that an operator's query limit is not meant for.
  const database = await connectDatabase(url, { say }, { statementTimeoutMs: 0 });
  const standing = await standingOf(name, database);
  if (standing === 'foreign') say(`${name}: its views were not made by this demo, so they are left as they are.`);
  const wanted = standing === 'due' || (reset && standing === 'current');
  return { database, load: wanted ? load : undefined };
};

const taskOf = ({ name, load, database }: Due, rejects: string, results: Map<string, LoadResult>): ListrTask => ({
  title: `Loading ${name}`,
  task: async (_context, task) => {
    mkdirSync(rejects, { recursive: true });
    const result = await loadDemo(name, load, {
      database,
      rejects,
      report: (done, total, what) => {
        if (process.stdout.isTTY) task.output = `${bar(done, total)} ${what}`;
      },
    }).catch((cause: Error) => {
      throw new ExpectedError(`The demo of ${name} could not be loaded: ${cause.message}`, { cause });
    });
    results.set(name, result);
    task.title = `Loaded ${name}: ${sum(result.loaded).toLocaleString('en')} rows`;
  },
});

// A terminal gets bars; anything else gets a line when a load begins and one when it ends.
const listrOptions = {
  concurrent: false,
  exitOnError: true,
  fallbackRenderer: 'verbose' as const,
  rendererOptions: { collapseSubtasks: false },
};

const width = 24;

const bar = (done: number, total: number): string => {
  const full = total > 0 ? Math.min(width, Math.round((width * done) / total)) : width;
  return `[${'█'.repeat(full)}${'░'.repeat(width - full)}] ${done.toLocaleString('en')}/${total.toLocaleString('en')}`;
};

const tellRejects = (results: Map<string, LoadResult>, rejects: string, say: (text: string) => void): void => {
  const files = [...results.values()].flatMap(({ rejected }) => Object.entries(rejected)).filter(([, count]) => count > 0);
  for (const [file, count] of new Map(files)) {
    say(`${count} row${count === 1 ? '' : 's'} of ${file} kept out: ${join(rejects, `${file}.jsonl`)} says which and why.`);
  }
};

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((total, count) => total + count, 0);
