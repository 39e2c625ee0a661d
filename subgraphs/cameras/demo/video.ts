/**
 * A stand-in for the agency's video server, on this machine alone: every stream
 * shows a test card as live HLS. It checks addresses as a real one must, so that
 * what the demo shows is what the agreements allow.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { holds } from '../address.ts';

export interface Video {
  /** The system's settings that reach it. */
  settings: { CAMERAS_VIDEO_URL: string; CAMERAS_VIDEO_SECRET: string };
  close: () => Promise<void>;
}

const segmentSeconds = 4;
const listed = 10; // Players begin three from the end: with no more than those, what they begin with is gone before it has come.
const segment = readFileSync(new URL('testcard/segment.mpegts', import.meta.url));

export const startVideo = async ({ port = 0, now = Date.now }: { port?: number; now?: () => number } = {}): Promise<Video> => {
  const secret = randomBytes(32).toString('base64url');
  const server = createServer((request, response) => {
    const [, signed = '', reference = '', file = ''] = (request.url ?? '').split('/');
    if (request.method !== 'GET' || !holds(signed, decoded(reference), { secret, nowMs: now() })) return refuse(response, 403);
    if (file === 'live.m3u8') return send(response, 'application/vnd.apple.mpegurl', playlist(now()));
    return /^\d+\.ts$/.test(file) ? send(response, 'video/mp2t', segment) : refuse(response, 404);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    settings: {
      CAMERAS_VIDEO_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      CAMERAS_VIDEO_SECRET: secret,
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** The last seconds, as a camera's server lists them: the one segment again and again, each time a new beginning. */
const playlist = (nowMs: number): string => {
  const newest = Math.floor(nowMs / 1000 / segmentSeconds);
  const first = newest - listed + 1;
  const entries = Array.from(
    { length: listed },
    (_, at) => `#EXT-X-DISCONTINUITY\n#EXTINF:${segmentSeconds.toFixed(3)},\n${first + at}.ts\n`,
  );
  const head = ['#EXTM3U', '#EXT-X-VERSION:3', `#EXT-X-TARGETDURATION:${segmentSeconds}`, `#EXT-X-MEDIA-SEQUENCE:${first}`];
  return `${[...head, `#EXT-X-DISCONTINUITY-SEQUENCE:${first}`].join('\n')}\n${entries.join('')}`;
};

/** The address is the credential, so any page that has it may play it. */
const headers = { 'access-control-allow-origin': '*', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

const send = (response: ServerResponse, type: string, body: string | Buffer): void => {
  response.writeHead(200, { ...headers, 'content-type': type }).end(body);
};

const refuse = (response: ServerResponse, status: number): void => {
  response.writeHead(status, headers).end();
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
};
