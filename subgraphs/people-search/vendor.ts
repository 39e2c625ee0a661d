/**
 * What every commercial database looks like from inside: one interface, behind
 * which each vendor's wire has a file of its own. A vendor's answer is parsed
 * once, here becomes plain values, and is trusted from then on.
 */
import { type ErrorCode, HubError } from '../../schema/errors.ts';

/** Name and date of birth, or name and address, or a phone number. */
export interface Query {
  name?: string | undefined;
  /** YYYY-MM-DD */
  dateOfBirth?: string | undefined;
  address?: string | undefined;
  /** E.164 */
  phone?: string | undefined;
}

export type SsnMask = 'LAST4' | 'NONE';

/** On what terms a search is asked; the vendor records them and may be audited on them. */
export interface Terms {
  /** Ours, unique for each billed search: asked again under the same one, a vendor bills nothing anew. */
  referenceCode: string;
  /** 18 USC 2721(b) permissible use, 1 to 7. */
  dppa: number;
  /** 15 USC 6802 permissible use, 1 to 7, 11 or 12. */
  glb: number;
  ssnMask: SsnMask;
}

export interface RecordAddress {
  address: string;
  /** YYYY-MM-DD */
  firstSeen?: string | undefined;
  lastSeen?: string | undefined;
}

export interface RecordPhone {
  number: string;
  kind?: string | undefined;
}

export interface VendorRecord {
  id: string;
  names: string[];
  dateOfBirth?: string | undefined;
  addresses: RecordAddress[];
  phones: RecordPhone[];
  emails: string[];
  ssnLast4?: string | undefined;
  ssn?: string | undefined;
  observedAt?: Date | undefined;
  /** The vendor says that the person does not exist. */
  synthetic: boolean;
}

export interface VendorAnswer {
  records: VendorRecord[];
  /** What the reference code has cost, however often it was asked. */
  chargedCents: number;
}

export interface Vendor {
  readonly name: string;
  /** Rejects with a HubError only. The signal ends it: nothing is asked afterwards. */
  search: (query: Query, terms: Terms, signal: AbortSignal) => Promise<VendorAnswer>;
  /** Resolves while the vendor answers; never a billed search. */
  check: (signal: AbortSignal) => Promise<void>;
  close: () => Promise<void>;
}

export const sourceName = 'people-search';

const sentences: Partial<Record<ErrorCode, string>> = {
  SOURCE_UNAVAILABLE: 'is not answering.',
  SOURCE_TIMEOUT: 'did not answer in time.',
  SOURCE_INVALID: 'gave an answer that the hub cannot use.',
  SOURCE_REFUSED: 'refused the search.',
  VENDOR_RATE_LIMITED: 'limits how often it may be asked.',
};

/** An error about one vendor. `reason` is for the log: it never holds any part of a question or an answer. */
export class VendorError extends HubError {
  readonly vendor: string;
  readonly reason: string;
  /** The vendor asked to be left alone for so long. */
  readonly retryAfterMs: number | undefined;

  constructor(vendor: string, code: ErrorCode, reason: string, retryAfterMs?: number) {
    // The gateway lets code and source through and rewrites the rest, so the source names the vendor too.
    const source = `${sourceName}/${vendor}`;
    super(code, { source, message: `${vendor} ${sentences[code] ?? 'failed.'}`, extensions: { vendor } });
    this.vendor = vendor;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}
