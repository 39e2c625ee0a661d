/**
 * Carnival 2022 as a timetable. Whoever re-lives it (dispatch in its tables,
 * vehicles on the air) computes the same wall-clock times from the same start
 * and speed, so that they agree without talking to each other.
 */
import { type DemoCall, groupBy } from './calls.ts';
import { parseLocal } from './time.ts';
import type { Assignment } from './units.ts';

export type StepKind = 'received' | 'dispatched' | 'enRoute' | 'onScene' | 'cleared' | 'closed';

export interface ScheduledStep {
  /** Wall-clock time. */
  at: Date;
  kind: StepKind;
  item: string;
  /** The unit, for `dispatched`, `enRoute`, `onScene` and `cleared` of an assignment. */
  callSign: string | undefined;
  /** When it happened in the data. */
  dataAt: Date;
}

export interface ScheduleOptions {
  calls: readonly DemoCall[];
  assignments: readonly Assignment[];
  /** Wall-clock time at which this round of Carnival starts. */
  startAt: Date;
  /** Data seconds a wall-clock second. */
  speed: number;
}

const instant = (local: string): Date => {
  const at = parseLocal(local);
  if (!at) throw new Error(`"${local}" is not a local time.`);
  return at;
};

export const carnival = { start: instant('2/18/2022 20:30'), end: instant('3/2/2022 6:00') } as const;

/** How long a round lasts: the next one starts at `startAt` plus this. */
export const roundMs = (speed: number): number => (carnival.end.getTime() - carnival.start.getTime()) / speed;

const order: readonly StepKind[] = ['received', 'dispatched', 'enRoute', 'onScene', 'cleared', 'closed'];

/** The calls of one round: those created during Carnival. */
export const carnivalCalls = (calls: readonly DemoCall[]): DemoCall[] =>
  calls.filter(({ createdAt }) => createdAt >= carnival.start && createdAt < carnival.end);

/**
 * Every step of one round, by wall-clock time. A round is closed in itself:
 * what happened after Carnival's end happens at its end, so that rounds can
 * follow each other without overlap. A call that no unit took has its
 * `dispatched` and `onScene` steps without a call sign.
 */
export const carnivalSchedule = ({ calls, assignments, startAt, speed }: ScheduleOptions): ScheduledStep[] => {
  const assigned = groupBy(assignments, ({ item }) => item);
  const steps = carnivalCalls(calls).flatMap((call) => stepsOf(call, assigned.get(call.item) ?? []));
  return steps
    .map((step) => ({
      ...step,
      at: new Date(startAt.getTime() + Math.round((cut(step.dataAt) - carnival.start.getTime()) / speed)),
    }))
    .sort(
      (one, other) =>
        one.at.getTime() - other.at.getTime() ||
        one.dataAt.getTime() - other.dataAt.getTime() ||
        order.indexOf(one.kind) - order.indexOf(other.kind) ||
        (one.item < other.item ? -1 : Number(one.item > other.item)),
    );
};

const cut = (dataAt: Date): number => Math.min(dataAt.getTime(), carnival.end.getTime());

type DataStep = Omit<ScheduledStep, 'at'>;

const stepsOf = (call: DemoCall, assignments: readonly Assignment[]): DataStep[] => {
  const step = (kind: StepKind, dataAt: Date | null, callSign?: string): DataStep[] =>
    dataAt ? [{ kind, dataAt, item: call.item, callSign }] : [];
  const units = assignments.flatMap(({ callSign, dispatchedAt, enRouteAt, onSceneAt, clearedAt }) => [
    ...step('dispatched', dispatchedAt, callSign),
    ...step('enRoute', enRouteAt, callSign),
    ...step('onScene', onSceneAt, callSign),
    ...step('cleared', clearedAt, callSign),
  ]);
  const unmanned = assignments.length > 0 ? [] : [...step('dispatched', call.dispatchedAt), ...step('onScene', call.arrivedAt)];
  return [...step('received', call.createdAt), ...units, ...unmanned, ...step('closed', call.closedAt)];
};
