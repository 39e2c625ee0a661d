/**
 * GraphQL over WebSocket (graphql-ws): queries, mutations and subscriptions, by
 * the same pipeline as over HTTP. The token comes with `connection_init` as
 * `{ "authorization": "Bearer …" }`; when it ends, so does the socket.
 */
import type { Server } from 'node:http';
import { type ExecutionArgs, type ExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Context, SubscribePayload } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import type { Logger } from 'pino';
import { WebSocket, WebSocketServer } from 'ws';
import { HubError } from '../schema/errors.ts';
import { admit } from './admit.ts';
import { answer, type HubRequest, recordRefusal } from './answer.ts';
import { peerOf } from './audit/peer.ts';
import { closeCodes } from './closecodes.ts';
import { findOperation } from './document.ts';
import { bearer, format } from './http.ts';
import { type LiveHub, live, type Show } from './live.ts';
import type { Shown } from './redact.ts';
import { type Outbox, openOutbox, sender } from './send.ts';
import { type Concerns, Revoked } from './standing.ts';
import { errorsOf, type Read, reader } from './validate.ts';

export interface WsOptions {
  hub: LiveHub;
  server: Server;
  log: Logger;
}

/** What graphql-ws carries from `onSubscribe` to the execution. */
interface Operation extends ExecutionArgs {
  request: HubRequest;
  /** How an event is sent. */
  send: Show;
  socket: Extra['socket'];
}

/** What a socket keeps between its messages. */
type SocketState = { token?: string | undefined; timer?: NodeJS.Timeout; own?: Set<Socket> };
type Socket = Context<Record<string, unknown>, Extra & Partial<SocketState>>;

/** Each caller's sockets: another socket is no way around a limit. */
type Callers = Map<string, Set<Socket>>;

export const openWs = ({ hub, server, log }: WsOptions): { close: () => Promise<void> } => {
  const sockets = new WebSocketServer({ server, path: '/graphql', maxPayload: hub.limits.bodyBytes, perMessageDeflate: false });
  const callers: Callers = new Map();
  const read = reader(hub.limits.tokens);
  const outbox = openOutbox();
  const handle = useServer<Record<string, unknown>, SocketState>(
    {
      schema: hub.supergraph.api,
      connectionInitWaitTimeout: 5_000,
      onConnect: (context) => connect(hub, context, callers),
      onSubscribe: (context, id, payload) => prepare(hub, { context, id, read, outbox, log }, payload),
      execute: (args) => execute(hub, args as Operation) as never,
      subscribe: (args) => subscribe(hub, args as Operation) as never,
      onError: (_context, _id, _payload, errors) => errors.map((error) => shown(error, log)),
      onNext: (_context, _id, _payload, _args, result) =>
        result.errors ? { ...result, errors: result.errors.map((error) => shown(error, log)) as never } : result,
      onClose: (context) => {
        clearTimeout(context.extra.timer);
        leave(context, callers);
      },
    },
    sockets,
    10_000,
  );
  const unwatch = hub.standing.onChange((concerns) => closeRevoked(hub, callers, concerns));
  return {
    close: async () => {
      unwatch();
      for (const socket of sockets.clients) socket.close(closeCodes.GOING_AWAY.code, closeCodes.GOING_AWAY.reason);
      await handle.dispose();
      sockets.close();
    },
  };
};

const shown = (error: GraphQLError | GraphQLFormattedError, log: Logger): GraphQLFormattedError =>
  format(error instanceof GraphQLError ? error.toJSON() : error, error, log);

/** False closes the socket with 4403 in graphql-ws; a token that does not hold is told as 4401 instead. */
const connect = async (hub: LiveHub, context: Socket, callers: Callers): Promise<boolean> => {
  const { connectionParams, extra } = context;
  const header = connectionParams?.authorization ?? connectionParams?.Authorization;
  extra.token = bearer(typeof header === 'string' ? header : undefined);
  extra.socket.once('error', (error) => void recordTooLong(hub, extra, error));
  try {
    const { expiresAtMs, subject, kind } = await hub.authenticate(extra.token);
    closeAt(expiresAtMs, hub.now(), extra);
    if (kind !== 'anonymous') join(context, subject, callers); // Nobody is not one caller, but many.
    return true;
  } catch (error) {
    await recordRefusal(hub, extra.token, error instanceof HubError ? error.code : 'INTERNAL', { peer: peerOf(extra.request) });
    extra.socket.close(closeCodes.TOKEN_EXPIRED.code, closeCodes.TOKEN_EXPIRED.reason);
    return false;
  }
};

/** A message over the limit closes its socket before anything reads it; it is a refusal like a body that is too large. */
const recordTooLong = async (hub: LiveHub, { token, request }: Socket['extra'], error: Error): Promise<void> => {
  if ((error as { code?: string }).code !== 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return;
  await recordRefusal(hub, token, 'LIMIT_BODY', { peer: peerOf(request) }).catch(() => {}); // The alert has told; the socket is closed.
};

const join = (context: Socket, subject: string, callers: Callers): void => {
  if (context.extra.socket.readyState !== WebSocket.OPEN) return; // It left meanwhile.
  const own = callers.get(subject) ?? new Set();
  callers.set(subject, own.add(context));
  context.extra.own = own;
};

const leave = (context: Socket, callers: Callers): void => {
  const { own } = context.extra;
  own?.delete(context);
  for (const [subject, sockets] of callers) if (sockets === own && own.size === 0) callers.delete(subject);
};

/** Operations that the caller has open, on this socket and on others. */
const openOperations = (context: Socket): number =>
  [...(context.extra.own ?? [context])].reduce((sum, { subscriptions }) => sum + Object.keys(subscriptions).length, 0);

/** setTimeout holds 24 days at the most; no token lives that long here, and a longer one is looked at again by each event. */
const longestTimerMs = 2 ** 31 - 1;

const closeAt = (expiresAtMs: number, nowMs: number, extra: Socket['extra']): void => {
  if (!Number.isFinite(expiresAtMs)) return;
  const { code, reason } = closeCodes.TOKEN_EXPIRED;
  extra.timer = setTimeout(() => extra.socket.close(code, reason), Math.min(longestTimerMs, Math.max(0, expiresAtMs - nowMs)));
  extra.timer.unref();
};

/** Its streams say so by themselves and are recorded; then the socket goes too, whatever it is still doing. */
const lastWordsMs = 1_000;

const closeRevoked = (hub: LiveHub, callers: Callers, concerns: Concerns): void => {
  const { code, reason } = closeCodes.TOKEN_REVOKED;
  for (const [subject, sockets] of callers) {
    if (!concerns(subject)) continue;
    for (const { extra } of sockets) {
      hub.authenticate(extra.token).catch((error: unknown) => {
        if (error instanceof Revoked) setTimeout(() => extra.socket.close(code, reason), lastWordsMs).unref();
      });
    }
  }
};

const prepare = async (
  hub: LiveHub,
  { context, id, read, outbox, log }: { context: Socket; id: string; read: Read; outbox: Outbox; log: Logger },
  payload: SubscribePayload,
): Promise<Operation | readonly GraphQLError[]> => {
  const { variables, operationName } = payload;
  const { token } = context.extra;
  const peer = peerOf(context.extra.request, Buffer.byteLength(payload.query));
  try {
    if (openOperations(context) > hub.limits.streams) {
      throw new HubError('LIMIT_STREAMS', { message: `The caller has more than ${hub.limits.streams} open operations.` });
    }
    const [{ query, extensions } = { query: '', extensions: {} }] = await admit(hub, { token, peer, sent: [payload] });
    const document = read(query);
    findOperation(document, operationName ?? undefined); // Refused here, it is recorded; graphql-ws would refuse it by itself.
    return {
      schema: hub.supergraph.api,
      document,
      operationName: operationName ?? null,
      variableValues: variables ?? {},
      socket: context.extra.socket,
      send: sender({ socket: context.extra.socket, id, outbox, format: (error) => shown(error, log) }),
      request: {
        document,
        operationName: operationName ?? undefined,
        variables: variables ?? {},
        extensions,
        token,
        peer,
      },
    };
  } catch (error) {
    const told = error instanceof GraphQLError ? error : new HubError('BAD_REQUEST');
    await recordRefusal(hub, token, told.extensions.code, { peer });
    return [told];
  }
};

const execute = async (hub: LiveHub, { request }: Operation): Promise<ExecutionResult> => {
  try {
    return resultOf(await answer(hub, request));
  } catch (error) {
    return { errors: errorsOf(error) };
  }
};

/** Events go to the socket by `send`; what is left for graphql-ws is the reason for which they end, and to say that they have. */
const subscribe = (hub: LiveHub, { request, socket, send }: Operation): AsyncGenerator<ExecutionResult, void> => {
  const left = new AbortController();
  const tooSlow = () => {
    const { code, reason } = closeCodes.READER_TOO_SLOW;
    socket.close(code, reason); // Arrives behind what the reader has not read yet, or never.
    void events.return();
  };
  const events = lastWords(() => live(hub, { ...request, signal: left.signal }, send, tooSlow));
  // `return()` alone would wait for the event under way, which may never come.
  const leave = events.return.bind(events);
  events.return = (value) => {
    left.abort();
    return leave(value);
  };
  return events;
};

async function* lastWords(run: () => Promise<void>): AsyncGenerator<ExecutionResult, void> {
  try {
    await run();
  } catch (error) {
    yield { errors: errorsOf(error) };
  }
}

const resultOf = ({ data, errors, extensions }: Shown): ExecutionResult => ({
  ...(data === undefined ? {} : { data }),
  ...(errors.length > 0 ? { errors } : {}),
  ...(extensions ? { extensions } : {}),
});
