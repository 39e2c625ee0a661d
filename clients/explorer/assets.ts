/**
 * Where the built explorer lies. It is built once for each state of its sources
 * and its dependencies, beside the hub's data, in a process of its own (a few
 * seconds on one core); afterwards the folder is simply there.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface ExplorerOptions {
  /** A folder that the explorer's builds have to themselves. */
  cache: string;
}

const here = import.meta.dirname;
const root = join(here, '../..');

/** The folder of static files: `index.html` and `assets/`. */
export const explorerAssets = async ({ cache }: ExplorerOptions): Promise<string> => {
  const folder = join(cache, stateOfSources());
  if (!existsSync(folder)) await build(cache, folder);
  return folder;
};

/** Built aside and renamed: a build that was cut short is never served, and of two at once the second gives way. */
const build = async (cache: string, folder: string): Promise<void> => {
  const aside = `${folder}.${process.pid}.partial`;
  mkdirSync(cache, { recursive: true });
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const flags = ['build', '--config', join(here, 'vite.config.ts'), '--outDir', aside];
  await promisify(execFile)(process.execPath, [vite, ...flags], { cwd: root, env: { ...process.env, NODE_ENV: 'production' } });
  for (const older of readdirSync(cache)) {
    if (!older.includes('.') && join(cache, older) !== folder) rmSync(join(cache, older), { recursive: true, force: true });
  }
  if (existsSync(folder)) rmSync(aside, { recursive: true });
  else renameSync(aside, folder);
};

const stateOfSources = (): string => {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const file of ['index.html', 'vite.config.ts', ...sourcesIn('src')]) {
    hash.update(file).update(readFileSync(join(here, file)));
  }
  return hash.digest('hex').slice(0, 16);
};

const sourcesIn = (folder: string): string[] =>
  readdirSync(join(here, folder))
    .sort()
    .map((file) => `${folder}/${file}`);
