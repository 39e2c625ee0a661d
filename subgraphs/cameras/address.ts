/**
 * Addresses of streams for a player. The video server and the hub share a secret;
 * an address names one stream and the instant at which it ends, and is signed with
 * it. The signature is part of the path, so that a playlist's own relative
 * addresses carry it on. Whoever has the address has the picture for as long:
 * that is why it is short, and why it is given only where the camera is viewable.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

export const goodForMs = 120_000;

export interface VideoServer {
  /** Without a slash at the end. */
  url: string;
  secret: string;
}

const schema = z.object({
  CAMERAS_VIDEO_URL: z.url({ protocol: /^https?$/ }).optional(),
  CAMERAS_VIDEO_SECRET: z.string().min(16).optional(),
});

/** Undefined where none is set; half a setting is refused by name. */
export const videoServerOf = (settings: Readonly<Record<string, string | undefined>>): VideoServer | undefined => {
  const { CAMERAS_VIDEO_URL: url, CAMERAS_VIDEO_SECRET: secret } = schema.parse(settings);
  if (url === undefined && secret === undefined) return undefined;
  if (url === undefined || secret === undefined) throw new Error('CAMERAS_VIDEO_URL and CAMERAS_VIDEO_SECRET go together.');
  return { url: url.replace(/\/+$/, ''), secret };
};

export const addressOf = (reference: string, { url, secret }: VideoServer, nowMs: number): string => {
  const endsMs = nowMs + goodForMs;
  return `${url}/${endsMs}.${signatureOf(reference, endsMs, secret)}/${encodeURIComponent(reference)}/live.m3u8`;
};

/** What a video server asks itself: is it for this stream, and not past its end? */
export const holds = (signed: string, reference: string, { secret, nowMs }: { secret: string; nowMs: number }): boolean => {
  const [, ends = '', signature = ''] = /^(\d{1,15})\.([\w-]{43})$/.exec(signed) ?? [];
  const endsMs = Number(ends);
  if (signature === '' || endsMs <= nowMs || endsMs > nowMs + goodForMs) return false;
  return timingSafeEqual(Buffer.from(signature), Buffer.from(signatureOf(reference, endsMs, secret)));
};

const signatureOf = (reference: string, endsMs: number, secret: string): string =>
  createHmac('sha256', secret).update(`${endsMs}\n${reference}`).digest('base64url');
