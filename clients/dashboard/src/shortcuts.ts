/** Keys of the operating picture; the help sheet is made from the same table. */
import { useMemo } from 'react';
import type { Shortcut } from '../../kit/keys.ts';
import type { Camera } from './live/picture.ts';
import { layerTitles } from './map/legend.tsx';
import type { MapHandle } from './map/map.tsx';
import { firstView, type LayerName, layerNames, openStatuses, type ViewStore } from './view.ts';

interface KeysOptions {
  view: ViewStore;
  ids: { current: readonly string[] };
  map: { current: MapHandle | undefined };
  select: (id: string | undefined) => void;
  toggle: (name: LayerName) => void;
  camera: string | undefined;
  setCamera: (id: string | undefined) => void;
  unit: string | undefined;
  setUnit: (id: string | undefined) => void;
  /** The opened incident's nearest. */
  cameras: readonly Camera[];
  /** To the selected incident, so close that its cameras can be told apart. */
  zoomIn: () => void;
}

export const usePictureKeys = (options: KeysOptions): readonly Shortcut[] => {
  const { view, ids, map, select, toggle, camera, setCamera, unit, setUnit, cameras, zoomIn } = options;
  return useMemo(() => {
    const step = (by: number): void => {
      const list = ids.current;
      const at = list.indexOf(view.get().incident ?? '');
      const to = at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.max(0, Math.min(list.length - 1, at + by));
      if (list[to] !== undefined) select(list[to]);
    };
    const replay = (seconds: number): void => {
      const at = (view.get().at ? Date.parse(view.get().at ?? '') : Date.now()) + seconds * 1_000;
      view.change({ at: at >= Date.now() ? undefined : new Date(at).toISOString() });
    };
    const close = (): void => {
      if (camera !== undefined) setCamera(undefined);
      else if (unit !== undefined) setUnit(undefined);
      else if (view.get().incident !== undefined) select(undefined);
      else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    };
    const list: Shortcut[] = [
      { keys: ['j', 'n'], does: 'Next incident', group: 'Incidents', run: () => step(1) },
      { keys: ['k'], does: 'Previous incident', group: 'Incidents', run: () => step(-1) },
      { keys: ['g'], does: 'Go to the list', group: 'Incidents', run: () => focusOn('[data-list]') },
      { keys: ['/'], does: 'Filter by words', group: 'Incidents', run: () => focusOn('[data-filter]') },
      {
        keys: ['o'],
        does: 'Open calls only',
        group: 'Incidents',
        run: () => view.change({ statuses: view.get().statuses.length > 0 ? [] : openStatuses }),
      },
      {
        keys: ['e'],
        does: 'Emergencies only',
        group: 'Incidents',
        run: () => view.change({ priorities: view.get().priorities.length > 0 ? [] : ['2'] }),
      },
      {
        keys: ['x'],
        does: 'Show all again',
        group: 'Incidents',
        run: () => view.change({ ...firstView, incident: view.get().incident, place: view.get().place }),
      },
      { keys: ['d'], does: 'Go to the opened incident', group: 'Incidents', run: () => focusOn('.dock button') },
      {
        keys: ['v'],
        does: 'Watch the nearest camera',
        group: 'Incidents',
        run: () => setCamera(cameras.find(({ viewable }) => viewable)?.id),
      },
      { keys: ['Escape'], does: 'Close, one thing at a time', group: 'Incidents', always: true, run: close },
      { keys: ['m'], does: 'Go to the map', group: 'Map', run: () => map.current?.focus() },
      { keys: ['+', '='], does: 'Closer', group: 'Map', run: () => map.current?.zoom(1) },
      { keys: ['-'], does: 'Farther', group: 'Map', run: () => map.current?.zoom(-1) },
      { keys: ['z'], does: 'To the opened incident', group: 'Map', run: zoomIn },
      { keys: ['h'], does: 'The whole city', group: 'Map', run: () => map.current?.wholeCity() },
      ...layerNames.map(
        (name, at): Shortcut => ({
          keys: [String(at + 1)],
          does: `${layerTitles[name]} on or off`,
          group: 'Map',
          run: () => toggle(name),
        }),
      ),
      { keys: ['['], does: 'A minute back', group: 'Time', run: () => replay(-60) },
      { keys: [']'], does: 'A minute on', group: 'Time', run: () => replay(60) },
      { keys: ['l'], does: 'Live', group: 'Time', run: () => view.change({ at: undefined }) },
    ];
    return list;
  }, [view, ids, map, select, toggle, camera, setCamera, unit, setUnit, cameras, zoomIn]);
};

const focusOn = (selector: string): void => document.querySelector<HTMLElement>(selector)?.focus();
