/**
 * What the pipeline says to the audit: the intent, durable before any source is
 * asked; the outcome after; refusals. Records hold coordinates and keys, never
 * values.
 */
import type { Principal } from '../../schema/principal.ts';
import type { Shown } from '../redact.ts';
import type { AuditRecord } from './chain.ts';
import type { Ledger } from './ledger.ts';

export interface Intent {
  principal: Principal;
  operationName?: string | undefined;
  operationType: 'query' | 'mutation' | 'subscription';
  documentHash: string;
  fields: string[];
  denied: string[];
  sources: string[];
}

/** One operation between its intent and its outcome. */
export interface Entry {
  settle: (shown: Pick<Shown, 'data' | 'errors' | 'entities'>) => Promise<void>;
}

export interface Audit {
  intend: (intent: Intent) => Promise<Entry>;
  /** An operation that was not run: a bad token, a limit, a validation error. */
  refuse: (refusal: { principal: Principal; operationName?: string | undefined; code: string }) => Promise<void>;
  /** A subscription: one record when it opens, one an interval with the keys it delivered, one when it closes. */
  open: (intent: Intent) => Promise<StreamEntry>;
  close: () => Promise<void>;
}

export interface StreamEntry extends Entry {
  close: (outcome: string) => Promise<void>;
}

export interface AuditOptions {
  ledger: Ledger;
  now: () => number;
  /** How often a stream's delivered keys are written. */
  intervalMs: number;
}

export const openAudit = ({ ledger, now, intervalMs }: AuditOptions): Audit => ({
  intend: async (intent) => {
    const startedMs = now();
    await ledger.append({ ...recordOf(intent, startedMs), kind: 'INTENT' });
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
  refuse: ({ principal, operationName, code }) =>
    ledger.append({
      ...whoOf(principal),
      at: new Date(now()),
      kind: 'REFUSED',
      operationName,
      fields: [],
      denied: [],
      entities: [],
      sources: [],
      outcome: code,
    }),
  open: (intent) => openStream(intent, { ledger, now, intervalMs }),
  close: () => ledger.close(),
});

const openStream = async (intent: Intent, { ledger, now, intervalMs }: AuditOptions): Promise<StreamEntry> => {
  const openedMs = now();
  const delivered = new Set<string>();
  let failed = false;
  let timer: NodeJS.Timeout | undefined;
  const write = async () => {
    timer = undefined;
    if (delivered.size === 0) return;
    const entities = [...delivered];
    delivered.clear();
    // A record that cannot be written ends the stream at its next event.
    await ledger.append({ ...recordOf(intent, now()), kind: 'STREAM_DELIVERED', entities }).catch(() => {
      failed = true;
    });
  };
  await ledger.append({ ...recordOf(intent, openedMs), kind: 'STREAM_OPENED' });
  return {
    settle: async ({ entities }) => {
      if (failed) await ledger.append({ ...recordOf(intent, now()), kind: 'STREAM_DELIVERED', entities });
      failed = false;
      for (const entity of entities) delivered.add(entity);
      timer ??= setTimeout(() => void write(), intervalMs).unref();
    },
    close: async (outcome) => {
      clearTimeout(timer);
      await write();
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

const recordOf = (
  { principal, sources, fields, denied, operationName, operationType, documentHash }: Intent,
  atMs: number,
): Omit<AuditRecord, 'kind'> => ({
  ...whoOf(principal),
  at: new Date(atMs),
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
  open: async () => ({ settle: async () => {}, close: async () => {} }),
  close: async () => {},
};
