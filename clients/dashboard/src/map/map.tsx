/** The map as a component: MapLibre below, what is live on it, clicks back. Loaded lazily: it is most of the page's weight. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { type MapLibre, openCityMap } from '../../../kit/map/city.ts';
import type { Store } from '../../../kit/store.ts';
import type { Camera, Incident, Unit } from '../live/picture.ts';
import type { Trails } from '../live/trails.ts';
import type { LayerName, MapPlace } from '../view.ts';
import { createDrawing, type Drawing } from './draw.ts';
import { cameraFeatures, type Focus, focusFeatures, incidentFeatures } from './features.ts';
import { addLayers, showLayers, touchable } from './layers.ts';
import { createOverlay, type Overlay } from './overlay.ts';

export interface MapHandle {
  zoom: (by: number) => void;
  wholeCity: () => void;
  goTo: (point: { longitude: number; latitude: number }, zoom?: number) => void;
  focus: () => void;
}

export interface Touched {
  kind: 'incident' | 'unit' | 'camera';
  id: string;
}

export type UnitsStore = Pick<Store<ReadonlyMap<string, Unit>>, 'get' | 'subscribe'>;

interface MapProps {
  incidents: readonly Incident[];
  /** Read as it is drawn: units change too often for React. */
  units: UnitsStore;
  cameras: ReadonlyMap<string, Camera>;
  /** Of the present; the past has none. */
  trails: Trails | undefined;
  focus: Focus;
  hidden: readonly LayerName[];
  first: MapPlace | undefined;
  onMove: (place: MapPlace) => void;
  onTouch: (touched: Touched) => void;
  onHandle: (handle: MapHandle | undefined) => void;
  /** The instant that positions are judged stale by. */
  now: () => number;
}

interface Opened {
  map: MapLibre;
  drawing: Drawing;
  overlay: Overlay;
}

export const PictureMap = (props: MapProps): ReactNode => {
  const container = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const [opened, setOpened] = useState<Opened>();
  const [failure, setFailure] = useState('');

  useEffect(() => {
    const element = container.current;
    if (!element) return;
    let over = false;
    let close = (): void => {};
    const open = async (): Promise<void> => {
      const { map, goHome } = await openCityMap({
        container: element,
        ...(latest.current.first && { view: latest.current.first }),
      });
      close = () => map.remove();
      if (over) return close();
      await addLayers(map);
      if (over) return;
      const drawing = createDrawing(map);
      const overlay = await createOverlay(map, () => unitsShown(latest.current));
      close = () => {
        overlay.close();
        drawing.close();
        map.remove();
      };
      if (over) return close();
      listen(map, overlay, latest);
      latest.current.onHandle(handleOf(map, goHome));
      setOpened({ map, drawing, overlay });
    };
    open().catch((cause: unknown) => setFailure(cause instanceof Error ? cause.message : 'The map could not be drawn.'));
    return () => {
      over = true;
      latest.current.onHandle(undefined);
      close();
    };
  }, []);

  const { incidents, units, cameras, focus, hidden } = props;
  useEffect(() => opened?.drawing.draw('incidents', () => incidentFeatures(incidents)), [opened, incidents]);
  useEffect(() => {
    if (!opened) return;
    const { invalidate } = opened.overlay;
    const stop = units.subscribe(invalidate);
    const timer = setInterval(invalidate, 5_000); // Without events positions grow stale all the same.
    invalidate();
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [opened, units]);
  useEffect(() => {
    const all = [...cameras.values()];
    opened?.drawing.draw('public', () => cameraFeatures(all.filter(({ ownership }) => ownership === 'PUBLIC')));
    opened?.drawing.draw('partner', () => cameraFeatures(all.filter(({ ownership }) => ownership === 'PRIVATE')));
  }, [opened, cameras]);
  useEffect(() => opened?.drawing.draw('focus', () => focusFeatures(focus)), [opened, focus]);
  useEffect(() => {
    if (!opened) return;
    showLayers(opened.map, hidden);
    opened.overlay.invalidate();
  }, [opened, hidden]);
  return (
    <div className="map-frame" data-map={opened ? 'ready' : failure ? 'failed' : 'loading'}>
      <div ref={container} className="map" />
      {failure && (
        <p className="notice failed map-failure" role="alert">
          {failure} The list works without it.
        </p>
      )}
    </div>
  );
};

const unitsShown = ({ units, trails, hidden, now }: MapProps) => ({
  units: units.get(),
  trails: hidden.includes('trails') ? undefined : trails,
  hidden: hidden.includes('units'),
  now: now(),
});

const handleOf = (map: MapLibre, goHome: () => void): MapHandle => ({
  zoom: (by) => void map.zoomTo(map.getZoom() + by, { duration: 0 }),
  wholeCity: goHome,
  goTo: ({ longitude, latitude }, zoom) => {
    const inside = map.getBounds().contains([longitude, latitude]);
    if (inside && zoom === undefined) return; // What is in sight stays where the eye knows it to be.
    map.easeTo({ center: [longitude, latitude], zoom: Math.max(map.getZoom(), zoom ?? 13), duration: 0 });
  },
  focus: () => map.getCanvas().focus(),
});

const listen = (map: MapLibre, overlay: Overlay, latest: { current: MapProps }): void => {
  const canvas = map.getCanvas();
  canvas.setAttribute('aria-label', 'Map of incidents, units and cameras; arrow keys move it, plus and minus zoom');
  const hit = (point: { x: number; y: number }) =>
    map.queryRenderedFeatures(
      [
        [point.x - 4, point.y - 4],
        [point.x + 4, point.y + 4],
      ],
      { layers: touchable.filter((id) => map.getLayer(id)) },
    )[0];
  map.on('moveend', () => {
    const { lng, lat } = map.getCenter();
    latest.current.onMove({ longitude: lng, latitude: lat, zoom: map.getZoom() });
  });
  map.on('click', ({ point }) => {
    const unit = overlay.at(point);
    if (unit !== undefined) return latest.current.onTouch({ kind: 'unit', id: unit });
    const feature = hit(point);
    if (!feature) return;
    if (feature.properties.cluster) {
      const [longitude, latitude] = (feature.geometry as GeoJSON.Point).coordinates as [number, number];
      map.easeTo({ center: [longitude, latitude], zoom: map.getZoom() + 2, duration: 0 });
      return;
    }
    const kind = feature.source === 'incidents' ? 'incident' : 'camera';
    latest.current.onTouch({ kind, id: String(feature.properties.id) });
  });
  map.on('mousemove', ({ point }) => {
    canvas.style.cursor = overlay.at(point) !== undefined || hit(point) ? 'pointer' : '';
  });
};
