/** Building the web pages. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPage } from '../../../clients/build.ts';

const cache = mkdtempSync(join(tmpdir(), 'rtcc-build-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

/** Command lines of all processes. */
const commands = (): string[] => {
  if (process.platform !== 'linux') return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
  return readdirSync('/proc').flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : [];
    } catch {
      return []; // It has ended meanwhile.
    }
  });
};

const running = () => commands().some((command) => command.includes('vite') && command.includes(cache));

test('a build that is ended leaves neither a process nor a folder', async () => {
  const stopping = new AbortController();
  const building = buildPage('explorer', { cache, signal: stopping.signal });
  while (!running()) await new Promise((resolve) => setTimeout(resolve, 20));
  stopping.abort();
  await expect(building).rejects.toMatchObject({ name: 'AbortError' });
  expect(running()).toBe(false);
  expect(existsSync(join(cache, 'explorer')) ? readdirSync(join(cache, 'explorer')) : []).toEqual([]);
  await expect(buildPage('explorer', { cache, signal: stopping.signal })).rejects.toMatchObject({ name: 'AbortError' });
});
