/**
 * The demo's databases for tests. Loading the embedded one takes a quarter of a
 * minute, so a loaded folder is kept beside the dependencies, under the state of
 * the code that it was made by, and tests run on copies of it.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadDemo } from '../../deploy/load.ts';
import { demoLoaderOf } from '../../deploy/systems.ts';
import { systemNames } from '../../schema/subgraphs.ts';
import { openDatabase } from '../../subgraphs/kit/database.ts';

const root = join(import.meta.dirname, '../..');
const cache = join(root, 'node_modules/.cache/rtcc-hub');

export const loadInto = async (url: string, rejects: string): Promise<void> => {
  if (!url.startsWith('pglite:')) return load(url, rejects);
  const folder = url.slice('pglite:'.length);
  const kept = join(cache, `demo-${stateOfCode()}`);
  if (!existsSync(kept)) await keep(kept, rejects);
  cpSync(kept, folder, { recursive: true });
};

const load = async (url: string, rejects: string): Promise<void> => {
  mkdirSync(rejects, { recursive: true });
  const database = await openDatabase(url, { statementTimeoutMs: 0 });
  try {
    for (const name of systemNames) {
      const loader = await demoLoaderOf(name);
      if (loader) await loadDemo(name, loader, { database, rejects, report: () => {} });
    }
  } finally {
    await database.close();
  }
};

/** Made aside and put in place at once: of two test files that make it at the same time, one's is kept. */
const keep = async (place: string, rejects: string): Promise<void> => {
  const aside = `${place}.${process.pid}`;
  await load(`pglite:${aside}`, rejects);
  try {
    renameSync(aside, place);
  } catch {
    rmSync(aside, { recursive: true, force: true });
  }
  for (const other of readdirSync(cache)) {
    if (/^demo-\w+$/.test(other) && join(cache, other) !== place) rmSync(join(cache, other), { recursive: true, force: true });
  }
};

/** Everything that a loaded database depends on: the systems' files and the versions of the packages. */
const stateOfCode = (): string => {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const file of readdirSync(join(root, 'subgraphs'), { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(root, 'subgraphs', file);
    if (!file.includes('generated') && statSync(path).isFile()) hash.update(file).update(readFileSync(path));
  }
  return hash.digest('hex').slice(0, 20);
};
