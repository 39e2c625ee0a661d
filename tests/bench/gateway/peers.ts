/**
 * Gateways of others to compare with. They are no dependencies of the product: the benchmark installs them beside
 * `peers/package.json`, which pins their versions, and runs none of their install scripts.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BenchOptions } from '../bench.ts';

const peers = ['hive', 'hive-rust', 'mercurius'];
const folder = fileURLToPath(new URL('peers/', import.meta.url));
const wanted = `${folder}package.json`;
const installed = `${folder}node_modules/.installed.json`;

export const isPeer = (name: string): boolean => peers.includes(name);

/** The gateways that can be run. A peer that is not installed, and cannot be or in the short form is not to be, is left out by name. */
export const present = async (names: readonly string[], { smoke, say }: BenchOptions): Promise<string[]> => {
  const asked = names.filter(isPeer);
  if (asked.length === 0 || isInstalled() || (!smoke && (await install(say)))) return [...names];
  const why = smoke ? 'they are not installed, and the short form installs nothing' : 'npm could not install them';
  say(`Left out: ${asked.join(', ')}, since ${why}.`);
  return names.filter((name) => !isPeer(name));
};

const isInstalled = (): boolean => existsSync(installed) && readFileSync(installed, 'utf8') === readFileSync(wanted, 'utf8');

const flags = '--ignore-scripts --no-package-lock --no-audit --no-fund --fetch-retries=1 --loglevel=error';

const install = async (say: BenchOptions['say']): Promise<boolean> => {
  const { dependencies } = JSON.parse(readFileSync(wanted, 'utf8')) as { dependencies: Record<string, string> };
  const packages = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
  say(`Installing the gateways to compare with, once, some 100 MB: ${packages.join(', ')}.`);
  const npm = spawn('npm', ['install', '--prefix', folder, ...flags.split(' ')], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  const [code] = await once(npm, 'close').catch(() => [-1]);
  if (code !== 0) return false;
  copyFileSync(wanted, installed);
  return true;
};
