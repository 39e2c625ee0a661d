/**
 * GraphQL over HTTP: body → requests → `answer()` for each → one reply. What is
 * refused before the pipeline is recorded here, under whoever sent it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';
import { type DocumentNode, GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { errorKinds, framesOf, HubError, isErrorCode } from '../schema/errors.ts';
import { admit, hasText, type Sent, type Whole } from './admit.ts';
import { answer, type Hub, type HubRequest, recordRefusal } from './answer.ts';
import type { Peer } from './audit/audit.ts';
import { peerOf } from './audit/peer.ts';
import { readBody } from './body.ts';
import type { Shown } from './redact.ts';
import { errorsOf, isTooLong, type Read, reader } from './validate.ts';
import { jsonOf } from './written.ts';

export type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** Whether a request is this file's to answer; all else is pages, health and figures. */
export const isGraphql = ({ url = '' }: IncomingMessage): boolean => url === '/graphql' || /^\/graphql\/?(\?|$)/i.test(url);

/** Answers `/graphql`. */
export const openHttp = (hub: Hub, log: Logger): Handle => {
  const read = reader(hub.limits.tokens);
  return (request, response) => {
    const from: From = { token: bearer(request.headers.authorization), peer: peerOf(request), signal: leaving(response) };
    replyTo(request, from, { hub, log, read })
      .catch((error: unknown) => refusalOf(hub, error, from).then((told) => replyOf([failed(told, log)], undefined)))
      .then((reply) => send(response, reply))
      .catch((error: unknown) => response.destroy(error as Error));
  };
};

interface Serving {
  hub: Hub;
  log: Logger;
  read: Read;
}

interface From {
  token: string | undefined;
  peer: Peer;
  /** Aborts when the client leaves. */
  signal: AbortSignal;
}

interface Reply {
  status: number;
  headers: Record<string, string>;
  text: string;
}

/** What one operation is answered with. */
interface Answered {
  text: string;
  status?: number | undefined;
  headers?: ReadonlyMap<string, string> | undefined;
}

const replyTo = async (request: IncomingMessage, from: From, serving: Serving): Promise<Reply> => {
  const { hub } = serving;
  if (request.method !== 'POST') throw refusedMethod();
  const type = typeFor(request);
  const body = await readBody(request, hub.limits.bodyBytes);
  const sent = requestsOf(body, hub.limits.batch);
  const whole = await admit(hub, { token: from.token, peer: from.peer, sent });
  const answered = await Promise.all(whole.map((texts, at) => answerTo(sent[at], texts, { from, serving })));
  return replyOf(answered, type, Array.isArray(body));
};

/** A GET would put names and plates into addresses, which every proxy on the way writes down. */
const refusedMethod = () =>
  new HubError('BAD_REQUEST', { extensions: { http: { status: 405, headers: new Map([['allow', 'POST']]) } } });

const types = ['application/json', 'application/graphql-response+json'];

/** What the client takes of the two that there are. */
const typeFor = (request: IncomingMessage): string => {
  const { accept } = request.headers;
  if (accept === undefined || accept === '*/*' || accept === types[0]) return types[0] as string;
  const taken = express.request.accepts.apply(request as express.Request, types);
  if (!taken) throw new HubError('BAD_REQUEST', { extensions: { http: { status: 406 } } });
  return String(taken);
};

interface Operation extends Sent {
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
}

/** What is no GraphQL request at all is refused before anything of it is looked at. */
const requestsOf = (body: unknown, atMost: number): Operation[] => {
  const operations: unknown[] = Array.isArray(body) ? body : [body];
  if (operations.length === 0 || !operations.every(isOperation)) throw new HubError('BAD_REQUEST');
  const size = operations.length;
  if (size > atMost)
    throw new HubError('LIMIT_BATCH', { message: `The batch has ${size} operations; the hub allows ${atMost}.` });
  return operations;
};

const isOperation = (value: unknown): value is Operation => {
  if (!isObject(value)) return false;
  const { query, operationName, variables, extensions } = value;
  return (
    (query == null || typeof query === 'string') &&
    (operationName == null || typeof operationName === 'string') &&
    [variables, extensions].every((part) => part == null || isObject(part)) &&
    hasText({ query, extensions: extensions as Sent['extensions'] })
  );
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const answerTo = async (
  { operationName, variables }: Operation = {},
  { query, extensions }: Whole,
  { from, serving: { hub, log, read } }: { from: From; serving: Serving },
): Promise<Answered> => {
  let document: DocumentNode;
  try {
    document = read(query);
  } catch (error) {
    return failed(await refusalOf(hub, error, from), log);
  }
  try {
    const request: HubRequest = {
      document,
      operationName: operationName ?? undefined,
      variables: variables ?? {},
      extensions,
      token: from.token,
      peer: from.peer,
      signal: from.signal,
    };
    return answeredBy(await answer(hub, request), log);
  } catch (error) {
    return failed(error, log);
  }
};

const answeredBy = (shown: Shown, log: Logger): Answered =>
  shown.errors.length > 0
    ? { text: jsonOf(shown, formatted(shown.errors, log)), ...headOf(shown.errors) }
    : { text: jsonOf(shown) };

const failed = (error: unknown, log: Logger): Answered => {
  const errors = errorsOf(error);
  return { text: JSON.stringify({ errors: formatted(errors, log) }), status: 400, ...headOf(errors) };
};

const formatted = (errors: readonly GraphQLError[], log: Logger): GraphQLFormattedError[] =>
  errors.map((error) => format(error.toJSON(), error, log));

/** Status and headers that errors ask for; the last has the last word. */
const headOf = (errors: readonly GraphQLError[]): Pick<Answered, 'status' | 'headers'> =>
  Object.assign({}, ...errors.map(({ extensions: { http } }) => http));

/** Records it, and gives what the caller is told: that it could not be recorded, if so. */
const refusalOf = async (hub: Hub, error: unknown, { token, peer }: From): Promise<unknown> => {
  const code = error instanceof GraphQLError ? error.extensions.code : 'INTERNAL';
  return recordRefusal(hub, token, code, { peer }).then(
    () => error,
    (unrecorded: unknown) => unrecorded,
  );
};

const replyOf = (answered: readonly Answered[], type = types[0], batch = false): Reply => ({
  status: answered.findLast(({ status }) => status !== undefined)?.status ?? 200,
  headers: {
    'content-type': `${type}; charset=utf-8`,
    ...Object.fromEntries(answered.flatMap(({ headers = [] }) => [...headers])),
  },
  text: batch ? `[${answered.map(({ text }) => text).join(',')}]` : (answered[0]?.text ?? ''),
});

const send = (response: ServerResponse, { status, headers, text }: Reply): void => {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text), 'cache-control': 'no-store' }).end(text);
};

const leaving = (response: ServerResponse): AbortSignal => {
  const gone = new AbortController();
  response.once('close', () => response.writableFinished || gone.abort());
  return gone.signal;
};

/** `Authorization: Bearer …`; another scheme is a token that does not hold. */
export const bearer = (header: string | undefined): string | undefined => {
  if (header === undefined || header.trim() === '') return undefined;
  return /^Bearer +([\w.~+/=-]+) *$/i.exec(header)?.[1] ?? '';
};

/** The last word on every error: coded ones pass, the rest say nothing. */
export const format = (formatted: GraphQLFormattedError, error: unknown, log: Logger): GraphQLFormattedError => {
  const code = formatted.extensions?.code;
  const { stacktrace: _, http: __, sentence: ___, ...extensions } = formatted.extensions ?? {};
  if (isTooLong(code, formatted.message)) return plain('LIMIT_TOKENS');
  if (isErrorCode(code) && code !== 'INTERNAL') return { ...formatted, extensions };
  const cause = (error as { originalError?: Error }).originalError ?? (error as Error);
  log.error({ name: cause?.name, at: framesOf(cause) }, 'An operation failed.');
  return plain('INTERNAL');
};

const plain = (code: keyof typeof errorKinds): GraphQLFormattedError => ({
  message: errorKinds[code].message,
  extensions: { code },
});

/** For what is not GraphQL and failed. */
export const refuse: express.ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error);
  response.status(400).json({ errors: [plain('BAD_REQUEST')] });
};
