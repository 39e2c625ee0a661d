/**
 * The shape that every system has. A subgraph's `index.ts` exports one
 * `System`; `serve` runs it, in a process of its own or beside the others.
 */
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper/index.js';
import type { Logger } from 'pino';
import type { Principal } from '../../schema/principal.ts';
import type { SystemName } from '../../schema/subgraphs.ts';
import type { Bus } from './bus.ts';
import type { Database } from './database.ts';
import type { Pointers } from './labels.ts';

/** What a system is given to run on; it opens nothing else. */
export interface Runtime {
  database: Database;
  bus: Bus;
  log: Logger;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** The process's settings that start with the system's own prefix, such as `AVL_UDP_PORT`, and `NODE_ENV`. */
  settings: Readonly<Record<string, string | undefined>>;
}

/** What one request, or one event of a subscription, reads through: fresh loaders, bound to the principal whose row rules apply. */
export interface Context<Reader> {
  principal: Principal;
  read: Reader;
  /** How a subscription follows the bus; `live()` uses it, resolvers need not. */
  stream: Stream<Reader>;
}

export interface Stream<Reader> {
  bus: Bus;
  /** The same principal with fresh loaders. */
  renew: () => Context<Reader>;
  /** Where the gateway resumes; it goes before the field's own `after`. */
  resumeAfter?: string | undefined;
  /** When the gateway's signature ends; nothing is read after it. */
  expiresAtMs: number;
  now: () => number;
}

export interface Source<Reader> {
  /** One request's reader. Nothing it caches may outlive the request. */
  reader: (principal: Principal) => Reader;
  /** Resolves while the source answers; rejects with the reason when it does not. Also says how fresh it is. */
  check: () => Promise<Freshness>;
  close: () => Promise<void>;
}

export interface Freshness {
  /** The latest `changed_at` that the source shows. */
  lastEventAt?: Date | undefined;
  /** Seconds without a change after which the source counts as stale; absent: it never does. */
  staleAfterSeconds?: number;
  /** What is amiss though the source answers, in a sentence for people; holds no data from a record. */
  detail?: string | undefined;
}

/** Watches the source and publishes keys to the bus until the signal aborts. It never throws: it retries. */
export type Feed = ((runtime: Runtime, signal: AbortSignal) => Promise<void>) & {
  /** The topic it publishes to, by which the source's lag is told. */
  topic?: string;
};

export interface System<Reader> {
  name: SystemName | (string & {});
  /** What an analyst calls it: `Dispatch (CAD)`. */
  title: string;
  /** The folder's `schema.graphql`, as text with the common types in front: `readSubgraph(name)`. */
  sdl: string;
  resolvers: GraphQLResolverMap<Context<Reader>>;
  open: (runtime: Runtime) => Promise<Source<Reader>>;
  feeds: Feed[];
  /** Types whose restricted rows are shown as pointers, with the fields that remain; of any other type such a row is absent. */
  pointers?: Pointers;
}
