/** `audit purge`: what the retention job does for a class of records, by hand. */

import { auditClasses } from '../gateway/audit/record.ts';
import { leastDays, type Purged, type PurgedClass, purge as purgeRecords } from '../gateway/audit/retention.ts';
import { type AuditPlace, operator, recording, withAuditDatabase } from './auditplace.ts';
import { ExpectedError } from './expected.ts';

export interface PurgeCommand extends AuditPlace {
  before: Date;
  class: string;
  now?: () => number;
}

export const purge = (command: PurgeCommand): Promise<Purged> =>
  withAuditDatabase(command, (database) => {
    const { before, environment, now = Date.now } = command;
    const auditClass = checkedClass(command.class);
    const days = Math.max(leastDays, Number(environment.HUB_AUDIT_RETENTION_DAYS ?? leastDays) || leastDays);
    if (before.getTime() > now() - days * 86_400_000)
      throw new ExpectedError(`Records are kept for ${days} days at least: choose an earlier date.`);
    return recording(database, command, (audit) =>
      purgeRecords({ database, audit, sign: audit.sign }, { class: auditClass, before, subject: operator() }),
    );
  });

const purged = auditClasses.filter((one): one is PurgedClass => one !== 'SYSTEM');

const checkedClass = (name: string): PurgedClass => {
  const found = purged.find((one) => one === name);
  if (found) return found;
  throw new ExpectedError(`--class takes one of: ${purged.join(', ')}.`);
};
