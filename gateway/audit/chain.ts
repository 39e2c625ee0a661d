/**
 * Records → rows of the chain. The hash of a row is the SHA-256 of the hash
 * before it, a line feed, and the row's canonical text: a JSON array of its
 * values in the order of `ledger.sql`, from `seq` to `outcome`. Pure.
 */
import { createHash } from 'node:crypto';

export type AuditKind = 'INTENT' | 'OUTCOME' | 'REFUSED' | 'STREAM_OPENED' | 'STREAM_DELIVERED' | 'STREAM_CLOSED';

export interface AuditRecord {
  at: Date;
  kind: AuditKind;
  operationId: string;
  subject: string;
  ori?: string | undefined;
  purpose?: string | undefined;
  caseNumber?: string | undefined;
  reason?: string | undefined;
  operationName?: string | undefined;
  operationType?: string | undefined;
  documentHash?: string | undefined;
  fields: string[];
  denied: string[];
  entities: string[];
  sources: string[];
  durationMs?: number | undefined;
  outcome?: string | undefined;
}

/** Where the chain ends. */
export interface Head {
  seq: number;
  hash: string;
}

export const genesis: Head = { seq: 0, hash: '0'.repeat(64) };

export const columns = [
  'seq',
  'at',
  'kind',
  'operation_id',
  'subject',
  'ori',
  'purpose',
  'case_number',
  'reason',
  'operation_name',
  'operation_type',
  'document_hash',
  'fields',
  'denied',
  'entities',
  'sources',
  'duration_ms',
  'outcome',
  'hash',
  'previous_hash',
] as const;

export type Row = Record<(typeof columns)[number], unknown>;

export const canonical = (seq: number, record: AuditRecord): string =>
  JSON.stringify([
    seq,
    record.at.toISOString(),
    record.kind,
    record.operationId,
    record.subject,
    record.ori ?? null,
    record.purpose ?? null,
    record.caseNumber ?? null,
    record.reason ?? null,
    record.operationName ?? null,
    record.operationType ?? null,
    record.documentHash ?? null,
    record.fields,
    record.denied,
    record.entities,
    record.sources,
    record.durationMs ?? null,
    record.outcome ?? null,
  ]);

export const hashOf = (previous: string, text: string): string =>
  createHash('sha256').update(`${previous}\n${text}`).digest('hex');

/** The rows that continue the chain behind `head`. */
export const link = (head: Head, records: readonly AuditRecord[]): Row[] => {
  let { seq, hash } = head;
  return records.map((record) => {
    seq += 1;
    const previous = hash;
    const text = canonical(seq, record);
    hash = hashOf(previous, text);
    const values = [...(JSON.parse(text) as unknown[]), hash, previous];
    return Object.fromEntries(columns.map((column, at) => [column, values[at]])) as Row;
  });
};
