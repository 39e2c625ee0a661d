/**
 * Who comes in, how often, and with which text: before anything of a request is
 * parsed, over HTTP and over WebSocket. A request may name its text by a hash that
 * was approved for the caller (`extensions.persistedQuery`); the text is put in
 * here, and everything behind sees a request that came whole.
 */
import { hash } from 'node:crypto';
import { z } from 'zod';
import { HubError } from '../schema/errors.ts';
import type { Peer } from './audit/audit.ts';
import { type Authenticate, type Caller, principalOf } from './authenticate.ts';
import type { Documents } from './documents.ts';
import type { Limits } from './limits.ts';
import type { Quotas } from './quotas.ts';

export interface Door {
  authenticate: Authenticate;
  documents: Documents;
  quotas: Quotas;
  limits: Limits;
}

export interface Sent {
  query?: string | null | undefined;
  extensions?: Record<string, unknown> | null | undefined;
}

export interface Whole {
  query: string;
  extensions: Record<string, unknown>;
}

/** The requests of one HTTP body, or the one of a WebSocket message, with their texts. */
export const admit = async (
  { authenticate, documents, quotas, limits }: Door,
  { token, peer, sent }: { token: string | undefined; peer: Peer; sent: readonly Sent[] },
): Promise<Whole[]> => {
  const caller = await authenticate(token);
  quotas.take(whoOf(caller, peer), limits.rate, sent.length);
  const whole: Whole[] = [];
  for (const one of sent) whole.push(await wholeOf(one, caller, documents)); // One after another: each is a question to the register.
  return whole;
};

/** Nobody is many: whoever has not signed in is counted by address, without the port. */
const whoOf = ({ kind, subject }: Caller, { source = '' }: Peer): string =>
  kind === 'anonymous' ? `address ${source.replace(/:\d+$/, '')}` : `caller ${subject}`;

const persistedQuery = z.object({ version: z.literal(1), sha256Hash: z.string().regex(/^[0-9a-f]{64}$/) });

/** True for a request that has a text, or the hash of one. */
export const hasText = ({ query, extensions }: Sent): boolean => isGiven(query) || extensions?.persistedQuery != null;

/** graphql-ws wants a text in each message, so an empty one is none. */
const isGiven = (query: Sent['query']): query is string => typeof query === 'string' && query !== '';

const wholeOf = async ({ query, extensions }: Sent, caller: Caller, documents: Documents): Promise<Whole> => {
  const { persistedQuery: named, ...others } = extensions ?? {};
  if (named == null) return { query: query ?? '', extensions: others };
  const parsed = persistedQuery.safeParse(named);
  if (!parsed.success)
    throw new HubError('BAD_REQUEST', { message: '"persistedQuery" takes {"version": 1, "sha256Hash": 64 hexadecimal digits}.' });
  const { sha256Hash } = parsed.data;
  if (!isGiven(query)) return { query: await textOf(sha256Hash, caller, documents), extensions: others };
  if (hash('sha256', query) !== sha256Hash)
    throw new HubError('BAD_REQUEST', { message: '"sha256Hash" is not the hash of the text that came with it.' });
  return { query, extensions: others };
};

/** Never "not found, send the text": the hub would not remember it. */
const textOf = async (hash: string, caller: Caller, documents: Documents): Promise<string> => {
  const trusted = caller.kind === 'anonymous' ? undefined : await documents.find(principalOf(caller), hash);
  if (!trusted) throw new HubError('DOCUMENT_NOT_TRUSTED');
  return trusted.document;
};
