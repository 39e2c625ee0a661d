/**
 * The lock file serves every platform. npm forgets the binaries of platforms
 * other than the one that it ran on where its registry lacks them, and then
 * `npm ci` refuses the file everywhere.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Locked {
  version?: string;
  resolved?: string;
  optionalDependencies?: Record<string, string>;
}

const text = readFileSync(join(import.meta.dirname, '../../../package-lock.json'), 'utf8');
const { packages } = JSON.parse(text) as { packages: Record<string, Locked> };

/** As Node resolves: beside the package that asks, or in any folder above. */
const isLocked = (from: string, name: string): boolean => {
  if (`${from ? `${from}/` : ''}node_modules/${name}` in packages) return true;
  return from !== '' && isLocked(from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name);
};

test('every optional dependency is locked, whichever platform it is for', () => {
  const missing = Object.entries(packages).flatMap(([from, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isLocked(from, name)),
  );
  expect(missing).toEqual([]);
});

test('no package names a registry of its own', () => {
  const named = Object.values(packages).filter(
    ({ resolved = '' }) => resolved !== '' && !resolved.startsWith('https://registry.npmjs.org/'),
  );
  expect(named).toEqual([]);
});
