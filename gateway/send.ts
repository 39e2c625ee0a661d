/**
 * An event → its message on a socket. The payload is written as JSON, and that as
 * bytes, once, however many watch; each watcher's message is those bytes behind its own id. What a message
 * is, is graphql-ws's protocol; everything but events is sent by its library.
 */
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { WebSocket } from 'ws';
import type { Show } from './live.ts';
import type { Shown } from './redact.ts';

/** So many bytes may be on their way to one reader before the next event waits for it. */
const underWay = 64 << 10;

/** The payload with what closes its message. */
const written = new WeakMap<Shown, Buffer>();

interface Outgoing {
  socket: WebSocket;
  message: Buffer;
  sent: (() => void) | undefined;
}

/** Takes messages to their sockets. */
export type Outbox = (outgoing: Outgoing) => void;

/**
 * Those of one turn go together, when the turn is over: thousands who watch one event are each looked at first, and then each
 * written to. Written to in between, their readers are woken one by one, which takes longer than what they are sent.
 */
export const openOutbox = (): Outbox => {
  let waiting: Outgoing[] = [];
  const sendAll = () => {
    const going = waiting;
    waiting = [];
    for (const { socket, message, sent } of going) socket.send(message, asText, sent);
  };
  return (outgoing) => {
    if (waiting.length === 0) queueMicrotask(sendAll);
    waiting.push(outgoing);
  };
};

export interface Sending {
  socket: WebSocket;
  /** The subscription, as its socket calls it. */
  id: string;
  outbox: Outbox;
  format: (error: GraphQLError) => GraphQLFormattedError;
}

export const sender = ({ socket, id, outbox, format }: Sending): Show => {
  const head = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
  return (shown) => {
    if (socket.readyState !== WebSocket.OPEN) return undefined;
    const message = Buffer.concat([head, restOf(shown, format)]);
    if (socket.bufferedAmount >= underWay) return new Promise((sent) => outbox({ socket, message, sent }));
    outbox({ socket, message, sent: undefined });
    return undefined;
  };
};

const asText = { binary: false };

const restOf = (shown: Shown, format: (error: GraphQLError) => GraphQLFormattedError): Buffer => {
  const found = written.get(shown) ?? Buffer.from(`${payload(shown, format)}}`);
  written.set(shown, found);
  return found;
};

const payload = (shown: Shown, format: (error: GraphQLError) => GraphQLFormattedError): string => {
  const { errors, extensions } = shown;
  const beside = JSON.stringify({
    ...(errors.length > 0 ? { errors: errors.map(format) } : {}),
    ...(extensions ? { extensions } : {}),
  });
  const data = shown.json ?? JSON.stringify(shown.data);
  if (data === undefined) return beside;
  return beside === '{}' ? `{"data":${data}}` : `{"data":${data},${beside.slice(1)}`;
};
