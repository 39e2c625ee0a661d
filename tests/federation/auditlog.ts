/** A log with checkpoints in a table, a file and a witness, for whoever attacks it; and the verifier over all of them. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseKey, splitNotes, type VerificationKey } from '../../deploy/verifier/note.ts';
import { readTables } from '../../deploy/verifier/read.ts';
import { type Entry, type Report, verifyLog } from '../../deploy/verifier/verify.ts';
import { type AlertCode, openAlert } from '../../gateway/audit/alert.ts';
import { type Checkpointer, openCheckpointer } from '../../gateway/audit/checkpoint.ts';
import { type Ledger, openLedger } from '../../gateway/audit/ledger.ts';
import { noteKey, type Signer, signerOf, writeKey } from '../../gateway/audit/note.ts';
import type { AuditRecord } from '../../gateway/audit/record.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { startWitness, type TestWitness } from './witness.ts';

export const origin = 'rtcc-hub/LANPD0000/audit';

export const newSigner = (name = origin): Signer =>
  signerOf(name, generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as Record<string, unknown>);

/** The key as an auditor has it listed. */
export const listed = ({ name, privateKey }: Signer, until?: string): VerificationKey => ({
  ...parseKey(writeKey(noteKey(name, privateKey))),
  until,
});

const tables = ['leaf', 'record', 'checkpoint', 'cosignature'];

export interface TestLog {
  database: Database;
  file: string;
  witness: TestWitness;
  alerts: AlertCode[];
  clock: { nowMs: number };
  /** Those that a verifier knows. */
  keys: VerificationKey[];
  signer: Signer;
  /** A gateway's part: a ledger and what signs it. */
  gateway: () => Promise<{ ledger: Ledger; checkpointer: Checkpointer }>;
  append: (count: number, parts?: Partial<AuditRecord>) => Promise<void>;
  /** What stands in the tables now is what `restore` brings back. */
  remember: () => Promise<void>;
  restore: () => Promise<void>;
  verify: (options?: VerifyOptions) => Promise<Report>;
  close: () => Promise<void>;
}

export interface VerifyOptions {
  /** With the file of checkpoints. */
  file?: boolean;
  witness?: boolean;
  keys?: VerificationKey[];
  change?: (entries: Entry[]) => Entry[];
}

export const record = (operationId: string, nowMs: number, parts: Partial<AuditRecord> = {}): AuditRecord => ({
  at: new Date(nowMs),
  kind: 'INTENT',
  class: 'CJI',
  operationId,
  subject: 'officer-7',
  ori: 'LANPD0000',
  purpose: 'C',
  caseNumber: 'B-24020-22',
  reason: 'follow-up',
  operationName: 'Look',
  operationType: 'query',
  documentHash: 'ab12',
  fields: ['Query.person', 'Person.name'],
  denied: ['Person.ssn: people:ssn'],
  entities: ['Person:1'],
  sources: ['rms'],
  durationMs: 5,
  outcome: 'OK',
  sourceAddress: '192.0.2.7:50123',
  destinationAddress: '192.0.2.1:4000',
  bytesIn: 300,
  search: 'v1.CJI.k.iv.text.tag',
  detail: '{}',
  bytesOut: 900,
  onBehalfOf: 'LA0260000',
  terms: ['dGVybQ'],
  spooledAt: new Date(nowMs - 1_000),
  ...parts,
});

export const openTestLog = async (): Promise<TestLog> => {
  const folder = mkdtempSync(join(tmpdir(), 'rtcc-audit-'));
  const database = await openDatabase('pglite:');
  const alerts: AlertCode[] = [];
  const clock = { nowMs: Date.parse('2026-11-20T09:00:00.000Z') };
  const signer = newSigner();
  const log = { signer, keys: [listed(signer)] };
  const file = join(folder, 'checkpoints');
  const witness = await startWitness('witness.example', () => log.keys);
  let written = 0;
  const gateway: TestLog['gateway'] = async () => {
    const alert = openAlert({ say: ({ alert: code }) => void alerts.push(code), now: () => clock.nowMs });
    let grown: (size: number) => void = () => {};
    const ledger = await openLedger(database, { onAppended: (size) => grown(size), onSteppedBack: () => alert('AUDIT_CLOCK') });
    const checkpointer = openCheckpointer({
      keys: async () => ({
        signer: log.signer,
        known: [noteKey(origin, signer.privateKey), noteKey(origin, log.signer.privateKey)],
      }),
      ...{ origin, everyRecords: 1_000_000, everyMs: 3_600_000, file, database, alert, now: () => clock.nowMs },
      witness: { url: witness.url, key: witnessKey(witness.key) },
    });
    grown = checkpointer.grown;
    return { ledger, checkpointer };
  };
  await openLedger(database);
  const exec = (sql: (table: string) => string): Promise<void> => database.exec(tables.map(sql).join(';'));
  // Whoever holds the database's password is not kept by its triggers.
  await exec((table) => `ALTER TABLE hub_audit.${table} DISABLE TRIGGER ALL`);
  await exec((table) => `CREATE TABLE pristine_${table} AS SELECT * FROM hub_audit.${table}`);
  let files = '';
  let held = witness.held;
  return Object.assign(log, {
    ...{ database, file, witness, alerts, clock, gateway },
    append: async (count: number, parts: Partial<AuditRecord> = {}) => {
      const ledger = await openLedger(database);
      for (let at = 0; at < count; at += 1) {
        clock.nowMs += 1_000;
        written += 1;
        await ledger.append(record(`op-${written}`, clock.nowMs, parts));
      }
    },
    remember: async () => {
      await exec((table) => `TRUNCATE pristine_${table}; INSERT INTO pristine_${table} SELECT * FROM hub_audit.${table}`);
      files = readFileSync(file, 'utf8');
      held = witness.held;
    },
    restore: async () => {
      await database.exec('TRUNCATE hub_audit.checkpoint, hub_audit.cosignature, hub_audit.leaf, hub_audit.record');
      await exec((table) => `INSERT INTO hub_audit.${table} SELECT * FROM pristine_${table}`);
      writeFileSync(file, files);
      witness.held = held;
      alerts.length = 0;
    },
    verify: async ({ file: withFile = false, witness: withWitness = false, keys, change = (all) => all }: VerifyOptions = {}) => {
      const { entries, checkpoints } = await readTables(database.query);
      const all: Entry[] = [];
      for await (const entry of entries) all.push(entry);
      async function* changed() {
        yield* change(all);
      }
      const filed = withFile ? splitNotes(readFileSync(file, 'utf8')).map((note) => ({ note, from: 'the file' })) : [];
      return verifyLog({
        entries: changed(),
        checkpoints: [...checkpoints, ...filed],
        keys: keys ?? log.keys,
        witness: withWitness ? parseKey(witness.key) : undefined,
      });
    },
    close: async () => {
      await database.close();
      await witness.close();
      rmSync(folder, { recursive: true });
    },
  });
};

const witnessKey = (line: string) => {
  const { name, publicKey } = parseKey(line);
  return noteKey(name, publicKey, 4);
};
