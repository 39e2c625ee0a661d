/**
 * The ledger of searches: a row before a vendor is asked, its outcome after.
 * The row's reference code is what the vendor bills. It stays in use for the
 * same request until the vendor's answer is booked and no longer fresh, so
 * that a crash, a timeout or a second process asks again under the same code
 * and pays once.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { HubError } from '../../schema/errors.ts';
import type { Database } from '../kit/database.ts';
import { sourceName } from './vendor.ts';

export type LedgerOutcome = 'ANSWERED' | 'NO_HIT' | 'RATE_LIMITED' | 'TIMED_OUT' | 'FAILED' | 'REFUSED';

export interface Intent {
  requestKey: string;
  vendor: string;
  purpose: string;
  dppa: number;
  glb: number;
  ssnMask: string;
  caseKey: string;
  subject: string;
  ori: string;
  operationId: string;
}

export interface Booked {
  referenceCode: string;
  /** What the reference code had cost when it was taken up again. */
  chargedCents: number;
}

export interface Settlement {
  outcome: LedgerOutcome;
  chargedCents: number;
  records: number;
}

export interface Ledger {
  /** Durable when it resolves. Rejects with AUDIT_UNAVAILABLE, and then no vendor may be asked. */
  intend: (intent: Intent) => Promise<Booked>;
  settle: (referenceCode: string, settlement: Settlement) => Promise<void>;
  /** A keyed hash, to recognise a request by without keeping it. */
  hash: (text: string) => string;
  /** When the ledger last changed. */
  changedAt: () => Promise<Date | undefined>;
}

export interface LedgerOptions {
  database: Database;
  secret: string;
  now: () => number;
  /** How long an answer is fresh: asked again by then, it is the same search. */
  freshMs: number;
  /** How long a vendor remembers a reference code. */
  retryMs: number;
}

/** Makes what is missing and drops nothing: it is the agency's record of what it paid for, and why. */
export const createLedger = async (database: Database): Promise<void> => {
  // Asked first, because IF NOT EXISTS wants the right to create even where nothing is created.
  const [found] = await database.query<{ view: string | null }>(
    `SELECT to_regclass('people_search.search_ledger')::text AS view`,
  );
  if (!found?.view) await database.exec(readFileSync(new URL('ledger.sql', import.meta.url), 'utf8'));
};

export const openLedger = ({ database, secret, now, freshMs, retryMs }: LedgerOptions): Ledger => {
  let created: Promise<void> | undefined;
  const ready = (): Promise<void> => {
    created ??= createLedger(database).catch((cause) => {
      created = undefined;
      throw cause;
    });
    return created;
  };
  const instant = (ago = 0) => new Date(now() - ago).toISOString();
  return {
    intend: async (intent) => {
      try {
        await ready();
        await database.query(retire, [intent.requestKey, intent.vendor, instant(), instant(freshMs), instant(retryMs)]);
        return await insert(database, intent, instant());
      } catch (cause) {
        throw new HubError('AUDIT_UNAVAILABLE', { source: sourceName, originalError: cause as Error });
      }
    },
    settle: async (referenceCode, { outcome, chargedCents, records }) => {
      await database.query(book, [referenceCode, outcome, chargedCents, records, instant()]);
    },
    hash: (text) => createHmac('sha256', secret).update(text).digest('hex'),
    changedAt: async () => {
      await ready();
      const [row] = await database.query<{ at: Date | null }>('SELECT max(changed_at) AS at FROM people_search.search_ledger');
      return row?.at ?? undefined;
    },
  };
};

/** Codes that are no longer fresh, or that the vendor has forgotten, make room for a new one. */
const retire = `
  UPDATE people_search.search
  SET current = false, changed_at = $3, outcome = CASE WHEN settled_at IS NULL THEN 'ABANDONED' ELSE outcome END
  WHERE request_key = $1 AND vendor = $2 AND current
    AND ((settled_at IS NOT NULL AND settled_at <= $4) OR (settled_at IS NULL AND asked_at <= $5))`;

/** A booked answer stays booked when a later replay of it fails; a refusal is never replayed. */
const book = `
  UPDATE people_search.search
  SET outcome = CASE WHEN settled_at IS NULL OR $2 IN ('ANSWERED', 'NO_HIT') THEN $2 ELSE outcome END,
      charged_cents = greatest(charged_cents, $3), records = greatest(records, $4),
      settled_at = CASE WHEN $2 IN ('ANSWERED', 'NO_HIT', 'REFUSED') THEN coalesce(settled_at, $5) ELSE settled_at END,
      current = current AND $2 <> 'REFUSED', changed_at = $5
  WHERE reference_code = $1`;

const insert = async (database: Database, intent: Intent, at: string): Promise<Booked> => {
  const { requestKey, vendor, purpose, dppa, glb, ssnMask, caseKey, subject, ori, operationId } = intent;
  const [row] = await database.query<{ reference_code: string; charged_cents: number }>(
    `INSERT INTO people_search.search AS held (reference_code, request_key, vendor, purpose, dppa_purpose, glb_purpose, ssn_mask,
       case_key, subject, agency_ori, operation_id, asked_at, changed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
     ON CONFLICT (request_key, vendor) WHERE current
       DO UPDATE SET attempts = held.attempts + 1, changed_at = excluded.changed_at
     RETURNING reference_code, charged_cents`,
    [newCode(), requestKey, vendor, purpose, dppa, glb, ssnMask, caseKey, subject, ori, operationId, at],
  );
  if (!row) throw new Error('The ledger kept no row.');
  return { referenceCode: row.reference_code, chargedCents: row.charged_cents };
};

const newCode = (): string => `RTCC-${randomBytes(12).toString('hex').toUpperCase()}`;
