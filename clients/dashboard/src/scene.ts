/** What the picture shows at the moment: the live records, or those of an instant of the past, through the view's filters. */
import { useMemo } from 'react';
import type { Gap } from '../../kit/answer.ts';
import { type Store, useStore } from '../../kit/store.ts';
import { type Choices, choicesOf, matches } from './list/rows.ts';
import type { Camera, Incident, Picture, Unit } from './live/picture.ts';
import { usePast } from './replay/past.ts';
import type { ViewStore } from './view.ts';

export interface Scene {
  incidents: ReadonlyMap<string, Incident>;
  /** Of those, what the filters let through. */
  shown: readonly Incident[];
  choices: Choices;
  /** Not the units themselves: they change too often for React. */
  units: Pick<Store<ReadonlyMap<string, Unit>>, 'get' | 'subscribe'>;
  cameras: ReadonlyMap<string, Camera>;
  /** What is missing, by the part that it is missing from. */
  gaps: readonly (readonly [part: string, gaps: readonly Gap[]])[];
  loading: boolean;
}

export const useScene = (live: Picture, viewStore: ViewStore): Scene => {
  const view = useStore(viewStore);
  const { past, loading } = usePast(view.at);
  const liveIncidents = useStore(live.incidents);
  const cameras = useStore(live.cameras);
  const ready = useStore(live.ready);
  const liveGaps = useStore(live.gaps);
  const incidents = past?.incidents ?? liveIncidents;
  const { districts, priorities, types, statuses, text } = view;
  const shown = useMemo(
    () => [...incidents.values()].filter(matches({ districts, priorities, types, statuses, text })),
    [incidents, districts, priorities, types, statuses, text],
  );
  const pastUnits = past?.units;
  const units = useMemo(
    () => (pastUnits ? { get: () => pastUnits, subscribe: () => () => undefined } : live.units),
    [pastUnits, live],
  );
  const choices = useMemo(() => choicesOf(incidents.values()), [incidents]);
  return {
    incidents,
    shown,
    choices,
    units,
    cameras,
    gaps: [...(past ? [['The past', past.gaps] as const] : []), ...liveGaps].filter(([, found]) => found.length > 0),
    loading: !ready || loading,
  };
};
