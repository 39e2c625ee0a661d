/** What came lately, and since when without a gap: whoever has seen everything up to there can go on from here. */
import { reaches } from '../schema/cursor.ts';

export interface Came {
  cursor: string | undefined;
  arrivedMs: number;
}

export interface Recent<Item extends Came> {
  /** Everything behind this cursor will be added. */
  begin: (cursor: string) => void;
  add: (item: Item) => void;
  covers: (cursor: string) => boolean;
  behind: (cursor: string) => Item[];
}

export interface Bounds {
  /** Older than this is forgotten. */
  ageMs: number;
  atMost: number;
  now: () => number;
}

export const openRecent = <Item extends Came>({ ageMs, atMost, now }: Bounds): Recent<Item> => {
  const items: Item[] = [];
  let floor: string | undefined;
  const forget = () => {
    const oldestMs = now() - ageMs;
    while (items[0] && (items.length > atMost || items[0].arrivedMs < oldestMs)) floor = items.shift()?.cursor;
  };
  return {
    begin: (cursor) => {
      floor = cursor;
    },
    add: (item) => {
      items.push(item);
      forget();
    },
    covers: (cursor) => {
      forget();
      return reaches(cursor, floor);
    },
    behind: (cursor) => items.filter((item) => !reaches(cursor, item.cursor)),
  };
};
