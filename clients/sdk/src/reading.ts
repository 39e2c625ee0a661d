/** What comes over the socket → an event, or the failure that ends the stream. */
import { failure, fromWire, type HubFailure, isHubFailure, type WireError } from './errors.ts';
import { tokenEnded } from './socket.ts';

export interface Reading {
  data: Record<string, unknown>;
  gaps: readonly HubFailure[];
  cursor: string;
}

/** An error without data is the stream's last word. */
export const readingOf = (result: unknown): Reading => {
  const { data, errors = [] } = result as { data?: Record<string, unknown> | null; errors?: WireError[] };
  const gaps = errors.map(fromWire);
  const [event] = Object.values(data ?? {});
  if (!data || event === null || event === undefined) throw gaps[0] ?? failure('ANSWER_INVALID');
  const { cursor } = event as { cursor?: unknown };
  if (typeof cursor !== 'string') throw failure('CURSOR_MISSING');
  return { data, gaps, cursor };
};

/** Close codes after which the same client would be closed again (gateway/README.md, "Live"). */
const faults = new Set([4400, 4403, 4406, 4409, 4429, 1009]);

/** graphql-ws ends a subscription with an array of errors, a close event, or whatever the socket failed with. */
export const fromSocketFailure = (cause: unknown): unknown => {
  if (isHubFailure(cause)) return cause;
  if (Array.isArray(cause)) return fromWire(cause[0] as WireError);
  const code = (cause as { code?: unknown } | null)?.code;
  if (code === tokenEnded) return failure('TOKEN_INVALID', { message: 'The hub no longer takes the token.' });
  if (typeof code === 'number' && faults.has(code))
    return failure('STREAM_REFUSED', { message: `The hub closed the socket over a fault of this client (${code}).` });
  return failure('HUB_UNREACHABLE', { cause });
};
