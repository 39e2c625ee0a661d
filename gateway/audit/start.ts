/** The audit put together: the log in the database, its checkpoints, its alerts. What is not set is not done. */
import type { Logger } from 'pino';
import { type AlertCode, openAlert } from './alert.ts';
import { type Audit, openAudit } from './audit.ts';
import { type CheckpointSettings, openCheckpointer } from './checkpoint.ts';
import { openLedger, RolledBack, type Sql } from './ledger.ts';
import { type FieldKeys, seal } from './seal.ts';

export interface AuditSettings {
  /** Without keys the log is kept, but nothing signs how far it has come. */
  checkpoints?: CheckpointSettings | undefined;
  /** Without them, what was searched for is not kept. */
  fieldKeys?: FieldKeys | undefined;
  /** Told of failures, besides the log. */
  alertUrl?: string | undefined;
}

export interface AuditParts extends AuditSettings {
  database: Sql;
  log: Logger;
  now: () => number;
  intervalMs: number;
}

export const startAudit = async ({ database, log, now, intervalMs, ...settings }: AuditParts): Promise<Audit> => {
  const alert = openAlert({ say: (detail, text) => log.error(detail, text), webhook: settings.alertUrl, now });
  const { fieldKeys, checkpoints } = settings;
  let grown: (size: number) => void = () => {};
  const ledger = await openLedger(database, {
    onError: (cause) => alert(codeOf(cause), cause),
    onSteppedBack: () => alert('AUDIT_CLOCK'),
    onAppended: (size) => grown(size),
  });
  const audit = openAudit({
    ledger,
    now,
    intervalMs,
    seal: fieldKeys && ((auditClass, operationId, text) => seal(fieldKeys, auditClass, operationId, text)),
  });
  const onKey = (key: string) => audit.note({ kind: 'KEY_ROTATED', subject: 'hub', detail: { key } });
  const checkpointer = checkpoints && openCheckpointer({ ...checkpoints, database, alert, now, onKey });
  if (checkpointer) grown = checkpointer.grown;
  await checkpointer?.run(); // What is wrong with the log is told at start, not a minute later.
  return {
    ...audit,
    close: async () => {
      await audit.close();
      await checkpointer?.close();
      await alert.settled();
    },
  };
};

const codeOf = (cause: unknown): AlertCode => (cause instanceof RolledBack ? 'AUDIT_ROLLED_BACK' : 'AUDIT_UNAVAILABLE');
