/**
 * What the law no longer asks for goes, with its salt, so that nothing can be
 * guessed back from the leaf that stays. What goes is in the log, and signed,
 * before it goes; so the log itself proves what was purged, and that it was old
 * enough. An emptied month's part of the table is dropped.
 */
import type { Audit } from './audit.ts';
import type { Sql } from './ledger.ts';
import type { AuditClass } from './record.ts';

/** What the audit says of itself is never purged. */
export type PurgedClass = Exclude<AuditClass, 'SYSTEM'>;

/** Class → days that its records are kept; a class that is not there is kept for ever. */
export type Retention = Readonly<Partial<Record<PurgedClass, number>>>;

export interface Purge {
  class: PurgedClass;
  before: Date;
  /** Who does it: `hub`, or the account on the hub's machine. */
  subject: string;
}

export interface Purged {
  count: number;
  /** The last place of what went. */
  through: number;
}

export interface PurgeParts {
  database: Sql;
  audit: Pick<Audit, 'note'>;
  /** Resolves when what the log holds is signed. */
  sign: () => Promise<void>;
}

/** CJISSECPOL AU-11 asks for a year at least. */
export const leastDays = 365;

const dayMs = 86_400_000;

export const purge = async (parts: PurgeParts, { class: auditClass, before, subject }: Purge): Promise<Purged> => {
  const { database, audit, sign } = parts;
  const due = await dueOf(database, auditClass, before);
  if (due.count === 0) return due;
  await audit.note({ kind: 'PURGED', subject, detail: { class: auditClass, before: before.toISOString(), ...due } });
  await sign();
  await database.query('SELECT hub_audit.purge($1, $2, $3)', [auditClass, before.toISOString(), due.through]);
  return due;
};

export interface RetentionJob extends PurgeParts {
  days: Retention;
  now: () => number;
  onFailure: (cause: unknown) => void;
}

/** Once now and then once a day. Of two gateways both may do it: what one has purged, the other no longer finds. */
export const startRetention = ({
  days,
  now,
  onFailure,
  ...parts
}: RetentionJob): { done: () => Promise<void>; close: () => Promise<void> } => {
  const once = async (): Promise<void> => {
    for (const [name, kept] of Object.entries(days)) {
      const until = new Date(now() - Math.max(leastDays, kept) * dayMs);
      await purgeByMonths(parts, { class: name as PurgedClass, before: until, subject: 'hub' });
    }
  };
  let running = once().catch(onFailure);
  const timer = setInterval(() => {
    running = running.then(once).catch(onFailure);
  }, dayMs).unref();
  return {
    done: () => running,
    close: () => {
      clearInterval(timer);
      return running;
    },
  };
};

/** A month at a time: years that have come together would be one statement that takes too long. */
const purgeByMonths = async (parts: PurgeParts, { class: auditClass, before, subject }: Purge): Promise<void> => {
  for (;;) {
    // By place, so that it ends at the first that it finds.
    const [oldest] = await parts.database.query<{ at: Date }>(
      'SELECT at FROM hub_audit.record WHERE class = $1 ORDER BY seq LIMIT 1',
      [auditClass],
    );
    if (!oldest || oldest.at >= before) return;
    const monthsEnd = Date.UTC(oldest.at.getUTCFullYear(), oldest.at.getUTCMonth() + 1, 1);
    const { count } = await purge(parts, { class: auditClass, before: new Date(Math.min(monthsEnd, before.getTime())), subject });
    if (count === 0) return;
  }
};

/** What there is to purge now; what is written meanwhile is for the next time. */
const dueOf = async (database: Sql, auditClass: PurgedClass, before: Date): Promise<Purged> => {
  const [due] = await database.query<{ count: string | number; through: string | number | null }>(
    'SELECT count(*) AS count, max(seq) AS through FROM hub_audit.record WHERE class = $1 AND at < $2',
    [auditClass, before.toISOString()],
  );
  return { count: Number(due?.count ?? 0), through: Number(due?.through ?? 0) };
};
