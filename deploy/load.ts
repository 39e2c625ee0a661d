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
  /** Not there, from other files, of another volume, or broken off. */
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
  ALTER TABLE rtcc_demo.load ADD COLUMN IF NOT EXISTS volume text;
`;

/** A volume that is wanted must be the one that was loaded; without one, whatever volume there is will do. */
export const standingOf = async (system: string, database: Database, volume?: string): Promise<Standing> => {
  const note = await noteOf(system, database);
  if (note) {
    const asWanted = volume === undefined || note.volume === volume;
    return note.made_from === stateOfDemo(system) && asWanted ? 'current' : 'due';
  }
  const [found] = await database.query<{ views: number }>(
    'SELECT count(*)::int AS views FROM information_schema.views WHERE table_schema = $1',
    [system.replaceAll('-', '_')],
  );
  return found && found.views > 0 ? 'foreign' : 'due';
};

export const loadDemo = async (system: string, load: Load, options: LoadOptions): Promise<LoadResult> => {
  const { database, volume } = options;
  const madeFrom = stateOfDemo(system);
  await database.exec(noteTable);
  await database.query(
    `INSERT INTO rtcc_demo.load (system) VALUES ($1)
     ON CONFLICT (system) DO UPDATE SET made_from = NULL, finished_at = NULL, started_at = now()`,
    [system],
  );
  const result = await load(options);
  if (volume) await settle(database, `${system.replaceAll('-', '_')}_vendor`);
  await database.query('UPDATE rtcc_demo.load SET made_from = $2, volume = $3, finished_at = now() WHERE system = $1', [
    system,
    madeFrom,
    volume?.name ?? null,
  ]);
  return result;
};

/** Statistics and visibility maps, which PostgreSQL plans and reads indexes by, as they will be once its own upkeep has been there. */
const settle = async (database: Database, schema: string): Promise<void> => {
  const tables = await database.query<{ name: string }>(
    `SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace($1)`,
    [schema],
  );
  for (const { name } of tables) await database.exec(`VACUUM (ANALYZE) ${name}`);
};

interface Note {
  made_from: string | null;
  volume?: string | null;
}

const noteOf = async (system: string, database: Database): Promise<Note | undefined> => {
  const [table] = await database.query<{ name: string | null }>("SELECT to_regclass('rtcc_demo.load')::text AS name");
  if (!table?.name) return undefined;
  // Every column, since notes of an older hub have no volume.
  const [note] = await database.query<Note>('SELECT * FROM rtcc_demo.load WHERE system = $1', [system]);
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
