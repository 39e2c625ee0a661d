/** A PostgreSQL of the benchmark's own, on loopback, with the settings that it comes with: each commit is synced to disk. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const startPostgres = async (): Promise<{ url: string; pid: number; close: () => Promise<void> }> => {
  const bin = binaries();
  const folder = mkdtempSync(join(tmpdir(), 'rtcc-bench-pg-'));
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  const root = process.getuid?.() === 0; // PostgreSQL does not run as root.
  if (root) execFileSync('chown', ['postgres', folder]);
  const run = (name: string, ...args: string[]): void => {
    const command = [join(bin, name), ...args];
    const [file = '', ...rest] = root ? ['runuser', '-u', 'postgres', '--', ...command] : command;
    execFileSync(file, rest, { stdio: 'ignore' });
  };
  const port = await freePort();
  run('initdb', '-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C');
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder}`;
  run('pg_ctl', 'start', '-w', '-D', data, '-l', join(folder, 'log'), '-o', options);
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    pid: Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]),
    close: async () => {
      run('pg_ctl', 'stop', '-D', data, '-m', 'immediate');
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** `DATABASE_URL`, or one of the benchmark's own that ends with it. */
export const withPostgres = async <Value>(run: (url: string) => Promise<Value>): Promise<Value> => {
  const given = process.env.DATABASE_URL;
  if (given) return run(given);
  const own = await startPostgres();
  try {
    return await run(own.url);
  } finally {
    await own.close();
  }
};

const binaries = (): string => {
  const [newest] = (() => {
    try {
      return readdirSync('/usr/lib/postgresql').sort((one, other) => Number(other) - Number(one));
    } catch {
      return [];
    }
  })();
  if (newest) return `/usr/lib/postgresql/${newest}/bin`;
  throw new Error('There is no PostgreSQL on this machine: set DATABASE_URL to one that may be written to.');
};

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
