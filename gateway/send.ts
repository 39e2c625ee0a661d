/**
 * An event → its message on a socket. The payload is written as JSON once, however
 * many watch; each watcher's message is that text behind its own id. What a message
 * is, is graphql-ws's protocol; everything but events is sent by its library.
 */
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { WebSocket } from 'ws';
import type { Show } from './live.ts';
import type { Shown } from './redact.ts';

/** So many bytes may be on their way to one reader before the next event waits for it. */
const underWay = 64 << 10;

const written = new WeakMap<Shown, string>();

export const sender = (socket: WebSocket, id: string, format: (error: GraphQLError) => GraphQLFormattedError): Show => {
  const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  return (shown) => {
    if (socket.readyState !== WebSocket.OPEN) return undefined;
    const message = `${head}${payloadOf(shown, format)}}`;
    if (socket.bufferedAmount < underWay) {
      socket.send(message);
      return undefined;
    }
    return new Promise((resolve) => socket.send(message, () => resolve()));
  };
};

const payloadOf = (shown: Shown, format: (error: GraphQLError) => GraphQLFormattedError): string => {
  const found = written.get(shown) ?? payload(shown, format);
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
