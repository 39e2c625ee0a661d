/**
 * What the pipeline says to the audit: the intent, durable before any source is
 * asked; the outcome after; refusals. Records hold coordinates and keys, never
 * values.
 */
import type { Principal } from '../../schema/principal.ts';
import type { Shown } from '../redact.ts';
import { classOf } from './classes.ts';
import type { Ledger } from './ledger.ts';
import type { AuditClass, AuditKind, AuditRecord } from './record.ts';

export interface Intent {
  principal: Principal;
  operationName?: string | undefined;
  operationType: 'query' | 'mutation' | 'subscription';
  documentHash: string;
  fields: string[];
  denied: string[];
  sources: string[];
  /** JSON of what is searched for; it is kept sealed, or, where there is no key, not at all. */
  search?: string | undefined;
  peer?: Peer | undefined;
  /** SHA-256 of the policies that decided. */
  policySet?: string | undefined;
  /** Ids of those of them that did. */
  rules?: readonly string[] | undefined;
}

/** Where a request came from and came to, as `address:port`; bytes of its body. */
export interface Peer {
  source?: string | undefined;
  destination?: string | undefined;
  bytesIn?: number | undefined;
}

/** What happened besides operations: a change of policy, a key, a reading of the record itself. Nothing of a record. */
export interface Notice {
  kind: Extract<AuditKind, 'AUDIT_READ' | 'POLICY_CHANGED' | 'KEY_ROTATED' | 'PURGED'>;
  /** Who did it: the identity provider's id, or the account on the hub's machine. */
  subject: string;
  detail: Record<string, unknown>;
}

/** One operation between its intent and its outcome. */
export interface Entry {
  settle: (shown: Pick<Shown, 'data' | 'errors' | 'entities'>) => Promise<void>;
}

export interface Audit {
  intend: (intent: Intent) => Promise<Entry>;
  /** An operation that was not run: a bad token, a limit, a validation error. */
  refuse: (refusal: Refusal) => Promise<void>;
  /** Durable when it resolves. */
  note: (notice: Notice) => Promise<void>;
  /** A subscription: one record when it opens, one an interval with the keys it delivered, one when it closes. */
  open: (intent: Intent) => Promise<StreamEntry>;
  close: () => Promise<void>;
}

export interface Refusal {
  principal: Principal;
  operationName?: string | undefined;
  code: string;
  peer?: Peer | undefined;
}

export interface StreamEntry extends Entry {
  close: (outcome: string) => Promise<void>;
}

export interface AuditOptions {
  ledger: Ledger;
  now: () => number;
  /** How often a stream's delivered keys are written. */
  intervalMs: number;
  /** Seals what was searched for with the class's key; without it, that is not kept. */
  seal?: ((auditClass: AuditClass, operationId: string, text: string) => string) | undefined;
}

export const openAudit = (options: AuditOptions): Audit => {
  const { ledger, now } = options;
  return {
    intend: async (intent) => {
      const startedMs = now();
      await ledger.append({ ...firstOf(intent, startedMs, options), kind: 'INTENT' });
      return {
        settle: (shown) =>
          ledger.append({
            ...recordOf(intent, now()),
            kind: 'OUTCOME',
            entities: shown.entities,
            durationMs: Math.round(now() - startedMs),
            outcome: outcomeOf(shown),
          }),
      };
    },
    refuse: ({ principal, operationName, code, peer }) =>
      ledger.append({
        ...nothing,
        ...whoOf(principal),
        ...whereOf(peer),
        at: new Date(now()),
        kind: 'REFUSED',
        operationName,
        outcome: code,
      }),
    note: ({ kind, subject, detail }) =>
      ledger.append({
        ...nothing,
        at: new Date(now()),
        kind,
        class: 'SYSTEM',
        operationId: '',
        subject,
        detail: JSON.stringify(detail),
      }),
    open: (intent) => openStream(intent, options),
    close: () => ledger.close(),
  };
};

const nothing = { fields: [], denied: [], entities: [], sources: [] };

const openStream = async (intent: Intent, options: AuditOptions): Promise<StreamEntry> => {
  const { ledger, now, intervalMs } = options;
  const openedMs = now();
  const delivered = new Set<string>();
  let failed = false;
  let timer: NodeJS.Timeout | undefined;
  const write = async () => {
    timer = undefined;
    if (delivered.size === 0) return;
    const entities = [...delivered];
    await ledger.append({ ...recordOf(intent, now()), kind: 'STREAM_DELIVERED', entities });
    for (const entity of entities) delivered.delete(entity); // Not before they are on record.
    failed = false;
  };
  /** What cannot be written is kept, and the stream's next event waits for it: it ends the stream if it fails again. */
  const writeLater = () =>
    write().catch(() => {
      failed = true;
    });
  await ledger.append({ ...firstOf(intent, openedMs, options), kind: 'STREAM_OPENED' });
  return {
    settle: async ({ entities }) => {
      for (const entity of entities) delivered.add(entity);
      if (failed) await write();
      timer ??= setTimeout(() => void writeLater(), intervalMs).unref();
    },
    close: async (outcome) => {
      clearTimeout(timer);
      await writeLater();
      await ledger.append({
        ...recordOf(intent, now()),
        kind: 'STREAM_CLOSED',
        durationMs: Math.round(now() - openedMs),
        outcome,
      });
    },
  };
};

const whoOf = ({ operationId, subject, ori, purpose, caseNumber, reason }: Principal) => ({
  operationId,
  subject,
  ori: ori || undefined,
  purpose,
  caseNumber,
  reason,
});

const whereOf = ({ source, destination, bytesIn }: Peer = {}) => ({
  sourceAddress: source,
  destinationAddress: destination,
  bytesIn,
});

/** An operation's first record also says where it came from, what it searches for, and which policies decided. */
const firstOf = (intent: Intent, atMs: number, { seal }: AuditOptions): Omit<AuditRecord, 'kind'> => {
  const { principal, sources, search, peer, policySet, rules } = intent;
  const sealed = search === undefined ? undefined : seal?.(classOf(sources), principal.operationId, search);
  const detail = policySet && JSON.stringify({ policySet, rules });
  return { ...recordOf(intent, atMs), ...whereOf(peer), search: sealed, detail };
};

const recordOf = (
  { principal, sources, fields, denied, operationName, operationType, documentHash }: Intent,
  atMs: number,
): Omit<AuditRecord, 'kind'> => ({
  ...whoOf(principal),
  at: new Date(atMs),
  class: classOf(sources),
  operationName,
  operationType,
  documentHash,
  fields,
  denied,
  sources,
  entities: [],
});

const outcomeOf = ({ data, errors }: Pick<Shown, 'data' | 'errors'>): string => {
  if (errors.length === 0) return 'OK';
  return data ? 'PARTIAL' : 'FAILED';
};

/** For a gateway over a supergraph without access rules, run without a database: nothing is kept. */
export const withoutAudit: Audit = {
  intend: async () => ({ settle: async () => {} }),
  refuse: async () => {},
  note: async () => {},
  open: async () => ({ settle: async () => {}, close: async () => {} }),
  close: async () => {},
};
