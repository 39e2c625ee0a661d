/** The picture at an instant of the past: the calls open then, and where each unit was. */
import type { ApolloClient } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import type { Gap } from '../../../kit/answer.ts';
import {
  IncidentsAtDocument,
  type IncidentsAtQuery,
  PositionsAtDocument,
  type PositionsAtQuery,
} from '../../generated/graphql.ts';
import { readPages } from '../live/pages.ts';
import type { Incident, Unit } from '../live/picture.ts';

export interface Past {
  at: string;
  incidents: ReadonlyMap<string, Incident>;
  units: ReadonlyMap<string, Unit>;
  gaps: readonly Gap[];
}

/** While a slider is dragged, instants rush by: only where it rests is asked. */
const restMs = 200;

export const usePast = (at: string | undefined): { past: Past | undefined; loading: boolean } => {
  const client = useApolloClient();
  const [past, setPast] = useState<Past>();
  useEffect(() => {
    if (at === undefined) return setPast(undefined);
    const over = new AbortController();
    const timer = setTimeout(
      () => void readPast(client, at, over.signal).then((read) => !over.signal.aborted && setPast(read)),
      restMs,
    );
    return () => {
      clearTimeout(timer);
      over.abort();
    };
  }, [client, at]);
  return { past: at === undefined ? undefined : past, loading: at !== undefined && past?.at !== at };
};

type IncidentThen = NonNullable<IncidentsAtQuery['incidents']>['nodes'][number];
type PositionThen = NonNullable<PositionsAtQuery['positionsAt']>['nodes'][number];

const readPast = async (client: ApolloClient, at: string, signal: AbortSignal): Promise<Past> => {
  const incidents = new Map<string, Incident>();
  const units = new Map<string, Unit>();
  const [lackingIncidents, lackingUnits] = await Promise.all([
    readPages({
      client,
      query: IncidentsAtDocument,
      variables: { at },
      read: (data) => data.incidents,
      onPage: (nodes) => {
        for (const node of nodes) incidents.set(node.id, incidentThen(node, at));
      },
      signal,
    }),
    readPages({
      client,
      query: PositionsAtDocument,
      variables: { at },
      read: (data) => data.positionsAt,
      onPage: (nodes) => {
        for (const node of nodes) units.set(node.unit.id, unitThen(node, at));
      },
      signal,
    }),
  ]);
  return { at, incidents, units, gaps: [...lackingIncidents, ...lackingUnits] };
};

/** Times after the instant had not happened then. */
const incidentThen = ({ statusAt, ...incident }: IncidentThen, at: string): Incident => {
  const then = (time: string | null): string | null => (time !== null && time <= at ? time : null);
  return {
    ...incident,
    status: statusAt ?? incident.status,
    dispatchedAt: then(incident.dispatchedAt),
    arrivedAt: then(incident.arrivedAt),
    closedAt: then(incident.closedAt),
  };
};

/** What a unit did then is not on record; whether it moved is. */
const unitThen = ({ unit, position }: PositionThen, at: string): Unit => ({
  ...unit,
  status: 'OUT_OF_SERVICE',
  position: { ...position, stale: Date.parse(at) - Date.parse(position.fixedAt) > 600_000 },
});
