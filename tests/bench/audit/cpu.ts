/**
 * Seconds of CPU that a process and those it started have used, by /proc: on a
 * machine that others use too, it says more than the clock does. Undefined
 * where there is no /proc.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** By proc(5); the same on every Linux that Node runs on. */
const ticksPerSecond = 100;

export const cpuSeconds = (pid: number): number | undefined => {
  const all = processes();
  if (!all.has(pid)) return undefined;
  let ticks = 0;
  for (const [id, { used }] of all) if (isOf(pid, id, all)) ticks += used;
  return ticks / ticksPerSecond;
};

interface Process {
  parent: number;
  used: number;
}

const isOf = (pid: number, id: number, all: ReadonlyMap<number, Process>): boolean => {
  for (let at = id; at > 0; at = all.get(at)?.parent ?? 0) if (at === pid) return true;
  return false;
};

const processes = (): Map<number, Process> => {
  const found = new Map<number, Process>();
  for (const name of listed()) {
    try {
      const [, fields = ''] = /^.*\) (.*)$/s.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
      const values = fields.split(' ').map(Number);
      // Behind the name: state 0, parent 1 … user 11, system 12, and the same of children that have ended 13, 14.
      const used = [11, 12, 13, 14].reduce((sum, at) => sum + (values[at] ?? 0), 0);
      found.set(Number(name), { parent: values[1] ?? 0, used });
    } catch {} // It ended meanwhile.
  }
  return found;
};

const listed = (): string[] => {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
};
