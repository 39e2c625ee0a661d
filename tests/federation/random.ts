/**
 * A small seeded source of choices (mulberry32). The property test draws one seed
 * per graph from fast-check; everything else of a case follows from it.
 */
export interface Random {
  /** 0 ≤ n < below. */
  below: (below: number) => number;
  chance: (probability: number) => boolean;
  one: <Value>(values: readonly Value[]) => Value;
  some: <Value>(values: readonly Value[], probability: number) => Value[];
}

export const random = (seed: number): Random => {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    chance: (probability) => next() < probability,
    one: (values) => {
      if (values.length === 0) throw new Error('There is nothing to choose from.');
      return values[below(values.length)] as (typeof values)[number];
    },
    some: (values, probability) => values.filter(() => next() < probability),
  };
};
