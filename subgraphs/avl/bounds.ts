/** A subscription's rectangle: checked once, then asked for each event. */
import { HubError } from '../../schema/errors.ts';

export interface Bounds {
  west: number;
  south: number;
  east: number;
  north: number;
}

export const checkBounds = ({ west, south, east, north }: Bounds): void => {
  const fits = south <= north && south >= -90 && north <= 90 && Math.abs(west) <= 180 && Math.abs(east) <= 180 && west <= east;
  if (!fits)
    throw new HubError('BAD_USER_INPUT', {
      message: '"bounds" takes west ≤ east within ±180 and south ≤ north within ±90 degrees.',
    });
};

export const isInside = (
  { latitude, longitude }: { latitude: number; longitude: number },
  { west, south, east, north }: Bounds,
): boolean => latitude >= south && latitude <= north && longitude >= west && longitude <= east;
