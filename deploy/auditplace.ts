/** The audit's database for a command: opened, and closed again; the embedded one only while no hub runs on it. */
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { type RunningAudit, startAudit } from '../gateway/audit/start.ts';
import { type Database, openDatabase } from '../subgraphs/kit/database.ts';
import { auditSettings } from './auditsettings.ts';
import { ExpectedError, reasonOf } from './expected.ts';
import { lockFolder } from './lock.ts';
import { openLog } from './log.ts';
import { databaseOf, type Environment, placeOf } from './settings.ts';

export interface AuditPlace {
  database?: string | undefined;
  data: string;
  environment: Environment;
}

/** A statement over years of records takes longer than one of the hub's. */
const statementTimeoutMs = 600_000;

export const withAuditDatabase = async <Value>(
  { database: given, data, environment }: AuditPlace,
  use: (database: Database) => Promise<Value>,
  { readOnly = false }: { readOnly?: boolean } = {},
): Promise<Value> => {
  const url = given ?? databaseOf('hub', environment, data).url;
  if (!/^(postgres(ql)?:\/\/|pglite:)/.test(url))
    throw new ExpectedError('The database takes postgres://USER@HOST:PORT/DATABASE.');
  exists(url);
  const unlock = url.startsWith('pglite:') && !given ? lockFolder(resolve(data)) : () => {};
  try {
    const database = await openDatabase(url, { statementTimeoutMs, readOnly });
    try {
      await hasLog(database, url);
      return await use(database);
    } finally {
      await database.close();
    }
  } finally {
    unlock();
  }
};

/** Opening an embedded database makes it; whoever only looks must not. */
const exists = (url: string): void => {
  const folder = url.startsWith('pglite:') ? url.slice('pglite:'.length) : '';
  if (folder && !existsSync(folder)) throw new ExpectedError(`There is no audit log at ${folder}.`);
};

const hasLog = async (database: Database, url: string): Promise<void> => {
  const [found] = await database
    .query<{ name: string | null }>("SELECT to_regclass('hub_audit.leaf')::text AS name")
    .catch((error: unknown) => {
      throw new ExpectedError(`The database at ${placeOf(url)} cannot be read: ${reasonOf(error)}.`);
    });
  if (!found?.name) throw new ExpectedError(`There is no audit log in the database at ${placeOf(url)}.`);
};

/** Who runs the command, by the account on this machine. */
export const operator = (): string => `account:${userInfo().username}`;

/** What a command does to the audit is in the audit, and signed, before it is done. */
export const recorded = (database: Database, place: AuditPlace, detail: Record<string, unknown>): Promise<void> =>
  recording(database, place, (audit) => audit.note({ kind: 'AUDIT_READ', subject: operator(), detail }));

/** A writer of the log, for as long as the command needs it; what a hub does besides (purging, spooling) is the hub's. */
export const recording = async <Value>(
  database: Database,
  { data, environment }: AuditPlace,
  use: (audit: RunningAudit) => Promise<Value>,
): Promise<Value> => {
  const { checkpoints, fieldKeys, alertUrl, webhookSecret } = await auditSettings(environment, resolve(data));
  const log = openLog(environment, 'error');
  const audit = await startAudit({
    ...{ checkpoints, fieldKeys, alertUrl, webhookSecret, database, log },
    ...{ now: Date.now, intervalMs: 1_000 },
  });
  try {
    return await use(audit);
  } finally {
    await audit.close();
  }
};
