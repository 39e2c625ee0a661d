/** The demo's cars: where they are when, and that what they send is what modems send. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDatagram } from '../../../subgraphs/avl/datagram.ts';
import { drive } from '../../../subgraphs/avl/demo/drive.ts';
import { encodeNmea, encodeTaip, type Moment } from '../../../subgraphs/avl/demo/encode.ts';
import { fleetOf } from '../../../subgraphs/avl/demo/fleet.ts';
import { patrolAt } from '../../../subgraphs/avl/demo/patrol.ts';
import { type Frame, momentAt, tracksOf } from '../../../subgraphs/avl/demo/track.ts';
import { isRefusal, type Report } from '../../../subgraphs/avl/fix.ts';
import { metersBetween } from '../../../subgraphs/avl/gate.ts';
import { type DemoCall, readCalls } from '../../../subgraphs/kit/demo/calls.ts';
import { carnivalSchedule, type ScheduledStep, type StepKind } from '../../../subgraphs/kit/demo/schedule.ts';
import { type DemoUnit, deriveUnits } from '../../../subgraphs/kit/demo/units.ts';

const startAt = new Date('2026-03-01T12:00:00Z');
const speed = 60;
const { calls } = readCalls(join(tmpdir(), 'rtcc-avl-rejects'));
const { units, assignments } = deriveUnits(calls);
const fleet = fleetOf(units);
const homes = new Map(fleet.map(({ callSign, home }) => [callSign, home]));
const steps = carnivalSchedule({ calls, assignments, startAt, speed });
const tracks = tracksOf({ steps, calls, homes, speed });

const home = { latitude: 29.95, longitude: -90.07 };
const scene = { latitude: 29.96, longitude: -90.07 };
/** One call: sent at 0 s, there at 300 s, clear at 900 s of wall-clock time, at real speed. */
const oneCall = (times: Partial<Record<StepKind, number>>): Frame[] => {
  const call = { item: 'X', point: scene } as DemoCall;
  const own = Object.entries(times).map(
    ([kind, second]): ScheduledStep => ({
      kind: kind as StepKind,
      at: new Date(second * 1000),
      dataAt: new Date(second * 1000),
      item: 'X',
      callSign: 'C',
    }),
  );
  return tracksOf({ steps: own, calls: [call], homes: new Map([['C', home]]), speed: 1 }).get('C') ?? [];
};
const at = (frames: Frame[], second: number) => momentAt(frames, second * 1000, home, 1);

test('a car waits at home, drives when sent, stands at the call, and returns', () => {
  const frames = oneCall({ dispatched: 100, onScene: 300, cleared: 900 });
  expect(at(frames, 0)).toMatchObject({ ...home, speedKph: 0, headingDegrees: null });
  const under = at(frames, 250);
  expect(under.headingDegrees).toBeCloseTo(0, 5);
  expect(under.latitude).toBeGreaterThan(home.latitude);
  expect(under.latitude).toBeLessThan(scene.latitude);
  expect(at(frames, 300)).toMatchObject({ ...scene, headingDegrees: null });
  expect(at(frames, 899)).toMatchObject({ ...scene, headingDegrees: null });
  expect(at(frames, 930).headingDegrees).toBeCloseTo(180, 5);
  expect(at(frames, 3_000)).toMatchObject({ ...home, speedKph: 0 });
});

test('an arrival that is recorded before the dispatch is kept: the car was already under way', () => {
  const frames = oneCall({ dispatched: 400, onScene: 300, cleared: 900 });
  expect(at(frames, 300)).toMatchObject(scene);
  expect(at(frames, 290).speedKph).toBeGreaterThan(0);
});

test('a car that was sent and never arrived is turned back when cleared', () => {
  const frames = oneCall({ dispatched: 100, cleared: 130 });
  expect(at(frames, 125).speedKph).toBeGreaterThan(0);
  expect(at(frames, 3_000)).toMatchObject(home);
});

test('cars arrive at the real calls at the real times', () => {
  const places = new Map(calls.map(({ item, point }) => [item, point]));
  const arrivals = steps.filter(({ kind, callSign, item }) => kind === 'onScene' && callSign && places.get(item));
  const there = arrivals.filter(({ callSign = '', item, at: when }) => {
    const point = places.get(item);
    const car = momentAt(tracks.get(callSign) ?? [], when.getTime() + 50, home, speed);
    return point && metersBetween(car, point) < 30;
  });
  expect(arrivals.length).toBeGreaterThan(400);
  expect(there.length / arrivals.length).toBeGreaterThan(0.9);
});

test('no car is ever faster than a car can be, so the listener believes each', () => {
  let fastest = 0;
  for (const frames of tracks.values()) {
    for (const [index, frame] of frames.entries()) {
      const before = frames[index - 1];
      if (!before || metersBetween(before.point, frame.point) < 1) continue;
      fastest = Math.max(fastest, (metersBetween(before.point, frame.point) * 3.6) / ((frame.atMs - before.atMs) / 1000) / speed);
    }
  }
  expect(fastest).toBeLessThan(300);
  expect(fastest).toBeGreaterThan(20);
});

test('of the free cars on watch some patrol, in loops that begin and end at home; the others do not', () => {
  const slot = 240_000;
  const from = Math.ceil(startAt.getTime() / slot) * slot;
  const noon = () => Date.parse('2022-02-20T18:00:00Z'); // 12 o'clock in New Orleans: watch A.
  const at = (callSign: string, ms: number) => patrolAt({ callSign, home, frames: [] }, ms, noon);
  const out = units.filter(({ callSign }) => at(callSign, from + 60_000));
  expect(out.length).toBeGreaterThan(3);
  expect(out.every(({ callSign }) => callSign.endsWith('A'))).toBe(true);
  const [car] = out;
  if (!car) throw new Error('nobody patrols');
  const { callSign } = car;
  const middle = at(callSign, from + slot / 2);
  expect(middle?.speedKph).toBeGreaterThan(5);
  expect(middle?.speedKph).toBeLessThan(60);
  for (const ms of [from, from + slot - 1]) expect(metersBetween(at(callSign, ms) ?? scene, home)).toBeLessThan(1);
  const called = [{ atMs: from + slot / 2, point: home }];
  expect(patrolAt({ callSign, home, frames: called }, from + 60_000, noon)).toBeUndefined();
});

test.each([
  ['TAIP', encodeTaip],
  ['NMEA', encodeNmea],
] as const)('what a %s modem sends, the parser reads back', (_protocol, encode) => {
  const moment: Moment = {
    atMs: Date.UTC(2026, 2, 1, 23, 59, 59),
    latitude: -29.99999,
    longitude: 90.07456,
    headingDegrees: 359.9,
    speedKph: 48,
  };
  const [parsed] = parseDatagram(Buffer.from(encode('809B', moment)), moment.atMs + 400);
  if (!parsed || isRefusal(parsed)) throw new Error(`refused: ${parsed}`);
  expect(parsed).toMatchObject({ deviceId: '809B', fixedAtMs: moment.atMs });
  expect(parsed.latitude).toBeCloseTo(moment.latitude, 5);
  expect(parsed.longitude).toBeCloseTo(moment.longitude, 5);
  expect(Math.abs((parsed.speedKph ?? 0) - 48)).toBeLessThan(1);
});

test('half the fleet speaks TAIP, no id is used twice, and a few modems fail', () => {
  expect(Math.abs(fleet.filter(({ protocol }) => protocol === 'TAIP').length * 2 - fleet.length)).toBeLessThanOrEqual(1);
  expect(new Set(fleet.map(({ deviceId }) => deviceId)).size).toBe(fleet.length);
  expect(fleet.filter(({ failing }) => failing).length).toBeGreaterThan(2);
});

test('every car reports at the start, once, by real datagrams', async () => {
  const receiver = createSocket('udp4').bind(0, '127.0.0.1');
  await once(receiver, 'listening');
  const reports: Report[] = [];
  const stop = new AbortController();
  const few: DemoUnit[] = units.slice(0, 40);
  const complete = new Promise<void>((resolve) => {
    receiver.on('message', (datagram) => {
      for (const parsed of parseDatagram(datagram, Date.now())) if (!isRefusal(parsed)) reports.push(parsed);
      if (new Set(reports.map(({ deviceId }) => deviceId)).size === few.length) resolve();
    });
  });
  const round = carnivalSchedule({ calls, assignments, startAt: new Date(), speed });
  const target = { host: '127.0.0.1', port: receiver.address().port };
  const driving = drive({ steps: round, units: few, calls, speed, target, now: Date.now, signal: stop.signal });
  await complete;
  stop.abort();
  await driving;
  receiver.close();
  expect(new Set(reports.map(({ protocol }) => protocol))).toEqual(new Set(['TAIP', 'NMEA']));
});
