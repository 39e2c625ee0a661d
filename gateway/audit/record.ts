/**
 * A record, the exact bytes that stand for it, and the leaf that the log keeps of
 * it. A leaf holds no more than place, time, class and a salted commitment, so a
 * purge can drop record and salt, and the log still proves that it was there.
 * FORMAT.md describes the same for whoever checks it. Pure.
 */
import { hash } from 'node:crypto';
import { leafHash } from './merkle.ts';

export type AuditKind =
  | 'INTENT'
  | 'OUTCOME'
  | 'REFUSED'
  | 'LOGGED_ON'
  | 'DENIED'
  | 'STREAM_OPENED'
  | 'STREAM_DELIVERED'
  | 'STREAM_CLOSED'
  | 'AUDIT_READ'
  | 'POLICY_CHANGED'
  | 'KEY_ROTATED'
  | 'CLOCK_STEPPED_BACK'
  | 'PURGED';

/**
 * What the law asks of a record decides how long it is kept, and which key its search terms are sealed with. BLACK is
 * for denials under a black label: that there was something to deny is itself protected.
 */
export const auditClasses = ['GENERAL', 'CJI', 'ALPR', 'COMMERCIAL', 'SYSTEM', 'BLACK'] as const;
export type AuditClass = (typeof auditClasses)[number];

export interface AuditRecord {
  at: Date;
  kind: AuditKind;
  /** GENERAL where nothing else is said. */
  class?: AuditClass | undefined;
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
  /** Host and port that the request came from, and that it came to. */
  sourceAddress?: string | undefined;
  destinationAddress?: string | undefined;
  bytesIn?: number | undefined;
  /** What was searched for, sealed. */
  search?: string | undefined;
  /** JSON, of the kinds that say more: what was purged, read, changed. */
  detail?: string | undefined;
  /** Length of the answer's data as JSON. */
  bytesOut?: number | undefined;
  /** ORI of the agency on whose behalf the caller asks. */
  onBehalfOf?: string | undefined;
  /** Blind index of what was searched for. */
  terms?: string[] | undefined;
  /** When it was written to the spool, because the store was away. */
  spooledAt?: Date | undefined;
}

/** What a commitment covers, in this order. */
export const payloadColumns = [
  'seq',
  'at',
  'class',
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
  'source_address',
  'destination_address',
  'bytes_in',
  'search',
  'detail',
  'bytes_out',
  'on_behalf_of',
  'terms',
  'spooled_at',
] as const;

/** Those behind `detail` came later: where nothing follows, they are left out, so that older records stay what they were. */
const laterColumns = 4;

export type Row = Record<(typeof payloadColumns)[number] | 'salt' | 'commitment' | 'leaf_hash', unknown>;

export const saltBytes = 32;

/** What a commitment covers. */
export const payloadOf = (seq: number, record: AuditRecord): unknown[] => covered(columnsOf(seq, record));

const covered = (row: Row): unknown[] => {
  const values = Object.values(row);
  const first = payloadColumns.length - laterColumns;
  let last = payloadColumns.length;
  while (last > first && values[last - 1] === null) last -= 1;
  return values.slice(0, last);
};

/**
 * In the order of `payloadColumns`; its hashes are not there yet. One literal, since a row that is put together by name
 * costs more than all that hashes it.
 */
const columnsOf = (seq: number, record: AuditRecord): Row => ({
  seq,
  at: record.at.toISOString(),
  class: record.class ?? 'GENERAL',
  kind: record.kind,
  operation_id: storable(record.operationId),
  subject: storable(record.subject),
  ori: storable(record.ori),
  purpose: storable(record.purpose),
  case_number: storable(record.caseNumber),
  reason: storable(record.reason),
  operation_name: storable(record.operationName),
  operation_type: storable(record.operationType),
  document_hash: storable(record.documentHash),
  fields: storable(record.fields),
  denied: storable(record.denied),
  entities: storable(record.entities),
  sources: storable(record.sources),
  duration_ms: record.durationMs ?? null,
  outcome: storable(record.outcome),
  source_address: storable(record.sourceAddress),
  destination_address: storable(record.destinationAddress),
  bytes_in: record.bytesIn ?? null,
  search: storable(record.search),
  detail: storable(record.detail),
  bytes_out: record.bytesOut ?? null,
  on_behalf_of: storable(record.onBehalfOf),
  terms: storable(record.terms),
  spooled_at: record.spooledAt?.toISOString() ?? null,
  salt: '',
  commitment: '',
  leaf_hash: '',
});

export const commitmentOf = (salt: Buffer, payload: unknown[]): string =>
  hash('sha256', Buffer.concat([salt, Buffer.from(JSON.stringify(payload))]), 'hex');

export const leafOf = (seq: number, at: string, auditClass: string, commitment: string): Buffer =>
  leafHash(Buffer.from(`rtcc-hub audit leaf v1\n${seq}\n${at}\n${auditClass}\n${commitment}\n`));

/** The row of a record at its place. */
export const rowOf = (seq: number, record: AuditRecord, salt: Buffer): Row => {
  const row = columnsOf(seq, record);
  const commitment = commitmentOf(salt, covered(row));
  const leaf = leafOf(seq, String(row.at), String(row.class), commitment);
  row.salt = salt.toString('hex');
  row.commitment = commitment;
  row.leaf_hash = leaf.toString('hex');
  return row;
};

/** PostgreSQL's text holds neither NUL nor half a surrogate pair; one caller's must not cost everybody's records. */
const storable = (value: string | readonly string[] | undefined): unknown => {
  if (value === undefined) return null;
  if (typeof value !== 'string') return value.map(storable);
  // Few texts hold a half of a pair or NUL; looking is many times cheaper than replacing.
  return suspect.test(value) ? value.replace(/\0|\p{Surrogate}/gu, '\uFFFD') : value;
};

const suspect = /[\0\uD800-\uDFFF]/;
