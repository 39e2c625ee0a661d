/**
 * One hop: a signed request to one subgraph over keep-alive HTTP, with a deadline
 * and a circuit breaker. It never rejects: a subgraph that is dead, slow or
 * talking nonsense becomes coded errors at the paths that it was asked for.
 */

import { GraphQLError } from 'graphql';
import CircuitBreaker from 'opossum';
import type { Logger } from 'pino';
import { Agent, type Dispatcher, request as send } from 'undici';
import { z } from 'zod';
import { type ErrorCode, HubError } from '../schema/errors.ts';
import type { SigningKey } from '../schema/hopkeys.ts';
import { type Principal, signPrincipal } from '../schema/principal.ts';
import type { HopTls } from '../schema/tls.ts';
import { principalHeader } from '../schema/wire.ts';

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
  const agent = new Agent({
    keepAliveTimeout: 30_000,
    connections: 64,
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
    ...(options.tls ? { connect: options.tls } : {}),
  });
  const circuit = new CircuitBreaker((hop: Hop) => post(hop, options, agent), {
    timeout: false, // The request has its own deadline, which also frees its socket.
    errorThresholdPercentage: breaker.failurePercentage,
    resetTimeout: breaker.resetMs,
    volumeThreshold: breaker.minimum,
    errorFilter: isLeft,
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
        return { data: null, errors: failures(code, name, hop.paths()) };
      }
    },
    ready: () => isReady(name, url, agent),
    close: async () => {
      circuit.shutdown();
      await agent.close();
    },
  };
};

const post = async (hop: Hop, options: SubgraphOptions, agent: Agent): Promise<HopAnswer> => {
  const {
    principal,
    signal,
    body = JSON.stringify({ query: hop.query, variables: hop.variables, operationName: hop.operationName }),
  } = hop;
  const signed = { audience: options.name, body, lifetimeSeconds: signatureSecondsOf(options.timeoutMs) };
  const signature = await signPrincipal(principal, signed, await options.signingKey());
  return withDeadline(options.timeoutMs, signal, async (deadline) => {
    const response = await send(options.url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', accept: 'application/json', [principalHeader]: signature },
      dispatcher: agent,
      signal: deadline,
    });
    const answer = parse(await read(response, options.maximumBytes));
    if (response.statusCode >= 500 && !answer.errors) throw new HubError('SOURCE_UNAVAILABLE');
    if (response.statusCode >= 400 && !answer.errors) throw new HubError('SOURCE_REFUSED');
    return answer;
  });
};

const isReady = async (name: string, url: string, dispatcher: Agent): Promise<boolean> => {
  try {
    const signal = AbortSignal.timeout(readyPatienceMs);
    const { statusCode, body } = await send(new URL('/health/ready', url), { dispatcher, signal });
    const { source } = ((await body.json().catch(() => undefined)) ?? {}) as { source?: unknown };
    return statusCode !== 503 && (source === undefined || source === name);
  } catch {
    return false;
  }
};

/** One controller of our own: Node 20 may collect what `AbortSignal.any` makes before it fires. */
const withDeadline = async <Value>(
  timeoutMs: number,
  left: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> => {
  const controller = new AbortController();
  const leave = () => controller.abort(new DOMException('The client left.', 'AbortError'));
  const timer = setTimeout(() => controller.abort(new DOMException('Too late.', 'TimeoutError')), timeoutMs);
  left?.addEventListener('abort', leave, { once: true });
  if (left?.aborted) leave();
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
    left?.removeEventListener('abort', leave);
  }
};

const read = async ({ headers, body }: Dispatcher.ResponseData, maximumBytes: number): Promise<string> => {
  const stated = Number(headers['content-length']); // What comes is not longer than it says.
  if (stated > maximumBytes) throw new HubError('SOURCE_INVALID');
  if (stated >= 0) return body.text();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maximumBytes) throw new HubError('SOURCE_INVALID');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
};

/** Only the outermost shape is looked at here. A key called `__proto__` is what JSON makes of it, a field; `merge` takes none. */
const parse = (text: string): HopAnswer => {
  try {
    const value: unknown = JSON.parse(text);
    const { data, errors } = (isRecord(value) ? value : {}) as { data?: unknown; errors?: unknown };
    if (data !== undefined && data !== null && !isRecord(data)) throw new Error('data that is no object');
    const told = errors === undefined || errors === null ? undefined : errorsSchema.parse(errors);
    if (data === undefined && !told) throw new Error('neither data nor errors');
    return {
      ...(data === undefined ? {} : { data: data as Record<string, unknown> | null }),
      ...(told?.length ? { errors: told.map(errorOf) } : {}),
    };
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
  const { name, code } = error as { name?: string; code?: string };
  return name === 'TimeoutError' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT'
    ? 'SOURCE_TIMEOUT'
    : 'SOURCE_UNAVAILABLE';
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
