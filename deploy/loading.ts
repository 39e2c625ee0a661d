/** Loading as a person sees it: a bar a system, then what was kept out and where that is written. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Listr, type ListrTask } from 'listr2';
import { systemNames } from '../schema/subgraphs.ts';
import type { Database } from '../subgraphs/kit/database.ts';
import type { Load, LoadResult } from '../subgraphs/kit/demo/load.ts';
import type { Volume } from '../subgraphs/kit/demo/volume.ts';
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
  /** Synthetic rows beside the real ones, for the systems that can. */
  volume?: Volume | undefined;
  say: (text: string) => void;
}

interface Due {
  name: string;
  load: Load;
  database: Database;
  volume: Volume | undefined;
}

/** Brings every demo database up to date; resolves with what was loaded, by system. */
export const loadDemos = async (options: LoadingOptions): Promise<Map<string, LoadResult>> => {
  const { data, say, volume } = options;
  const results = new Map<string, LoadResult>();
  const due: Due[] = [];
  const opened: Database[] = [];
  try {
    for (const name of systemNames) {
      const found = await dueOf(name, options);
      if (found) opened.push(found.database);
      if (found?.load) due.push({ name, load: found.load, database: found.database, volume });
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

const dueOf = async (name: string, { environment, data, reset = false, volume, say }: LoadingOptions) => {
  const { url, kind } = databaseOf(name, environment, data);
  const load = await demoLoaderOf(name);
  if (load && kind === 'own' && volume) throw notOurs(name);
  if (kind === 'own' || !load) return undefined;
  // Loads run statements that an operator's query limit is not meant for.
  const database = await connectDatabase(url, { say }, { statementTimeoutMs: 0 });
  const standing = await standingOf(name, database, volume?.name);
  if (standing === 'foreign' && volume) {
    await database.close();
    throw notOurs(name);
  }
  if (standing === 'foreign') say(`${name}: its views were not made by this demo, so they are left as they are.`);
  const wanted = standing === 'due' || (reset && standing === 'current');
  return { database, load: wanted ? load : undefined };
};

/** Whoever asks for synthetic rows must not come to believe that an agency's system has them. */
const notOurs = (name: string): ExpectedError =>
  new ExpectedError(`The database of ${name} is not this demo's: synthetic rows are loaded into the demo's own tables alone.`);

const taskOf = ({ name, load, database, volume }: Due, rejects: string, results: Map<string, LoadResult>): ListrTask => ({
  title: `Loading ${name}`,
  task: async (_context, task) => {
    mkdirSync(rejects, { recursive: true });
    const startedMs = performance.now();
    const result = await loadDemo(name, load, {
      database,
      rejects,
      volume,
      report: (done, total, what) => {
        if (process.stdout.isTTY) task.output = `${bar(done, total)} ${what}`;
      },
    }).catch((cause: Error) => {
      throw new ExpectedError(`The demo of ${name} could not be loaded: ${cause.message}`, { cause });
    });
    results.set(name, result);
    const [rows, seconds] = [sum(result.loaded), (performance.now() - startedMs) / 1_000];
    const speed =
      volume && rows > 10_000 ? ` in ${Math.round(seconds)} s, ${Math.round(rows / seconds).toLocaleString('en')} a second` : '';
    task.title = `Loaded ${name}: ${rows.toLocaleString('en')} rows${speed}`;
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
