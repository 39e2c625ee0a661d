/** From a datagram on a real socket to an event on the bus and a position in the graph. */
import { encodeNmea, encodeTaip } from '../../../subgraphs/avl/demo/encode.ts';
import type { Refusal } from '../../../subgraphs/avl/fix.ts';
import { openSource } from '../../../subgraphs/avl/source.ts';
import type { BusEvent } from '../../../subgraphs/kit/bus.ts';
import { nopd, openStation, place, type Station } from './station.ts';

let station: Station;

beforeAll(async () => {
  station = await openStation();
});

afterAll(() => station.close());

test.each(['TAIP', 'NMEA'] as const)("a %s datagram becomes one event and the unit's position", async (protocol) => {
  const device = await station.takeDevice(protocol);
  const events = station.eventsOf(device.unit_id, 1);
  const atMs = Math.floor(Date.now() / 1000) * 1000;
  const encode = protocol === 'TAIP' ? encodeTaip : encodeNmea;
  station.send(encode(device.id, { ...place, atMs }));
  expect(await events).toEqual([expect.objectContaining({ key: device.unit_id, change: 'UPDATED' })]);
  const position = await station.source.reader(nopd).position(device.unit_id);
  expect(position).toMatchObject({
    latitude: 29.95123,
    longitude: -90.07456,
    headingDegrees: 90,
    deviceState: 'MOVING',
    stale: false,
  });
  expect(position?.speedKph).toBeCloseTo(48, -0.5);
  expect(position?.fixedAt.getTime()).toBe(atMs);
});

test('several fixes of one unit in one batch are one event, and all of them are in the trail', async () => {
  const [device, other] = [await station.takeDevice('TAIP'), await station.takeDevice('TAIP')];
  const base = Math.floor(Date.now() / 1000) * 1000;
  const seen: BusEvent[] = [];
  const follow = (async () => {
    for await (const batch of station.bus.follow('unit', { signal: AbortSignal.timeout(30_000) })) {
      seen.push(...batch.filter(({ key }) => key === device.unit_id));
      if (batch.some(({ key }) => key === other.unit_id)) return;
      if (seen.length === 1) station.send(encodeTaip(other.id, { ...place, atMs: Date.now() }));
    }
  })();
  const sentences = [3, 2, 1].map((ago) =>
    encodeTaip(device.id, { ...place, latitude: place.latitude - ago * 1e-4, atMs: base - ago * 1_000 }),
  );
  station.send(sentences.join('\r\n'));
  await follow;
  expect(seen).toHaveLength(1);
  expect(
    (await station.source.reader(nopd).trail(device.unit_id, { minutes: 1, first: 3 })).nodes.map(
      ({ fixedAt }) => base - fixedAt.getTime(),
    ),
  ).toEqual([1_000, 2_000, 3_000]);
});

test('what is garbage, truncated, forged or impossible is refused under its reason; the listener goes on', async () => {
  const device = await station.takeDevice('TAIP');
  const pinned = await station.takeDevice('NMEA');
  await station.database.query("UPDATE avl_vendor.mdm SET pin_ip = '10.9.9.9' WHERE mdm_id = $1", [pinned.id]);
  await station.source.listener?.refresh();
  const atMs = Date.now();
  const good = encodeTaip(device.id, { ...place, atMs });
  const cases: [Refusal, string | Uint8Array][] = [
    ['garbage', Uint8Array.of(0, 255, 1)],
    ['malformed', good.slice(0, 20)],
    ['checksum', good.replace('+2995123', '+2995124')],
    ['unknown_device', encodeTaip('NOBODY', { ...place, atMs })],
    ['inactive_device', encodeTaip('SPARE1', { ...place, atMs })],
    ['wrong_protocol', encodeNmea(device.id, { ...place, atMs })],
    ['wrong_source', encodeNmea(pinned.id, { ...place, atMs })],
    ['future', encodeTaip(device.id, { ...place, atMs: atMs + 3_600_000 })],
    ['unsupported', '>QPV<'],
    ['too_long', 'x'.repeat(2_000)],
  ];
  const before = new Map(cases.map(([reason]) => [reason, station.refused(reason)]));
  for (const [, datagram] of cases) station.send(datagram);
  await station.untilJudged();
  for (const [reason] of cases) expect([reason, station.refused(reason) - (before.get(reason) ?? 0)]).toEqual([reason, 1]);
  const position = await station.source.reader(nopd).position(device.unit_id);
  expect(position?.latitude).not.toBe(place.latitude);
});

test('a unit that leaps across the state keeps its last believed position', async () => {
  const device = await station.takeDevice('TAIP');
  const atMs = Date.now() - 5_000;
  const events = station.eventsOf(device.unit_id, 1);
  station.send(encodeTaip(device.id, { ...place, atMs }));
  await events;
  const before = station.refused('jump');
  station.send(encodeTaip(device.id, { ...place, latitude: 32.5, atMs: atMs + 3_000 }));
  await station.untilJudged();
  expect(station.refused('jump') - before).toBe(1);
  expect((await station.source.reader(nopd).position(device.unit_id))?.latitude).toBe(place.latitude);
});

test('the source says when it last had a fix, and that silence makes it stale', async () => {
  const { lastEventAt, staleAfterSeconds } = await station.source.check();
  expect(Date.now() - (lastEventAt?.getTime() ?? 0)).toBeLessThan(30_000);
  expect(staleAfterSeconds).toBe(120);
});

test('at the end the log holds counts by reason and nothing of what was sent', async () => {
  const quiet = await openSource(station.runtime);
  const device = await station.takeDevice('TAIP');
  const sentence = encodeTaip(device.id, { ...place, atMs: Date.now() + 3_600_000 });
  station.send(sentence, quiet.udpPort);
  while (quiet.listener?.counts().refused.future !== 1) await new Promise(setImmediate);
  await quiet.close();
  expect(station.logged()).toContain('"refused":{"future":1}');
  for (const part of [device.id, device.unit_id, '29.95', '+2995', 'RPV']) expect(station.logged()).not.toContain(`"${part}`);
  expect(station.logged()).not.toMatch(/RPV|GPRMC|29\.95|unit-LA/);
});

test('a port that is taken, or a setting that is nonsense, is told at once', async () => {
  const settings = (AVL_UDP_PORT: string) => ({ ...station.runtime, settings: { AVL_UDP_PORT } });
  await expect(openSource(settings(String(station.source.udpPort)))).rejects.toThrow(/EADDRINUSE/);
  await expect(openSource(settings('x'))).rejects.toThrow(/AVL_UDP_PORT/);
});
