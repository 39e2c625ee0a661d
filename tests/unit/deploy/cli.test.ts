/** The command line as a person meets it: help, mistakes, and failures without stack traces. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

const hub = (parameters: string[], environment: Record<string, string> = {}): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ['deploy/run.mjs', ...parameters], {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (err += text));
    child.once('close', (code) => resolve({ code, out, err }));
  });

describe('the command line', () => {
  test('says what there is', async () => {
    const { code, out } = await hub([]);
    expect(code).toBe(0);
    for (const command of ['up', 'doctor', 'token', 'load', 'replay', 'compose', 'policy', 'keys', 'subgraph', 'gateway']) {
      expect(out).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    }
    expect((await hub(['up', '--help'])).out).toMatch(/--port.*--data.*--speed.*--no-replay/s);
  });

  test.each([
    [['bogus'], "unknown command 'bogus'"],
    [['up', '--prt', '4000'], "unknown option '--prt'"],
    [['up', '--port', '70000'], 'A port is a whole number from 0 to 65535.'],
    [['up', '--speed', '0'], 'It takes a number above 0'],
    [['token'], "required option '--as <persona>' not specified"],
    [['subgraph'], "missing required argument 'system'"],
    [['compose', 'extra'], 'too many arguments'],
  ])('%j is refused with exit code 2', async (parameters, complaint) => {
    const { code, out, err } = await hub(parameters);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(complaint);
  });

  test.each([
    [['subgraph', 'jail'], {}, 'There is no system "jail". Choose one of: cad, '],
    [['subgraph', 'cad'], {}, 'set DATABASE_URL'],
    [['subgraph', 'cad'], { DATABASE_URL: 'postgres://h/d' }, 'set REDIS_URL'],
    [['subgraph', 'cad'], { DATABASE_URL: 'nonsense' }, 'DATABASE_URL takes postgres://'],
    [['keys'], { HUB_VERIFICATION_KEYS: 'nonsense' }, 'HUB_VERIFICATION_KEYS takes a JWK set.'],
  ])('%j with %j fails with one line and exit code 1', async (parameters, environment, complaint) => {
    const { code, err } = await hub(parameters, environment);
    expect(code).toBe(1);
    expect(err).toContain(complaint);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  test('prints keys and nothing else', async () => {
    const data = mkdtempSync(join(tmpdir(), 'rtcc-cli-'));
    const { code, out, err } = await hub(['keys', '--data', data]);
    rmSync(data, { recursive: true });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out).keys).toHaveLength(1);
  });
});
