/** Where a stream stands: `milliseconds-counter`, compared number by number, as Redis numbers what it logs. */
export type Position = readonly [milliseconds: number, counter: number];

const pattern = /^(\d{1,15})-(\d{1,15})$/;

/** Undefined: not a cursor of ours. */
export const positionOf = (cursor: string): Position | undefined => {
  const match = pattern.exec(cursor);
  return match ? [Number(match[1]), Number(match[2])] : undefined;
};

export const compare = (a: Position, b: Position): number => a[0] - b[0] || a[1] - b[1];

/** Whether `cursor` is `other` or lies behind it. False where one of them is none of ours: nobody can tell. */
export const reaches = (cursor: string | undefined, other: string | undefined): boolean => {
  const [here, there] = [cursor, other].map((text) => (text === undefined ? undefined : positionOf(text)));
  return here !== undefined && there !== undefined && compare(here, there) >= 0;
};
