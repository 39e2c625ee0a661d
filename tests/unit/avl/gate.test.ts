/** Which reports are believed: for every rule one that passes and one that does not. */
import type { Report } from '../../../subgraphs/avl/fix.ts';
import { type Device, metersBetween, openGate } from '../../../subgraphs/avl/gate.ts';
import { defaultThresholds } from '../../../subgraphs/avl/state.ts';

const now = Date.UTC(2022, 1, 21, 3, 0, 0);
const device = (id: string, more: Partial<Device> = {}): Device => ({
  id,
  unitId: `unit-${id}`,
  protocol: null,
  pinnedAddress: null,
  active: true,
  ...more,
});
const report = (more: Partial<Report> = {}): Report => ({
  protocol: 'TAIP',
  deviceId: 'A',
  latitude: 29.95,
  longitude: -90.07,
  headingDegrees: 90,
  speedKph: 40,
  fixedAtMs: now,
  ...more,
});
const gate = (devices: Device[] = [device('A')]) => {
  const opened = openGate({ thresholds: defaultThresholds, maximumAgeMs: 24 * 3_600_000, maximumSpeedKph: 300 });
  opened.register(devices);
  return opened;
};
const passes = expect.objectContaining({ device: 'A' });

test("a registered device's report becomes a fix", () => {
  expect(gate().admit(report(), '10.0.0.1', now)).toEqual({
    device: 'A',
    latitude: 29.95,
    longitude: -90.07,
    heading: 90,
    speedKph: 40,
    state: 'MOVING',
    fixedAt: now,
    receivedAt: now,
  });
});

test('nothing is believed before the registry has been read', () => {
  const opened = openGate({ thresholds: defaultThresholds, maximumAgeMs: 1, maximumSpeedKph: 1 });
  expect(opened.admit(report(), '10.0.0.1', now)).toBe('not_ready');
});

test('an unknown, switched-off or unmounted device is refused', () => {
  expect(gate().admit(report({ deviceId: 'B' }), '10.0.0.1', now)).toBe('unknown_device');
  expect(gate([device('A', { active: false })]).admit(report(), '10.0.0.1', now)).toBe('inactive_device');
  expect(gate([device('A', { unitId: null })]).admit(report(), '10.0.0.1', now)).toBe('inactive_device');
});

test('a pinned device is believed from its address alone', () => {
  const pinned = gate([device('A', { pinnedAddress: '10.0.0.1' })]);
  expect(pinned.admit(report(), '10.0.0.2', now)).toBe('wrong_source');
  expect(pinned.admit(report(), '10.0.0.1', now)).toEqual(passes);
});

test('a device is believed in its own protocol alone', () => {
  const nmea = gate([device('A', { protocol: 'NMEA' })]);
  expect(nmea.admit(report(), '10.0.0.1', now)).toBe('wrong_protocol');
  expect(nmea.admit(report({ protocol: 'NMEA' }), '10.0.0.1', now)).toEqual(passes);
});

test("a report without an id is its pinned address's, unless several share it", () => {
  const nameless = report({ deviceId: undefined });
  expect(gate([device('A', { pinnedAddress: '10.0.0.1' })]).admit(nameless, '10.0.0.1', now)).toEqual(passes);
  expect(gate([device('A', { pinnedAddress: '10.0.0.1' })]).admit(nameless, '10.0.0.9', now)).toBe('unknown_device');
  const shared = [device('A', { pinnedAddress: '10.0.0.1' }), device('B', { pinnedAddress: '10.0.0.1' })];
  expect(gate(shared).admit(nameless, '10.0.0.1', now)).toBe('unknown_device');
});

test('a fix may be of now, not of the future', () => {
  expect(gate().admit(report({ fixedAtMs: now + 18_000 }), '10.0.0.1', now)).toEqual(passes);
  expect(gate().admit(report({ fixedAtMs: now + 31_000 }), '10.0.0.1', now)).toBe('future');
});

test('a fix may be as old as the trail, not older', () => {
  expect(gate().admit(report({ fixedAtMs: now - 24 * 3_600_000 }), '10.0.0.1', now)).toEqual(passes);
  expect(gate().admit(report({ fixedAtMs: now - 24 * 3_600_000 - 1 }), '10.0.0.1', now)).toBe('too_old');
});

test('the same fix twice counts once', () => {
  const opened = gate();
  expect(opened.admit(report(), '10.0.0.1', now)).toEqual(passes);
  expect(opened.admit(report(), '10.0.0.1', now + 5)).toBe('duplicate');
});

test('a car drives 80 m in a second, not 30 km; after long enough it may be anywhere', () => {
  const opened = gate();
  opened.admit(report(), '10.0.0.1', now);
  const near = report({ longitude: -90.0692, fixedAtMs: now + 1_000 });
  const far = report({ longitude: -89.76, fixedAtMs: now + 2_000 });
  expect(opened.admit(near, '10.0.0.1', now + 1_000)).toEqual(passes);
  expect(opened.admit(far, '10.0.0.1', now + 2_000)).toBe('jump');
  expect(opened.admit({ ...far, fixedAtMs: now + 600_000 }, '10.0.0.1', now + 600_000)).toEqual(passes);
});

test('a refused jump does not become the place that the next fix is measured from', () => {
  const opened = gate();
  opened.admit(report(), '10.0.0.1', now);
  opened.admit(report({ latitude: 40, fixedAtMs: now + 1_000 }), '10.0.0.1', now + 1_000);
  expect(opened.admit(report({ fixedAtMs: now + 2_000 }), '10.0.0.1', now + 2_000)).toEqual(passes);
});

test('a fix that comes late is logged but does not become the newest', () => {
  const opened = gate();
  opened.admit(report(), '10.0.0.1', now);
  expect(opened.admit(report({ fixedAtMs: now - 60_000 }), '10.0.0.1', now)).toEqual(passes);
  expect(opened.admit(report(), '10.0.0.1', now)).toBe('duplicate');
});

test('a standing car has no heading', () => {
  expect(gate().admit(report({ speedKph: 1 }), '10.0.0.1', now)).toMatchObject({ state: 'PARKED', heading: null });
});

test('a device that leaves the registry is unknown at once', () => {
  const opened = gate();
  opened.register([]);
  expect(opened.admit(report(), '10.0.0.1', now)).toBe('unknown_device');
});

test('distances are right to half a percent', () => {
  // One minute of latitude is a nautical mile.
  const meters = metersBetween({ latitude: 29, longitude: -90 }, { latitude: 29 + 1 / 60, longitude: -90 });
  expect(Math.abs(meters - 1_852)).toBeLessThan(9);
});
