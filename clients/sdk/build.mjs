/**
 * What `npm pack` packs: the kit as JavaScript with its types, the graph's
 * schema, and the examples with the demo's operations beside them, as their texts
 * must be those that were approved, byte for byte. From a clean clone it installs
 * the project's own dependencies first.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUp } from '../../deploy/setup.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');

await setUp();
rmSync(join(here, 'dist'), { recursive: true, force: true });
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
// Standard output belongs to `npm pack --json`.
execFileSync(process.execPath, [tsc, '-p', here], { stdio: ['ignore', 'pipe', 'inherit'] });
cpSync(join(root, 'schema/api.graphql'), join(here, 'dist/schema.graphql'));
mkdirSync(join(here, 'examples/operations'), { recursive: true });
cpSync(join(root, 'subgraphs/hub/demo/operations'), join(here, 'examples/operations'), { recursive: true });
