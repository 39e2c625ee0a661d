/**
 * Subscriptions of a subgraph, over graphql-ws. Each operation carries its own
 * signed principal in its `extensions`: one socket serves many callers, and no
 * caller's authority is the connection's. Each event is executed in a context of
 * its own, so nothing that one event read answers the next.
 */
import type { Server } from 'node:http';
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import { HubError } from '../../schema/errors.ts';
import type { Verified, Verify } from '../../schema/principal.ts';
import { announceKey, type EventExtensions, principalHeader, resumeKey, streamBody } from '../../schema/wire.ts';
import { abortable } from './abortable.ts';
import type { LivePayload } from './live.ts';
import { clean } from './serve.ts';

export interface StreamOptions {
  server: Server;
  schema: GraphQLSchema;
  name: string;
  verify: Verify;
  context: (verified: Verified, resumeAfter?: string) => unknown;
  log: Logger;
}

export const serveStreams = ({ server, schema, name, verify, context, log }: StreamOptions): { close: () => Promise<void> } => {
  const sockets = new WebSocketServer({ server, path: '/graphql', maxPayload: 1 << 20, perMessageDeflate: false });
  const handle = useServer(
    {
      schema,
      onSubscribe: async (_socket, _id, { query, variables, operationName, extensions }) => {
        try {
          const token = extensions?.[principalHeader];
          const verified = await verify(typeof token === 'string' ? token : undefined, {
            audience: name,
            body: streamBody(query, variables),
          });
          const document = parse(query);
          const errors = validate(schema, document);
          if (errors.length > 0) return errors;
          const resumeAfter = extensions?.[resumeKey];
          return {
            schema,
            document,
            operationName,
            variableValues: variables,
            contextValue: context(verified, typeof resumeAfter === 'string' ? resumeAfter : undefined),
            announce: extensions?.[announceKey] === true,
          } as StreamArgs;
        } catch (error) {
          return [error instanceof GraphQLError ? error : new HubError('BAD_REQUEST')];
        }
      },
      subscribe: (args) => subscribe(args as StreamArgs, log) as never,
      onError: (_socket, _id, _payload, errors) =>
        errors.map((error) => (error instanceof GraphQLError ? error.toJSON() : new HubError('INTERNAL').toJSON())),
    },
    sockets,
  );
  return {
    close: async () => {
      await handle.dispose();
      sockets.close();
    },
  };
};

interface StreamArgs extends ExecutionArgs {
  /** Whether the reader asked to be told where the stream begins. */
  announce: boolean;
}

const subscribe = async (
  { announce, ...args }: StreamArgs,
  log: Logger,
): Promise<ExecutionResult | AsyncGenerator<ExecutionResult, void>> => {
  const events = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in events)) return cleanResult(events, log);
  const source = events as AsyncGenerator<LivePayload, void>;
  return abortable(results(args, source, log, announce), () => void source.return());
};

async function* results(
  args: ExecutionArgs,
  events: AsyncGenerator<LivePayload>,
  log: Logger,
  announce: boolean,
): AsyncGenerator<ExecutionResult, void> {
  try {
    for await (const payload of events) {
      const { cursor, key } = payload.event;
      const extensions: EventExtensions = { cursor, key, latest: payload.latest };
      if (payload.opening) {
        if (announce) yield { extensions: { ...extensions, opening: true } };
        continue;
      }
      const result = await execute({ ...args, rootValue: payload, contextValue: payload.context });
      yield { ...cleanResult(result, log), extensions: { ...extensions } };
    }
  } catch (error) {
    const coded = error instanceof HubError ? error : new HubError('SOURCE_UNAVAILABLE');
    if (coded !== error) log.error({ name: (error as Error).name }, 'A stream failed.');
    yield { errors: [coded] };
  }
}

const cleanResult = (result: ExecutionResult, log: Logger): ExecutionResult =>
  result.errors ? { ...result, errors: result.errors.map((error) => toError(clean(error.toJSON(), error, { log }))) } : result;

const toError = ({ message, path, extensions }: ReturnType<GraphQLError['toJSON']>): GraphQLError =>
  new GraphQLError(message, { path: path ?? null, extensions: extensions ?? null });
