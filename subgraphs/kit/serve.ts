/**
 * Runs a system: GraphQL over HTTP and graphql-ws at `/graphql`, its health, its
 * feeds. It answers only requests that a gateway of this hub signed, each once.
 */
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled, ApolloServerPluginUsageReportingDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLSchemaModule } from '@apollo/subgraph/dist/schema-helper/index.js';
import { expressMiddleware } from '@as-integrations/express5';
import express from 'express';
import { type GraphQLFormattedError, type GraphQLSchema, parse } from 'graphql';
import { framesOf, HubError, isErrorCode } from '../../schema/errors.ts';
import type { Verified, Verify } from '../../schema/principal.ts';
import type { HopTls } from '../../schema/tls.ts';
import { principalHeader } from '../../schema/wire.ts';
import { watchHealth } from './health.ts';
import { withholdPointers } from './labels.ts';
import { acceptOnce } from './once.ts';
import { CalendarDate, DateTime } from './scalars.ts';
import { serveStreams } from './streams.ts';
import type { Context, Runtime, Source, System } from './system.ts';

export interface ServeOptions {
  runtime: Runtime;
  host?: string;
  /** 0 takes any free port. */
  port: number;
  verify: Verify;
  /** With it, only processes that show a certificate of its authority get a word in. */
  tls?: HopTls | undefined;
}

export interface Served<Reader = unknown> {
  url: string;
  port: number;
  source: Source<Reader>;
  close: () => Promise<void>;
}

/** No certificate, or one of another authority, and the handshake fails: nothing of a request is read. */
const mutual = { requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' } as const;

/** Largest request body; a batch of 10,000 entity references fits. */
const bodyLimit = '4mb';

export const serve = async <Reader>(
  system: System<Reader>,
  { runtime, host = '127.0.0.1', port, verify: verifySignature, tls }: ServeOptions,
): Promise<Served<Reader>> => {
  const source = await system.open(runtime);
  const schema = buildSchema(system);
  const context = contextOf(source, runtime);
  const app = express().disable('x-powered-by');
  const server = tls ? createSecureServer({ ...tls, ...mutual }, app) : createServer(app);
  const verify = acceptOnce(verifySignature, runtime.bus.claim);
  const apollo = new ApolloServer<Context<Reader>>({
    schema,
    introspection: true, // Nobody gets here without a gateway's signature.
    includeStacktraceInErrorResponses: false,
    csrfPrevention: false,
    formatError: (formatted, error) => clean(formatted, error, runtime),
    plugins: [
      ApolloServerPluginDrainHttpServer({ httpServer: server, stopGracePeriodMillis: 2_000 }),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
    stopOnTerminationSignals: false,
  });
  await apollo.start();
  const health = watchHealth(system, source, runtime);
  const body = express.json({ limit: bodyLimit, verify: (request, _response, bytes) => Object.assign(request, { bytes }) });
  app.get('/health/live', (_request, response) => void response.json({ status: 'live' }));
  app.get(
    '/health/ready',
    (_request, response) => void response.status(health.ready() ? 200 : 503).json({ source: system.name, ready: health.ready() }),
  );
  app.post(
    '/graphql',
    body,
    authenticated(system.name, verify),
    expressMiddleware(apollo, { context: async ({ req }) => context(verifiedOf(req)) }),
  );
  app.use(refuse);
  const streams = serveStreams({ server, schema, name: system.name, verify, context, log: runtime.log });
  const stop = new AbortController();
  await listen(server, port, host);
  await health.look();
  const feeds = system.feeds.map((feed) => feed(runtime, stop.signal));
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `${tls ? 'https' : 'http'}://${host}:${bound}/graphql`,
    port: bound,
    source,
    close: async () => {
      health.stop();
      stop.abort();
      await streams.close();
      await apollo.stop();
      await Promise.all(feeds);
      await source.close();
    },
  };
};

/** The only way to a system's schema: what pointers withhold is a part of it. */
export const buildSchema = <Reader>({
  sdl,
  resolvers,
  pointers = {},
}: Pick<System<Reader>, 'sdl' | 'resolvers' | 'pointers'>): GraphQLSchema => {
  const all = { DateTime, Date: CalendarDate, ...resolvers } as GraphQLSchemaModule['resolvers'] & object;
  return withholdPointers(buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: all }), pointers);
};

const contextOf = <Reader>(source: Source<Reader>, { bus, now }: Runtime) => {
  const make = (verified: Verified, resumeAfter?: string): Context<Reader> => ({
    principal: verified.principal,
    read: source.reader(verified.principal),
    stream: { bus, now, resumeAfter, expiresAtMs: verified.expiresAtMs, renew: () => make(verified) },
  });
  return make;
};

type SignedRequest = express.Request & { bytes?: Buffer; verified?: Verified };

const authenticated =
  (audience: string, verify: Verify): express.RequestHandler =>
  async (request: SignedRequest, _response, next) => {
    const token = request.header(principalHeader);
    request.verified = await verify(token, { audience, body: (request.bytes ?? Buffer.alloc(0)).toString() });
    next();
  };

const verifiedOf = (request: SignedRequest): Verified => {
  if (!request.verified) throw new HubError('PRINCIPAL_REFUSED');
  return request.verified;
};

/** Express 5 brings every rejected handler here; the answer is a coded error and nothing else. */
const refuse: express.ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  const coded = error instanceof HubError ? error : new HubError('BAD_REQUEST');
  response
    .status(coded.code === 'PRINCIPAL_REFUSED' ? 401 : 400)
    .json({ errors: [{ message: coded.message, extensions: coded.extensions }] });
};

const apolloCodes = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT', 'BAD_REQUEST']);

/** Coded errors pass; anything else becomes a source that failed, with its cause in the log. */
export const clean = (formatted: GraphQLFormattedError, error: unknown, { log }: Pick<Runtime, 'log'>): GraphQLFormattedError => {
  const code = formatted.extensions?.code;
  if (isErrorCode(code) && code !== 'INTERNAL') return formatted;
  if (typeof code === 'string' && apolloCodes.has(code)) return formatted;
  const cause = (error as { originalError?: Error }).originalError ?? (error as Error);
  log.error(
    { path: formatted.path, name: cause.name, code: (cause as { code?: string }).code, at: framesOf(cause) },
    'A field failed.',
  );
  const { message, extensions } = new HubError('SOURCE_UNAVAILABLE');
  return {
    message,
    extensions,
    ...(formatted.path ? { path: formatted.path } : {}),
    ...(formatted.locations ? { locations: formatted.locations } : {}),
  };
};

const listen = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
