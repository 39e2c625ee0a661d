/** `npm start` as a person runs it: everything in one process, from an empty folder to answers, and cleanly down again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemNames } from '../../schema/subgraphs.ts';

const root = join(import.meta.dirname, '../..');

/** Embedded defaults, whatever the test run itself was given. */
const environment = { PATH: process.env.PATH, HOME: process.env.HOME };

interface Up {
  child: ChildProcess;
  home: string;
  /** Systems whose demo was loaded at this start. */
  loaded: number;
  issuer: string;
}

const start = async (data: string): Promise<Up> => {
  const child = spawn(process.execPath, ['deploy/run.mjs', 'up', '--port', '0', '--data', data], { cwd: root, env: environment });
  const found: Record<string, string> = {};
  let loaded = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [, title, value] = /^ {2}(\w+) +(\S+)/.exec(line) ?? [];
    if (title && value) found[title] = value;
    if (/\bLoaded \S+:/.test(line)) loaded += 1;
    if (line.startsWith('Ctrl-C')) break;
  }
  child.stdout.resume();
  return { child, home: found.Explorer ?? '', issuer: found.Issuer ?? '', loaded };
};

const hub = async (...parameters: string[]): Promise<{ code: number | null; out: string; err: string }> => {
  const child = spawn(process.execPath, ['deploy/run.mjs', ...parameters], { cwd: root, env: environment });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
};

const stop = async ({ child }: Up): Promise<number | null> => {
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  return (await ended)[0] as number | null;
};

describe('everything in one process', () => {
  let data: string;
  let up: Up;
  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'rtcc-up-'));
    up = await start(data);
  }, 120_000);
  afterAll(() => {
    up.child.kill('SIGKILL');
    rmSync(data, { recursive: true });
  });

  const ask = async (query: string, token: string, extensions = {}): Promise<{ data: Record<string, unknown> | null }> => {
    const response = await fetch(new URL('/graphql', up.home), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, extensions }),
    });
    return response.json() as Promise<{ data: Record<string, unknown> | null }>;
  };

  test('loads every system at the first start, and is ready when it says so', async () => {
    expect(up.loaded).toBe(systemNames.length);
    expect((await fetch(new URL('/health/ready', up.home))).status).toBe(200);
  });

  test('gives a token to the command line, and an answer to the token', async () => {
    const { code, out } = await hub('token', '--as', 'detective', '--url', up.home);
    expect({ code, lines: out.trim().split('\n').length }).toEqual({ code: 0, lines: 1 });
    const { data: found } = await ask('{ incident(number: "B-24020-22") { number } }', out.trim(), { purpose: 'C' });
    expect(found).toEqual({ incident: { number: 'B-24020-22' } });
  });

  test('gives no token to a persona that does not exist', async () => {
    const { code, out, err } = await hub('token', '--as', 'mayor', '--url', up.home);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('There is no persona "mayor"');
  });

  test('serves its explorer under a policy that names no other machine but the issuer', async () => {
    const response = await fetch(up.home);
    expect(await response.text()).toContain('<div id="explorer">');
    const places = (response.headers.get('content-security-policy') ?? '').match(/https?:\/\/[^\s;]+/g) ?? [];
    expect(places.filter((place) => place !== up.issuer)).toEqual([]);
  });

  test('keeps its folder to itself', async () => {
    const { code, err } = await hub('up', '--port', '0', '--data', data);
    expect(code).toBe(1);
    expect(err).toMatch(/is in use by another hub \(process \d+\)\. End that one, or choose another folder with --data\.\n$/);
  });

  test('names a port that is taken', async () => {
    const { code, err } = await hub('up', '--port', new URL(up.home).port, '--data', join(data, 'other'));
    expect(code).toBe(1);
    expect(err).toBe(
      `Port ${new URL(up.home).port} is taken by another process. End that one, or choose another port with --port.\n`,
    );
  });

  test('drains on Ctrl-C, gives its folder back, and starts again on what it kept', async () => {
    expect(await stop(up)).toBe(0);
    expect(existsSync(join(data, 'hub.pid'))).toBe(false);
    up = await start(data);
    expect(up.loaded).toBe(0);
    const { out } = await hub('token', '--as', 'auditor', '--url', up.home);
    const { data: audited } = await ask('{ auditTrail(first: 50) { nodes { subject } } }', out.trim(), { purpose: 'AUDIT' });
    expect(JSON.stringify(audited)).toContain('detective');
  }, 60_000);

  test('keeps its keys from other users of the machine', () => {
    expect(statSync(join(data, 'keys')).mode & 0o077).toBe(0);
  });
});
