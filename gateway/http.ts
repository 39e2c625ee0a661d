/**
 * GraphQL over HTTP: Apollo Server over the hub, as its `GatewayInterface`. Apollo
 * parses and writes the answer; what is between is `answer()`.
 */
import type { Server } from 'node:http';
import { ApolloServer, type ApolloServerPlugin, type HTTPGraphQLHead } from '@apollo/server';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import { expressMiddleware } from '@as-integrations/express5';
import express from 'express';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { errorKinds, framesOf, HubError, isErrorCode } from '../schema/errors.ts';
import { admit, hasText, type Sent } from './admit.ts';
import { answer, type Hub, recordRefusal } from './answer.ts';
import type { Peer } from './audit/audit.ts';
import { peerOf } from './audit/peer.ts';
import { errorsOf, isTooLong } from './validate.ts';
import { dataOf, jsonOf } from './written.ts';

export interface HttpContext {
  token: string | undefined;
  peer: Peer;
  signal: AbortSignal;
}

export interface HttpOptions {
  hub: Hub;
  server: Server;
  log: Logger;
  /** How long requests under way may take when the gateway stops. */
  drainMs: number;
}

export interface Http {
  middleware: express.RequestHandler[];
  stop: () => Promise<void>;
}

export const openHttp = async ({ hub, server, log, drainMs }: HttpOptions): Promise<Http> => {
  const apollo = new ApolloServer<HttpContext>({
    gateway: asGateway(hub),
    allowBatchedHttpRequests: true,
    csrfPrevention: true,
    persistedQueries: false, // Nothing is registered by being sent; a hash that was approved for the caller is its text by now.
    introspection: true, // Field rules decide; without a caller there is nothing to see.
    dangerouslyDisableValidation: true, // Apollo knows one schema; each caller's documents are held against their own (`validate.ts`).
    hideSchemaDetailsFromClientErrors: true,
    includeStacktraceInErrorResponses: false,
    parseOptions: { maxTokens: hub.limits.tokens },
    stopOnTerminationSignals: false,
    logger: {
      debug: () => {},
      info: () => {},
      warn: (text: string) => log.warn(text),
      error: () => log.error('Apollo Server failed.'),
    },
    formatError: (formatted, error) => format(formatted, error, log),
    stringifyResult: jsonOf,
    plugins: [
      recordRefusals(hub),
      ApolloServerPluginDrainHttpServer({ httpServer: server, stopGracePeriodMillis: drainMs }),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginLandingPageDisabled(),
    ],
  });
  await apollo.start();
  const context = async ({ req, res }: { req: express.Request; res: express.Response }): Promise<HttpContext> => {
    const token = bearer(req.header('authorization'));
    const peer = peerOf(req);
    const gone = new AbortController();
    res.on('close', () => res.writableFinished || gone.abort());
    return { token, peer, signal: gone.signal };
  };
  return {
    middleware: [
      express.json({ limit: hub.limits.bodyBytes }),
      checkBody(hub),
      admitBody(hub),
      expressMiddleware(apollo, { context }),
    ],
    stop: () => apollo.stop(),
  };
};

/** `Authorization: Bearer …`; another scheme is a token that does not hold. */
export const bearer = (header: string | undefined): string | undefined => {
  if (header === undefined || header.trim() === '') return undefined;
  return /^Bearer +([\w.~+/=-]+) *$/i.exec(header)?.[1] ?? '';
};

/** The hub, as Apollo Server wants to see it. */
const asGateway = (hub: Hub): GatewayInterface => ({
  onSchemaLoadOrUpdate: (callback) => {
    callback({ apiSchema: hub.supergraph.api, coreSupergraphSdl: hub.supergraph.sdl });
    return () => {};
  },
  load: async () => ({
    executor: async ({ document, request, context }) => {
      const { token, peer, signal } = context as HttpContext;
      try {
        const shown = await answer(hub, {
          document,
          operationName: request.operationName ?? undefined, // As sent: Apollo makes a name that no operation has into none.
          variables: request.variables ?? {},
          extensions: request.extensions,
          token,
          peer,
          signal,
        });
        const { errors, extensions } = shown;
        const data = dataOf(shown);
        return {
          ...(data === undefined ? {} : { data }),
          ...(errors.length > 0 ? { errors } : {}),
          ...(extensions ? { extensions } : {}),
        };
      } catch (error) {
        return { errors: errorsOf(error) };
      }
    },
  }),
  stop: async () => {},
});

/** Documents that never reach the pipeline, because they do not parse, are recorded too. */
const recordRefusals = (hub: Hub): ApolloServerPlugin<HttpContext> => ({
  requestDidStart: async () => ({
    didEncounterErrors: async ({ document, errors, contextValue }) => {
      const code = errors[0]?.extensions.code;
      const told = isTooLong(code, errors[0]?.message) ? 'LIMIT_TOKENS' : code;
      if (!document) await recordRefusal(hub, contextValue.token, told, { peer: contextValue.peer });
    },
  }),
});

/** What is no GraphQL request at all is refused here, where it is recorded; a form of another site is none. */
const checkBody =
  ({ limits }: Hub): express.RequestHandler =>
  (request, _response, next) => {
    const operations: unknown[] = Array.isArray(request.body) ? request.body : [request.body];
    if (!request.is('application/json') || operations.length === 0 || !operations.every(isOperation))
      throw new HubError('BAD_REQUEST');
    const size = operations.length;
    if (size > limits.batch)
      throw new HubError('LIMIT_BATCH', { message: `The batch has ${size} operations; the hub allows ${limits.batch}.` });
    next();
  };

/** Before anything of the schema is told. */
const admitBody =
  (hub: Hub): express.RequestHandler =>
  async (request, _response, next) => {
    const sent: Record<string, unknown>[] = [request.body].flat();
    const whole = await admit(hub, { token: bearer(request.header('authorization')), peer: peerOf(request), sent });
    for (const [at, one] of sent.entries()) Object.assign(one, whole[at]);
    next();
  };

const isOperation = (value: unknown): boolean => {
  if (!isObject(value)) return false;
  const { query, operationName, variables, extensions } = value;
  return (
    (query == null || typeof query === 'string') &&
    (typeof query === 'string' || hasText({ extensions: extensions as Sent['extensions'] })) &&
    (operationName == null || typeof operationName === 'string') &&
    [variables, extensions].every((part) => part == null || isObject(part))
  );
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The last word on every error: coded ones pass, parse and validation errors tell the schema's own words, the rest say nothing. */
export const format = (formatted: GraphQLFormattedError, error: unknown, log: Logger): GraphQLFormattedError => {
  const code = formatted.extensions?.code;
  const { stacktrace: _, http: __, sentence: ___, ...extensions } = formatted.extensions ?? {};
  if (isTooLong(code, formatted.message)) return plain('LIMIT_TOKENS');
  if (isErrorCode(code) && code !== 'INTERNAL') return { ...formatted, extensions };
  if (typeof code === 'string' && Object.hasOwn(transport, code))
    return { ...formatted, extensions: { code: transport[code as keyof typeof transport] } };
  const cause = (error as { originalError?: Error }).originalError ?? (error as Error);
  log.error({ name: cause?.name, at: framesOf(cause) }, 'An operation failed.');
  return plain('INTERNAL');
};

/** Apollo's own codes → ours. */
const transport = {
  BAD_REQUEST: 'BAD_REQUEST',
  BAD_USER_INPUT: 'BAD_USER_INPUT',
  OPERATION_RESOLUTION_FAILURE: 'BAD_REQUEST',
  PERSISTED_QUERY_NOT_SUPPORTED: 'BAD_REQUEST',
} as const;

const plain = (code: keyof typeof errorKinds): GraphQLFormattedError => ({
  message: errorKinds[code].message,
  extensions: { code },
});

/** A GET would put names and plates into addresses, which every proxy on the way writes down. */
export const refuseMethod: express.RequestHandler = (_request, response) => {
  response.set('allow', 'POST');
  throw new HubError('BAD_REQUEST', { extensions: { http: { status: 405 } } });
};

/** Records what the handlers before it refused, under whoever sent it. */
export const recordRefused =
  (hub: Hub): express.ErrorRequestHandler =>
  async (error: unknown, request, _response, next) => {
    await recordRefusal(hub, bearer(request.header('authorization')), codedOf(error).code, { peer: peerOf(request) });
    next(error);
  };

/** What Express itself refuses: bodies that are too large or are not JSON. */
export const refuse: express.ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error);
  const coded = codedOf(error);
  const { http, sentence: _, ...extensions } = coded.extensions as { http?: Partial<HTTPGraphQLHead>; sentence?: string };
  response.set(Object.fromEntries(http?.headers ?? []));
  response.status(http?.status ?? 400).json({ errors: [{ message: coded.message, extensions }] });
};

const codedOf = (error: unknown): HubError => {
  if (error instanceof HubError) return error;
  return new HubError((error as { type?: string }).type === 'entity.too.large' ? 'LIMIT_BODY' : 'BAD_REQUEST');
};
