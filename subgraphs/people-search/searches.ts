/**
 * Every search of every vendor goes through here, and none is billed twice.
 * A search is known by what is asked, of whom, by whom, why and for which case:
 * another user's, purpose's or case's answer is never handed over, though the
 * question be the same. Answers are kept in memory only, and not for long.
 */
import { HubError } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import type { Guarded } from './guard.ts';
import type { Ledger, LedgerOutcome } from './ledger.ts';
import type { Permission } from './purposes.ts';
import { canonical } from './query.ts';
import { type Query, type SsnMask, VendorError, type VendorRecord } from './vendor.ts';

export type VendorState = 'ANSWERED' | 'NO_HIT' | 'RATE_LIMITED' | 'TIMED_OUT' | 'FAILED';

export interface Outcome {
  vendor: string;
  state: VendorState;
  /** 0 where no new search was needed. */
  chargedCents: number;
  records: VendorRecord[];
  retrievedAt: Date;
  /** Why there are no records, where the vendor gave no answer. */
  error?: HubError;
}

export interface Ask {
  vendor: Guarded;
  query: Query;
  ssnMask: SsnMask;
  permission: Permission;
  principal: Principal;
}

export interface Searches {
  /** Rejects only where nothing may be asked at all: AUDIT_UNAVAILABLE. */
  ask: (ask: Ask) => Promise<Outcome>;
  close: () => void;
}

export interface SearchesOptions {
  ledger: Ledger;
  now: () => number;
  freshMs: number;
  /** A sentence for the log, with codes only. */
  warn: (detail: Record<string, unknown>, message: string) => void;
}

/** Answers kept at the most; the oldest goes first. */
const mostKept = 2_000;
const sweepMs = 60_000;

interface Kept {
  outcome: Outcome;
  until: number;
}

export const openSearches = ({ ledger, now, freshMs, warn }: SearchesOptions): Searches => {
  const running = new Map<string, Promise<Outcome>>();
  const kept = new Map<string, Kept>();
  const drop = () => {
    for (const [key, { until }] of kept) if (until <= now()) kept.delete(key);
  };
  const sweeping = setInterval(drop, sweepMs).unref(); // What was found about people doesn't stay because nobody asked again.
  const keep = (key: string, outcome: Outcome): Outcome => {
    if (outcome.error) return outcome;
    const oldest = kept.size >= mostKept ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
    kept.set(key, { outcome, until: now() + freshMs });
    return outcome;
  };
  return {
    ask: async (ask) => {
      const key = ledger.hash(keyOf(ask));
      const held = kept.get(key);
      if (held && now() < held.until) return { ...held.outcome, chargedCents: 0 };
      const joined = running.get(key);
      if (joined) return { ...(await joined), chargedCents: 0 };
      // Kept before it stops running, so that no moment is left in which the same search could begin anew.
      const search = once(ask, key, { ledger, now, warn })
        .then((outcome) => keep(key, outcome))
        .finally(() => running.delete(key));
      running.set(key, search);
      return search;
    },
    close: () => {
      clearInterval(sweeping);
      kept.clear();
    },
  };
};

/** Who and why are part of it: see the law in purposes.ts. */
const keyOf = ({ vendor, query, ssnMask, permission, principal }: Ask): string => {
  const { purpose, dppa, glb, caseNumber } = permission;
  const { subject, ori, onBehalfOf = '' } = principal;
  return JSON.stringify([vendor.name, canonical(query), purpose, dppa, glb, ssnMask, subject, ori, onBehalfOf, caseNumber]);
};

const once = async (ask: Ask, requestKey: string, { ledger, now, warn }: Omit<SearchesOptions, 'freshMs'>): Promise<Outcome> => {
  const { vendor, query, ssnMask, permission, principal } = ask;
  const { purpose, dppa, glb, caseNumber } = permission;
  const { subject, ori, operationId } = principal;
  const caseKey = ledger.hash(caseNumber);
  const { referenceCode, chargedCents: paid } = await ledger.intend({
    ...{ requestKey, vendor: vendor.name, purpose, dppa, glb, ssnMask, caseKey, subject, ori, operationId },
  });
  const outcome = await asked(vendor, query, { referenceCode, dppa, glb, ssnMask }, now);
  const { state, chargedCents, records, error } = outcome;
  if (error) warn({ vendor: vendor.name, referenceCode, code: error.code, reason: reasonOf(error) }, 'a vendor gave no answer');
  const booked: LedgerOutcome = error?.code === 'SOURCE_REFUSED' ? 'REFUSED' : state;
  await ledger.settle(referenceCode, { outcome: booked, chargedCents, records: records.length }).catch((cause: unknown) => {
    // The intent stands and keeps its reference code, so asking again costs nothing; the answer has been paid for.
    warn(
      { vendor: vendor.name, referenceCode, cause: cause instanceof Error ? cause.name : 'unknown' },
      'an outcome was not booked',
    );
  });
  return { ...outcome, chargedCents: Math.max(0, chargedCents - paid) };
};

const asked = async (
  vendor: Guarded,
  query: Query,
  terms: Parameters<Guarded['search']>[1],
  now: () => number,
): Promise<Outcome> => {
  try {
    const { records, chargedCents } = await vendor.search(query, terms);
    const state = records.length > 0 ? 'ANSWERED' : 'NO_HIT';
    return { vendor: vendor.name, state, chargedCents, records, retrievedAt: new Date(now()) };
  } catch (cause) {
    const error = cause instanceof HubError ? cause : new VendorError(vendor.name, 'INTERNAL', 'unexpected');
    return { vendor: vendor.name, state: stateOf(error), chargedCents: 0, records: [], retrievedAt: new Date(now()), error };
  }
};

const stateOf = ({ code }: HubError): VendorState => {
  if (code === 'VENDOR_RATE_LIMITED') return 'RATE_LIMITED';
  return code === 'SOURCE_TIMEOUT' ? 'TIMED_OUT' : 'FAILED';
};

const reasonOf = (error: HubError): string => (error instanceof VendorError ? error.reason : 'unknown');
