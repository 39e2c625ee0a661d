/** The agency's area: the districts' bounding box, and a margin for what stands just across the line. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Area } from '../quarantine.ts';

/** About two kilometers. */
const marginDegrees = 0.02;

const ring = z.array(z.tuple([z.number(), z.number()]).rest(z.number()));
const collection = z.object({
  features: z.array(
    z.object({
      geometry: z.discriminatedUnion('type', [
        z.object({ type: z.literal('Polygon'), coordinates: z.array(ring) }),
        z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(z.array(ring)) }),
      ]),
    }),
  ),
});

export const readArea = (file: URL): Area => {
  const { features } = collection.parse(JSON.parse(readFileSync(file, 'utf8')));
  const rings = features.flatMap(({ geometry }) =>
    geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat(),
  );
  const area = { west: 180, south: 90, east: -180, north: -90 };
  for (const [longitude, latitude] of rings.flat()) {
    area.west = Math.min(area.west, longitude - marginDegrees);
    area.east = Math.max(area.east, longitude + marginDegrees);
    area.south = Math.min(area.south, latitude - marginDegrees);
    area.north = Math.max(area.north, latitude + marginDegrees);
  }
  return area;
};
