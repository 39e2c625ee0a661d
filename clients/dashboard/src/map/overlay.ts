/**
 * Units on a canvas of their own, above the map. They move all the time and the
 * city under them does not: drawn by the map, each move would have it draw every
 * street again, which without a graphics card takes a tenth of a second.
 */
import { type MapLibre, mapScale } from '../../../kit/map/city.ts';
import type { Unit } from '../live/picture.ts';
import type { Trails } from '../live/trails.ts';
import { signOf } from './features.ts';
import { icons, iconUrl } from './icons.ts';

export interface UnitsShown {
  units: ReadonlyMap<string, Unit>;
  trails: Trails | undefined;
  /** Milliseconds since the epoch that staleness is judged by. */
  now: number;
  hidden: boolean;
}

export interface Overlay {
  /** What is shown has changed: it is drawn soon. */
  invalidate: () => void;
  /** The unit at a place of the map's element. */
  at: (place: { x: number; y: number }) => string | undefined;
  close: () => void;
}

/** Positions come once a second at best; some drawings in that time look continuous. */
const pauseMs = 200;
const iconPixels = 24;
const namesFromZoom = 13;
const reachPixels = 12;

export const createOverlay = async (map: MapLibre, shown: () => UnitsShown): Promise<Overlay> => {
  const canvas = document.createElement('canvas');
  canvas.className = 'map-overlay';
  map.getCanvasContainer().append(canvas);
  // Drawn by the processor: many small signs are quick there, and without a graphics card the other way takes half a second.
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser has no canvas to draw units on.');
  const sprites = createSprites(await loadDrawings());
  let places = new Map<string, { x: number; y: number }>();
  let drawnAt = 0;
  let frame: number | undefined;
  const draw = (): void => {
    drawnAt = performance.now();
    resize(canvas, context, map);
    places = paint({ map, context, sprites, ...shown() });
  };
  const soon = (): void => {
    frame = undefined;
    if (performance.now() - drawnAt < pauseMs) frame = requestAnimationFrame(soon);
    else draw();
  };
  map.on('move', draw); // In step with the streets, or units would swim.
  map.on('resize', draw);
  draw();
  return {
    invalidate: () => {
      frame ??= requestAnimationFrame(soon);
    },
    at: (place) => nearest(places, place),
    close: () => {
      if (frame !== undefined) cancelAnimationFrame(frame);
      map.off('move', draw);
      map.off('resize', draw);
      canvas.remove();
    },
  };
};

const loadDrawings = async (): Promise<Map<string, HTMLImageElement>> => {
  const names = Object.keys(icons).filter((name) => name.startsWith('unit-'));
  const load = async (name: string): Promise<[string, HTMLImageElement]> => {
    const image = new Image();
    image.src = iconUrl(name);
    await image.decode();
    return [name, image];
  };
  return new Map(await Promise.all(names.map(load)));
};

type Sprites = (icon: string, heading: number, size: number) => CanvasImageSource | undefined;

/** A circle in so many steps is turned as smoothly as the eye follows. */
const turns = 32;

/** Each sign in each direction, rasterized once: turning a vector drawing for every unit is what costs. */
const createSprites = (drawings: ReadonlyMap<string, HTMLImageElement>): Sprites => {
  const made = new Map<string, HTMLCanvasElement>();
  return (icon, heading, size) => {
    const drawing = drawings.get(icon);
    if (!drawing) return undefined;
    const turn = Math.round((heading / 360) * turns) % turns;
    const key = `${icon} ${turn} ${size}`;
    const sprite = made.get(key) ?? rasterize(drawing, turn / turns, size);
    if (made.size > mostSprites) made.clear();
    made.set(key, sprite);
    return sprite;
  };
};

const mostSprites = 2_000;

const rasterize = (drawing: HTMLImageElement, turn: number, size: number): HTMLCanvasElement => {
  const pixels = Math.ceil(size * window.devicePixelRatio);
  const canvas = document.createElement('canvas');
  canvas.width = pixels;
  canvas.height = pixels;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context?.translate(pixels / 2, pixels / 2);
  context?.rotate(turn * 2 * Math.PI);
  context?.drawImage(drawing, -pixels / 2, -pixels / 2, pixels, pixels);
  return canvas;
};

const resize = (canvas: HTMLCanvasElement, context: CanvasRenderingContext2D, map: MapLibre): void => {
  const { clientWidth, clientHeight } = map.getContainer();
  const ratio = window.devicePixelRatio;
  const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, clientWidth, clientHeight);
};

interface Painting extends UnitsShown {
  map: MapLibre;
  context: CanvasRenderingContext2D;
  sprites: Sprites;
}

const paint = ({ map, context, sprites, units, trails, now, hidden }: Painting): Map<string, { x: number; y: number }> => {
  const places = new Map<string, { x: number; y: number }>();
  const { clientWidth, clientHeight } = map.getContainer();
  const zoom = map.getZoom();
  const scale = mapScale();
  const size = Math.round(iconPixels * scale * Math.min(1.2, Math.max(0.6, 0.6 + (zoom - 10) * 0.1)));
  if (trails) paintTrails(context, map, units, trails);
  if (hidden) return places;
  context.font = `${11 * scale}px system-ui, sans-serif`;
  context.textAlign = 'center';
  for (const unit of units.values()) {
    if (!unit.position) continue;
    const { longitude, latitude } = unit.position.point;
    const { x, y } = map.project([longitude, latitude]);
    if (x < -size || y < -size || x > clientWidth + size || y > clientHeight + size) continue;
    const { icon, heading } = signOf(unit, now);
    const sprite = sprites(icon, heading, size);
    if (!sprite) continue;
    places.set(unit.id, { x, y });
    context.drawImage(sprite, Math.round(x - size / 2), Math.round(y - size / 2), size, size);
    if (zoom >= namesFromZoom) paintName(context, unit.callSign, x, y + size * 0.95);
  }
  return places;
};

const paintName = (context: CanvasRenderingContext2D, name: string, x: number, y: number): void => {
  context.lineWidth = 3;
  context.strokeStyle = '#05080c';
  context.fillStyle = '#cfe0f0';
  context.strokeText(name, x, y);
  context.fillText(name, x, y);
};

/** All in one line of one style: strokes are the dear part. */
const paintTrails = (
  context: CanvasRenderingContext2D,
  map: MapLibre,
  units: ReadonlyMap<string, Unit>,
  trails: Trails,
): void => {
  context.beginPath();
  for (const id of units.keys()) {
    trails.of(id).forEach(([longitude, latitude], at) => {
      const { x, y } = map.project([longitude, latitude]);
      if (at === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
  }
  context.strokeStyle = 'rgb(127 178 217 / 55%)';
  context.lineWidth = 1.5;
  context.stroke();
};

const nearest = (
  places: ReadonlyMap<string, { x: number; y: number }>,
  { x, y }: { x: number; y: number },
): string | undefined => {
  let best: string | undefined;
  let reach = reachPixels * mapScale();
  for (const [id, place] of places) {
    const distance = Math.hypot(place.x - x, place.y - y);
    if (distance >= reach) continue;
    reach = distance;
    best = id;
  }
  return best;
};
