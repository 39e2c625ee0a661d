/** The operating picture: list, map and dock over one view, live or at an instant of the past. */
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Shortcut } from '../../kit/keys.ts';
import { usePage } from '../../kit/page.tsx';
import { useStore } from '../../kit/store.ts';
import { camerasOf, Dock, type Whole } from './dock/dock.tsx';
import type { Incident, Picture as Live } from './live/picture.ts';
import type { Focus } from './map/features.ts';
import type { MapHandle } from './map/map.tsx';
import { Middle } from './middle.tsx';
import { useNews } from './news.ts';
import { useScene } from './scene.ts';
import { usePictureKeys } from './shortcuts.ts';
import { Side } from './side.tsx';
import type { ViewStore } from './view.ts';

interface PictureProps {
  live: Live;
  view: ViewStore;
  onShortcuts: (shortcuts: readonly Shortcut[]) => void;
}

export const Picture = ({ live, view: viewStore, onShortcuts }: PictureProps): ReactNode => {
  const { tray } = usePage();
  const view = useStore(viewStore);
  const { change } = viewStore;
  const scene = useScene(live, viewStore);
  const [read, setRead] = useState<Whole>();
  const [camera, setCamera] = useState<string>();
  const [unit, setUnit] = useState<string>();
  const select = useCallback((incident: string | undefined) => change({ incident }), [change]);
  const fresh = useNews(live, tray, select);
  const docked = read?.id === view.incident ? read : undefined;
  const listed = view.incident === undefined ? undefined : scene.incidents.get(view.incident);
  const selected = listed ?? docked;
  const cameras = useMemo(() => camerasOf(docked), [docked]);
  const focus = useMemo<Focus>(() => ({ incident: selected, cameras }), [selected, cameras]);
  const { map, onHandle, zoomIn } = useMap(selected);
  const { ids, onRows } = useRows();
  const toggle = viewStore.toggle;
  const keys = usePictureKeys({ view: viewStore, ids, map, select, toggle, camera, setCamera, unit, setUnit, cameras, zoomIn });
  useEffect(() => onShortcuts(keys), [keys, onShortcuts]);
  useEffect(() => change({}), [change]); // Back from another page, the address has lost the view.
  return (
    <div className="picture" data-docked={view.incident !== undefined || undefined} data-ready={!scene.loading || undefined}>
      <h1 className="visually-hidden">Operating picture</h1>
      <Side scene={scene} view={view} change={change} fresh={fresh} onRows={onRows} onSelect={select} />
      <Middle
        live={live}
        scene={scene}
        view={view}
        change={change}
        focus={focus}
        toggle={toggle}
        unit={unit}
        onUnit={setUnit}
        camera={camera}
        onCamera={setCamera}
        onSelect={select}
        onHandle={onHandle}
      />
      {view.incident !== undefined && (
        <Dock
          id={view.incident}
          live={listed}
          units={scene.units}
          onClose={() => select(undefined)}
          onZoom={zoomIn}
          onSelect={select}
          onWatch={setCamera}
          onUnit={setUnit}
          onRead={setRead}
        />
      )}
    </div>
  );
};

/** The list tells which rows it has, in its order: the keys move through them. */
const useRows = () => {
  const ids = useRef<readonly string[]>([]);
  const onRows = useCallback((next: readonly string[]) => {
    ids.current = next;
  }, []);
  return { ids, onRows };
};

const closeZoom = 15.5;

/** The map goes to a newly selected incident where it is out of sight, and is the reader's afterwards. */
const useMap = (selected: Incident | undefined) => {
  const map = useRef<MapHandle>(undefined);
  const latest = useRef(selected);
  latest.current = selected;
  const go = useCallback((zoom?: number) => {
    const point = latest.current?.location?.point;
    if (point) map.current?.goTo(point, zoom);
  }, []);
  const onHandle = useCallback(
    (handle: MapHandle | undefined) => {
      map.current = handle;
      go(); // A link may have opened an incident before the map was there.
    },
    [go],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: for another incident, not for a change of the same
  useEffect(() => go(), [selected?.id, go]);
  const zoomIn = useCallback(() => go(closeZoom), [go]);
  return { map, onHandle, zoomIn };
};
