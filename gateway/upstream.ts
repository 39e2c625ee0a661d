/**
 * The subscription half of a hop: one operation at a subgraph over graphql-ws.
 * Operations of one subgraph share a socket, each with a signed principal of its
 * own.
 */
import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { HubError, isErrorCode } from '../schema/errors.ts';
import type { SigningKey } from '../schema/hopkeys.ts';
import { type Principal, signPrincipal } from '../schema/principal.ts';
import type { HopTls } from '../schema/tls.ts';
import { announceKey, type EventExtensions, principalHeader, resumeKey, streamBody } from '../schema/wire.ts';
import type { HopAnswer } from './subgraph.ts';

export interface UpstreamEvent extends HopAnswer {
  extensions?: Partial<EventExtensions>;
}

export interface Subscribe {
  query: string;
  variables: Record<string, unknown>;
  operationName?: string | undefined;
  principal: Principal;
  resumeAfter?: string | undefined;
  lifetimeSeconds: number;
}

export interface Sink {
  next: (event: UpstreamEvent) => void;
  /** The stream is over, with a reason unless the subgraph simply ended it. */
  end: (error?: Error) => void;
}

export interface Upstream {
  /** The answer ends it. */
  subscribe: (subscribe: Subscribe, sink: Sink) => Promise<() => void>;
  close: () => Promise<void>;
}

/**
 * How long a socket without streams stays for the next one, such as a stream that is subscribed anew. The client's
 * timer outlives `dispose`, and holds the process that long.
 */
const lingerMs = 50;

export interface UpstreamOptions {
  name: string;
  url: string;
  /** What signs now; keys change while the gateway runs. */
  signingKey: () => Promise<SigningKey>;
  tls?: HopTls | undefined;
}

export const openUpstream = ({ name, url, signingKey, tls }: UpstreamOptions): Upstream => {
  const client: Client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: tls ? socketWith(tls) : WebSocket,
    lazy: true,
    lazyCloseTimeout: lingerMs,
    retryAttempts: 0, // `live` resumes with a cursor and a fresh signature; a blind retry has neither.
    connectionAckWaitTimeout: 5_000,
    keepAlive: 10_000,
    onNonLazyError: () => {},
  });
  return {
    subscribe: async ({ query, variables, operationName, principal, resumeAfter, lifetimeSeconds }, sink) => {
      const hop = { audience: name, body: streamBody(query, variables), lifetimeSeconds };
      const extensions = {
        [principalHeader]: await signPrincipal(principal, hop, await signingKey()),
        [announceKey]: true,
        ...(resumeAfter === undefined ? {} : { [resumeKey]: resumeAfter }),
      };
      return client.subscribe<Record<string, unknown>, EventExtensions>(
        { query, variables, operationName: operationName ?? null, extensions },
        {
          next: (result) => sink.next(result as UpstreamEvent),
          error: (cause) => sink.end(refusalOf(cause, name)),
          complete: () => sink.end(),
        },
      );
    },
    close: async () => {
      await client.dispose();
    },
  };
};

/** The client library gives a socket an address and a protocol, and nothing else. */
const socketWith = (tls: HopTls) =>
  class extends WebSocket {
    constructor(address: string, protocols?: string | string[]) {
      super(address, protocols, tls);
    }
  };

/** A list is the subgraph's refusal of the operation; anything else is a connection that is not there. */
const refusalOf = (cause: unknown, source: string): HubError => {
  if (!Array.isArray(cause)) return new HubError('SOURCE_UNAVAILABLE', { source });
  const code = (cause[0] as { extensions?: { code?: unknown } } | undefined)?.extensions?.code;
  return new HubError(isErrorCode(code) && code !== 'SOURCE_UNAVAILABLE' ? code : 'SOURCE_REFUSED', { source });
};
