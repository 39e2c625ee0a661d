/**
 * Puts the demo's databases in place. A system whose views were made by
 * somebody else is an agency's own and is never touched; one that was loaded
 * before, from the same files, is left as it is; a load that broke off, or was
 * made from other files, is done again. What was loaded is noted in the database
 * itself, last, so that the note cannot outlive the data.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../subgraphs/kit/database.ts';
import type { Load, LoadOptions, LoadResult } from '../subgraphs/kit/demo/load.ts';

export type Standing =
  /** Loaded from the files as they are. */
  | 'current'
  /** Not there, from other files, or broken off. */
  | 'due'
  /** The views are there and this code did not make them. */
  | 'foreign';

const root = join(import.meta.dirname, '..');

const noteTable = `
  CREATE SCHEMA IF NOT EXISTS rtcc_demo;
  CREATE TABLE IF NOT EXISTS rtcc_demo.load (
    system      text PRIMARY KEY,
    made_from   text,
    started_at  timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
  );
`;

export const standingOf = async (system: string, database: Database): Promise<Standing> => {
  const note = await noteOf(system, database);
  if (note) return note.made_from === stateOfDemo(system) ? 'current' : 'due';
  const [found] = await database.query<{ views: number }>(
    'SELECT count(*)::int AS views FROM information_schema.views WHERE table_schema = $1',
    [system.replaceAll('-', '_')],
  );
  return found && found.views > 0 ? 'foreign' : 'due';
};

export const loadDemo = async (system: string, load: Load, options: LoadOptions): Promise<LoadResult> => {
  const { database } = options;
  const madeFrom = stateOfDemo(system);
  await database.exec(noteTable);
  await database.query(
    `INSERT INTO rtcc_demo.load (system) VALUES ($1)
     ON CONFLICT (system) DO UPDATE SET made_from = NULL, finished_at = NULL, started_at = now()`,
    [system],
  );
  const result = await load(options);
  await database.query('UPDATE rtcc_demo.load SET made_from = $2, finished_at = now() WHERE system = $1', [system, madeFrom]);
  return result;
};

const noteOf = async (system: string, database: Database): Promise<{ made_from: string | null } | undefined> => {
  const [table] = await database.query<{ name: string | null }>("SELECT to_regclass('rtcc_demo.load')::text AS name");
  if (!table?.name) return undefined;
  const [note] = await database.query<{ made_from: string | null }>('SELECT made_from FROM rtcc_demo.load WHERE system = $1', [
    system,
  ]);
  return note;
};

/** Everything that a demo's load is made from: its own folder, what demos share, and the real data. */
const stateOfDemo = (system: string): string => {
  const hash = createHash('sha256');
  for (const folder of [join(root, 'subgraphs', system, 'demo'), join(root, 'subgraphs/kit/demo')]) {
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
      const path = join(folder, file);
      if (statSync(path).isFile()) hash.update(file).update(readFileSync(path));
    }
  }
  return hash.digest('hex').slice(0, 32);
};
