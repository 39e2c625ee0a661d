/**
 * What is on the desk: what was searched for, which lines are ticked, and which
 * vehicles and addresses were seen. All of it in memory, gone with the sign-in.
 *
 * A plate or an address does not belong into an address bar, its history and its
 * logs, and the graph finds both by their text: so they get a running number.
 */
import { createContext, use } from 'react';
import { createStore, type Store } from '../../kit/store.ts';
import type { Plan } from './plan.ts';
import type { KeyKind } from './query.ts';
import type { RecordType, Row } from './rows.ts';

export interface Asked {
  /** Counts submissions: the same words asked again are a new question. */
  times: number;
  plan: Plan;
  /** How the text was read, for people. */
  read: readonly { kind: KeyKind; value: string }[];
}

export interface Seen {
  type: 'Vehicle' | 'Place';
  id: string;
  /** Plate or address: by it the graph finds the record. */
  text: string;
}

export interface Desk {
  asked: Store<Asked | undefined>;
  ask: (plan: Plan, read?: Asked['read']) => void;
  picked: Store<ReadonlyMap<string, Row>>;
  pick: (rows: readonly Row[], on: boolean) => void;
  /** The path of a record's page. */
  pathOf: (row: Pick<Row, 'type' | 'id' | 'title'> & { where?: string | null }) => string;
  seenAt: (number: string) => Seen | undefined;
}

export const createDesk = (): Desk => {
  const asked = createStore<Asked | undefined>(undefined);
  const picked = createStore<ReadonlyMap<string, Row>>(new Map());
  const seen: Seen[] = [];
  const numberOf = (wanted: Seen): number => {
    const at = seen.findIndex(({ type, id }) => type === wanted.type && id === wanted.id);
    return at >= 0 ? at + 1 : seen.push(wanted);
  };
  return {
    asked,
    ask: (plan, read = []) => asked.set({ times: (asked.get()?.times ?? 0) + 1, plan, read }),
    picked,
    pick: (rows, on) => {
      const next = new Map(picked.get());
      for (const row of rows) on ? next.set(row.key, row) : next.delete(row.key);
      picked.set(next);
    },
    pathOf: ({ type, id, title, where }) => {
      if (type !== 'Vehicle' && type !== 'Place') return `/${pathNames[type]}/${encodeURIComponent(id)}`;
      const text = type === 'Place' ? (where ?? title) : (title.split(' · ')[0] ?? '');
      return `/${pathNames[type]}/${numberOf({ type, id, text })}`;
    },
    seenAt: (number) => seen[Number(number) - 1],
  };
};

export const pathNames: Record<RecordType, string> = {
  Person: 'person',
  Report: 'report',
  Incident: 'incident',
  Vehicle: 'vehicle',
  Place: 'address',
};

export const DeskContext = createContext<Desk | undefined>(undefined);

export const useDesk = (): Desk => {
  const desk = use(DeskContext);
  if (!desk) throw new Error('useDesk() is for components of the search page.');
  return desk;
};
