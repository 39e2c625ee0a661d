/** The demo's AVL on the air: its store, its listener, its feed, and a modem to send from. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { anonymous, type Principal } from '../../../schema/principal.ts';
import { encodeTaip } from '../../../subgraphs/avl/demo/encode.ts';
import { load } from '../../../subgraphs/avl/demo/load.ts';
import type { Refusal } from '../../../subgraphs/avl/fix.ts';
import { avl } from '../../../subgraphs/avl/index.ts';
import { type AvlSource, openSource } from '../../../subgraphs/avl/source.ts';
import { openLocalBus } from '../../../subgraphs/kit/bus/local.ts';
import type { Bus, BusEvent } from '../../../subgraphs/kit/bus.ts';
import { type Database, openDatabase } from '../../../subgraphs/kit/database.ts';
import type { Runtime } from '../../../subgraphs/kit/system.ts';

export const nopd: Principal = { ...anonymous, kind: 'person', subject: 'a', ori: 'LANPD0000', grants: ['avl:read'] };
export const jpso: Principal = { ...nopd, ori: 'LA0260000' };
export const place = { latitude: 29.95123, longitude: -90.07456, headingDegrees: 90, speedKph: 48 };

export interface Registered {
  id: string;
  unit_id: string;
}

export interface Station {
  database: Database;
  bus: Bus;
  source: AvlSource;
  runtime: Runtime;
  logged: () => string;
  send: (datagram: string | Uint8Array, port?: number) => void;
  /** A device of the home agency's that no other call was given; `where` is a condition on `avl.unit_position`. */
  takeDevice: (protocol: 'TAIP' | 'NMEA', where?: string) => Promise<Registered>;
  /** Events of a unit from now on until `count` have come. */
  eventsOf: (unitId: string, count: number) => Promise<BusEvent[]>;
  /** Loopback keeps the order of datagrams: once a good one shows on the bus, those before it have been judged. */
  untilJudged: () => Promise<void>;
  refused: (reason: Refusal) => number;
  close: () => Promise<void>;
}

export const openStation = async (): Promise<Station> => {
  let logged = '';
  const lines = new Writable({
    write: (line, _encoding, done) => {
      logged += line;
      done();
    },
  });
  const database = await openDatabase('pglite:');
  await load({ database, rejects: join(tmpdir(), 'rtcc-avl-rejects'), report: () => {} });
  // The fleet was parked an hour ago, so that fixes of the last seconds are news.
  for (const table of ['gps_log', 'gps_cur']) await database.exec(`UPDATE avl_vendor.${table} SET gps_ms = gps_ms - 3600000`);
  const bus = openLocalBus();
  const runtime: Runtime = { database, bus, log: pino(lines), now: Date.now, settings: { AVL_UDP_PORT: '0' } };
  const source = await openSource(runtime);
  const stop = new AbortController();
  const feeds = avl.feeds.map((feed) => feed(runtime, stop.signal));
  const modem = createSocket('udp4').bind(0, '127.0.0.1');
  await once(modem, 'listening');

  const send: Station['send'] = (datagram, port = source.udpPort ?? 0) => modem.send(datagram, port, '127.0.0.1');
  const taken = new Set<string>();
  const takeDevice: Station['takeDevice'] = async (protocol, where = 'true') => {
    const rows = await database.query<Registered>(
      `SELECT d.id, d.unit_id FROM avl.device d JOIN avl.unit_position p USING (unit_id)
       WHERE d.protocol = $1 AND p.owner_ori = 'LANPD0000' AND ${where} ORDER BY d.id`,
      [protocol],
    );
    const row = rows.find(({ id }) => !taken.has(id));
    if (!row) throw new Error('no device left');
    taken.add(row.id);
    return row;
  };
  const eventsOf: Station['eventsOf'] = async (unitId, count) => {
    const events: BusEvent[] = [];
    for await (const batch of bus.follow('unit', { signal: AbortSignal.timeout(30_000) })) {
      events.push(...batch.filter(({ key }) => key === unitId));
      if (events.length >= count) break;
    }
    return events;
  };
  const untilJudged = async (): Promise<void> => {
    const device = await takeDevice('TAIP');
    const events = eventsOf(device.unit_id, 1);
    send(encodeTaip(device.id, { ...place, atMs: Date.now() }));
    if ((await events).length === 0) throw new Error('nothing came');
  };
  /** The feed starts from what is there when it looks first: one car stirs until it is seen. */
  const untilFed = async (): Promise<void> => {
    const device = await takeDevice('TAIP');
    const stirring = setInterval(() => send(encodeTaip(device.id, { ...place, atMs: Date.now() })), 100);
    await eventsOf(device.unit_id, 1).finally(() => clearInterval(stirring));
  };
  await untilFed();
  return {
    database,
    bus,
    source,
    runtime,
    logged: () => logged,
    send,
    takeDevice,
    eventsOf,
    untilJudged,
    refused: (reason) => source.listener?.counts().refused[reason] ?? 0,
    close: async () => {
      stop.abort();
      modem.close();
      await Promise.all(feeds);
      await source.close();
      await bus.close();
      await database.close();
    },
  };
};
