/**
 * Shows that each enforcement step is held by a test: in a copy of the tree the
 * step is disabled, the tests named beside it run, and one of them must fail. A
 * step that can be disabled unnoticed survives, and the command fails with it.
 *
 * The copy shares `node_modules` by a link and has the generated code; nothing
 * in the tree itself is touched.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Mutation, mutations } from './mutations.ts';

type Outcome = 'caught' | 'SURVIVED' | 'NOT RUN';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** A step is often missed by what never comes; no test takes as long as this by itself. */
const patienceMs = 30_000;

/** Two at a time, each in a copy of its own. */
const workers = 2;

export const main = async (titles: string[]): Promise<number> => {
  const chosen = mutations.filter(({ title }) => titles.length === 0 || titles.some((part) => title.includes(part)));
  const waiting = [...chosen];
  const outcomes: Outcome[] = [];
  const work = async (): Promise<void> => {
    const copy = await copyOfTree();
    try {
      for (let mutation = waiting.shift(); mutation; mutation = waiting.shift()) {
        const startedMs = performance.now();
        const first = await tried(mutation, copy);
        const outcome = first === 'NOT RUN' ? await tried(mutation, copy) : first; // A worker that was out of memory proves nothing.
        outcomes.push(outcome);
        const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
        process.stdout.write(`${outcome.padEnd(8)}  ${outcomes.length}/${chosen.length}  ${mutation.title} (${seconds} s)\n`);
      }
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, chosen.length) }, work));
  const caught = outcomes.filter((outcome) => outcome === 'caught').length;
  process.stdout.write(`${caught} of ${chosen.length} disabled steps were caught by a test.\n`);
  return caught === chosen.length && caught > 0 ? 0 : 1;
};

/** The file with its step disabled. The step's text must stand there exactly once: code that has moved on is told, not skipped. */
export const disabled = ({ file, step, instead }: Mutation): string => {
  const text = readFileSync(join(root, file), 'utf8');
  const parts = text.split(step);
  if (parts.length !== 2)
    throw new Error(`In ${file}, the step stands ${parts.length - 1} times; it is to stand there once: ${step}`);
  return parts.join(instead);
};

const tried = async (mutation: Mutation, copy: string): Promise<Outcome> => {
  const place = join(copy, mutation.file);
  const original = readFileSync(place, 'utf8');
  writeFileSync(place, disabled(mutation));
  try {
    return await outcomeOf(mutation, copy);
  } finally {
    writeFileSync(place, original);
  }
};

/** A suite that does not even load is no proof: the step must be noticed by a test that ran. */
const outcomeOf = async ({ tests, only }: Mutation, copy: string): Promise<Outcome> => {
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  const node = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  await run(
    process.execPath,
    [
      ...node,
      '--json',
      `--outputFile=${report}`,
      '--bail=1',
      `--testTimeout=${patienceMs}`,
      '--testEnvironment=<rootDir>/tests/mutations/untilfailure.mjs',
      '--maxWorkers=1',
      ...(only ? ['--testNamePattern', only] : []),
      ...tests,
    ],
    {
      cwd: copy,
      maxBuffer: 64 << 20,
    },
  ).catch(() => {});
  const { numFailedTests = 0, numTotalTests = 0 } = readReport(report);
  if (numTotalTests === 0) return 'NOT RUN';
  return numFailedTests > 0 ? 'caught' : 'SURVIVED';
};

const readReport = (path: string): { numFailedTests?: number; numTotalTests?: number } => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
};

const copyOfTree = async (): Promise<string> => {
  const copy = mkdtempSync(join(tmpdir(), 'rtcc-mutations-'));
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    maxBuffer: 64 << 20,
  });
  const generated = await run(
    'git',
    ['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--', '*/generated/*', ':!node_modules'],
    {
      cwd: root,
      maxBuffer: 64 << 20,
    },
  );
  for (const path of `${stdout}${generated.stdout}`.split('\0').filter(Boolean)) {
    mkdirSync(join(copy, dirname(path)), { recursive: true });
    cpSync(join(root, path), join(copy, path));
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
};
