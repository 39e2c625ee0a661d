/**
 * What the pipeline says to the audit: the intent, durable before any source is
 * asked; the outcome after; refusals. Records hold coordinates and keys, never
 * values.
 */
import type { Principal } from '../../schema/principal.ts';
import { opaqueEntity } from '../../schema/terms.ts';
import type { Shown } from '../redact.ts';
import { classOf } from './classes.ts';
import type { Ledger } from './ledger.ts';
import { type LogOn, openLogOns } from './logon.ts';
import type { AuditClass, AuditKind, AuditRecord } from './record.ts';
import { searchTerms } from './terms.ts';

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
  /** What was denied under a black label: kept in a record of its own, apart from `denied`, and of a class of its own. */
  black?: Pick<Intent, 'denied' | 'rules'> | undefined;
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

/** What was shown. Where `json` is written already, `data` is not looked at: reading it back would cost as much again. */
export type Settled = Pick<Shown, 'data' | 'json' | 'errors' | 'entities'>;

/** One operation between its intent and its outcome. */
export interface Entry {
  settle: (shown: Settled) => Promise<void>;
}

export interface Audit {
  /** Recorded once for each token; what does not hold never comes here. */
  logOn: (logOn: LogOn) => Promise<void>;
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
  /** What it asked for under a black label, as denials are written: kept apart. */
  black?: readonly string[] | undefined;
}

export interface StreamEntry {
  /** A promise where what was shown before is still to be written. */
  settle: (shown: Settled) => Promise<void> | undefined;
  /** What was shown before is still to be written. */
  isBehind: () => boolean;
  close: (outcome: string) => Promise<void>;
}

export interface AuditOptions {
  ledger: Ledger;
  now: () => number;
  /** How often a stream's delivered keys are written. */
  intervalMs: number;
  /** Seals what was searched for with the class's key; without it, that is not kept. */
  seal?: ((auditClass: AuditClass, operationId: string, text: string) => string) | undefined;
  /** The key of a class's blind index; without it, there is none. */
  termKey?: ((auditClass: AuditClass) => Buffer | undefined) | undefined;
}

export const openAudit = (options: AuditOptions): Audit => {
  const { ledger, now } = options;
  return {
    intend: async (intent) => {
      const startedMs = now();
      await begin(intent, 'INTENT', startedMs, options);
      return {
        settle: (shown) => {
          const record = recordOf('OUTCOME', intent, now());
          record.entities = opaque(shown.entities, options);
          record.durationMs = Math.round(now() - startedMs);
          record.outcome = outcomeOf(shown);
          record.bytesOut = bytesOf(shown);
          return ledger.append(record);
        },
      };
    },
    logOn: openLogOns((record) => ledger.append({ ...nothing, ...record }), now),
    refuse: async ({ principal, operationName, code, peer, black = [] }) => {
      const who = { ...nothing, ...whoOf(principal), ...whereOf(peer), at: new Date(now()), operationName };
      const refused = ledger.append({ ...who, kind: 'REFUSED', outcome: code });
      const denied = [...black];
      await Promise.all([
        refused,
        denied.length > 0 && ledger.append({ ...who, kind: 'DENIED', class: 'BLACK', denied, outcome: code }),
      ]);
    },
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
    const record = recordOf('STREAM_DELIVERED', intent, now());
    record.entities = entities;
    await ledger.append(record);
    for (const entity of entities) delivered.delete(entity); // Not before they are on record.
    failed = false;
  };
  /** What cannot be written is kept, and the stream's next event waits for it: it ends the stream if it fails again. */
  const writeLater = () =>
    write().catch(() => {
      failed = true;
    });
  await begin(intent, 'STREAM_OPENED', openedMs, options);
  return {
    settle: ({ entities }) => {
      for (const entity of opaqueOnce(entities, options)) delivered.add(entity);
      timer ??= setTimeout(() => void writeLater(), intervalMs).unref();
      return failed ? write() : undefined;
    },
    isBehind: () => failed,
    close: async (outcome) => {
      clearTimeout(timer);
      await writeLater();
      const record = recordOf('STREAM_CLOSED', intent, now());
      record.durationMs = Math.round(now() - openedMs);
      record.outcome = outcome;
      await ledger.append(record);
    },
  };
};

/** The record that must be there before anything is asked, and the one that only few may read: durable together. */
const begin = async (intent: Intent, kind: 'INTENT' | 'STREAM_OPENED', atMs: number, options: AuditOptions): Promise<void> => {
  const { black } = intent;
  const first = firstOf(kind, intent, atMs, options);
  if (!black?.denied.length) return options.ledger.append(first);
  const detail = JSON.stringify({ policySet: intent.policySet, rules: black.rules });
  const apart = { ...recordOf('DENIED', intent, atMs), class: 'BLACK' as const, fields: [], sources: [] };
  await Promise.all([first, { ...apart, denied: black.denied, detail }].map(options.ledger.append));
};

const opaqued = new WeakMap<readonly string[], string[]>();

/** What many streams deliver is the same list. */
const opaqueOnce = (entities: readonly string[], options: AuditOptions): string[] => {
  const found = opaqued.get(entities) ?? opaque(entities, options);
  opaqued.set(entities, found);
  return found;
};

const opaque = (entities: readonly string[], { termKey }: AuditOptions): string[] => {
  const key = termKey?.('GENERAL');
  return entities.map((entity) => opaqueEntity(key, entity));
};

const bytesOf = (shown: Settled): number =>
  Math.min(Buffer.byteLength(shown.json ?? JSON.stringify(shown.data ?? null)), 2 ** 31 - 1);

export const whoOf = ({ operationId, subject, ori, onBehalfOf, purpose, caseNumber, reason }: Omit<Principal, 'grants'>) => ({
  operationId,
  subject,
  ori: ori || undefined,
  onBehalfOf,
  purpose,
  caseNumber,
  reason,
});

export const whereOf = ({ source, destination, bytesIn }: Peer = {}) => ({
  sourceAddress: source,
  destinationAddress: destination,
  bytesIn,
});

/** An operation's first record also says where it came from, what it searches for, and which policies decided. */
const firstOf = (kind: AuditKind, intent: Intent, atMs: number, { seal, termKey }: AuditOptions): AuditRecord => {
  const { principal, sources, search, peer, policySet, rules } = intent;
  const record = recordOf(kind, intent, atMs);
  record.sourceAddress = peer?.source;
  record.destinationAddress = peer?.destination;
  record.bytesIn = peer?.bytesIn;
  record.detail = policySet && JSON.stringify({ policySet, rules, emergency: principal.emergency });
  if (search === undefined) return record;
  record.search = seal?.(classOf(sources), principal.operationId, search);
  const key = termKey?.(classOf(sources));
  const terms = key && searchTerms(key, search);
  record.terms = terms?.length ? terms : undefined;
  return record;
};

/** One literal, filled by whoever makes it: spreading one record into another costs more than all that is done with it. */
const recordOf = (kind: AuditKind, intent: Intent, atMs: number): AuditRecord => {
  const { principal, sources } = intent;
  return {
    at: new Date(atMs),
    kind,
    class: classOf(sources),
    operationId: principal.operationId,
    subject: principal.subject,
    ori: principal.ori || undefined,
    purpose: principal.purpose,
    caseNumber: principal.caseNumber,
    reason: principal.reason,
    operationName: intent.operationName,
    operationType: intent.operationType,
    documentHash: intent.documentHash,
    fields: intent.fields,
    denied: intent.denied,
    entities: [],
    sources,
    durationMs: undefined,
    outcome: undefined,
    sourceAddress: undefined,
    destinationAddress: undefined,
    bytesIn: undefined,
    search: undefined,
    detail: undefined,
    bytesOut: undefined,
    onBehalfOf: principal.onBehalfOf,
    terms: undefined,
  };
};

const outcomeOf = (shown: Settled): string => {
  if (shown.errors.length === 0) return 'OK';
  const empty = shown.json === undefined ? !shown.data : shown.json === 'null';
  return empty ? 'FAILED' : 'PARTIAL';
};

/** For a gateway over a supergraph without access rules, run without a database: nothing is kept. */
export const withoutAudit: Audit = {
  logOn: async () => {},
  intend: async () => ({ settle: async () => {} }),
  refuse: async () => {},
  note: async () => {},
  open: async () => ({ settle: () => undefined, isBehind: () => false, close: async () => {} }),
  close: async () => {},
};
