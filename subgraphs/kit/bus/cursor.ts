/** Cursors are Redis stream ids on either bus: `milliseconds-counter`, compared number by number. */
import { compare, type Position, positionOf } from '../../../schema/cursor.ts';
import { HubError } from '../../../schema/errors.ts';

export { compare, type Position };

export const parseCursor = (cursor: string): Position => {
  const position = positionOf(cursor);
  if (!position) throw new HubError('CURSOR_INVALID');
  return position;
};

export const printCursor = ([milliseconds, counter]: Position): string => `${milliseconds}-${counter}`;

/** The cursor before everything: "from as far back as the log reaches". */
export const beginning = '0-0';

/** Throws when events behind `after` may be gone: the log's first event is newer than the cursor. */
export const assertReachable = (after: string, first: string | undefined): void => {
  const position = parseCursor(after);
  if (after === beginning) return;
  if (!first || compare(position, parseCursor(first)) < 0) throw new HubError('CURSOR_TOO_OLD');
};
