/**
 * The city as both pages draw it: its own streets, zones and districts from
 * `/map`, under whatever a page lays on top. No tile server and no font server;
 * where the operator names tiles, they lie below. MapLibre is loaded with this
 * file, so import it lazily.
 */
import 'maplibre-gl/dist/maplibre-gl.css';
import { workerUrl } from 'map-worker';
import { AttributionControl, Map as MapLibre, ScaleControl, type StyleSpecification, setWorkerUrl } from 'maplibre-gl';
import { screenScale } from '../rem.ts';

export type { MapLibre };

export interface City {
  /** Where the city is dense: what is seen first. */
  home: { west: number; south: number; east: number; north: number };
  layers: readonly string[];
  attribution: string;
  tiles: string | null;
}

export interface CityMapOptions {
  container: HTMLElement;
  /** Where to look first; absent: the whole city. */
  view?: { longitude: number; latitude: number; zoom: number };
}

/** How much larger signs and names are than on a laptop. */
export const mapScale = screenScale;

/** Names drawn by MapLibre itself, from the fonts of this machine. */
export const mapFont = ['Noto Sans Regular'];

export const readCity = async (): Promise<City> => {
  const response = await fetch('/map/map.json', { credentials: 'omit' });
  if (!response.ok) throw new Error(`The map could not be loaded (${response.status}).`);
  return (await response.json()) as City;
};

export interface CityMap {
  map: MapLibre;
  /** Back to the whole city. */
  goHome: () => void;
}

/** @returns the map once its style has loaded, ready for sources and layers. */
export const openCityMap = async ({ container, view }: CityMapOptions): Promise<CityMap> => {
  setWorkerUrl(workerUrl);
  const city = await readCity();
  const map = new MapLibre({
    container,
    style: styleOf(city),
    attributionControl: false,
    ...(view
      ? { center: [view.longitude, view.latitude], zoom: view.zoom }
      : { bounds: boundsOf(city), fitBoundsOptions: { padding: 16 } }),
    minZoom: 8,
    maxZoom: 19,
    maxPitch: 0,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: 0,
    refreshExpiredTiles: false,
    canvasContextAttributes: { antialias: false }, // Lines are smoothed by their own shader; without a graphics card the rest is dear.
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new AttributionControl({ compact: false, customAttribution: city.attribution }), 'bottom-right');
  map.addControl(new ScaleControl({ unit: 'imperial', maxWidth: 100 }), 'bottom-left');
  await new Promise<void>((resolve) => map.once('load', () => resolve()));
  return { map, goHome: () => void map.fitBounds(boundsOf(city), { padding: 16, duration: 0 }) };
};

const boundsOf = ({ home: { west, south, east, north } }: City): [number, number, number, number] => [west, south, east, north];

const colors = {
  ground: '#0a0f15',
  land: '#111b25',
  districts: '#4f6a86',
  zones: '#2c3d4f',
  street: '#3a5068',
  streetNear: '#54708c',
  label: '#b7c7d8',
  halo: '#0a0f15',
};

const styleOf = ({ layers, tiles }: City): StyleSpecification => {
  const has = (layer: string): boolean => layers.includes(layer);
  const data = (layer: string) => ({
    type: 'geojson' as const,
    data: new URL(`/map/${layer}.json`, location.origin).href,
    tolerance: layer === 'streets' ? 0.1 : 0.375, // Simplified more, short blocks vanish from the whole city's picture.
  });
  return {
    version: 8,
    sources: {
      ...(tiles && { tiles: { type: 'raster', tiles: [tiles], tileSize: 256 } }),
      ...Object.fromEntries(layers.map((layer) => [layer, data(layer)])),
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': colors.ground } },
      ...(has('districts') ? [fillOf('districts', colors.land)] : []),
      ...(tiles ? [{ id: 'tiles', type: 'raster' as const, source: 'tiles', paint: { 'raster-opacity': 0.5 } }] : []),
      ...(has('streets') ? [streets] : []),
      ...(has('zones') ? [lineOf('zones', colors.zones, 0.75, 11)] : []),
      ...(has('districts') ? [lineOf('districts', colors.districts, 1.5, 0)] : []),
      ...(has('streets') ? [streetNames(mapScale())] : []),
      ...(has('districts') ? [districtNames(mapScale())] : []),
    ],
  };
};

type Layer = StyleSpecification['layers'][number];

const fillOf = (source: string, color: string): Layer => ({
  id: `${source}-fill`,
  type: 'fill',
  source,
  paint: { 'fill-color': color, 'fill-antialias': false },
});

const lineOf = (source: string, color: string, width: number, minzoom: number): Layer => ({
  id: source,
  type: 'line',
  source,
  minzoom,
  paint: { 'line-color': color, 'line-width': width, 'line-dasharray': [3, 2] },
});

const streets: Layer = {
  id: 'streets',
  type: 'line',
  source: 'streets',
  layout: { 'line-cap': 'butt', 'line-join': 'bevel' },
  paint: {
    'line-color': ['interpolate', ['linear'], ['zoom'], 10, colors.street, 16, colors.streetNear],
    'line-width': ['interpolate', ['exponential', 1.5], ['zoom'], 9, 0.5, 12, 0.9, 15, 2.2, 18, 8],
  },
};

const streetNames = (scale: number): Layer => ({
  id: 'street-names',
  type: 'symbol',
  source: 'streets',
  minzoom: 14.5,
  layout: {
    'symbol-placement': 'line',
    'text-field': ['get', 'name'],
    'text-font': mapFont,
    'text-size': ['interpolate', ['linear'], ['zoom'], 14.5, 10 * scale, 18, 14 * scale],
    'text-padding': 8,
  },
  paint: { 'text-color': colors.label, 'text-halo-color': colors.halo, 'text-halo-width': 1.2 },
});

const districtNames = (scale: number): Layer => ({
  id: 'district-names',
  type: 'symbol',
  source: 'districts',
  maxzoom: 13.5,
  layout: {
    'text-field': ['concat', 'District ', ['get', 'name']],
    'text-font': mapFont,
    'text-size': ['interpolate', ['linear'], ['zoom'], 9, 10 * scale, 13, 16 * scale],
    'text-letter-spacing': 0.08,
  },
  paint: { 'text-color': '#8ea6bf', 'text-halo-color': colors.halo, 'text-halo-width': 1.4 },
});
