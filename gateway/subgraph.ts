/**
 * One hop: a signed request to one subgraph over keep-alive HTTP, with a deadline
 * and a circuit breaker. It never rejects: a subgraph that is dead, slow or
 * talking nonsense becomes coded errors at the paths that it was asked for.
 */

import { GraphQLError } from 'graphql';
import CircuitBreaker from 'opossum';
import type { Logger } from 'pino';
import { Pool, request as send } from 'undici';
import { z } from 'zod';
import { type ErrorCode, HubError } from '../schema/errors.ts';
import type { SigningKey } from '../schema/hopkeys.ts';
import { type Principal, signPrincipal } from '../schema/principal.ts';
import type { HopTls } from '../schema/tls.ts';
import { principalHeader } from '../schema/wire.ts';
import { post } from './post.ts';

export interface Hop {
  query: string;
  variables: Record<string, unknown>;
  operationName?: string | undefined;
  /** The same three as JSON, where whoever asks has made it. */
  body?: string;
  principal: Principal;
  /** Response paths that the request answers for, told when it cannot. */
  paths: () => (string | number)[][];
  signal?: AbortSignal | undefined;
}

export interface HopAnswer {
  data?: Record<string, unknown> | null;
  errors?: HopError[];
  /** Nothing came: the errors are the hub's own. */
  unanswered?: boolean | undefined;
}

export interface HopError {
  message: string;
  path?: (string | number)[];
  extensions?: Record<string, unknown>;
}

export interface Subgraph {
  name: string;
  url: string;
  ask: (hop: Hop) => Promise<HopAnswer>;
  /** Whether it says that it is ready. A subgraph of ours says so by its name; of any other, that it answers is taken for it. */
  ready: () => Promise<boolean>;
  close: () => Promise<void>;
}

export interface SubgraphOptions {
  name: string;
  url: string;
  /** What signs now; keys change while the gateway runs. */
  signingKey: () => Promise<SigningKey>;
  tls?: HopTls | undefined;
  timeoutMs: number;
  /** Answers larger than this are nonsense. */
  maximumBytes: number;
  breaker: { failurePercentage: number; resetMs: number; minimum: number };
  log: Logger;
}

/** A hop's signature holds a little longer than its deadline: it must only arrive, and is accepted once. */
const signatureSecondsOf = (timeoutMs: number): number => Math.ceil(timeoutMs / 1000) + 3;

const readyPatienceMs = 2_000;

const errorsSchema = z.array(
  z.object({
    message: z.string(),
    path: z.array(z.union([z.string(), z.number()])).nullish(),
    extensions: z.record(z.string(), z.unknown()).nullish(),
  }),
);

export const openSubgraph = (options: SubgraphOptions): Subgraph => {
  const { name, url, breaker, log } = options;
  const { origin, pathname, search } = new URL(url);
  const path = `${pathname}${search}`;
  const pool = new Pool(origin, {
    keepAliveTimeout: 30_000,
    connections: 64,
    headersTimeout: 0, // A hop has one deadline, for all of it.
    bodyTimeout: 0,
    ...(options.tls ? { connect: options.tls } : {}),
  });
  const circuit = new CircuitBreaker((hop: Hop) => ask(hop, { options, path }, pool), {
    timeout: false, // The request has its own deadline, which also frees its socket.
    errorThresholdPercentage: breaker.failurePercentage,
    resetTimeout: breaker.resetMs,
    volumeThreshold: breaker.minimum,
    errorFilter: isLeft,
    rollingPercentilesEnabled: false, // Nobody reads them, and each latency would be kept for ten seconds.
    enableSnapshots: false,
  });
  circuit.on('open', () => log.warn({ source: name }, 'The subgraph fails too often: it is not asked for a while.'));
  circuit.on('close', () => log.info({ source: name }, 'The subgraph answers again.'));
  return {
    name,
    url,
    ask: async (hop) => {
      try {
        return (await circuit.fire(hop)) as HopAnswer;
      } catch (error) {
        const code = codeOf(error);
        const cause = (error as { code?: string }).code ?? (error as Error).name;
        if (!isLeft(error)) log.warn({ source: name, code, cause }, 'A subgraph request failed.');
        return { data: null, unanswered: true, errors: failures(code, name, hop.paths()) };
      }
    },
    ready: () => isReady(name, url, pool),
    close: async () => {
      circuit.shutdown();
      await pool.close();
    },
  };
};

const ask = async (hop: Hop, { options, path }: { options: SubgraphOptions; path: string }, pool: Pool): Promise<HopAnswer> => {
  const {
    principal,
    signal,
    body = JSON.stringify({ query: hop.query, variables: hop.variables, operationName: hop.operationName }),
  } = hop;
  const { timeoutMs, maximumBytes } = options;
  const signed = { audience: options.name, body, lifetimeSeconds: signatureSecondsOf(timeoutMs) };
  const signature = await signPrincipal(principal, signed, await options.signingKey());
  const headers = { 'content-type': 'application/json', accept: 'application/json', [principalHeader]: signature };
  const { status, text } = await post(pool, { path, headers, body, timeoutMs, maximumBytes, signal });
  const answer = parse(text);
  if (status >= 500 && !answer.errors) throw new HubError('SOURCE_UNAVAILABLE');
  if (status >= 400 && !answer.errors) throw new HubError('SOURCE_REFUSED');
  return answer;
};

const isReady = async (name: string, url: string, dispatcher: Pool): Promise<boolean> => {
  try {
    const signal = AbortSignal.timeout(readyPatienceMs);
    const { statusCode, body } = await send(new URL('/health/ready', url), { dispatcher, signal });
    const { source } = ((await body.json().catch(() => undefined)) ?? {}) as { source?: unknown };
    return statusCode !== 503 && (source === undefined || source === name);
  } catch {
    return false;
  }
};

/** Only the outermost shape is looked at here. A key called `__proto__` is what JSON makes of it, a field; `merge` takes none. */
const parse = (text: string): HopAnswer => {
  try {
    const value: unknown = JSON.parse(text);
    const { data, errors } = (isRecord(value) ? value : {}) as { data?: unknown; errors?: unknown };
    if (data !== undefined && data !== null && !isRecord(data)) throw new Error('data that is no object');
    const told = errors === undefined || errors === null ? undefined : errorsSchema.parse(errors);
    if (data === undefined && !told) throw new Error('neither data nor errors');
    const answer: HopAnswer = {};
    if (data !== undefined) answer.data = data as Record<string, unknown> | null;
    if (told?.length) answer.errors = told.map(errorOf);
    return answer;
  } catch (cause) {
    throw new HubError('SOURCE_INVALID', { originalError: cause as Error });
  }
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const errorOf = ({ message, path, extensions }: z.infer<typeof errorsSchema>[number]): HopError => ({
  message,
  ...(path ? { path } : {}),
  ...(extensions ? { extensions } : {}),
});

/** The client left; that says nothing of the subgraph. */
const isLeft = (error: unknown): boolean => (error as Error).name === 'AbortError';

const codeOf = (error: unknown): ErrorCode => {
  if (error instanceof HubError) return error.code;
  return (error as Error).name === 'TimeoutError' ? 'SOURCE_TIMEOUT' : 'SOURCE_UNAVAILABLE';
};

const failures = (code: ErrorCode, source: string, paths: (string | number)[][]): HopError[] => {
  const { message, extensions } = new HubError(code, { source });
  const places = paths.length > 0 ? paths : [undefined];
  return places.map((path) => ({ message, extensions, ...(path ? { path } : {}) }));
};

/** The subgraph's own errors, cleaned of everything but code, policy and path, and named after their source. */
export const asSource = (name: string, { path, extensions }: HopError): GraphQLError => {
  const { code, sentence, policy, satisfiedBy, source } = extensions ?? {};
  // A subgraph over several systems may say which of them: `people-search/RecordTrace`.
  const part = typeof source === 'string' && source.startsWith(`${name}/`) && /^[\w/-]{1,64}$/.test(source);
  return new GraphQLError('', {
    path: path ?? null,
    extensions: { code, sentence, policy, satisfiedBy, source: part ? source : name },
  });
};
