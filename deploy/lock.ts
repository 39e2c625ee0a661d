/**
 * One process a data folder: the embedded database is a PostgreSQL in this
 * process, and two of them in one folder would destroy it.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ExpectedError } from './expected.ts';

/** Takes the folder for this process until the answer is called. A holder that no longer lives does not count. */
export const lockFolder = (data: string): (() => void) => {
  makeFolder(data);
  const path = join(resolve(data), 'hub.pid');
  for (let attempt = 1; !take(path); attempt += 1) {
    const holder = holderOf(path);
    if (holder !== undefined && isAlive(holder)) {
      throw new ExpectedError(
        `${data} is in use by another hub (process ${holder}). End that one, or choose another folder with --data.`,
      );
    }
    if (attempt > 3) throw new ExpectedError(`${path} cannot be taken: delete it if no hub runs on ${data}.`);
    rmSync(path, { force: true });
  }
  return () => {
    if (holderOf(path) === process.pid) rmSync(path, { force: true });
  };
};

const makeFolder = (data: string): void => {
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new ExpectedError(
      `${data} cannot be the data folder (${(error as { code?: string }).code}): choose another with --data.`,
    );
  }
};

const take = (path: string): boolean => {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false;
    throw new ExpectedError(`${path} cannot be written: ${(error as { code?: string }).code}.`);
  }
};

const holderOf = (path: string): number | undefined => {
  try {
    return Number.parseInt(readFileSync(path, 'utf8'), 10);
  } catch {
    return undefined;
  }
};

const isAlive = (pid: number): boolean => {
  if (!(pid > 0) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
};
