/** Who may know where which unit is, and who is told that it moved. */
import type { Principal } from '../../../schema/principal.ts';
import { encodeTaip } from '../../../subgraphs/avl/demo/encode.ts';
import type { AvlReader } from '../../../subgraphs/avl/reader.ts';
import { resolvers } from '../../../subgraphs/avl/resolvers.ts';
import type { BusEvent } from '../../../subgraphs/kit/bus.ts';
import type { Context } from '../../../subgraphs/kit/system.ts';
import { jpso, nopd, openStation, place, type Station } from './station.ts';

let station: Station;

beforeAll(async () => {
  station = await openStation();
});

afterAll(() => station.close());

interface Live {
  subscribe: (root: unknown, args: object, context: Context<AvlReader>) => AsyncGenerator<{ event: BusEvent }>;
}

const contextFor = (principal: Principal): Context<AvlReader> => ({
  principal,
  read: station.source.reader(principal),
  stream: { bus: station.bus, now: Date.now, expiresAtMs: Date.now() + 60_000, renew: () => contextFor(principal) },
});

const moved = (args: object, principal = nopd) =>
  (resolvers as unknown as { Subscription: { unitMoved: Live } }).Subscription.unitMoved.subscribe(
    undefined,
    args,
    contextFor(principal),
  );

test('unitMoved tells of units inside the rectangle and of no others', async () => {
  const inside = await station.takeDevice('TAIP');
  const outside = await station.takeDevice('TAIP');
  const stream = moved({ filter: { bounds: { west: -90.08, south: 29.95, east: -90.07, north: 29.96 } } });
  await stream.next(); // The opening, which is no event.
  const first = stream.next();
  station.send(encodeTaip(outside.id, { ...place, latitude: 29.99, atMs: Date.now() }));
  station.send(encodeTaip(inside.id, { ...place, atMs: Date.now() }));
  expect((await first).value?.event.key).toBe(inside.unit_id);
  await stream.return(undefined);
});

test('unitMoved tells a partner of shared units alone', async () => {
  const kept = await station.takeDevice('TAIP', 'NOT shared');
  const shared = await station.takeDevice('TAIP', 'shared');
  const stream = moved({}, jpso);
  await stream.next(); // The opening, which is no event.
  const first = stream.next();
  station.send(encodeTaip(kept.id, { ...place, atMs: Date.now() }));
  station.send(encodeTaip(shared.id, { ...place, atMs: Date.now() }));
  expect((await first).value?.event.key).toBe(shared.unit_id);
  await stream.return(undefined);
});

test('unitMoved refuses a rectangle that is none', () => {
  expect(() => moved({ filter: { bounds: { west: 10, south: 0, east: -10, north: 1 } } })).toThrow(/bounds/);
});

test('unitMoved with a list of units tells of those alone', async () => {
  const [wanted, other] = [await station.takeDevice('TAIP'), await station.takeDevice('TAIP')];
  const stream = moved({ filter: { units: [wanted.unit_id] } });
  await stream.next();
  const first = stream.next();
  station.send(encodeTaip(other.id, { ...place, atMs: Date.now() }));
  station.send(encodeTaip(wanted.id, { ...place, atMs: Date.now() }));
  expect((await first).value?.event.key).toBe(wanted.unit_id);
  await stream.return(undefined);
  expect(() => moved({ filter: { units: Array.from({ length: 1_001 }, String) } })).toThrow(/1000/);
});

test('unitMoved resumes behind a cursor and tells what came meanwhile', async () => {
  const device = await station.takeDevice('TAIP');
  const opening = moved({ filter: { units: [device.unit_id] } });
  const cursor = (await opening.next()).value?.event.cursor;
  await opening.return(undefined);
  const events = station.eventsOf(device.unit_id, 1);
  station.send(encodeTaip(device.id, { ...place, atMs: Date.now() }));
  const [missed] = await events;
  const resumed = moved({ filter: { units: [device.unit_id] }, after: cursor });
  await resumed.next();
  expect((await resumed.next()).value?.event.cursor).toBe(missed?.cursor);
  await resumed.return(undefined);
});

test('a partner sees a unit that its owner shares, and no other; the owner sees both', async () => {
  const kept = await station.takeDevice('NMEA', 'NOT shared');
  const shared = await station.takeDevice('NMEA', 'shared');
  for (const [principal, { unit_id }, found] of [
    [jpso, shared, true],
    [jpso, kept, false],
    [nopd, kept, true],
    [nopd, shared, true],
  ] as const) {
    const reader = station.source.reader(principal);
    expect((await reader.position(unit_id)) !== null).toBe(found);
    expect((await reader.trail(unit_id, { minutes: 120 })).nodes.length > 0).toBe(found);
  }
});

test('an undercover unit does not exist without its grant: no position, no trail, no event', async () => {
  const { id, unit_id } = await station.takeDevice('TAIP', 'shared');
  const hide = "UPDATE avl_vendor.veh SET covrt_fl = 'Y' WHERE veh_no = (SELECT veh_no FROM avl_vendor.mdm WHERE mdm_id = $1)";
  await station.database.query(hide, [id]);
  const cleared = { ...nopd, grants: ['avl:read', 'rms:sealed'] };
  for (const [principal, found] of [
    [nopd, false],
    [cleared, true],
  ] as const) {
    const reader = station.source.reader(principal);
    expect((await reader.position(unit_id)) !== null).toBe(found);
    expect((await reader.trail(unit_id, { minutes: 120 })).nodes.length > 0).toBe(found);
  }
  const stream = moved({});
  await stream.next();
  const first = stream.next();
  const seen = await station.takeDevice('TAIP');
  for (const device of [id, seen.id]) station.send(encodeTaip(device, { ...place, atMs: Date.now() }));
  expect((await first).value?.event.key).toBe(seen.unit_id);
  await stream.return(undefined);
});
