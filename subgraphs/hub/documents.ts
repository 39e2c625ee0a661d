/**
 * The register of trusted documents: which operations a vendor's system asked
 * for, which of them the agency approved, and how much each may ask. A vendor's
 * rows are its own; the agency's are all. An approval is for one system and for
 * the exact text that its hash stands for, so nothing is edited: other words are
 * another document.
 */
import { createHash } from 'node:crypto';
import { Kind, type OperationDefinitionNode, parse } from 'graphql';
import { HubError } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import type { Database } from '../kit/database.ts';
import { type Page, type PageArguments, pageOf, windowOf } from '../kit/page.ts';
import { demand, isText, sentence, text, wrong } from './words.ts';

export type OperationState = 'PENDING' | 'APPROVED' | 'REVOKED';

export interface OperationLimits {
  requestsPerMinute: number;
  /** Objects that one answer may hold, by the gateway's estimate. */
  cost: number;
  streams: number;
}

export interface RegisteredOperation {
  id: string;
  vendor: string;
  hash: string;
  name: string;
  operationName: string;
  operationType: string;
  document: string;
  note: string | null;
  state: OperationState;
  requestedAt: Date;
  decidedBy: string | null;
  decidedAt: Date | null;
  decisionReason: string | null;
  limits: OperationLimits | null;
  number: string;
}

export interface OperationFilter {
  vendor?: string | null;
  state?: OperationState | null;
}

/** For the gateway: what the caller may run by this hash. */
export interface TrustedDocument {
  hash: string;
  document: string;
  limits: OperationLimits;
  vendorLimits: OperationLimits | null;
}

export interface NewOperation {
  document: string;
  name: string;
  note?: string | null;
}

export interface Documents {
  /** The caller's own, latest first. */
  mine: (page: PageArguments) => Promise<Page<RegisteredOperation>>;
  all: (filter: OperationFilter, page: PageArguments) => Promise<Page<RegisteredOperation>>;
  one: (id: string) => Promise<RegisteredOperation | null>;
  vendorLimits: (vendor: string) => Promise<OperationLimits | null>;
  trusted: (hash: string) => Promise<TrustedDocument | null>;
  /** The same text again is the operation that it was, in the state in which it is. */
  register: (operation: NewOperation) => Promise<RegisteredOperation>;
  approve: (id: string, limits: OperationLimits) => Promise<RegisteredOperation>;
  revoke: (id: string, reason: string) => Promise<RegisteredOperation>;
  limitVendor: (vendor: string, limits: OperationLimits) => Promise<OperationLimits>;
}

export interface DocumentsOptions {
  database: Pick<Database, 'query'>;
  principal: Principal;
  now: () => number;
}

/** Requests that nobody has decided: a vendor that sends more waits for the agency first. */
const pendingAtMost = 50;

const columns = `id, vendor, hash, name, operation_name AS "operationName", operation_type AS "operationType", document, note, state,
  requested_at AS "requestedAt", decided_by AS "decidedBy", decided_at AS "decidedAt", decision_reason AS "decisionReason",
  requests_per_minute AS "requestsPerMinute", cost, streams, number::text AS number`;

export const openDocuments = (options: DocumentsOptions): Documents => {
  const { database, principal } = options;
  const isAdmin = principal.grants.includes('hub:documents');
  const isVendor = principal.grants.includes('hub:register');
  const sees = (operation: RegisteredOperation): boolean => isAdmin || (isVendor && operation.vendor === principal.subject);
  return {
    mine: async (page) =>
      isVendor ? readPage(database, { vendor: principal.subject }, page) : pageOf([], windowOf(page, 1), keyOf),
    all: async (filter, page) => (isAdmin ? readPage(database, filter, page) : pageOf([], windowOf(page, 1), keyOf)),
    one: async (id) => {
      const found = isText(id) ? await readOne(database, id) : null;
      return found && sees(found) ? found : null;
    },
    vendorLimits: async (vendor) => (isAdmin || vendor === principal.subject ? readVendor(database, vendor) : null),
    trusted: (hash) => readTrusted(database, principal.subject, hash),
    register: (operation) => register(operation, options),
    approve: (id, limits) => decide({ id, state: 'APPROVED', reason: null, limits: checked(limits) }, options),
    revoke: (id, reason) => decide({ id, state: 'REVOKED', reason: sentence(reason, 'reason'), limits: null }, options),
    limitVendor: (vendor, limits) => limitVendor(sentence(vendor, 'vendor'), checked(limits), options),
  };
};

/** What stands for a document: SHA-256 of its UTF-8 text as it is, in hexadecimal. */
export const hashOf = (document: string): string => createHash('sha256').update(document, 'utf8').digest('hex');

/** Of several systems with the same text each has an operation of its own. */
export const idOf = (vendor: string, hash: string): string =>
  `op-${createHash('sha256').update(`${vendor}\n${hash}`).digest('hex').slice(0, 24)}`;

/** The one operation that a document holds. That it fits what its vendor sees is the gateway's affair, which alone knows the graph. */
export const operationOf = (document: string): { name: string; type: string } => {
  const operations = definitionsOf(document).filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const [operation, another] = operations as OperationDefinitionNode[];
  if (!operation?.name || another)
    throw new HubError('DOCUMENT_INVALID', { message: 'A document to register has exactly one operation, and it has a name.' });
  return { name: operation.name.value.slice(0, 100), type: operation.operation.toUpperCase() };
};

const definitionsOf = (document: string) => {
  try {
    return parse(document, { maxTokens: 5_000, noLocation: true }).definitions;
  } catch {
    throw new HubError('DOCUMENT_INVALID', { message: 'The document to register is not GraphQL.' });
  }
};

interface Row extends Omit<RegisteredOperation, 'limits'> {
  requestsPerMinute: number | null;
  cost: number | null;
  streams: number | null;
}

const shaped = ({ requestsPerMinute, cost, streams, ...row }: Row): RegisteredOperation => ({
  ...row,
  limits: requestsPerMinute === null || cost === null || streams === null ? null : { requestsPerMinute, cost, streams },
});

const keyOf = ({ number }: RegisteredOperation): string[] => [number];

type Queries = DocumentsOptions['database'];

const readPage = async (
  database: Queries,
  { vendor, state }: OperationFilter,
  page: PageArguments,
): Promise<Page<RegisteredOperation>> => {
  const window = windowOf(page, 1);
  const behind = window.after?.[0];
  if (behind !== undefined && !/^\d{1,18}$/.test(behind)) throw new HubError('CURSOR_INVALID');
  const rows = await database.query<Row>(
    `SELECT ${columns} FROM hub_registry.operation
     WHERE ($1::text IS NULL OR vendor = $1) AND ($2::text IS NULL OR state = $2) AND ($3::bigint IS NULL OR number < $3)
     ORDER BY number DESC LIMIT $4`,
    [vendor == null ? null : text(vendor), state ?? null, behind ?? null, window.limit],
  );
  return pageOf(rows.map(shaped), window, keyOf);
};

const readOne = async (database: Queries, id: string): Promise<RegisteredOperation | null> => {
  const [row] = await database.query<Row>(`SELECT ${columns} FROM hub_registry.operation WHERE id = $1`, [id]);
  return row ? shaped(row) : null;
};

const readVendor = async (database: Queries, vendor: string): Promise<OperationLimits | null> => {
  const [row] = await database.query<OperationLimits>(
    'SELECT requests_per_minute AS "requestsPerMinute", cost, streams FROM hub_registry.vendor WHERE vendor = $1',
    [vendor],
  );
  return row ?? null;
};

const readTrusted = async (database: Queries, vendor: string, hash: string): Promise<TrustedDocument | null> => {
  if (!/^[0-9a-f]{64}$/.test(hash)) return null;
  const [row] = await database.query<Row>(
    `SELECT ${columns} FROM hub_registry.operation WHERE vendor = $1 AND hash = $2 AND state = 'APPROVED'`,
    [vendor, hash],
  );
  const { document, limits } = row ? shaped(row) : { document: '', limits: null };
  // Whoever changed the text behind the hub's back has not had it approved.
  if (!limits || hashOf(document) !== hash) return null;
  return { hash, document, limits, vendorLimits: await readVendor(database, vendor) };
};

const register = async ({ document, name, note }: NewOperation, { database, principal, now }: DocumentsOptions) => {
  demand(principal, 'hub:register');
  const vendor = principal.subject;
  const operation = operationOf(text(document));
  const hash = hashOf(document);
  const [{ pending } = { pending: 0 }] = await database.query<{ pending: number }>(
    `SELECT count(*)::int AS pending FROM hub_registry.operation WHERE vendor = $1 AND state = 'PENDING' AND hash <> $2`,
    [vendor, hash],
  );
  if (pending >= pendingAtMost) throw wrong(`${pendingAtMost} operations of this system wait for the agency's decision already.`);
  const id = idOf(vendor, hash);
  await database.query(
    `INSERT INTO hub_registry.operation (id, vendor, hash, name, operation_name, operation_type, document, note, requested_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (vendor, hash) DO NOTHING`,
    [
      ...[id, vendor, hash, sentence(name, 'name'), operation.name, operation.type, document],
      ...[note == null ? null : sentence(note, 'note'), new Date(now())],
    ],
  );
  return found(await readOne(database, id));
};

interface Decision {
  id: string;
  state: OperationState;
  reason: string | null;
  limits: OperationLimits | null;
}

const decide = async ({ id, state, reason, limits }: Decision, { database, principal, now }: DocumentsOptions) => {
  demand(principal, 'hub:documents');
  await database.query(
    `UPDATE hub_registry.operation SET state = $2, decided_by = $3, decided_at = $4, decision_reason = $5,
       requests_per_minute = coalesce($6::int, requests_per_minute), cost = coalesce($7::int, cost), streams = coalesce($8::int, streams)
     WHERE id = $1`,
    [text(id), state, principal.subject, new Date(now()), reason, limits?.requestsPerMinute, limits?.cost, limits?.streams],
  );
  return found(await readOne(database, id));
};

const limitVendor = async (vendor: string, limits: OperationLimits, { database, principal, now }: DocumentsOptions) => {
  demand(principal, 'hub:documents');
  await database.query(
    `INSERT INTO hub_registry.vendor (vendor, requests_per_minute, cost, streams, decided_by, decided_at) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (vendor) DO UPDATE SET requests_per_minute = excluded.requests_per_minute, cost = excluded.cost,
       streams = excluded.streams, decided_by = excluded.decided_by, decided_at = excluded.decided_at`,
    [vendor, limits.requestsPerMinute, limits.cost, limits.streams, principal.subject, new Date(now())],
  );
  return limits;
};

const found = (operation: RegisteredOperation | null): RegisteredOperation => {
  if (!operation) throw wrong('No registered operation has this id.');
  return operation;
};

const mostOf = { requestsPerMinute: 100_000, cost: 1_000_000, streams: 1_000 } as const;

const checked = (limits: OperationLimits): OperationLimits => {
  for (const name of ['requestsPerMinute', 'cost', 'streams'] as const) {
    const least = name === 'streams' ? 0 : 1;
    if (limits[name] < least || limits[name] > mostOf[name]) throw wrong(`"${name}" takes ${least} to ${mostOf[name]}.`);
  }
  return limits;
};
