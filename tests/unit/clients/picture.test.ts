/** What the list shows, and how the map draws it. */
import { choicesOf, matches } from '../../../clients/dashboard/src/list/rows.ts';
import type { Camera, Incident, Unit } from '../../../clients/dashboard/src/live/picture.ts';
import { cameraForm, incidentFeatures, isStale, signOf } from '../../../clients/dashboard/src/map/features.ts';
import { firstView } from '../../../clients/dashboard/src/view.ts';

const incident = (part: Partial<Incident>): Incident => ({
  id: 'inc-1',
  number: 'B-00001-22',
  status: 'DISPATCHED',
  priority: '2C',
  type: { code: '64G', text: 'ARMED ROBBERY' },
  receivedAt: '2026-11-20T12:00:00.000Z',
  dispatchedAt: null,
  arrivedAt: null,
  closedAt: null,
  location: { address: '001XX Carondelet St', district: '8', zone: '8A', point: { latitude: 29.95, longitude: -90.07 } },
  units: [{ callSign: '809B' }],
  ...part,
});

const fixedAt = '2026-11-20T12:00:00.000Z';
const unit = (deviceState: 'MOVING' | 'PARKED' | 'OFF', headingDegrees: number | null = 90): Unit => ({
  id: 'unit-1',
  callSign: '809B',
  status: 'EN_ROUTE',
  district: '8',
  position: { point: { latitude: 29.95, longitude: -90.07 }, headingDegrees, speedKph: 30, fixedAt, deviceState, stale: false },
});

test.each([
  ['its district', { districts: ['8'] }, true],
  ['another district', { districts: ['1'] }, false],
  ['its urgency', { priorities: ['2'] }, true],
  ['another urgency', { priorities: ['0', '1'] }, false],
  ['a unit on it', { text: '809b' }, true],
  ['words of its address', { text: 'carondelet' }, true],
  ['its number', { text: 'b-00001' }, true],
  ['other words', { text: 'bourbon' }, false],
  ['another status', { statuses: ['CLOSED' as const] }, false],
])('a filter by %s', (_what, filters, expected) => {
  expect(matches({ ...firstView, ...filters })(incident({}))).toBe(expected);
});

test('offers the most frequent types first, and districts in their order', () => {
  const choices = choicesOf([
    incident({ id: 'a', location: null }),
    incident({ id: 'b', type: { code: '18', text: 'TRAFFIC' } }),
    incident({ id: 'c', type: { code: '18', text: 'TRAFFIC' } }),
  ]);
  expect(choices.types.map(({ code, count }) => [code, count])).toEqual([
    ['18', 2],
    ['64G', 1],
  ]);
  expect(choices.districts).toEqual(['8']);
});

test.each([
  ['RECEIVED', 'incident-2-waiting'],
  ['ON_SCENE', 'incident-2-open'],
  ['CLOSED', 'incident-2-closed'],
] as const)('a call that is %s is drawn as %s', (status, icon) => {
  expect(incidentFeatures([incident({ status })]).features[0]?.properties).toMatchObject({ icon });
});

test('a call without a place is not on the map', () => {
  expect(incidentFeatures([incident({ location: null })]).features).toEqual([]);
});

test.each([
  ['MOVING', 89, false],
  ['MOVING', 91, true],
  ['PARKED', 599, false],
  ['PARKED', 601, true],
  ['OFF', 1, true],
] as const)('a position of a device that is %s is %i s old: stale is %s', (state, seconds, stale) => {
  expect(isStale(unit(state), Date.parse(fixedAt) + seconds * 1_000)).toBe(stale);
});

test('a unit that moves points to where it goes; one that is stale points nowhere', () => {
  const now = Date.parse(fixedAt);
  const drawn = (at: number) => signOf(unit('MOVING'), at);
  expect(drawn(now)).toMatchObject({ icon: 'unit-EN_ROUTE-moving', heading: 90 });
  expect(drawn(now + 120_000)).toMatchObject({ icon: 'unit-EN_ROUTE-stale', heading: 0 });
});

test.each([
  [{ status: 'ONLINE', viewable: true, ownership: 'PUBLIC' }, 'public'],
  [{ status: 'ONLINE', viewable: true, ownership: 'PRIVATE' }, 'partner'],
  [{ status: 'ONLINE', viewable: false, ownership: 'PRIVATE' }, 'hidden'],
  [{ status: 'OFFLINE', viewable: true, ownership: 'PUBLIC' }, 'out'],
] as const)('a camera %j is drawn as %s', (camera: Pick<Camera, 'status' | 'viewable' | 'ownership'>, form) => {
  expect(cameraForm(camera)).toBe(form);
});
