/**
 * All the set-up that running or testing needs, with nothing but Node and npm:
 * dependencies as the lock file says, and the Prisma clients generated from
 * each schema.prisma. Whatever is up to date is left alone, so that it costs
 * milliseconds and prints nothing. Plain JavaScript: it runs before anything is
 * installed. It writes to standard error only; standard output belongs to the
 * command that follows.
 */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const oldestNode = [20, 19];

/** Something is not as it must be; the message says what to do, and no stack trace is wanted. */
export class SetupError extends Error {}

export const setUp = async () => {
  refuseOldNode();
  await installDependencies();
  await generateClients();
  // Loaded now, not above: what it is made with has just been installed.
  const { generateOperations } = await import('../clients/generate.mjs');
  await generateOperations();
};

const refuseOldNode = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  throw new SetupError(`Node ${oldestNode.join('.')} or newer is needed; this is ${process.version}.`);
};

const installDependencies = async () => {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  if (!wanted) throw new SetupError('package-lock.json is missing or damaged: restore it from the repository.');
  if (isInstalled(wanted, packagesOf(join(root, 'node_modules/.package-lock.json')))) return;
  const folders = Object.keys(wanted).filter((path) => path.lastIndexOf('node_modules/') === 0);
  const bar = progress('Installing dependencies', folders.length);
  const timer = setInterval(() => bar.at(folders.filter((path) => existsSync(join(root, path, 'package.json'))).length), 250);
  try {
    await npm(['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error']);
  } finally {
    clearInterval(timer);
  }
  bar.done();
};

/** @returns {Record<string, { version?: string, optional?: boolean, link?: boolean }> | undefined} */
const packagesOf = (lockFile) => {
  try {
    const { '': _project, ...packages } = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
    return packages;
  } catch {
    return undefined;
  }
};

/** Compared by content, not by time: a fresh checkout's times say nothing. Optional packages may be another platform's. */
const isInstalled = (wanted, installed) =>
  installed !== undefined &&
  Object.entries(wanted).every(([path, { version, optional, peer }]) => {
    const present = installed[path];
    return present ? present.version === version : Boolean(optional || peer);
  });

const npm = (flags) =>
  new Promise((resolve, reject) => {
    const child = spawn('npm', flags, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'], shell: process.platform === 'win32' });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    child.once('error', () => reject(new SetupError('npm could not be started: is it installed beside Node?')));
    child.once('close', (code) =>
      code === 0
        ? resolve()
        : reject(
            new SetupError(`The dependencies could not be installed ("npm ${flags[0]}" ended with ${code}).\n${said.trim()}`),
          ),
    );
  });

/** Brings `subgraphs/<x>/generated` up to date, two at a time; each takes less than a second. */
export const generateClients = async () => {
  const stale = readdirSync(join(root, 'subgraphs'))
    .map((name) => join(root, 'subgraphs', name))
    .filter((folder) => existsSync(join(folder, 'schema.prisma')) && readOr(markOf(folder)) !== stateOf(folder));
  if (stale.length === 0) return;
  const bar = progress('Generating database clients', stale.length);
  let done = 0;
  const work = async () => {
    for (let folder = stale.pop(); folder; folder = stale.pop()) {
      await generate(folder);
      bar.at(++done);
    }
  };
  await Promise.all([work(), work()]);
  bar.done();
};

const markOf = (folder) => join(folder, 'generated/.made-from');

/** What the generated client depends on: its schema and Prisma's version. */
const stateOf = (folder) => {
  const version = JSON.parse(readFileSync(join(root, 'node_modules/prisma/package.json'), 'utf8')).version;
  return createHash('sha256')
    .update(version)
    .update(readFileSync(join(folder, 'schema.prisma')))
    .digest('hex');
};

/**
 * Prisma looks for a schema engine that it downloads, though generating needs
 * none; naming any existing file stops the download (and so works offline).
 */
const generate = async (folder) => {
  const state = stateOf(folder);
  const environment = {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
    NODE_OPTIONS: '',
  };
  rmSync(join(folder, 'generated'), { recursive: true, force: true });
  const flags = [join(root, 'node_modules/prisma/build/index.js'), 'generate', '--schema', join(folder, 'schema.prisma')];
  try {
    await promisify(execFile)(process.execPath, flags, { cwd: root, env: environment });
  } catch (error) {
    throw new SetupError(`${folder}/schema.prisma does not generate:\n${error.stderr ?? error.message}`);
  }
  mkdirSync(join(folder, 'generated'), { recursive: true });
  writeFileSync(markOf(folder), state);
};

const readOr = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** A bar on a terminal; elsewhere a line when it starts and one when it is done. */
const progress = (title, total) => {
  const startedAt = Date.now();
  const { stderr } = process;
  const draw = (done) => {
    const width = 30;
    const full = Math.round((width * done) / Math.max(1, total));
    stderr.write(`\r${title}  [${'█'.repeat(full)}${'░'.repeat(width - full)}] ${done}/${total}`);
  };
  if (stderr.isTTY) draw(0);
  else stderr.write(`${title} (${total})…\n`);
  return {
    at: (done) => stderr.isTTY && draw(done),
    done: () => {
      const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
      stderr.write(stderr.isTTY ? `\r\x1b[K${title}: done in ${seconds} s\n` : `${title}: done in ${seconds} s\n`);
    },
  };
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await setUp();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
