/**
 * Watches the status board and tells the topic `source` when a system went
 * live, stale or down. A system that fell silent publishes nothing itself, so
 * somebody has to look.
 */
import { setInterval } from 'node:timers/promises';
import { systemNames } from '../../schema/subgraphs.ts';
import type { Feed, Runtime } from '../kit/system.ts';
import { boardOf, changesOf } from './board.ts';

export const topic = 'source';

const everyMs = 1_000;

type Ticks = (signal: AbortSignal) => AsyncIterable<unknown>;

export const watchSources = (ticks: Ticks): Feed =>
  Object.assign((runtime: Runtime, signal: AbortSignal) => watch(runtime, ticks(signal)), { topic });

export const sourceFeed = watchSources((signal) => setInterval(everyMs, undefined, { signal, ref: false }));

const watch = async (runtime: Runtime, ticks: AsyncIterable<unknown>): Promise<void> => {
  const states = new Map<string, string>();
  let failing = false;
  try {
    for await (const _ of ticks) failing = await look(runtime, states, failing);
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error; // The timer ends by throwing.
  }
};

/** True where the bus did not answer; it is logged when that begins, not each second. */
const look = async ({ bus, log, now }: Runtime, states: Map<string, string>, failing: boolean): Promise<boolean> => {
  try {
    const changed = changesOf(states, boardOf(await bus.statuses(), systemNames, now()));
    await bus.publish(
      topic,
      changed.map(({ name }) => ({ key: name, change: 'UPDATED', changedAt: new Date(now()) })),
    );
    for (const { name, state } of changed) states.set(name, state); // Only what was published counts as told.
    return false;
  } catch (error) {
    if (!failing)
      log.warn({ topic, code: (error as { code?: string }).code }, 'The status board cannot be read; it is tried again.');
    return true;
  }
};
