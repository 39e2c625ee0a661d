/**
 * Who came first. A key can be taken once until its end; the memory of it goes
 * with its end. Keys are kept by the second in which they end, so a whole second
 * is forgotten at a time. When the memory is full, nothing more can be taken:
 * to forget a key early would let it be taken twice.
 */

export type Claim = (key: string, untilMs: number) => Promise<boolean>;

export interface ClaimsOptions {
  now?: () => number;
  /** Keys remembered, at the most; a key takes some 300 bytes. */
  atMost?: number;
}

/** A key must come with the same end each time. */
export const openClaims = ({ now = Date.now, atMost = 100_000 }: ClaimsOptions = {}): Claim => {
  const ending = new Map<number, Set<string>>();
  let forgotten = 0;
  let kept = 0;
  const forget = (second: number): void => {
    if (second === forgotten) return;
    forgotten = second;
    for (const [end, keys] of ending) {
      if (end >= second) continue;
      kept -= keys.size;
      ending.delete(end);
    }
  };
  return async (key, untilMs) => {
    forget(Math.floor(now() / 1000));
    const end = Math.ceil(untilMs / 1000);
    if (end < forgotten) return false;
    const keys = ending.get(end) ?? new Set();
    if (keys.has(key) || kept >= atMost) return false;
    ending.set(end, keys.add(key));
    kept += 1;
    return true;
  };
};
