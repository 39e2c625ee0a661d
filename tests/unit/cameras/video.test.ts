/** Addresses of streams: who may make one, how long it holds, and what the demo's video server does with it. */
import { addressOf, goodForMs, holds, videoServerOf } from '../../../subgraphs/cameras/address.ts';
import { startVideo, type Video } from '../../../subgraphs/cameras/demo/video.ts';

const secret = 'a secret of sixteen';
const nowMs = 1_700_000_000_000;
const server = { url: 'http://127.0.0.1:1', secret };
const partsOf = (address: string): string[] => new URL(address).pathname.split('/').slice(1);

test('an address holds for its stream until its end, and for nothing else', () => {
  const [signed = '', reference = ''] = partsOf(addressOf('vms:17/1', server, nowMs));
  expect(decodeURIComponent(reference)).toBe('vms:17/1');
  const at = (ms: number, stream = 'vms:17/1', key = secret) => holds(signed, stream, { secret: key, nowMs: ms });
  expect([at(nowMs), at(nowMs + goodForMs - 1), at(nowMs + goodForMs)]).toEqual([true, true, false]);
  expect([at(nowMs, 'vms:18/1'), at(nowMs, 'vms:17/1', 'another secret!!')]).toEqual([false, false]);
});

test('no one makes an address last longer, and what is none is refused', () => {
  const [signed = ''] = partsOf(addressOf('vms:17/1', server, nowMs));
  const [ends = '', signature = ''] = signed.split('.');
  const later = `${Number(ends) + 60_000}.${signature}`;
  for (const text of [later, '', '.', `${ends}.`, `${ends}.x`, `9e99.${signature}`, signed.slice(0, -1)]) {
    expect(holds(text, 'vms:17/1', { secret, nowMs })).toBe(false);
  }
  const [distant = ''] = partsOf(addressOf('vms:17/1', server, nowMs + 1));
  expect(holds(distant, 'vms:17/1', { secret, nowMs })).toBe(false);
});

test('half a setting is refused, none is none', () => {
  expect(videoServerOf({})).toBeUndefined();
  expect(() => videoServerOf({ CAMERAS_VIDEO_URL: 'http://127.0.0.1:1' })).toThrow('go together');
  expect(() => videoServerOf({ CAMERAS_VIDEO_URL: 'http://127.0.0.1:1', CAMERAS_VIDEO_SECRET: 'short' })).toThrow();
});

describe("the demo's video server", () => {
  let video: Video;
  let clock = nowMs;
  beforeAll(async () => {
    video = await startVideo({ now: () => clock });
  });
  afterAll(() => video.close());
  beforeEach(() => {
    clock = nowMs;
  });

  const address = (): string => addressOf('vms:17/1', videoServerOf(video.settings) ?? server, clock);

  test('plays the test card as a live playlist whose segments carry the signature on', async () => {
    const playlist = await fetch(address());
    const text = await playlist.text();
    expect([playlist.status, playlist.headers.get('content-type')]).toEqual([200, 'application/vnd.apple.mpegurl']);
    expect(text).not.toContain('ENDLIST');
    const segments = text.split('\n').filter((line) => line.endsWith('.ts'));
    const bytes = new Uint8Array(await (await fetch(new URL(segments[0] ?? '', address()))).arrayBuffer());
    expect([segments.length, bytes[0], bytes[188], bytes.length % 188]).toEqual([10, 0x47, 0x47, 0]);
    clock += 8_000;
    expect(await (await fetch(address())).text()).not.toBe(text);
  });

  test('refuses an address that has ended, one for another stream, and none', async () => {
    const old = address();
    clock += goodForMs;
    expect((await fetch(old)).status).toBe(403);
    clock = nowMs;
    expect((await fetch(old.replace('vms%3A17', 'vms%3A18'))).status).toBe(403);
    expect((await fetch(new URL('/', old))).status).toBe(403);
    expect((await fetch(old.replace('live.m3u8', 'passwd'))).status).toBe(404);
  });
});
