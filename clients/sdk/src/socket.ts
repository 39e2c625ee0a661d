/** The one socket of a hub's streams: opened when the first begins, closed when the last ends. */
import type { Client } from 'graphql-ws';
import { createClient } from 'graphql-ws';
import type { TokenSource } from './token.ts';

export interface SocketOptions {
  /** `wss://…/graphql` */
  url: string;
  tokens: TokenSource;
  /** A class like the browsers' WebSocket; absent: the platform's, or on a Node without one that of the package `ws`. */
  webSocket?: unknown;
}

export interface Socket {
  client: () => Promise<Client>;
  /** Whether the hub took the token since it last closed a socket over one. */
  wasTaken: () => boolean;
  close: () => Promise<void>;
}

/** A cable that was pulled closes nothing: after this much silence a ping is sent, and who does not answer is gone. */
const silenceMs = 12_000;
const answerMs = 6_000;
export const tokenEnded = 4401;

export const openSocket = (options: SocketOptions): Socket => {
  let opening: Promise<Client> | undefined;
  let taken = true;
  const open = async (): Promise<Client> => {
    const webSocketImpl = options.webSocket ?? globalThis.WebSocket ?? (await import('ws')).default;
    return connect({ ...options, webSocketImpl, onTaken: (yes) => (taken = yes) });
  };
  return {
    client: async () => {
      await options.tokens.get(); // Here a failure says what failed; within the handshake it would be a closed socket.
      opening ??= open();
      return opening;
    },
    wasTaken: () => taken,
    close: async () => {
      await (await opening)?.dispose();
    },
  };
};

interface Connecting extends SocketOptions {
  webSocketImpl: unknown;
  onTaken: (yes: boolean) => void;
}

const connect = ({ url, tokens, webSocketImpl, onTaken }: Connecting): Client => {
  let used = '';
  let acknowledged = false;
  let deadline: ReturnType<typeof setTimeout> | undefined;
  const client: Client = createClient({
    url,
    webSocketImpl,
    retryAttempts: 0, // The library would ask again with the first cursor; streams ask with their last.
    keepAlive: silenceMs,
    connectionParams: async () => {
      used = await tokens.get();
      return { authorization: `Bearer ${used}` };
    },
    on: {
      connecting: () => {
        acknowledged = false;
      },
      connected: () => {
        acknowledged = true;
      },
      ping: (received) => {
        if (!received) deadline = setTimeout(() => client.terminate(), answerMs);
      },
      pong: (received) => received && clearTimeout(deadline),
      closed: (event) => {
        clearTimeout(deadline);
        if ((event as { code?: number }).code !== tokenEnded) return;
        onTaken(acknowledged);
        tokens.refused(used);
      },
    },
  });
  return client;
};
