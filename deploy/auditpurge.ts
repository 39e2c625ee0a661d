/**
 * `audit purge`: what the law no longer asks for goes, with its salt, so that
 * nothing can be guessed back from the leaf that stays. What goes is in the log,
 * and signed, before it goes.
 */
import { type AuditClass, auditClasses } from '../gateway/audit/record.ts';
import type { Database } from '../subgraphs/kit/database.ts';
import { type AuditPlace, operator, recorded, withAuditDatabase } from './auditplace.ts';
import { ExpectedError } from './expected.ts';

export interface PurgeCommand extends AuditPlace {
  before: Date;
  class: string;
  now?: () => number;
}

export interface Purged {
  count: number;
  /** The last place of what went. */
  through: number;
}

/** CJISSECPOL AU-11 asks for a year at least; HUB_AUDIT_RETENTION_DAYS asks for more. */
const leastDays = 365;

export const purge = (command: PurgeCommand): Promise<Purged> =>
  withAuditDatabase(command, async (database) => {
    const { before, environment, now = Date.now } = command;
    const auditClass = checkedClass(command.class);
    const days = Math.max(leastDays, Number(environment.HUB_AUDIT_RETENTION_DAYS ?? leastDays) || leastDays);
    if (before.getTime() > now() - days * 86_400_000)
      throw new ExpectedError(`Records are kept for ${days} days at least: choose an earlier date.`);
    const due = await dueOf(database, before, auditClass);
    if (due.count === 0) return due;
    const detail = { class: auditClass, before: before.toISOString(), ...due };
    await recorded(database, command, (audit) => audit.note({ kind: 'PURGED', subject: operator(), detail }));
    await drop(database, detail);
    return due;
  });

const checkedClass = (name: string): AuditClass => {
  const found = auditClasses.find((one) => one === name && one !== 'SYSTEM');
  if (found) return found;
  throw new ExpectedError(`--class takes one of: ${auditClasses.filter((one) => one !== 'SYSTEM').join(', ')}.`);
};

/** What there is to purge now; what is written meanwhile is for the next time. */
const dueOf = async (database: Database, before: Date, auditClass: AuditClass): Promise<Purged> => {
  const [due] = await database.query<{ count: string | number; through: string | number | null }>(
    'SELECT count(*) AS count, max(seq) AS through FROM hub_audit.record WHERE class = $1 AND at < $2',
    [auditClass, before.toISOString()],
  );
  return { count: Number(due?.count ?? 0), through: Number(due?.through ?? 0) };
};

/** All of it is of ours: a class by its name, a time as we write it, a whole number. The setting ends with the transaction. */
const drop = (database: Database, detail: { class: AuditClass; before: string; through: number }): Promise<void> =>
  database.exec(
    `BEGIN; SET LOCAL hub_audit.purging = 'on';
     DELETE FROM hub_audit.record WHERE class = '${detail.class}' AND at < '${detail.before}' AND seq <= ${detail.through};
     COMMIT;`,
  );
