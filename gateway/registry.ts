/**
 * How the hub's registry is asked for the standing, and followed: one question at
 * a time, every some seconds, and whenever its stream says that something changed.
 */
import { z } from 'zod';
import { anonymous, type Principal } from '../schema/principal.ts';
import { normaliseNumber } from './authenticate.ts';
import type { Subgraph } from './subgraph.ts';
import type { Upstream } from './upstream.ts';

/** What is in force, by a key of what it says; a revocation ends with being lifted only. */
export type Facts = ReadonlyMap<string, { subject: string | undefined; endsAtMs: number }>;

const query = 'query Standing { standing { revocations { kind subject token caseNumber } emergencies { id subject endsAt } } }';
const subscription = 'subscription StandingChanged { standingChanged { cursor } }';
/** The gateway itself asks, for nobody. */
const itself: Principal = { ...anonymous, subject: 'gateway', kind: 'service' };
const longestPauseMs = 10_000;

const answerSchema = z.object({
  standing: z.object({
    revocations: z.array(
      z.object({
        kind: z.enum(['USER', 'TOKEN', 'ASSIGNMENT']),
        subject: z.string().nullish(),
        token: z.string().nullish(),
        caseNumber: z.string().nullish(),
      }),
    ),
    emergencies: z.array(z.object({ id: z.string(), subject: z.string(), endsAt: z.iso.datetime({ offset: true }) })),
  }),
});

/** Undefined when the registry is away, or says what cannot be read. */
export const ask = async (registry: Pick<Subgraph, 'ask'>): Promise<Facts | undefined> => {
  const { data } = await registry.ask({ query, variables: {}, principal: itself, paths: () => [] });
  const parsed = answerSchema.safeParse(data);
  if (!parsed.success) return undefined;
  const { revocations, emergencies } = parsed.data.standing;
  return new Map([
    ...revocations.map(({ kind, subject, token, caseNumber }) => {
      const what = { USER: subject, TOKEN: token, ASSIGNMENT: `${subject} ${normaliseNumber(caseNumber ?? '')}` }[kind];
      return [`${kind} ${what}`, { subject: subject ?? undefined, endsAtMs: Number.POSITIVE_INFINITY }] as const;
    }),
    ...emergencies.map(({ id, subject, endsAt }) => [`EMERGENCY ${id}`, { subject, endsAtMs: Date.parse(endsAt) }] as const),
  ]);
};

/** Whoever calls while it runs has it run again: what it found may be older than the call. */
export const oneAtATime = (work: () => Promise<void>): (() => Promise<void>) => {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const run = (): Promise<void> => {
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  };
  return () => {
    if (!running) return run();
    next ??= running.then(() => {
      next = undefined;
      return run();
    });
    return next;
  };
};

export const repeat = (work: () => Promise<void>, pauseMs: () => number): { stop: () => void } => {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    if (!stopped) timer = setTimeout(() => void work().finally(wait), pauseMs()).unref();
  };
  wait();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
};

/** The first result is no event: it says that nothing is missed from here on. A stream that ends is begun anew. */
export const follow = (upstream: Upstream, lifetimeSeconds: number, look: () => Promise<void>): { stop: () => void } => {
  let stopped = false;
  let failures = 0;
  let leave: () => void = () => {};
  let timer: NodeJS.Timeout | undefined;
  const begin = async (): Promise<void> => {
    const asked = { query: subscription, variables: {}, operationName: 'StandingChanged', principal: itself, lifetimeSeconds };
    const next = ({ errors }: { errors?: unknown[] }) => {
      if (errors) return;
      failures = 0;
      void look();
    };
    leave = await upstream.subscribe(asked, { next, end: again });
    if (stopped) leave();
  };
  const again = () => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void begin().catch(again), Math.min(100 * 2 ** failures++, longestPauseMs)).unref();
  };
  void begin().catch(again);
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      leave();
    },
  };
};
