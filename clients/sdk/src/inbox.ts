/**
 * What has come and was not read yet: bounded. When it is full the sender is let
 * go, what waits is still read, and then it ends; nothing is dropped, since the
 * stream is taken up again behind the last one read.
 */

export interface Inbox<Item> {
  put: (item: Item) => void;
  /** The last word, behind what waits. */
  fail: (cause: unknown) => void;
  onFull: (letGo: () => void) => void;
  /** Ends when it was full and has been read; throws what it failed with. */
  items: () => AsyncGenerator<Item, void>;
}

export const openInbox = <Item>(bound: number): Inbox<Item> => {
  const waiting: Item[] = [];
  let end: { cause?: unknown } | undefined;
  let letGo = (): void => {};
  let wake = (): void => {};
  return {
    put: (item) => {
      if (end) return;
      waiting.push(item);
      if (waiting.length >= bound) {
        end = {};
        letGo();
      }
      wake();
    },
    fail: (cause) => {
      end ??= { cause };
      wake();
    },
    onFull: (run) => {
      letGo = run;
    },
    items: async function* () {
      for (;;) {
        const item = waiting.shift();
        if (item !== undefined) yield item;
        else if (end) {
          if ('cause' in end) throw end.cause;
          return;
        } else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
};
