/**
 * Whose authority was withdrawn, and whose emergency is open. The hub's own
 * registry keeps it and is asked over the wire, like any system; here it is held
 * in memory, so that each operation can look. The registry's stream says when to
 * ask again, which is at once; when stream or bus is away, asking every some
 * seconds does. When neither answers for longer than the bound, nobody knows who
 * was revoked meanwhile, and the policies say what that closes (`standingKnown`).
 */
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { HubError } from '../schema/errors.ts';
import { type Authenticate, type Caller, normaliseNumber } from './authenticate.ts';
import { ask, type Facts, follow, oneAtATime, repeat } from './registry.ts';
import type { Subgraph } from './subgraph.ts';
import type { Upstream } from './upstream.ts';

/** Whom a change is about; of a token nobody knows whose it is, so that is about everybody. */
export type Concerns = (subject: string) => boolean;

export interface Standing {
  /** False where what is held is too old to go by. */
  known: () => boolean;
  isRevoked: (caller: Pick<Caller, 'kind' | 'subject' | 'tokenId'>) => boolean;
  /** The person may not work that case, whatever the token says. */
  isBarred: (subject: string, caseNumber: string) => boolean;
  /** That emergency is this person's, and is open. */
  isEmergency: (subject: string, id: string | undefined) => boolean;
  onChange: (listener: (concerns: Concerns) => unknown) => () => void;
  /** Another number whenever anything of it is different, for anybody. */
  version: () => number;
  close: () => void;
}

export interface StandingOptions {
  /** With the field `Query.standing`, if any system has it. */
  full: GraphQLSchema;
  /** The hub's registry: how it is asked, and how it is followed. */
  registry: Pick<Subgraph, 'ask'> | undefined;
  upstream: Upstream | undefined;
  /** How often it is asked without being told to. */
  pollMs: number;
  /** For how long an answer holds. */
  staleMs: number;
  signatureSeconds: number;
  now: () => number;
  log: Logger;
}

/** While nothing is known. */
const eagerMs = 1_000;
const longestTimerMs = 2 ** 31 - 1;

/** Resolves when it was asked once, answered or not. A graph without a registry revokes nobody. */
export const openStanding = async (options: StandingOptions): Promise<Standing> => {
  const { full, registry, upstream, now, pollMs, staleMs, log } = options;
  if (!registry || !full.getQueryType()?.getFields().standing) return withoutStanding;
  const listeners = new Set<(concerns: Concerns) => unknown>();
  let changes = 0;
  const tell = (concerns: Concerns) => {
    changes += 1;
    for (const listener of listeners) listener(concerns);
  };
  let facts: Facts = new Map();
  let askedMs = Number.NEGATIVE_INFINITY;
  let wasKnown = false;
  const known = () => now() - askedMs < staleMs;
  const endings = openEndings(now, tell);
  const look = oneAtATime(async () => {
    const startedMs = now();
    const found = await ask(registry);
    if (found) {
      const before = facts;
      [facts, askedMs] = [found, startedMs];
      endings.watch(found);
      const concerns = differing(before, found);
      if (concerns) tell(concerns);
    }
    if (known() === wasKnown) return;
    wasKnown = known();
    if (!wasKnown) log.error('The registry is not answering: nobody knows who was revoked meanwhile.');
    tell(() => true);
  });
  await look();
  const poll = repeat(look, () => (known() ? pollMs : Math.min(pollMs, eagerMs)));
  const stream = upstream && follow(upstream, options.signatureSeconds, look);
  const holds = (key: string) => facts.has(key);
  return {
    known,
    isRevoked: ({ kind, subject, tokenId }) =>
      kind !== 'anonymous' && (holds(`USER ${subject}`) || (tokenId !== undefined && holds(`TOKEN ${tokenId}`))),
    isBarred: (subject, caseNumber) => holds(`ASSIGNMENT ${subject} ${normaliseNumber(caseNumber)}`),
    isEmergency: (subject, id) => {
      const fact = id === undefined ? undefined : facts.get(`EMERGENCY ${id}`);
      return fact !== undefined && fact.subject === subject && now() < fact.endsAtMs;
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    version: () => changes * 2 + Number(known()),
    close: () => {
      listeners.clear();
      poll.stop();
      stream?.stop();
      endings.stop();
    },
  };
};

export const withoutStanding: Standing = {
  known: () => true,
  isRevoked: () => false,
  isBarred: () => false,
  isEmergency: () => false,
  onChange: () => () => {},
  version: () => 0,
  close: () => {},
};

/** Says who was refused, for the record. */
export class Revoked extends HubError {
  readonly caller: Caller;

  constructor(caller: Caller) {
    super('TOKEN_REVOKED');
    this.caller = caller;
  }
}

/** A token that holds, of somebody whose authority was not withdrawn; assignments that were are none. */
export const unrevoked =
  (authenticate: Authenticate, standing: Standing): Authenticate =>
  async (token) => {
    const caller = await authenticate(token);
    if (standing.isRevoked(caller)) throw new Revoked(caller);
    const isBarred = (number: string) => standing.isBarred(caller.subject, number);
    return caller.assignments.some(isBarred)
      ? { ...caller, assignments: caller.assignments.filter((number) => !isBarred(number)) }
      : caller;
  };

/** Undefined where nothing differs. */
const differing = (before: Facts, after: Facts): Concerns | undefined => {
  const only = (a: Facts, b: Facts) => [...a].filter(([key]) => !b.has(key)).map(([, { subject }]) => subject);
  const subjects = new Set([...only(before, after), ...only(after, before)]);
  return subjects.size === 0 ? undefined : (subject) => subjects.has(undefined) || subjects.has(subject);
};

/** Tells when an emergency has ended by itself. */
const openEndings = (now: () => number, tell: (concerns: Concerns) => void) => {
  let timer: NodeJS.Timeout | undefined;
  const watch = (facts: Facts): void => {
    clearTimeout(timer);
    const ending = [...facts].filter(([, { endsAtMs }]) => Number.isFinite(endsAtMs) && endsAtMs > now());
    const firstMs = Math.min(...ending.map(([, { endsAtMs }]) => endsAtMs));
    if (ending.length === 0) return;
    const end = () => {
      const ended = new Set(ending.filter(([, { endsAtMs }]) => endsAtMs <= now()).map(([, { subject }]) => subject));
      if (ended.size > 0) tell((subject) => ended.has(subject));
      watch(new Map(ending));
    };
    timer = setTimeout(end, Math.min(longestTimerMs, firstMs - now())).unref();
  };
  return { watch, stop: () => clearTimeout(timer) };
};
