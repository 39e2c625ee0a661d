/** The address as a saved view: what it keeps, and what it takes from a stranger's link. */
import { firstView, readView, type View, writeView } from '../../../clients/dashboard/src/view.ts';

const view: View = {
  ...firstView,
  districts: ['1', '8'],
  priorities: ['2'],
  types: ['64G'],
  statuses: ['RECEIVED', 'ON_SCENE'],
  sort: 'priority',
  descending: false,
  hidden: ['public', 'trails'],
  incident: 'inc-B2402022',
  place: { latitude: 29.95, longitude: -90.07, zoom: 13.5 },
  at: '2026-11-20T12:00:00.000Z',
};

test('a view comes back from its address as it was', () => {
  expect(readView(writeView(view))).toEqual(view);
});

test('the first view needs no address', () => {
  expect(writeView(firstView).toString()).toBe('');
  expect(readView(new URLSearchParams())).toEqual(firstView);
});

test('words that were typed stay out of the address: they may be a name', () => {
  expect(writeView({ ...view, text: 'a name' }).toString()).not.toContain('name');
});

test.each([
  ['a status that does not exist', 'status=SECRET', { statuses: [] }],
  ['an order that does not exist', 'sort=constructor', { sort: 'receivedAt' }],
  ['a place outside of the world', 'map=99,200,3', { place: undefined }],
  ['a place that is no number', 'map=a,b,c', { place: undefined }],
  ['an instant that is none', 'at=soon', { at: undefined }],
])('%s in a link is ignored', (_what, query, expected) => {
  expect(readView(new URLSearchParams(query))).toMatchObject(expected);
});
