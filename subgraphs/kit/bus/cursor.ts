/** Cursors are Redis stream ids on either bus: `milliseconds-counter`, compared number by number. */
import { HubError } from '../../../schema/errors.ts';

export type Position = readonly [milliseconds: number, counter: number];

const pattern = /^(\d{1,15})-(\d{1,15})$/;

export const parseCursor = (cursor: string): Position => {
  const match = pattern.exec(cursor);
  if (!match) throw new HubError('CURSOR_INVALID');
  return [Number(match[1]), Number(match[2])];
};

export const printCursor = ([milliseconds, counter]: Position): string => `${milliseconds}-${counter}`;

export const compare = (a: Position, b: Position): number => a[0] - b[0] || a[1] - b[1];

/** The cursor before everything: "from as far back as the log reaches". */
export const beginning = '0-0';

/** Throws when events behind `after` may be gone: the log's first event is newer than the cursor. */
export const assertReachable = (after: string, first: string | undefined): void => {
  const position = parseCursor(after);
  if (after === beginning) return;
  if (!first || compare(position, parseCursor(first)) < 0) throw new HubError('CURSOR_TOO_OLD');
};
