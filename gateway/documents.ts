/**
 * Trusted documents. A vendor's system runs operations that the agency approved
 * for it, and nothing else: it sends the very text whose hash was approved, or the
 * hash alone. A hash is a name for a text, never a right: who may read what is
 * decided when it runs, as for any operation. Nothing is registered by being sent.
 *
 * What is approved is asked of the system that keeps the register, signed with the
 * caller's own principal: one that is not the caller's is not there.
 */
import { createHash } from 'node:crypto';
import { type DocumentNode, type GraphQLSchema, Kind } from 'graphql';
import { HubError } from '../schema/errors.ts';
import type { Principal } from '../schema/principal.ts';
import type { Caller } from './authenticate.ts';
import { findOperation } from './document.ts';
import { openKept } from './kept.ts';
import type { Limits } from './limits.ts';
import { ownerOf } from './owners.ts';
import type { Quotas } from './quotas.ts';
import type { Subgraph } from './subgraph.ts';

export interface OwnLimits {
  requestsPerMinute: number;
  cost: number;
  streams: number;
}

/** An operation that the agency approved for the caller. */
export interface Trusted {
  hash: string;
  document: string;
  limits: OwnLimits;
  /** Of all the system's operations together. */
  vendorLimits: OwnLimits | null;
}

export interface Documents {
  /** False where no system keeps a register: there is nothing to be bound to. */
  kept: boolean;
  /** The caller's approved operation by its hash. Throws SOURCE_UNAVAILABLE when the register is away. */
  find: (caller: Principal, hash: string) => Promise<Trusted | undefined>;
}

export interface DocumentsOptions {
  /** With the field `Query.trustedDocument`, if any system has it. */
  full: GraphQLSchema;
  subgraphs: ReadonlyMap<string, Subgraph>;
  now: () => number;
}

/** How long an answer is remembered: what is revoked runs no longer than this, what is approved runs within it. */
const rememberedMs = 5_000;
const remembered = 2_000;

const limitsFields = '{ requestsPerMinute cost streams }';
const query = `query TrustedDocument($hash: String!) {
  trustedDocument(hash: $hash) { hash document limits ${limitsFields} vendorLimits ${limitsFields} }
}`;

export const openDocuments = ({ full, subgraphs, now }: DocumentsOptions): Documents => {
  const known = openKept<{ trusted: Trusted | undefined; untilMs: number }>(remembered);
  const register = subgraphs.get(ownerOf(full, 'trustedDocument') ?? '');
  return {
    kept: register !== undefined,
    find: async (caller, hash) => {
      if (!register || !isHash(hash)) return undefined;
      const key = `${caller.subject} ${hash}`;
      const found = known.get(key);
      if (found && found.untilMs > now()) return found.trusted;
      const trusted = await ask(register, caller, hash);
      known.set(key, { trusted, untilMs: now() + rememberedMs });
      return trusted;
    },
  };
};

const isHash = (hash: string): boolean => /^[0-9a-f]{64}$/.test(hash);

const ask = async (register: Subgraph, caller: Principal, hash: string): Promise<Trusted | undefined> => {
  const principal = { ...caller, grants: [] };
  const { data, errors } = await register.ask({ query, variables: { hash }, principal, paths: () => [] });
  if (!data || errors?.length) throw new HubError('SOURCE_UNAVAILABLE', { source: register.name });
  return (data.trustedDocument as Trusted | null) ?? undefined;
};

/** Systems, and whoever has a vendor's role: they run what is registered. People run what they like. */
export const isBound = ({ kind, roles }: Pick<Caller, 'kind' | 'roles'>): boolean =>
  kind === 'service' || roles.includes('vendor');

const hashes = new WeakMap<DocumentNode, string>();

/** SHA-256 of the text that the document was parsed from; one without a text has no hash. */
const hashOf = (document: DocumentNode): string => {
  const found = hashes.get(document) ?? sha256(document.loc?.source.body);
  hashes.set(document, found);
  return found;
};

const sha256 = (text: string | undefined): string =>
  text === undefined ? '' : createHash('sha256').update(text, 'utf8').digest('hex');

/** The approved operation that the document is, of a caller who is bound to such. */
export const trustedOf = (documents: Documents, caller: Principal, document: DocumentNode): Promise<Trusted | undefined> =>
  isBound(caller) ? documents.find(caller, hashOf(document)) : Promise.resolve(undefined);

/**
 * What a system needs before anything is approved for it: to know who it is taken for, to read the schema, to register
 * and to see how its operations fare. Nothing of it holds a record.
 */
const ownBusiness = new Set(['__typename', '__schema', '__type', 'me', 'myOperations', 'registerOperation']);

export interface Trust {
  documents: Documents;
  caller: Principal;
  trusted: Trusted | undefined;
  document: DocumentNode;
  operationName?: string | undefined;
}

/** A system runs what is approved for it; `hub:unregistered` is for services that the policies let run anything. */
export const requireTrusted = ({ documents, caller, trusted, document, operationName }: Trust): void => {
  if (trusted || !documents.kept || !isBound(caller) || caller.grants.includes('hub:unregistered')) return;
  const { selections } = findOperation(document, operationName).selectionSet;
  if (selections.every((node) => node.kind === Kind.FIELD && ownBusiness.has(node.name.value))) return;
  throw new HubError('DOCUMENT_NOT_TRUSTED');
};

/** An approved operation has a cost of its own, within the hub's. */
export const limitsOf = (limits: Limits, trusted: Trusted | undefined): Limits =>
  trusted ? { ...limits, cost: Math.min(limits.cost, ...bothOf(trusted).map(({ cost }) => cost)) } : limits;

const bothOf = ({ limits, vendorLimits }: Trusted): OwnLimits[] => [limits, ...(vendorLimits ? [vendorLimits] : [])];

/** Counts a request of an approved operation, its own and its system's. */
export const countRequest = async (quotas: Quotas, { subject }: Principal, trusted: Trusted): Promise<void> => {
  await quotas.takeOfAll(`operation ${subject} ${trusted.hash}`, trusted.limits.requestsPerMinute);
  if (trusted.vendorLimits) await quotas.takeOfAll(`vendor ${subject}`, trusted.vendorLimits.requestsPerMinute);
};

/** Counts an open subscription until the answer is called. */
export const holdStream = (quotas: Quotas, { subject }: Principal, trusted: Trusted | undefined): (() => void) => {
  if (!trusted) return () => {};
  const leave = quotas.hold(`operation ${subject} ${trusted.hash}`, trusted.limits.streams);
  try {
    const leaveAll = trusted.vendorLimits ? quotas.hold(`vendor ${subject}`, trusted.vendorLimits.streams) : () => {};
    return () => {
      leave();
      leaveAll();
    };
  } catch (error) {
    leave();
    throw error;
  }
};
