/** Databases of a benchmark's own, filled with the demo at some volume; dropped behind the run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { loadDemo } from '../../../deploy/load.ts';
import { demoLoaderOf } from '../../../deploy/systems.ts';
import { openDatabase } from '../../../subgraphs/kit/database.ts';
import { type VolumeName, volumeOf } from '../../../subgraphs/kit/demo/volume.ts';

export interface Filling {
  systems: readonly string[];
  volume: VolumeName;
  /** Calls for service; absent: the volume's own. */
  calls?: number | undefined;
  say: (line: string) => void;
}

export interface FilledDatabase {
  url: string;
  rows: number;
  seconds: number;
  drop: () => Promise<void>;
}

/** `DATABASE_URL`, else the server at the usual socket. */
const server = (): string => process.env.DATABASE_URL || `postgres://${userInfo().username}@%2Fvar%2Frun%2Fpostgresql/postgres`;

export const fillDatabase = async (name: string, { systems, volume, calls, say }: Filling): Promise<FilledDatabase> => {
  const database = `rtcc_bench_${name}_${process.pid}`;
  await administer(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  await administer(`CREATE DATABASE ${database}`);
  const drop = () => administer(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  const url = new URL(server());
  url.pathname = `/${database}`;
  try {
    const startedMs = performance.now();
    const rows = await fill(url.href, { systems, volume, calls, say });
    const seconds = (performance.now() - startedMs) / 1_000;
    const speed = Math.round(rows / seconds).toLocaleString('en');
    say(`${name}: ${rows.toLocaleString('en')} rows in ${seconds.toFixed(0)} s, ${speed} a second`);
    return { url: url.href, rows, seconds, drop };
  } catch (error) {
    await drop();
    throw error;
  }
};

const fill = async (url: string, { systems, volume, calls }: Filling): Promise<number> => {
  const rejects = mkdtempSync(join(tmpdir(), 'rtcc-bench-'));
  const database = await openDatabase(url, { statementTimeoutMs: 0 });
  let rows = 0;
  try {
    for (const system of systems) {
      const load = await demoLoaderOf(system);
      if (!load) continue;
      const options = { database, rejects, report: () => {}, volume: volumeOf(volume, calls) };
      const { loaded } = await loadDemo(system, load, options);
      rows += Object.values(loaded).reduce((sum, count) => sum + count, 0);
    }
    return rows;
  } finally {
    await database.close();
    rmSync(rejects, { recursive: true, force: true });
  }
};

const administer = async (statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: server() });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};
