/** Labels: where a camera stands, from the nearest streets. */
import { openPlaces, type Places } from '../../../subgraphs/cameras/demo/places.ts';
import { addressName, spell } from '../../../subgraphs/cameras/demo/streets.ts';

/** About one meter of latitude. */
const meter = 1 / 111_195;
const here = { latitude: 29.95, longitude: -90.07 };
const north = (meters: number) => ({ latitude: here.latitude + meters * meter, longitude: here.longitude });

const places: Places = {
  corners: [{ name: 'Carondelet St & Common St', at: here }],
  blocks: [{ name: '100 block Carondelet St', at: north(80) }],
  segments: [{ name: 'Gravier St', line: [north(400), { ...north(400), longitude: -90.06 }] }],
};

test.each([
  ['at a corner it is the corner', 29, 'Carondelet St & Common St'],
  ['past the crossing it is the block', 31, '100 block Carondelet St'],
  ['away from both it is the street', 360, 'Gravier St'],
  ['away from everything it is only near', 250, 'Near Gravier St'],
])('%s', (_, meters, expected) => {
  expect(openPlaces(places)(north(meters))).toBe(expected);
});

test('where no street is known the label says so', () => {
  expect(openPlaces({ corners: [], blocks: [], segments: [] })(here)).toBe('Place unknown');
});

test.each([
  ['Common St & Baronne St', 'Baronne St & Common St'],
  ['Baronne St & Common St', 'Baronne St & Common St'],
  ['001XX Carondelet St', '100 block Carondelet St'],
  ['003XX Blk Bourbon St', '300 block Bourbon St'],
  ['Carondelet St', undefined],
  ['', undefined],
])('the address "%s" reads "%s"', (address, expected) => {
  expect(addressName(address)).toBe(expected);
});

test.each([
  ["O'BANNON ST", "O'Bannon St"],
  ['ST LOUIS ST', 'Saint Louis St'],
  ['Saint Louis St', 'Saint Louis St'],
  ['22ND ST', '22nd St'],
  ['I-10 W', 'I-10 W'],
  ['Orleans Av', 'Orleans Ave'],
])('the street "%s" is spelled "%s"', (name, expected) => {
  expect(spell(name)).toBe(expected);
});
