/** `hub audit …` as its keeper and its auditor run it: a log in a data folder, its files, and what each command says and exits with. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { pino } from 'pino';
import { auditSettings } from '../../deploy/auditsettings.ts';
import { startAudit } from '../../gateway/audit/start.ts';
import { anonymous } from '../../schema/principal.ts';
import { openDatabase } from '../../subgraphs/kit/database.ts';

jest.setTimeout(180_000); // Processes start slowly on a machine that is busy.

const root = join(import.meta.dirname, '../..');
let folder: string;
const file = (name: string): string => join(folder, name);

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

const audit = (...parameters: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ['deploy/run.mjs', 'audit', ...parameters], {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, HUB_DATA: folder, HUB_AUDIT_CHECKPOINTS: file('checkpoints') },
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (text) => {
      out += text;
    });
    child.stderr.on('data', (text) => {
      err += text;
    });
    child.once('close', (code) => resolve({ code, out, err }));
  });

/** The data folder's own database, while no command runs on it. */
const within = async (use: (exec: (sql: string) => Promise<void>) => Promise<void>): Promise<void> => {
  const database = await openDatabase(`pglite:${file('db')}`);
  await use(database.exec);
  await database.close();
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rtcc-auditcli-'));
  const database = await openDatabase(`pglite:${file('db')}`);
  const settings = await auditSettings({ HUB_AUDIT_CHECKPOINTS: file('checkpoints') }, folder);
  const log = pino({ level: 'silent' });
  const writer = await startAudit({ ...settings, database, log, now: Date.now, intervalMs: 1_000 });
  for (let at = 1; at <= 5; at += 1) {
    const entry = await writer.intend({
      principal: { ...anonymous, subject: `officer-${at}`, ori: 'LANPD0000', purpose: 'C', operationId: `op-${at}` },
      ...{ operationType: 'query', documentHash: 'ab12', fields: ['Query.person'], denied: [], sources: ['rms'] },
      search: `[{"field":"person","arguments":{"name":"Secret ${at}"}}]`,
    });
    await entry.settle({ data: {}, errors: [], entities: [`Person:${at}`] });
  }
  await writer.close();
  await database.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

test('verify: the log holds, and what is signed of it is said', async () => {
  const { code, out, err } = await audit('verify');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^The log holds\.\n10 records, 0 of them purged\. 10 are proven by a checkpoint of /);
});

test('show: the record, and what was searched for; show of none is one line and exit 1', async () => {
  const { code, out } = await audit('show', '--seq', '3');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    seq: 3,
    kind: 'INTENT',
    subject: 'officer-2',
    search: [{ arguments: { name: 'Secret 2' } }],
  });
  expect(await audit('show', '--seq', '999')).toEqual({ code: 1, out: '', err: 'The log has no record 999.\n' });
  expect((await audit('show', '--seq', 'x')).code).toBe(2);
});

test('dump: proven by itself; a changed one is not, and its record is named', async () => {
  const { code, out } = await audit('dump');
  expect(code).toBe(0);
  expect(out).not.toContain('Secret');
  writeFileSync(file('dump'), out);
  expect(await audit('verify', '--dump', file('dump'))).toMatchObject({
    code: 0,
    out: expect.stringContaining('The log holds.'),
  });
  writeFileSync(file('forged'), out.replace('officer-4', 'officer-5'));
  expect(await audit('verify', '--dump', file('forged'))).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^THE LOG DOES NOT HOLD\.\nRecord 7: The record is not what was committed to/),
  });
  const lines = out.split('\n');
  writeFileSync(file('cut'), [...lines.slice(0, 6), ''].join('\n'));
  expect(await audit('verify', '--dump', file('cut'))).toMatchObject({
    code: 1,
    out: expect.stringContaining('the end has been cut off, or an older state put in its place'),
  });
});

test('export: each record with its proof, good without the database; a changed record, proof or checkpoint is not', async () => {
  const { code, out } = await audit('export', '--subject', 'officer-3');
  expect(code).toBe(0);
  const lines = out.trimEnd().split('\n');
  expect(lines).toHaveLength(3);
  await audit('keys').then((listed) => writeFileSync(file('keys.json'), listed.out));
  const verified = async (text: string): Promise<Ended> => {
    writeFileSync(file('export'), text);
    return audit('verify', '--export', file('export'), '--keys', file('keys.json'));
  };
  expect(await verified(out)).toMatchObject({ code: 0, out: 'The export holds: 2 records, each in the signed log.\n' });
  expect(await verified(out.replace('Person:3', 'Person:4'))).toMatchObject({
    code: 1,
    out: expect.stringContaining('is not what was committed to'),
  });
  const forged = lines
    .map((line, at) => (at === 2 ? line.replace(/(?<="proof":\[")./, (letter) => (letter === 'A' ? 'B' : 'A')) : line))
    .join('\n');
  expect((await verified(forged)).out).toContain('is not in the signed log');
  expect((await verified(out.replace('rtcc-hub/LANPD0000', 'rtcc-hub/LANPD0001'))).out).toContain('signed by no known key');
});

test('keys --rotate: another key signs, and what the old one signed still holds', async () => {
  const { code, out } = await audit('keys', '--rotate');
  expect(code).toBe(0);
  expect((JSON.parse(out) as { until: string | null }[]).map(({ until }) => until === null)).toEqual([false, true]);
  expect(out).not.toContain('"d"');
  await audit('show', '--seq', '1');
  expect(await audit('verify')).toMatchObject({ code: 0 });
  // Whoever has only the old list does not take the new key's word.
  expect(await audit('verify', '--keys', file('keys.json'))).toMatchObject({
    code: 1,
    out: expect.stringContaining('signed by no known key'),
  });
});

test('verify: whoever changed a row in the database is found out, with exit 1', async () => {
  await within((exec) =>
    exec("ALTER TABLE hub_audit.record DISABLE TRIGGER ALL; UPDATE hub_audit.record SET purpose = 'D' WHERE seq = 5"),
  );
  expect(await audit('verify')).toMatchObject({ code: 1, out: expect.stringMatching(/^THE LOG DOES NOT HOLD\.\nRecord 5: /) });
});

test('verify: an older state in place of the log does not hold against the checkpoints that were kept elsewhere', async () => {
  await within((exec) =>
    exec(`ALTER TABLE hub_audit.leaf DISABLE TRIGGER ALL; ALTER TABLE hub_audit.record DISABLE TRIGGER ALL;
      ALTER TABLE hub_audit.checkpoint DISABLE TRIGGER ALL;
      UPDATE hub_audit.record SET purpose = 'C' WHERE seq = 5;
      DELETE FROM hub_audit.record WHERE seq > 8; DELETE FROM hub_audit.leaf WHERE seq > 8; DELETE FROM hub_audit.checkpoint`),
  );
  writeFileSync(file('nothing'), '');
  expect(await audit('verify', '--checkpoint', file('nothing'))).toMatchObject({
    code: 0,
    out: expect.stringContaining('Nothing is signed.'),
  });
  expect(await audit('verify', '--checkpoint', file('checkpoints'))).toMatchObject({
    code: 1,
    out: expect.stringMatching(/The log ends at record 8, but 10 records were signed/),
  });
});

test.each([
  [['verify', 'nonsense'], 1, 'The database takes postgres://'],
  [['verify', '--checkpoint', '/nowhere'], 1, 'The file /nowhere cannot be read.'],
  [['purge', '--before', 'soon', '--class', 'CJI'], 2, 'A time is written'],
  [['purge', '--before', '2021-01-01', '--class', 'X'], 1, '--class takes one of'],
  [['export', '--format', 'xml'], 2, 'Allowed choices are jsonl, csv'],
])('%j is refused with exit code %i', async (parameters, code, complaint) => {
  const ended = await audit(...parameters);
  expect(ended).toMatchObject({ code, err: expect.stringContaining(complaint) });
  expect(ended.err).not.toContain('    at ');
});

test('the verifier imports nothing of the writer', () => {
  for (const name of ['bytes', 'exported', 'note', 'read', 'tree', 'verify']) {
    const imported = [...readFileSync(join(root, `deploy/verifier/${name}.ts`), 'utf8').matchAll(/from '([^']+)'/g)].map(
      ([, from]) => from,
    );
    expect(imported.filter((from) => !/^(node:|\.\/)/.test(from ?? ''))).toEqual([]);
  }
});
