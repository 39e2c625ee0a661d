/** The arguments of what was, checked: a trail, and an instant. How far back, how many, behind which. */
import { HubError } from '../../schema/errors.ts';
import { type Window, windowOf } from '../kit/page.ts';
import { type Bounds, checkBounds } from './bounds.ts';
import type { PositionsAtArguments, TrailArguments } from './reader.ts';

/** Everything that the read of a trail depends on, so that equal ones share one read. */
export interface TrailSpan {
  /** How far back from now; absent where both ends are given. */
  minutes: number | null;
  /** RFC 3339; from `from` up to, not including, `to`. */
  from: string | null;
  to: string | null;
  limit: number;
  /** The sort key of the fix to continue behind. */
  after: { fixedAt: string; id: string } | null;
}

const longestMinutes = 1_440;

export const trailSpan = ({ minutes, from, to, first, after }: TrailArguments): { span: TrailSpan; window: Window } => {
  const window = windowOf({ first: first ?? 100, after: after ?? null }, 2);
  return { span: { ...reachOf({ minutes, from, to }), limit: window.limit, after: keyOf(window) }, window };
};

const reachOf = ({ minutes, from, to }: TrailArguments): Pick<TrailSpan, 'minutes' | 'from' | 'to'> => {
  if (from == null && to == null) {
    const back = minutes ?? 60;
    return back >= 1 && back <= longestMinutes
      ? { minutes: back, from: null, to: null }
      : refuse(`"minutes" takes 1 to ${longestMinutes}.`);
  }
  if (minutes != null || !from || !to) return refuse('Give "minutes" alone, or "from" and "to".');
  const longMs = to.getTime() - from.getTime();
  return longMs > 0 && longMs <= longestMinutes * 60_000
    ? { minutes: null, from: from.toISOString(), to: to.toISOString() }
    : refuse('"from" must lie before "to", 24 hours at the most.');
};

const refuse = (message: string): never => {
  throw new HubError('BAD_USER_INPUT', { message });
};

const keyOf = ({ after }: Window): TrailSpan['after'] => {
  if (!after) return null;
  const [fixedAt = '', id = ''] = after;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(fixedAt) || Number.isNaN(Date.parse(fixedAt)))
    throw new HubError('CURSOR_INVALID');
  return { fixedAt, id };
};

/** One instant of the past, as `positionsAt` reads it. */
export interface Moment {
  atMs: number;
  bounds: Bounds | null;
  limit: number;
  /** The unit to continue behind. */
  after: string | undefined;
}

/** A unit that has been silent for so long counts as off, and was nowhere. */
export const silentAfterMs = 30 * 60_000;

export const momentOf = (
  { at, bounds, first, after }: PositionsAtArguments,
  nowMs: number,
): { moment: Moment; window: Window } => {
  const atMs = at.getTime();
  if (atMs < nowMs - longestMinutes * 60_000) refuse('"at" lies 24 hours back at the most.');
  if (bounds) checkBounds(bounds);
  const window = windowOf({ first: first ?? 100, after: after ?? null }, 1);
  return { moment: { atMs, bounds: bounds ?? null, limit: window.limit, after: window.after?.[0] }, window };
};
