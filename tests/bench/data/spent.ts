/**
 * Processor time, which other work on the machine does not lengthen as it does
 * latencies: of this process, and of the PostgreSQL sessions that serve it.
 */
import { openDatabase } from '../../../subgraphs/kit/database.ts';
import { cpuSeconds } from '../audit/cpu.ts';

export interface Spent {
  /** Of this process, the hub and its client together. */
  ownMs: number;
  /** Absent where the server's processes are not on this machine. */
  postgresMs: number | undefined;
}

/** Sessions must be open before and stay open; parallel workers are not counted. */
export const spentDuring = async (url: string, run: () => Promise<void>): Promise<Spent> => {
  const pids = await sessionsOf(url);
  const before = pids.map(cpuSeconds);
  const own = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(own);
  const after = pids.map(cpuSeconds);
  const seconds = after.reduce((sum: number, at, place) => sum + ((at ?? Number.NaN) - (before[place] ?? Number.NaN)), 0);
  return { ownMs: (user + system) / 1_000, postgresMs: Number.isFinite(seconds) ? seconds * 1_000 : undefined };
};

const sessionsOf = async (url: string): Promise<number[]> => {
  const database = await openDatabase(url, { readOnly: true, connections: 1 });
  try {
    const rows = await database.query<{ pid: number }>(
      'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    return rows.map(({ pid }) => pid);
  } finally {
    await database.close();
  }
};
