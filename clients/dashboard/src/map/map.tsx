/** The map as a component: MapLibre below, what is live on it, clicks back. Loaded lazily: it is most of the page's weight. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { type MapLibre, openCityMap } from '../../../kit/map/city.ts';
import type { Camera, Incident, Unit } from '../live/picture.ts';
import type { Trails } from '../live/trails.ts';
import type { LayerName, MapPlace } from '../view.ts';
import { createDrawing, type Drawing } from './draw.ts';
import { cameraFeatures, type Focus, focusFeatures, incidentFeatures, trailFeatures, unitFeatures } from './features.ts';
import { addLayers, showLayers, touchable } from './layers.ts';

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

interface MapProps {
  incidents: readonly Incident[];
  units: ReadonlyMap<string, Unit>;
  cameras: ReadonlyMap<string, Camera>;
  trails: Trails;
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
      close = () => {
        drawing.close();
        map.remove();
      };
      listen(map, latest);
      latest.current.onHandle(handleOf(map, goHome));
      setOpened({ map, drawing });
    };
    open().catch((cause: unknown) => setFailure(cause instanceof Error ? cause.message : 'The map could not be drawn.'));
    return () => {
      over = true;
      latest.current.onHandle(undefined);
      close();
    };
  }, []);

  const { incidents, units, cameras, focus, hidden, trails, now } = props;
  useEffect(() => opened?.drawing.draw('incidents', () => incidentFeatures(incidents)), [opened, incidents]);
  useEffect(() => {
    opened?.drawing.draw('units', () => unitFeatures(units.values(), now()));
    opened?.drawing.draw('trails', () => trailFeatures(units.values(), trails));
  }, [opened, units, trails, now]);
  useEffect(() => {
    const all = [...cameras.values()];
    opened?.drawing.draw('public', () => cameraFeatures(all.filter(({ ownership }) => ownership === 'PUBLIC')));
    opened?.drawing.draw('partner', () => cameraFeatures(all.filter(({ ownership }) => ownership === 'PRIVATE')));
  }, [opened, cameras]);
  useEffect(() => opened?.drawing.draw('focus', () => focusFeatures(focus)), [opened, focus]);
  useEffect(() => {
    if (opened) showLayers(opened.map, hidden);
  }, [opened, hidden]);
  // Without events nothing is drawn anew, and yet positions grow stale.
  useEffect(() => {
    if (!opened) return;
    const timer = setInterval(
      () => opened.drawing.draw('units', () => unitFeatures(latest.current.units.values(), latest.current.now())),
      5_000,
    );
    return () => clearInterval(timer);
  }, [opened]);

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

const listen = (map: MapLibre, latest: { current: MapProps }): void => {
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
    const feature = hit(point);
    if (!feature) return;
    if (feature.properties.cluster) {
      const [longitude, latitude] = (feature.geometry as GeoJSON.Point).coordinates as [number, number];
      map.easeTo({ center: [longitude, latitude], zoom: map.getZoom() + 2, duration: 0 });
      return;
    }
    const kind = feature.source === 'units' ? 'unit' : feature.source === 'incidents' ? 'incident' : 'camera';
    latest.current.onTouch({ kind, id: String(feature.properties.id) });
  });
  map.on('mousemove', ({ point }) => {
    canvas.style.cursor = hit(point) ? 'pointer' : '';
  });
};
