/**
 * Why a registry row has no place on the map. Geocoders fail silently: an
 * address without a city lands in another state, an empty one at (0, 0). Such a
 * row is shown apart, with the reason, until somebody mends it in the registry.
 */
export interface Area {
  west: number;
  south: number;
  east: number;
  north: number;
}

export interface Place {
  latitude: number | null;
  longitude: number | null;
}

/** A sentence without the numbers; undefined where the place is right. The areas' edges belong to them; (0, 0) is never right. */
export const quarantineReason = ({ latitude, longitude }: Place, areas: readonly Area[]): string | undefined => {
  if (latitude === null || longitude === null || !Number.isFinite(latitude) || !Number.isFinite(longitude)) {
    return 'The coordinates are not numbers.';
  }
  if (latitude === 0 && longitude === 0)
    return 'The coordinates are (0, 0), which geocoders give for an address that they do not find.';
  if (isInside(latitude, longitude, areas)) return undefined;
  if (isInside(longitude, latitude, areas)) return 'Latitude and longitude are swapped.';
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return 'The coordinates are not on Earth.';
  return "The place lies outside the agency's area.";
};

const isInside = (latitude: number, longitude: number, areas: readonly Area[]): boolean =>
  areas.some(({ west, south, east, north }) => latitude >= south && latitude <= north && longitude >= west && longitude <= east);
