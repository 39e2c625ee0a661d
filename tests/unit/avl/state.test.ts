import { ageOf, defaultThresholds, recordedState, stateOf } from '../../../subgraphs/avl/state.ts';

const now = Date.UTC(2022, 1, 21);
const aged = (state: 'MOVING' | 'PARKED' | 'OFF', seconds: number) => ageOf(state, now - seconds * 1000, now, defaultThresholds);

test.each([
  ['MOVING', 90, 'MOVING', false],
  ['MOVING', 91, 'MOVING', true],
  ['PARKED', 91, 'PARKED', false],
  ['PARKED', 600, 'PARKED', false],
  ['PARKED', 601, 'PARKED', true],
  ['PARKED', 1_801, 'OFF', true],
  ['MOVING', 1_801, 'OFF', true],
  ['OFF', 0, 'OFF', true],
  ['MOVING', -5, 'MOVING', false],
] as const)('%s, %d s old, is %s and stale %s', (state, seconds, shown, stale) => {
  expect(aged(state, seconds)).toEqual({ state: shown, stale });
});

test('thresholds are settings', () => {
  const thresholds = { ...defaultThresholds, movingSeconds: 10 };
  expect(ageOf('MOVING', now - 11_000, now, thresholds).stale).toBe(true);
  expect(ageOf('MOVING', now - 9_000, now, thresholds).stale).toBe(false);
});

test('speed tells moving from parked', () => {
  expect(stateOf(5, defaultThresholds)).toBe('MOVING');
  expect(stateOf(4.9, defaultThresholds)).toBe('PARKED');
  expect(stateOf(null, defaultThresholds)).toBe('PARKED');
});

test('a state that the contract does not know counts as off', () => {
  expect(recordedState('PARKED')).toBe('PARKED');
  expect(recordedState('IDLING')).toBe('OFF');
});
