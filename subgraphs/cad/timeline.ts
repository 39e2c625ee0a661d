/** What happened on a call, in order of time, from its own stamps and its units'. Pure. */
import type { Dispatch, Incident, IncidentStatus } from './reader.ts';

const events = ['RECEIVED', 'DISPATCHED', 'EN_ROUTE', 'ON_SCENE', 'CLEARED', 'CLOSED'] as const;
export type TimelineEvent = (typeof events)[number];

export interface TimelineEntry {
  at: Date;
  event: TimelineEvent;
  /** Null where the call itself is meant. */
  unitId: string | null;
}

const maximumEntries = 200;

/** What the recorded times say of an instant; null before the call was received. */
export const statusAt = ({ receivedAt, dispatchedAt, arrivedAt, closedAt }: Stamps, at: Date): IncidentStatus | null => {
  if (at < receivedAt) return null;
  if (closedAt && closedAt <= at) return 'CLOSED';
  if (arrivedAt && arrivedAt <= at) return 'ON_SCENE';
  return dispatchedAt && dispatchedAt <= at ? 'DISPATCHED' : 'RECEIVED';
};

type Stamps = Pick<Incident, 'receivedAt' | 'dispatchedAt' | 'arrivedAt' | 'closedAt'>;

/**
 * The call's dispatch and arrival are its first unit's; they stand without a
 * unit only where no unit that the caller may know of has the same stamp.
 */
export const timelineOf = (incident: Stamps, dispatches: readonly Dispatch[]): TimelineEntry[] => {
  const entry = (event: TimelineEvent, at: Date | null, unitId: string | null = null): TimelineEntry[] =>
    at ? [{ at, event, unitId }] : [];
  const units = dispatches.flatMap(({ unitId, dispatchedAt, enRouteAt, onSceneAt, clearedAt }) => [
    ...entry('DISPATCHED', dispatchedAt, unitId),
    ...entry('EN_ROUTE', enRouteAt, unitId),
    ...entry('ON_SCENE', onSceneAt, unitId),
    ...entry('CLEARED', clearedAt, unitId),
  ]);
  const told = new Set(units.map(({ event, at }) => `${event} ${at.getTime()}`));
  const own = [...entry('DISPATCHED', incident.dispatchedAt), ...entry('ON_SCENE', incident.arrivedAt)];
  return [
    ...entry('RECEIVED', incident.receivedAt),
    ...own.filter(({ event, at }) => !told.has(`${event} ${at.getTime()}`)),
    ...units,
    ...entry('CLOSED', incident.closedAt),
  ]
    .sort((one, other) => one.at.getTime() - other.at.getTime() || events.indexOf(one.event) - events.indexOf(other.event))
    .slice(0, maximumEntries);
};
