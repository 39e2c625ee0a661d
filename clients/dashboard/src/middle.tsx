/** The middle: the map, what lies on it, what was touched there, and the time under it. */
import { lazy, type ReactNode, Suspense, useCallback, useMemo, useRef } from 'react';
import { useNow } from '../../kit/clock.ts';
import type { Picture } from './live/picture.ts';
import type { Focus } from './map/features.ts';
import { Layers, Legend } from './map/legend.tsx';
import type { MapHandle, Touched } from './map/map.tsx';
import { UnitCard } from './map/unitcard.tsx';
import { Replay } from './replay/slider.tsx';
import type { Scene } from './scene.ts';
import type { LayerName, MapPlace, View, ViewStore } from './view.ts';

const PictureMap = lazy(() => import('./map/map.tsx').then(({ PictureMap: component }) => ({ default: component })));
const CameraPanel = lazy(() => import('./video/video.tsx').then(({ CameraPanel: component }) => ({ default: component })));

interface MiddleProps {
  live: Picture;
  scene: Scene;
  view: View;
  change: ViewStore['change'];
  focus: Focus;
  toggle: (name: LayerName) => void;
  unit: string | undefined;
  onUnit: (id: string | undefined) => void;
  camera: string | undefined;
  onCamera: (id: string | undefined) => void;
  onSelect: (id: string) => void;
  onHandle: (handle: MapHandle | undefined) => void;
}

export const Middle = (props: MiddleProps): ReactNode => {
  const { live, scene, view, change, focus, toggle, unit, onUnit, camera, onCamera, onSelect, onHandle } = props;
  const due = useListFirst(scene);
  const first = useRef(view.place).current; // The map opens where the address says; afterwards the address follows the map.
  const onTouch = useCallback(
    ({ kind, id }: Touched) => ({ incident: onSelect, unit: onUnit, camera: onCamera })[kind](id),
    [onSelect, onUnit, onCamera],
  );
  const onMove = useCallback((place: MapPlace) => change({ place }), [change]);
  const onInstant = useCallback((at: string | undefined) => change({ at }), [change]);
  const now = useCallback(() => (view.at === undefined ? Date.now() : Date.parse(view.at)), [view.at]);
  return (
    <section className="middle" aria-label="Map">
      {due ? (
        <Suspense fallback={mapToCome}>
          <PictureMap
            incidents={scene.shown}
            units={scene.units}
            cameras={scene.cameras}
            trails={view.at === undefined ? live.trails : undefined}
            focus={focus}
            hidden={view.hidden}
            first={first}
            onMove={onMove}
            onTouch={onTouch}
            onHandle={onHandle}
            now={now}
          />
        </Suspense>
      ) : (
        mapToCome
      )}
      <Switches scene={scene} hidden={view.hidden} onToggle={toggle} />
      <Legend />
      {unit !== undefined && (
        <UnitCard id={unit} units={scene.units} past={view.at !== undefined} onClose={() => onUnit(undefined)} />
      )}
      {camera !== undefined && (
        <Suspense>
          <CameraPanel key={camera} id={camera} onClose={() => onCamera(undefined)} />
        </Suspense>
      )}
      <Replay at={view.at} onChange={onInstant} loading={scene.loading} />
    </section>
  );
};

const mapToCome = <div className="map-frame" data-map="loading" />;

/** The map is most of the page's weight: it is fetched once there are calls to read, which can be worked with without it. */
const useListFirst = ({ incidents, loading }: Scene): boolean => {
  const due = useRef(false);
  due.current ||= incidents.size > 0 || !loading;
  return due.current;
};

interface SwitchesProps {
  scene: Scene;
  hidden: readonly LayerName[];
  onToggle: (name: LayerName) => void;
}

/** Counted once a second, with the clock: not with each unit that moves. */
const Switches = ({ scene: { shown, units, cameras }, hidden, onToggle }: SwitchesProps): ReactNode => {
  useNow();
  const open = useMemo(() => [...cameras.values()].filter(({ ownership }) => ownership === 'PUBLIC').length, [cameras]);
  const counts = { incidents: shown.length, units: units.get().size, public: open, partner: cameras.size - open };
  return <Layers hidden={hidden} onToggle={onToggle} counts={counts} />;
};
