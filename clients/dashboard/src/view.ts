/**
 * What is looked at, kept in the address: filters, order, selection, layers and
 * the map's place. A bookmark is a saved view, and a link shows a colleague the
 * same. It holds codes and ids, nothing of a record.
 */
import { createStore, type Store } from '../../kit/store.ts';
import type { IncidentStatus } from '../generated/graphql.ts';

export const layerNames = ['incidents', 'units', 'trails', 'public', 'partner', 'zones'] as const;
export type LayerName = (typeof layerNames)[number];

export const sortNames = ['receivedAt', 'priority', 'type', 'district', 'status'] as const;
export type SortName = (typeof sortNames)[number];

export const statuses = ['RECEIVED', 'DISPATCHED', 'ON_SCENE', 'CLOSED'] as const satisfies readonly IncidentStatus[];

export interface MapPlace {
  longitude: number;
  latitude: number;
  zoom: number;
}

export interface View {
  districts: readonly string[];
  priorities: readonly string[];
  types: readonly string[];
  statuses: readonly IncidentStatus[];
  text: string;
  sort: SortName;
  descending: boolean;
  hidden: readonly LayerName[];
  /** The selected incident's opaque id. */
  incident: string | undefined;
  place: MapPlace | undefined;
  /** An instant of the past that is shown instead of the present. */
  at: string | undefined;
}

export const openStatuses: readonly IncidentStatus[] = ['RECEIVED', 'DISPATCHED', 'ON_SCENE'];

export const firstView: View = {
  districts: [],
  priorities: [],
  types: [],
  statuses: [],
  text: '',
  sort: 'receivedAt',
  descending: true,
  hidden: [],
  incident: undefined,
  place: undefined,
  at: undefined,
};

export interface ViewStore extends Store<View> {
  change: (part: Partial<View>) => void;
  /** Shows a layer, or hides it. */
  toggle: (name: LayerName) => void;
}

export const createView = (): ViewStore => {
  const store = createStore(readView(new URLSearchParams(location.search)));
  let writing: ReturnType<typeof setTimeout> | undefined;
  const set = (view: View): void => {
    store.set(view);
    clearTimeout(writing);
    // A map that is dragged changes sixty times a second; browsers allow far fewer changes of the address.
    writing = setTimeout(() => {
      const query = writeView(store.get()).toString();
      history.replaceState(history.state, '', `${location.pathname}${query && `?${query}`}`);
    }, 250);
  };
  return {
    ...store,
    set,
    change: (part) => set({ ...store.get(), ...part }),
    toggle: (name) => {
      const { hidden } = store.get();
      const rest = hidden.filter((other) => other !== name);
      set({ ...store.get(), hidden: rest.length < hidden.length ? rest : [...hidden, name] });
    },
  };
};

const separator = ',';
const words = (value: string | null): string[] => (value ? value.split(separator).filter(Boolean) : []);
const known = <Name extends string>(names: readonly Name[], value: string | null): Name[] =>
  words(value).filter((word): word is Name => (names as readonly string[]).includes(word));

export const readView = (query: URLSearchParams): View => {
  const [sort = firstView.sort] = known(sortNames, query.get('sort'));
  return {
    districts: words(query.get('district')),
    priorities: words(query.get('priority')),
    types: words(query.get('type')),
    statuses: known(statuses, query.get('status')),
    text: '',
    sort,
    descending: query.get('order') !== 'up',
    hidden: known(layerNames, query.get('hide')),
    incident: query.get('incident') ?? undefined,
    place: placeOf(query.get('map')),
    at: instantOf(query.get('at')),
  };
};

export const writeView = (view: View): URLSearchParams => {
  const query = new URLSearchParams();
  const put = (name: string, value: string | undefined): void => {
    if (value) query.set(name, value);
  };
  put('district', view.districts.join(separator));
  put('priority', view.priorities.join(separator));
  put('type', view.types.join(separator));
  put('status', view.statuses.join(separator));
  if (view.sort !== firstView.sort) put('sort', view.sort);
  if (!view.descending) put('order', 'up');
  put('hide', view.hidden.join(separator));
  put('incident', view.incident);
  if (view.place)
    put('map', [view.place.latitude.toFixed(5), view.place.longitude.toFixed(5), view.place.zoom.toFixed(2)].join(separator));
  put('at', view.at);
  return query;
};

const placeOf = (value: string | null): MapPlace | undefined => {
  const [latitude, longitude, zoom] = words(value).map(Number);
  if (latitude === undefined || longitude === undefined || zoom === undefined) return undefined;
  const inside = Math.abs(latitude) <= 85 && Math.abs(longitude) <= 180 && zoom >= 0 && zoom <= 24;
  return inside ? { latitude, longitude, zoom } : undefined;
};

const instantOf = (value: string | null): string | undefined => {
  const date = new Date(value ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
};
