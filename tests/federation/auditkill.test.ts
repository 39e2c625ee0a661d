/** `kill -9` of a gateway: what was durable stays, what was not is nowhere, and the log holds and goes on. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { readTables } from '../../deploy/verifier/read.ts';
import { verifyLog } from '../../deploy/verifier/verify.ts';
import { openLedger } from '../../gateway/audit/ledger.ts';
import { openDatabase } from '../../subgraphs/kit/database.ts';
import { describeOn, scratchDatabase } from '../setup/services.ts';
import { record } from './auditlog.ts';

jest.setTimeout(180_000); // Processes start slowly on a machine that is busy.

/** Runs the gateway until it has come to the stage, and kills it there. */
const killedAt = (stage: string, url: string): Promise<NodeJS.Signals | null> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'auditchild.ts'), url, stage], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    let said = '';
    child.stderr.on('data', (text) => (said += text));
    child.stdout.on('data', (text) => String(text).includes('REACHED') && child.kill('SIGKILL'));
    child.once('close', (code, signal) =>
      signal ? resolve(signal) : reject(new Error(`It ended by itself with ${code}: ${said}`)),
    );
  });

const stages: [string, string[]][] = [
  ['intent', ['LOGGED_ON', 'INTENT']],
  ['outcome', ['LOGGED_ON', 'INTENT', 'OUTCOME']],
  ['answered', ['LOGGED_ON', 'INTENT', 'OUTCOME']],
];

const suite =
  (begin: () => Promise<{ url: string; drop: () => Promise<void> | void }>, count = stages.length) =>
  () => {
    test.each(stages.slice(0, count))('at the stage "%s"', async (stage, kinds) => {
      const { url, drop } = await begin();
      try {
        expect(await killedAt(stage, url)).toBe('SIGKILL');
        const database = await openDatabase(url);
        const kept = await database.query<{ kind: string; operation_id: string }>(
          'SELECT kind, operation_id FROM hub_audit.record ORDER BY seq',
        );
        expect(kept.map(({ kind }) => kind)).toEqual(kinds);
        expect(new Set(kept.map(({ operation_id }) => operation_id)).size).toBe(1);
        const ledger = await openLedger(database);
        await ledger.append(record('after', Date.now()));
        const { entries } = await readTables(database.query);
        expect(await verifyLog({ entries, checkpoints: [], keys: [] })).toMatchObject({
          records: kinds.length + 1,
          findings: [],
        });
        await database.close();
      } finally {
        await drop();
      }
    });
  };

describe(
  'on the embedded database',
  suite(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rtcc-kill-'));
    return { url: `pglite:${join(folder, 'db')}`, drop: () => rmSync(folder, { recursive: true }) };
  }, 2),
);
describeOn('postgres', 'on a database server', suite(scratchDatabase));
