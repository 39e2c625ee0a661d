/** A clock that a test turns: pauses are written down and pass at once. */
import type { Clock } from '../../../../clients/sdk/src/clock.ts';

export const openClock = (random = 0.5) => {
  const pauses: number[] = [];
  const clock: Clock & { nowMs: number } = {
    nowMs: Date.parse('2026-11-20T09:00:00.000Z'),
    now: () => clock.nowMs,
    random: () => random,
    pause: async (ms, signal) => {
      signal?.throwIfAborted();
      pauses.push(ms);
      clock.nowMs += ms;
    },
  };
  return { clock, pauses };
};
