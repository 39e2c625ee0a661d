/** Which places cannot be right, and why. */
import { readArea } from '../../../subgraphs/cameras/demo/area.ts';
import { quarantineReason } from '../../../subgraphs/cameras/quarantine.ts';
import { newOrleans } from '../../../subgraphs/kit/demo/load.ts';

const area = { west: -90.2, south: 29.8, east: -89.6, north: 30.2 };

describe('a place', () => {
  test.each([
    ['inside the area is right', 29.95297657, -90.07047394, undefined],
    ['on the edge of the area is right', 29.8, -90.2, undefined],
    ['just outside is not', 29.7999999, -90.2, /outside the agency's area/],
    ['abroad is not', 43.3023502, 5.380346, /outside the agency's area/],
    ['at (0, 0) is not', 0, 0, /\(0, 0\)/],
    ['with latitude and longitude swapped is not', -90.07047394, 29.95297657, /swapped/],
    ['off the Earth is not', 299.5, -90.07, /not on Earth/],
    ['without a latitude is not', null, -90.07, /not numbers/],
    ['without a longitude is not', 29.95, null, /not numbers/],
    ['that is not a number is not', Number.NaN, -90.07, /not numbers/],
    ['that is infinite is not', 29.95, Number.NEGATIVE_INFINITY, /not numbers/],
  ])('%s', (_, latitude, longitude, expected) => {
    const reason = quarantineReason({ latitude, longitude }, [area]);
    if (expected) expect(reason).toMatch(expected);
    else expect(reason).toBeUndefined();
  });

  test('at (0, 0) is wrong even where an area reaches there', () => {
    expect(quarantineReason({ latitude: 0, longitude: 0 }, [{ west: -1, south: -1, east: 1, north: 1 }])).toMatch(/\(0, 0\)/);
  });

  test('is right inside any of several areas, and nowhere when no area is stated', () => {
    const other = { west: 5, south: 43, east: 6, north: 44 };
    expect(quarantineReason({ latitude: 43.3, longitude: 5.38 }, [area, other])).toBeUndefined();
    expect(quarantineReason({ latitude: 29.95, longitude: -90.07 }, [])).toMatch(/outside/);
  });
});

test("the demo's area is the districts' bounding box with a margin of two kilometers", () => {
  const { west, south, east, north } = readArea(new URL('gis/nopd_police_districts.geojson', newOrleans));
  expect([west, south, east, north].map((value) => Number(value.toFixed(4)))).toEqual([-90.16, 29.8448, -89.6054, 30.1968]);
});
