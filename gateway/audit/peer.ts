/** A connection → the two addresses of CJISSECPOL AU-3, as the socket has them: what a header says, anybody can say. */
import type { IncomingMessage } from 'node:http';
import type { Peer } from './audit.ts';

export const peerOf = (request: Pick<IncomingMessage, 'socket' | 'headers'>, bytesIn?: number): Peer => {
  const { remoteAddress, remotePort, localAddress, localPort } = request.socket;
  const length = Number(request.headers['content-length']);
  return {
    source: placeOf(remoteAddress, remotePort),
    destination: placeOf(localAddress, localPort),
    bytesIn: bytesIn ?? (Number.isSafeInteger(length) && length <= 2 ** 31 - 1 ? length : undefined),
  };
};

const placeOf = (address: string | undefined, port: number | undefined): string | undefined =>
  address === undefined ? undefined : `${address.includes(':') ? `[${address}]` : address}:${port}`;
