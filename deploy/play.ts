/**
 * Carnival 2022 as live: dispatchers write in the demo's dispatch tables, cars
 * report over the air, cameras fail and come back. Each writes to its vendor's
 * side alone; the hub sees it as it would see the real thing.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import { drive } from '../subgraphs/avl/demo/drive.ts';
import { replay } from '../subgraphs/cad/demo/replay.ts';
import { flicker } from '../subgraphs/cameras/demo/flicker.ts';
import { readCalls } from '../subgraphs/kit/demo/calls.ts';
import { carnivalSchedule, roundMs } from '../subgraphs/kit/demo/schedule.ts';
import { deriveUnits } from '../subgraphs/kit/demo/units.ts';
import { connectDatabase } from './connect.ts';
import type { Lifecycle } from './lifecycle.ts';
import { databaseOf, type Environment } from './settings.ts';

export interface PlayOptions {
  data: string;
  environment: Environment;
  /** Data seconds a wall-clock second. */
  speed: number;
  /** Where the vehicles' reports go; absent: no vehicle reports. */
  radio: { host: string; port: number } | undefined;
  life: Lifecycle;
  log: Logger;
  say: (text: string) => void;
}

const flickerEveryMs = 20_000;

/** Starts playing; what was started ends with the lifecycle. */
export const play = async (options: PlayOptions): Promise<void> => {
  const { data, environment, speed, radio, life, log, say } = options;
  const stop = new AbortController();
  const startAt = await startOf(data, speed);
  const playing: Promise<void>[] = [];
  const writable = async (system: string) => {
    const { url, kind } = databaseOf(system, environment, data);
    if (kind === 'own') return undefined;
    const database = await connectDatabase(url, { say }, { connections: 2 });
    life.add(`The replay's database of ${system}`, database.close);
    return database;
  };
  const [dispatch, registry] = [await writable('cad'), await writable('cameras')];
  life.add('The replay', async () => {
    stop.abort();
    await Promise.allSettled(playing);
  });
  const common = { signal: stop.signal, now: Date.now };
  if (dispatch) playing.push(replay({ ...common, database: dispatch, speed, startAt, log }));
  if (registry) playing.push(flicker({ signal: stop.signal, database: registry, everyMs: flickerEveryMs }));
  if (dispatch && radio) playing.push(driveOn({ ...common, rejects: join(data, 'rejects'), startAt, speed, target: radio }));
  for (const one of playing) one.catch((error: Error) => log.error({ name: error.name }, 'A part of the replay ended.'));
};

interface Driving {
  rejects: string;
  startAt: Date;
  speed: number;
  target: { host: string; port: number };
  now: () => number;
  signal: AbortSignal;
}

/** Round after round, each computed when it begins. */
const driveOn = async ({ startAt, speed, rejects, ...air }: Driving): Promise<void> => {
  const { calls } = readCalls(rejects);
  const { units, assignments } = deriveUnits(calls);
  const lengthMs = roundMs(speed);
  for (let round = Math.max(0, Math.floor((air.now() - startAt.getTime()) / lengthMs)); !air.signal.aborted; round += 1) {
    const roundStart = new Date(startAt.getTime() + round * lengthMs);
    const steps = carnivalSchedule({ calls, assignments, startAt: roundStart, speed });
    await drive({ ...air, steps, units, calls, speed });
  }
};

const startSchema = z.object({ startAt: z.coerce.date(), speed: z.number() });

/** A replay goes on where it was after a restart; at another speed it starts anew. */
const startOf = async (data: string, speed: number): Promise<Date> => {
  const path = join(data, 'replay.json');
  const kept = await readFile(path, 'utf8')
    .then((text) => startSchema.safeParse(JSON.parse(text)).data)
    .catch(() => undefined);
  if (kept?.speed === speed && kept.startAt.getTime() <= Date.now()) return kept.startAt;
  const startAt = new Date();
  await mkdir(data, { recursive: true });
  await writeFile(path, JSON.stringify({ startAt, speed }));
  return startAt;
};
