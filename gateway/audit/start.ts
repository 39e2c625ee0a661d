/** The audit put together: the log in the database, its checkpoints, its alerts. What is not set is not done. */
import type { Logger } from 'pino';
import { termKeyOf } from '../../schema/terms.ts';
import { type Alert, type AlertCode, openAlert } from './alert.ts';
import { type Audit, openAudit } from './audit.ts';
import { type Checkpointer, type CheckpointSettings, openCheckpointer } from './checkpoint.ts';
import { type Ledger, openLedger, RolledBack, type Sql } from './ledger.ts';
import type { AuditClass } from './record.ts';
import { type Retention, startRetention } from './retention.ts';
import { type FieldKeys, seal } from './seal.ts';
import { openSpool } from './spool.ts';
import { type AuditMeter, type AuditStatus, openStatus, type StatusKeeper } from './status.ts';

export interface AuditSettings {
  /** Without keys the log is kept, but nothing signs how far it has come. */
  checkpoints?: CheckpointSettings | undefined;
  /** Without them, what was searched for is not kept. */
  fieldKeys?: FieldKeys | undefined;
  /** Told of failures, besides the log. */
  alertUrl?: string | undefined;
  /** Signs what is sent there. */
  webhookSecret?: string | undefined;
  /** Path of the file to which records of dispatch and positions go while the store is away; without it they are refused too. */
  spool?: string | undefined;
  /** Days that each class is kept; what is older is purged each day. */
  retention?: Retention | undefined;
  /** Told every few seconds how the audit is, for the status board. */
  report?: ((status: AuditStatus) => unknown) | undefined;
}

export interface AuditParts extends AuditSettings {
  database: Sql;
  log: Logger;
  now: () => number;
  intervalMs: number;
  meter?: AuditMeter | undefined;
}

export interface RunningAudit extends Audit {
  /** Resolves when what the log holds now is signed, or it was told why not. */
  sign: () => Promise<void>;
}

export const startAudit = async (parts: AuditParts): Promise<RunningAudit> => {
  const { database, now, intervalMs, fieldKeys } = parts;
  const status = openStatus(now, parts.meter);
  const alert = openAlerts(parts, status);
  let checkpointer: Checkpointer | undefined;
  const store = await openLedger(database, {
    onError: (cause) => alert(codeOf(cause), cause),
    onSteppedBack: () => alert('AUDIT_CLOCK'),
    onAppended: (size, count, seconds) => {
      status.appended(count, seconds);
      status.grown(size);
      checkpointer?.grown(size);
    },
  });
  const ledger = await withSpool(store, parts, { status, alert });
  const audit = openAudit({
    ledger,
    now,
    intervalMs,
    seal: fieldKeys && ((auditClass, operationId, text) => seal(fieldKeys, auditClass, operationId, text)),
    termKey: fieldKeys && termKeys(fieldKeys),
  });
  const onKey = (key: string) => audit.note({ kind: 'KEY_ROTATED', subject: 'hub', detail: { key } });
  checkpointer =
    parts.checkpoints && openCheckpointer({ ...parts.checkpoints, database, alert, now, onKey, onSigned: status.signed });
  const sign = checkpointer?.run ?? (async () => {});
  await sign(); // What is wrong with the log is told at start, not a minute later.
  const onFailure = (cause: unknown) => alert('AUDIT_PURGE_FAILED', cause);
  const job = parts.retention && startRetention({ database, audit, sign, days: parts.retention, now, onFailure });
  const stopReports = startReports(parts, status);
  return {
    ...audit,
    sign,
    close: async () => {
      stopReports();
      await job?.close();
      await audit.close();
      await checkpointer?.close();
      await alert.settled();
    },
  };
};

/** Each alert is counted, also those that are not sent because one just was. */
const openAlerts = ({ log, alertUrl, webhookSecret, now }: AuditParts, status: StatusKeeper): Alert => {
  const alert = openAlert({ say: (detail, text) => log.error(detail, text), webhook: alertUrl, secret: webhookSecret, now });
  const counted = (code: AlertCode, cause?: unknown): void => {
    status.failed(code);
    alert(code, cause);
  };
  return Object.assign(counted, { settled: alert.settled });
};

const withSpool = async (
  ledger: Ledger,
  { spool: path, database, now }: AuditParts,
  { status, alert }: { status: StatusKeeper; alert: Alert },
): Promise<Ledger> => {
  if (!path) return ledger;
  const onSpooling = (waiting: number): void => {
    status.spooling(waiting);
    if (waiting > 0) alert('AUDIT_SPOOLING');
  };
  return openSpool({ path, ledger, database, now, onSpooling });
};

const reportEveryMs = 5_000;

/** A board that is away is the board's own trouble. */
const startReports = ({ report, log }: AuditParts, status: StatusKeeper): (() => void) => {
  if (!report) return () => {};
  const once = async (): Promise<void> => {
    try {
      await report(status.current());
    } catch (error) {
      log.debug({ code: (error as { code?: string }).code }, 'The status board did not take how the audit is.');
    }
  };
  void once();
  const timer = setInterval(() => void once(), reportEveryMs).unref();
  return () => clearInterval(timer);
};

/** Each class's newest, worked out once. */
const termKeys = (fieldKeys: FieldKeys): ((auditClass: AuditClass) => Buffer | undefined) => {
  const made = new Map(Object.entries(fieldKeys).map(([name, keys]) => [name, keys?.at(-1)?.key]));
  const keys = new Map([...made].map(([name, key]) => [name, key && termKeyOf(key)]));
  return (auditClass) => keys.get(auditClass);
};

const codeOf = (cause: unknown): AlertCode => (cause instanceof RolledBack ? 'AUDIT_ROLLED_BACK' : 'AUDIT_UNAVAILABLE');
