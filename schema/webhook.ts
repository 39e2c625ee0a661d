/**
 * How a call of a webhook shows that it is the hub's, by the Standard Webhooks
 * scheme (https://www.standardwebhooks.com): an id, a time, and an HMAC over both
 * and the body, under a secret that sender and receiver share. The gateway sends
 * them, so does the hub's own system, and `clients/sdk` receives them.
 */
import { createHmac, randomUUID } from 'node:crypto';

/** `whsec_` and 24 to 64 bytes in base64. */
export const isWebhookSecret = (text: string): boolean => {
  const bytes = /^whsec_([A-Za-z0-9+/]+={0,2})$/.test(text) ? keyOf(text).length : 0;
  return bytes >= 24 && bytes <= 64;
};

export interface Sending {
  /** Absent: the call is not signed. */
  secret: string | undefined;
  /** The very bytes that are sent, as text. */
  body: string;
  nowMs: number;
  newId?: () => string;
}

/** The headers of one call. */
export const webhookHeaders = ({ secret, body, nowMs, newId = randomUUID }: Sending): Record<string, string> => {
  const [id, timestamp] = [`msg_${newId()}`, String(Math.floor(nowMs / 1_000))];
  const plain = { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': timestamp };
  if (secret === undefined) return plain;
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`, 'utf8').digest('base64');
  return { ...plain, 'webhook-signature': `v1,${signature}` };
};

const keyOf = (secret: string): Buffer => Buffer.from(secret.slice('whsec_'.length), 'base64');
