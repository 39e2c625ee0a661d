/**
 * The body of a POST: JSON, of at most so many bytes, also where it came compressed.
 * What is too long is not read to its end.
 */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { HubError } from '../schema/errors.ts';

const compressions = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress };

/** Throws BAD_REQUEST or LIMIT_BODY. A form, which another site's page could post, is no JSON. */
export const readBody = async (request: IncomingMessage, atMost: number): Promise<unknown> => {
  if (!isJson(request.headers['content-type'])) throw new HubError('BAD_REQUEST');
  if (Number(request.headers['content-length']) > atMost) throw new HubError('LIMIT_BODY');
  const text = await textOf(unpacked(request), request, atMost);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new HubError('BAD_REQUEST');
  }
};

const isJson = (type = ''): boolean =>
  /^\s*application\/json\s*(;|$)/i.test(type) && !/charset=(?!"?utf-8"?\s*(;|$))/i.test(type);

const unpacked = (request: IncomingMessage): Readable => {
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity') return request;
  if (!Object.hasOwn(compressions, encoding)) throw new HubError('BAD_REQUEST');
  return request.pipe(compressions[encoding as keyof typeof compressions]());
};

/** By events: leaving a `for await` would destroy the socket, and with it the answer. */
const textOf = (from: Readable, request: IncomingMessage, atMost: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const refuse = (error: HubError) => {
      request.unpipe();
      from.removeListener('data', take);
      reject(error);
    };
    const take = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > atMost) refuse(new HubError('LIMIT_BODY'));
      else chunks.push(chunk);
    };
    from.on('data', take);
    from.once('end', () => resolve(chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString()));
    from.once('error', () => refuse(new HubError('BAD_REQUEST')));
    request.once('close', () => request.complete || refuse(new HubError('BAD_REQUEST')));
  });
