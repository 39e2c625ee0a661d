/**
 * The hub, as a vendor's system uses it: operations that were approved for it, by
 * their hash; streams; lists; and the register itself. Nothing is kept but the
 * token: an answer was given for one purpose, at one moment.
 */
import { type Clock, systemClock } from './clock.ts';
import { type HubFailure, isHubFailure } from './errors.ts';
import type { RegisteredOperation } from './generated/schema.ts';
import { type AnyOperation, textOf } from './operation.ts';
import { eachNode, type NodeOf, type Page } from './pages.ts';
import { type Answer, type Authority, bodyOf, request, type Sending } from './request.ts';
import { type RetryOptions, retryDefaults, retrying } from './retry.ts';
import { openSocket } from './socket.ts';
import { follow, type StreamEvent, type StreamOptions } from './stream.ts';
import type { TokenSource } from './token.ts';
import { checkedUrl } from './url.ts';

export interface HubOptions {
  /** Where the hub is: `https://hub.example.org`; `/graphql` is added. */
  url: string;
  token: TokenSource;
  /** What every operation states, unless it states its own. */
  authority?: Authority;
  /** `hash` for a system; `text` for people, who need no approval. */
  documents?: Sending;
  retry?: Partial<RetryOptions>;
  /** For one attempt. */
  timeoutMs?: number;
  /** Allows `http:` to another machine than this one: tokens and records then pass in clear. */
  insecure?: boolean;
  fetch?: typeof fetch;
  webSocket?: unknown;
  clock?: Clock;
}

export interface AskOptions extends Authority {
  documents?: Sending;
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface PageOptions<Data, Node> extends AskOptions {
  after?: string | null;
  at?: (data: Data) => Page<Node> | null | undefined;
  onGaps?: (gaps: readonly HubFailure[]) => void;
}

export type Registered = Pick<RegisteredOperation, 'id' | 'hash' | 'name' | 'state' | 'decisionReason'>;

export interface Hub {
  query: <Data, Variables extends object>(
    asked: AnyOperation<Data, Variables>,
    variables: Variables,
    options?: AskOptions,
  ) => Promise<Answer<Data>>;
  /** Tried again only where it surely has not run. */
  mutate: Hub['query'];
  subscribe: <Data, Variables extends object>(
    asked: AnyOperation<Data, Variables>,
    variables: Omit<Variables, 'after'>,
    options?: StreamOptions & Authority & { documents?: Sending },
  ) => AsyncIterableIterator<StreamEvent<Data>>;
  /** Every node of a list; the operation takes `$after` and selects `pageInfo { endCursor hasNextPage }`. */
  pages: <Data, Variables extends object, Node = NodeOf<Data>>(
    asked: AnyOperation<Data, Variables>,
    variables: Omit<Variables, 'after'>,
    options?: PageOptions<Data, Node>,
  ) => AsyncGenerator<Node, void>;
  /** Asks for approval; of a text that is registered already it tells the state. */
  register: (asked: AnyOperation<never, never>, about: { name: string; note?: string }) => Promise<Registered>;
  /** What this system registered. */
  operations: () => AsyncGenerator<Registered, void>;
  /** Ends every stream. */
  close: () => Promise<void>;
}

export const createHub = (options: HubOptions): Hub => {
  const endpoint = new URL('/graphql', checkedUrl(options.url, options.insecure));
  const { clock = systemClock, documents = 'hash', token: tokens } = options;
  const retry = { ...retryDefaults, ...options.retry };
  const socket = openSocket({ url: endpoint.href.replace(/^http/, 'ws'), tokens, webSocket: options.webSocket });
  const bodyFor = (text: string, variables: object, asked: AskOptions) =>
    bodyOf(text, { sending: asked.documents ?? documents, variables, authority: { ...options.authority, ...asked } });

  const ask = async <Data>(text: string, variables: object, asked: AskOptions, may: (error: HubFailure) => boolean) => {
    const body = await bodyFor(text, variables, asked);
    const attempt = (): Promise<Answer<Data>> =>
      withToken(tokens, (token) =>
        request<Data>({
          ...{ url: endpoint.href, token, body, signal: asked.signal, now: clock.now },
          timeoutMs: asked.timeoutMs ?? options.timeoutMs ?? 30_000,
          fetch: options.fetch ?? fetch,
        }),
      );
    return retrying(attempt, { options: retry, clock, signal: asked.signal, may });
  };

  const hub: Hub = {
    query: (asked, variables, own = {}) => ask(textOf(asked), variables, own, ({ retryable }) => retryable),
    mutate: (asked, variables, own = {}) => ask(textOf(asked), variables, own, hasNotRun),
    subscribe: (asked, variables, own = {}) =>
      follow({ socket, retry, clock, options: own, body: bodyFor(textOf(asked), variables, { ...own }) }),
    pages: (asked, variables, { after, at, onGaps, ...own } = {}) =>
      eachNode({ ...{ after, at, onGaps }, ask: (behind) => hub.query(asked, { ...variables, after: behind } as never, own) }),
    register: async (asked, { name, note }) => {
      const variables = { document: textOf(asked), name, note };
      const { data } = await ask<{ registered: Registered }>(
        registering,
        variables,
        { documents: 'text' },
        ({ retryable }) => retryable,
      );
      return data.registered; // Registering twice is registering once, so it may be tried again.
    },
    operations: () =>
      eachNode({
        ask: (after) => ask<{ own: Page<Registered> }>(listing, { after }, { documents: 'text' }, ({ retryable }) => retryable),
      }),
    close: socket.close,
  };
  return hub;
};

const fields = 'id hash name state decisionReason';
const registering = `mutation Register($document: String!, $name: String!, $note: String) {
  registered: registerOperation(document: $document, name: $name, note: $note) { ${fields} } }`;
const listing = `query Own($after: String) {
  own: myOperations(first: 100, after: $after) { nodes { ${fields} } pageInfo { endCursor hasNextPage } } }`;

/** The hub refused it at the door. Everything else may have happened without our being told. */
const hasNotRun = ({ code }: HubFailure): boolean => code === 'LIMIT_RATE' || code === 'TOKEN_UNOBTAINABLE';

/** A token may end between two clocks: refused once, another is fetched and the request sent again. */
const withToken = async <Result>(tokens: TokenSource, run: (token: string) => Promise<Result>): Promise<Result> => {
  const token = await tokens.get();
  try {
    return await run(token);
  } catch (error) {
    if (!isHubFailure(error) || error.code !== 'TOKEN_INVALID') throw error;
    tokens.refused(token);
    const another = await tokens.get();
    if (another === token) throw error;
    return run(another);
  }
};
