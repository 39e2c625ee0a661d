/** Records that have a place, on the city's own map. Loaded when somebody looks: it is most of the page's weight. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { type MapLibre, mapFont, mapScale, openCityMap } from '../../../kit/map/city.ts';
import { NothingFound } from '../../../kit/notices.tsx';
import type { Row } from '../rows.ts';

export const PlacesMap = ({ rows }: { rows: readonly Row[] }): ReactNode => {
  const placed = rows.filter(({ point }) => point);
  if (placed.length === 0) return <NothingFound>Nothing here has a place on the map.</NothingFound>;
  return <Drawn rows={placed} />;
};

const Drawn = ({ rows }: { rows: readonly Row[] }): ReactNode => {
  const container = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<'loading' | 'ready' | 'failed'>('loading');
  const latest = useRef(rows);
  latest.current = rows;
  useEffect(() => {
    const element = container.current;
    if (!element) return;
    let map: MapLibre | undefined;
    let over = false;
    const first = latest.current[0]?.point;
    openCityMap({ container: element, ...(first && { view: { ...first, zoom: 14 } }) })
      .then((opened) => {
        map = opened.map;
        if (over) return map.remove();
        map.getCanvas().setAttribute('aria-label', 'Map of the places; arrow keys move it, plus and minus zoom');
        draw(map, latest.current);
        setState('ready');
      })
      .catch(() => setState('failed'));
    return () => {
      over = true;
      map?.remove();
    };
  }, []);
  return (
    <div className="places" data-map={state}>
      <div ref={container} className="places-map" />
      {state === 'failed' && <p role="alert">The map could not be drawn; the list has the addresses.</p>}
    </div>
  );
};

const draw = (map: MapLibre, rows: readonly Row[]): void => {
  const features = rows.flatMap(({ point, title, where }) =>
    point
      ? [
          {
            type: 'Feature' as const,
            geometry: { type: 'Point' as const, coordinates: [point.longitude, point.latitude] },
            properties: { title: `${title}\n${where ?? ''}` },
          },
        ]
      : [],
  );
  map.addSource('places', { type: 'geojson', data: { type: 'FeatureCollection', features } });
  map.addLayer({
    id: 'places',
    type: 'circle',
    source: 'places',
    paint: {
      'circle-radius': 7 * mapScale(),
      'circle-color': '#ffc247',
      'circle-stroke-color': '#0a0f15',
      'circle-stroke-width': 2,
    },
  });
  map.addLayer({
    id: 'place-names',
    type: 'symbol',
    source: 'places',
    layout: {
      'text-field': ['get', 'title'],
      'text-font': mapFont,
      'text-size': 12 * mapScale(),
      'text-offset': [0, 1.6],
      'text-anchor': 'top',
    },
    paint: { 'text-color': '#eaf1f8', 'text-halo-color': '#0a0f15', 'text-halo-width': 1.5 },
  });
  fitTo(
    map,
    features.map(({ geometry }) => geometry.coordinates as [number, number]),
  );
};

const fitTo = (map: MapLibre, points: readonly [number, number][]): void => {
  if (points.length < 2) return;
  const [longitudes, latitudes] = [points.map(([longitude]) => longitude), points.map(([, latitude]) => latitude)];
  const corner = (pick: (...values: number[]) => number): [number, number] => [pick(...longitudes), pick(...latitudes)];
  map.fitBounds([corner(Math.min), corner(Math.max)], { padding: 48, maxZoom: 15, duration: 0 });
};
