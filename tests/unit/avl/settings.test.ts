import { readSettings } from '../../../subgraphs/avl/settings.ts';

test('without settings nobody listens and the usual thresholds hold', () => {
  expect(readSettings({})).toMatchObject({
    udpPort: undefined,
    udpHost: '127.0.0.1',
    trailMs: 86_400_000,
    maximumSpeedKph: 300,
    thresholds: { movingKph: 5, movingSeconds: 90, parkedSeconds: 600, offSeconds: 1_800 },
  });
});

test('an empty setting is an absent one: an empty port is not port 0', () => {
  expect(readSettings({ AVL_UDP_PORT: '' }).udpPort).toBeUndefined();
  expect(readSettings({ AVL_UDP_PORT: '0' }).udpPort).toBe(0);
});

test.each([
  ['AVL_UDP_PORT', '70000'],
  ['AVL_UDP_PORT', 'taip'],
  ['AVL_TRAIL_HOURS', '-1'],
  ['AVL_STALE_MOVING_SECONDS', 'soon'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => readSettings({ [name]: value })).toThrow(name);
});
