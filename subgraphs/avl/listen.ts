/**
 * The socket that modems report to. Each datagram is parsed, judged and either
 * stored or counted under the reason why not; nothing that it says is logged and
 * nothing it holds can make the listener fail.
 */
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Logger } from 'pino';
import type { Database } from '../kit/database.ts';
import { parseDatagram } from './datagram.ts';
import { isRefusal, type Refusal } from './fix.ts';
import { type Device, openGate } from './gate.ts';
import type { AvlSettings } from './settings.ts';
import { openStore } from './store.ts';

export interface ListenOptions {
  settings: AvlSettings;
  port: number;
  /** Writable: it has the functions of ingest.sql. */
  database: Database;
  /** The registered devices, as they stand now. */
  devices: () => Promise<Device[]>;
  log: Logger;
  now: () => number;
}

export interface Listener {
  port: number;
  /** Reports since the start: taken, and not taken by reason. */
  counts: () => { accepted: number; refused: Partial<Record<Refusal, number>> };
  /** Reads the registry now instead of at its next turn. */
  refresh: () => Promise<void>;
  close: () => Promise<void>;
}

const refreshMs = 30_000;
const retryMs = 2_000;
const tellMs = 60_000;

export const listen = async (options: ListenOptions): Promise<Listener> => {
  const { settings, log, now } = options;
  const refused = new Map<Refusal, number>();
  const refuse = (reason: Refusal): void => {
    refused.set(reason, (refused.get(reason) ?? 0) + 1);
  };
  let accepted = 0;
  const gate = openGate({
    thresholds: settings.thresholds,
    maximumAgeMs: settings.trailMs,
    maximumSpeedKph: settings.maximumSpeedKph,
  });
  const store = openStore({
    database: options.database,
    log,
    now,
    trailMs: settings.trailMs,
    onOverflow: () => refuse('overflow'),
  });
  const registry = keepRegistered(async () => gate.register(await options.devices()), log);
  await registry.first;

  const socket = createSocket({ type: isIPv6(settings.udpHost) ? 'udp6' : 'udp4', recvBufferSize: 1 << 20 });
  socket.on('message', (datagram, { address }) => {
    const receivedAtMs = now();
    for (const parsed of parseDatagram(datagram, receivedAtMs)) {
      const judged = isRefusal(parsed) ? parsed : gate.admit(parsed, plainAddress(address), receivedAtMs);
      if (isRefusal(judged)) {
        refuse(judged);
        continue;
      }
      accepted += 1;
      store.add(judged);
    }
  });
  const port = await bound(socket, options.port, settings.udpHost).catch((error) => {
    registry.stop();
    socket.close();
    throw error;
  });
  socket.on('error', (error) => log.warn({ code: (error as NodeJS.ErrnoException).code }, 'The modem socket reported an error.'));
  const counts = () => ({ accepted, refused: Object.fromEntries(refused) as Partial<Record<Refusal, number>> });
  const stopTelling = tellRefusals(counts, log);
  return {
    port,
    counts,
    refresh: registry.refresh,
    close: async () => {
      stopTelling();
      registry.stop();
      await new Promise<void>((resolve) => socket.close(() => resolve()));
      await store.close();
    },
  };
};

const bound = (socket: ReturnType<typeof createSocket>, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, host, () => {
      socket.off('error', reject);
      resolve(socket.address().port);
    });
  });

/** Reads the registry at once and then in turns; while it cannot be read, what was read last holds. */
const keepRegistered = (read: () => Promise<void>, log: Logger) => {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const turn = async (): Promise<void> => {
    const failed = await read().then(
      () => false,
      () => true,
    );
    if (failed) log.warn('The device registry cannot be read; it is tried again.');
    if (!stopped) timer = setTimeout(turn, failed ? retryMs : refreshMs).unref();
  };
  const stop = (): void => {
    stopped = true;
    clearTimeout(timer);
  };
  return { first: turn(), refresh: read, stop };
};

/** One line a minute at the most, with counts by reason and nothing else. */
const tellRefusals = (counts: Listener['counts'], log: Logger): (() => void) => {
  let told = '{}';
  const tell = () => {
    const { accepted, refused } = counts();
    const text = JSON.stringify(refused);
    if (text !== told) log.warn({ accepted, refused }, 'Modem reports were refused.');
    told = text;
  };
  const timer = setInterval(tell, tellMs).unref();
  return () => {
    clearInterval(timer);
    tell();
  };
};

/** An IPv4 sender on a dual-stack socket shows as `::ffff:10.1.2.3`. */
const plainAddress = (address: string): string => address.replace(/^::ffff:/i, '');
