/** The arguments of a trail, checked: how far back, how many, behind which fix. */
import { HubError } from '../../schema/errors.ts';
import { type Window, windowOf } from '../kit/page.ts';
import type { TrailArguments } from './reader.ts';

/** Everything that the read of a trail depends on, so that equal ones share one read. */
export interface TrailSpan {
  minutes: number;
  limit: number;
  /** The sort key of the fix to continue behind. */
  after: { fixedAt: string; id: string } | null;
}

const longestMinutes = 1_440;

export const trailSpan = ({ minutes, first, after }: TrailArguments): { span: TrailSpan; window: Window } => {
  const back = minutes ?? 60;
  if (back < 1 || back > longestMinutes) {
    throw new HubError('BAD_USER_INPUT', { message: `"minutes" takes 1 to ${longestMinutes}.` });
  }
  const window = windowOf({ first: first ?? 100, after: after ?? null }, 2);
  return { span: { minutes: back, limit: window.limit, after: keyOf(window) }, window };
};

const keyOf = ({ after }: Window): TrailSpan['after'] => {
  if (!after) return null;
  const [fixedAt = '', id = ''] = after;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(fixedAt) || Number.isNaN(Date.parse(fixedAt)))
    throw new HubError('CURSOR_INVALID');
  return { fixedAt, id };
};
