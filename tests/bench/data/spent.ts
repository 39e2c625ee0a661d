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

/** Sessions that are open before and behind count, so open them before; parallel workers do not. */
export const spentDuring = async (url: string, run: () => Promise<void>): Promise<Spent> => {
  const pids = await sessionsOf(url);
  const before = pids.map(cpuSeconds);
  const own = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(own);
  const spent = pids.flatMap((pid, place) => {
    const [from, to] = [before[place], cpuSeconds(pid)];
    return from === undefined || to === undefined ? [] : [to - from];
  });
  const postgresMs = spent.length > 0 ? spent.reduce((sum, seconds) => sum + seconds, 0) * 1_000 : undefined;
  return { ownMs: (user + system) / 1_000, postgresMs };
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
