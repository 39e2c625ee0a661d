/**
 * Where the built pages lie. Each is built once for each state of its sources and
 * its dependencies, beside the hub's data, in a process of its own (some seconds
 * on one core); afterwards the folder is simply there.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

export const pageNames = ['explorer', 'dashboard', 'search', 'console'] as const;
export type PageName = (typeof pageNames)[number];

export interface BuildOptions {
  /** A folder that the builds of pages have to themselves. */
  cache: string;
  /** Ends a build that is under way, which leaves nothing. */
  signal?: AbortSignal;
}

const here = import.meta.dirname;
const root = join(here, '..');

/** Whether this checkout has the page at all. */
export const hasPage = (name: PageName): boolean => existsSync(join(here, name, 'index.html'));

/** The folder of static files: `index.html` and `assets/`, each beside its gzipped self. */
export const buildPage = async (name: PageName, { cache, signal }: BuildOptions): Promise<string> => {
  const folder = join(cache, name, stateOf(name));
  if (!existsSync(folder)) await build(name, folder, signal);
  return folder;
};

/** Built aside and renamed: a build that was cut short is never served, and of two at once the second gives way. */
const build = async (name: PageName, folder: string, signal?: AbortSignal): Promise<void> => {
  const shelf = join(folder, '..');
  const aside = `${folder}.${process.pid}.partial`;
  mkdirSync(shelf, { recursive: true });
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const flags = ['build', '--config', join(here, name, 'vite.config.ts'), '--outDir', aside];
  const env = { ...process.env, NODE_ENV: 'production' };
  const building = promisify(execFile)(process.execPath, [vite, ...flags], { cwd: root, env, ...(signal ? { signal } : {}) });
  try {
    await building;
  } catch (error) {
    const { child } = building;
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    rmSync(aside, { recursive: true, force: true });
    throw error;
  }
  compress(aside);
  for (const older of readdirSync(shelf)) {
    if (!older.includes('.') && join(shelf, older) !== folder) rmSync(join(shelf, older), { recursive: true, force: true });
  }
  if (existsSync(folder)) rmSync(aside, { recursive: true });
  else renameSync(aside, folder);
};

const smallest = 1_024;
const compressible = /\.(js|mjs|css|json|svg)$/;

/** Once here instead of at each request there. The page itself is left out: it is different in each answer, by its nonce. */
export const compress = (folder: string): void => {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!compressible.test(file)) continue;
    const bytes = readFileSync(join(folder, file));
    if (bytes.length >= smallest) writeFileSync(join(folder, `${file}.gz`), gzipSync(bytes, { level: 9 }));
  }
};

/** What a page is made of: its own folder, the shared kit, the vendors' kit, how it is built, the graph's types, the packages. */
const stateOf = (name: PageName): string => {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  const files = [
    'clients/build.ts',
    'clients/vite.ts',
    'schema/api.graphql',
    'schema/errors.ts',
    ...sourcesIn(`clients/${name}`),
    ...sourcesIn('clients/kit'),
    ...sourcesIn('clients/sdk/src'),
  ];
  for (const file of files) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex').slice(0, 16);
};

const source = /\.(ts|tsx|css|html|graphql|svg)$/;

/** What is generated follows from what is listed. */
const sourcesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => source.test(file) && !file.includes('generated'))
    .sort()
    .map((file) => `${folder}/${file}`);
