/**
 * Feeds the map. However often records change, each source is drawn anew once a
 * while: at once when it was quiet, and never more often than its pause.
 */
import type { MapLibre } from '../../../kit/map/city.ts';
import { type SourceName, setSource } from './layers.ts';

/** Between two updates of one source: each has the map draw all that is in sight. */
const pauseMs: Record<SourceName, number> = { incidents: 2_000, public: 2_000, partner: 2_000, focus: 0 };

export interface Drawing {
  /** The source is out of date: `make` is called when it is drawn, with what is true then. */
  draw: (name: SourceName, make: () => GeoJSON.FeatureCollection) => void;
  close: () => void;
}

export const createDrawing = (map: MapLibre): Drawing => {
  const waiting = new Map<SourceName, () => GeoJSON.FeatureCollection>();
  const drawnAt = new Map<SourceName, number>();
  let frame: number | undefined;
  const run = (): void => {
    frame = undefined;
    const now = performance.now();
    for (const [name, make] of [...waiting]) {
      if (now - (drawnAt.get(name) ?? Number.NEGATIVE_INFINITY) < pauseMs[name]) continue;
      waiting.delete(name);
      drawnAt.set(name, now);
      setSource(map, name, make());
    }
    if (waiting.size > 0) frame = requestAnimationFrame(run);
  };
  return {
    draw: (name, make) => {
      waiting.set(name, make);
      frame ??= requestAnimationFrame(run);
    },
    close: () => {
      if (frame !== undefined) cancelAnimationFrame(frame);
      waiting.clear();
    },
  };
};
