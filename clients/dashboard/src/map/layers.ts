/** What lies on the city's map, from the ground up, and which switch shows it. */
import type { GeoJSONSource, LayerSpecification } from 'maplibre-gl';
import { type MapLibre, mapFont, mapScale } from '../../../kit/map/city.ts';
import type { LayerName } from '../view.ts';
import { icons, iconUrl } from './icons.ts';

export type SourceName = 'public' | 'partner' | 'incidents' | 'focus';

const empty: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };

const clustered: Partial<Record<SourceName, { radius: number; maxZoom: number }>> = {
  public: { radius: 48, maxZoom: 13 },
  partner: { radius: 48, maxZoom: 13 },
  incidents: { radius: 36, maxZoom: 12 },
};

export const addLayers = async (map: MapLibre): Promise<void> => {
  await Promise.all(
    Object.keys(icons)
      .filter((name) => !name.startsWith('unit-'))
      .map((name) => addIcon(map, name)),
  );
  for (const name of ['public', 'partner', 'focus', 'incidents'] as const) {
    const cluster = clustered[name];
    map.addSource(name, {
      type: 'geojson',
      data: empty,
      ...(cluster && {
        cluster: true,
        clusterRadius: cluster.radius,
        clusterMaxZoom: cluster.maxZoom,
        clusterProperties: name === 'incidents' ? { worst: ['max', ['get', 'urgency']] } : {},
      }),
    });
  }
  for (const layer of layersOf(mapScale())) map.addLayer(layer);
};

const addIcon = async (map: MapLibre, name: string): Promise<void> => {
  const image = new Image();
  image.src = iconUrl(name);
  await image.decode();
  if (!map.hasImage(name)) map.addImage(name, image, { pixelRatio: 2 });
};

export const setSource = (map: MapLibre, name: SourceName, data: GeoJSON.FeatureCollection): void => {
  void map.getSource<GeoJSONSource>(name)?.setData(data);
};

/** Every layer whose id begins with a hidden name is not drawn. */
export const showLayers = (map: MapLibre, hidden: readonly LayerName[]): void => {
  for (const { id } of map.getStyle().layers) {
    const name = switchOf(id);
    if (!name) continue;
    const visibility = hidden.includes(name) ? 'none' : 'visible';
    if (map.getLayoutProperty(id, 'visibility') !== visibility) map.setLayoutProperty(id, 'visibility', visibility);
  }
};

const switchOf = (id: string): LayerName | undefined =>
  (['incidents', 'public', 'partner', 'zones'] as const).find((name) => id === name || id.startsWith(`${name}-`));

/** Layers that a click may hit, the topmost first. */
export const touchable = ['incidents', 'incidents-cluster', 'partner', 'public', 'partner-cluster', 'public-cluster'];

const clusterOf = (source: 'public' | 'partner', color: string, scale: number): LayerSpecification[] => [
  {
    id: `${source}-cluster`,
    type: 'circle',
    source,
    filter: ['has', 'point_count'],
    paint: {
      'circle-color': '#0a0f15',
      'circle-opacity': 0.75,
      'circle-stroke-color': color,
      'circle-stroke-width': 1.2,
      'circle-radius': ['step', ['get', 'point_count'], 9 * scale, 20, 12 * scale, 60, 15 * scale],
    },
  },
  countOf(source, color, scale),
];

const countOf = (source: SourceName, color: string, scale: number): LayerSpecification => ({
  id: `${source}-count`,
  type: 'symbol',
  source,
  filter: ['has', 'point_count'],
  layout: {
    'text-field': ['get', 'point_count_abbreviated'],
    'text-font': mapFont,
    'text-size': 11 * scale,
    'text-allow-overlap': true,
  },
  paint: { 'text-color': color },
});

const signs = (source: SourceName, size: number): LayerSpecification => ({
  id: source,
  type: 'symbol',
  source,
  filter: ['!', ['has', 'point_count']],
  layout: {
    'icon-image': ['get', 'icon'],
    'icon-allow-overlap': true,
    'icon-ignore-placement': true,
    'icon-size': ['interpolate', ['linear'], ['zoom'], 10, size * 0.7, 14, size, 17, size * 1.4],
  },
});

const names = (source: SourceName, minzoom: number, color: string, scale: number): LayerSpecification => ({
  id: `${source}-names`,
  type: 'symbol',
  source,
  minzoom,
  filter: ['!', ['has', 'point_count']],
  layout: {
    'text-field': ['get', 'title'],
    'text-font': mapFont,
    'text-size': 11 * scale,
    'text-offset': [0, 1.3],
    'text-anchor': 'top',
    'text-optional': true,
  },
  paint: { 'text-color': color, 'text-halo-color': '#05080c', 'text-halo-width': 1.4 },
});

const worst = (none: string): ['match', ['get', 'worst'], number, string, number, string, number, string, string] => [
  'match',
  ['get', 'worst'],
  2,
  '#ff6b64',
  1,
  '#ffc247',
  0,
  '#93a7bb',
  none,
];

const layersOf = (scale: number): LayerSpecification[] => [
  ...clusterOf('public', '#58d0c4', scale),
  signs('public', 0.8 * scale),
  names('public', 16, '#a8e8e0', scale),
  ...clusterOf('partner', '#c9a3ff', scale),
  signs('partner', 0.8 * scale),
  names('partner', 16, '#dcc8ff', scale),
  {
    id: 'focus-lines',
    type: 'line',
    source: 'focus',
    minzoom: 13.5,
    filter: ['==', ['get', 'kind'], 'line'],
    paint: { 'line-color': '#eaf1f8', 'line-width': 1, 'line-dasharray': [2, 3], 'line-opacity': 0.7 },
  },
  {
    id: 'incidents-cluster',
    type: 'circle',
    source: 'incidents',
    filter: ['has', 'point_count'],
    paint: {
      'circle-color': '#0a0f15',
      'circle-opacity': 0.85,
      'circle-stroke-color': worst('#8496a8'),
      'circle-stroke-width': 3,
      'circle-radius': ['step', ['get', 'point_count'], 13 * scale, 20, 17 * scale, 100, 22 * scale],
    },
  },
  countOf('incidents', '#eaf1f8', scale),
  signs('incidents', 0.85 * scale),
  {
    id: 'focus-ring',
    type: 'circle',
    source: 'focus',
    filter: ['==', ['get', 'kind'], 'ring'],
    paint: {
      'circle-radius': 20 * scale,
      'circle-color': 'transparent',
      'circle-stroke-color': '#eaf1f8',
      'circle-stroke-width': 2.5,
    },
  },
  names('incidents', 14, '#eaf1f8', scale),
  {
    id: 'focus-numbers',
    type: 'symbol',
    source: 'focus',
    minzoom: 13.5,
    filter: ['==', ['get', 'kind'], 'number'],
    layout: {
      'text-field': ['get', 'title'],
      'text-font': mapFont,
      'text-size': 15 * scale,
      'text-offset': [0.9, -0.9],
      'text-allow-overlap': true,
    },
    paint: { 'text-color': '#eaf1f8', 'text-halo-color': '#05080c', 'text-halo-width': 2 },
  },
];
