/**
 * Re-lives Carnival 2022 in the vendor's own tables, as dispatchers would: a
 * call is taken anew, units are sent to it, arrive and leave, and it is closed,
 * each at its own time of the wall clock. Whoever reads the database sees a
 * dispatch center at work.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Database } from '../../kit/database.ts';
import { type DemoCall, groupBy, readCalls } from '../../kit/demo/calls.ts';
import { carnivalSchedule, roundMs, type ScheduledStep } from '../../kit/demo/schedule.ts';
import { deriveUnits } from '../../kit/demo/units.ts';
import { closedRemarks, sentRemark, takenRemark } from './remarks.ts';
import { local } from './rows.ts';

export interface ReplayOptions {
  /** Writable, with the demo loaded. */
  database: Database;
  /** Data seconds a wall-clock second. */
  speed: number;
  /** When the first round starts or started: after a restart the replay goes on where this says that it is. */
  startAt: Date;
  /** Milliseconds since the epoch. */
  now: () => number;
  signal: AbortSignal;
  log: Pick<Logger, 'info' | 'warn'>;
}

export interface Script {
  /** The steps of a round, counted from 0, by wall-clock time. */
  round: (index: number) => ScheduledStep[];
  /** Writes a step into the vendor's tables, as of the time given. */
  write: (database: Database, step: ScheduledStep, at: Date) => Promise<void>;
}

/** No wait is longer, so that a clock that was set is noticed. */
const longestWaitMs = 60_000;
const longestPauseMs = 30_000;

/** Resolves when the signal aborts; it never gives up on a database that went away. */
export const replay = async ({ database, speed, startAt, now, signal, log }: ReplayOptions): Promise<void> => {
  const script = openScript(startAt, speed);
  let index = Math.max(0, Math.floor((now() - startAt.getTime()) / roundMs(speed)));
  const persist = (what: () => Promise<void>) => persistently(what, signal, log);
  let steps = script.round(index);
  let upTo = new Date(now());
  await persist(() => catchUp(database, script, { steps, upTo }));
  for (; !signal.aborted; index += 1, steps = script.round(index), upTo = new Date(0)) {
    log.info({ round: index, steps: steps.length, speed }, 'The replay of dispatch is under way.');
    for (const step of steps) {
      if (step.at <= upTo) continue;
      if (!(await until(step.at, now, signal))) return;
      await persist(() => script.write(database, step, step.at));
    }
  }
};

export const openScript = (startAt: Date, speed: number): Script => {
  if (!(speed > 0 && Number.isFinite(speed))) throw new RangeError('The speed of the replay must be a number above 0.');
  const { calls } = readCalls(join(tmpdir(), 'rtcc-hub-replay'));
  const { assignments } = deriveUnits(calls);
  const byItem = new Map(calls.map((call) => [call.item, call]));
  const leads = new Map([...assignments].reverse().map(({ item, callSign }) => [item, callSign]));
  const lengthMs = roundMs(speed);
  return {
    round: (index) => carnivalSchedule({ calls, assignments, startAt: new Date(startAt.getTime() + index * lengthMs), speed }),
    write: async (database, step, at) => {
      const call = byItem.get(step.item);
      if (call) await database.query(...statementOf({ call, step, at: local(at), lead: leads.get(step.item) === step.callSign }));
    },
  };
};

/**
 * Brings the tables to what the timetable says for that moment: calls under way
 * stand as far as they have come, calls that are over are closed, and a call
 * that an earlier run left open is what the published data say until its turn.
 */
export const catchUp = async (
  database: Database,
  script: Script,
  { steps, upTo }: { steps: readonly ScheduledStep[]; upTo: Date },
): Promise<void> => {
  const found = await database.query<{ item: string; taken: string; open: boolean }>(
    'SELECT itm_no AS item, t_crt::text AS taken, t_cls IS NULL AS open FROM cad_vendor.cl_mstr WHERE itm_no = ANY($1)',
    [[...new Set(steps.map(({ item }) => item))]],
  );
  const rows = new Map(found.map((row) => [row.item, row]));
  for (const [item, own] of groupBy(steps, (step) => step.item)) {
    const [first] = own;
    const past = own.filter(({ at }) => at <= upTo);
    const row = rows.get(item);
    const over = past.length === own.length && row?.open === false && first !== undefined && row.taken === local(first.at);
    if (past.length === 0 && row?.open) for (const step of own) await script.write(database, step, step.dataAt);
    if (!over) for (const step of past) await script.write(database, step, step.at);
  }
};

interface Line {
  call: DemoCall;
  step: ScheduledStep;
  /** Local time, as the vendor's procedures take it. */
  at: string;
  /** The unit is the call's first. */
  lead: boolean;
}

/** One statement a step: it happens as a whole or not at all. */
const statementOf = ({ call, step, at, lead }: Line): [sql: string, parameters: unknown[]] => {
  const status = (code: string, remarks: string[] = []): [string, unknown[]] => {
    const dispatched = step.kind === 'dispatched' && step.dataAt.getTime() === call.dispatchedAt?.getTime();
    const arrived = step.kind === 'onScene' && step.dataAt.getTime() === call.arrivedAt?.getTime();
    const sql = `SELECT cad_vendor.sp_unt_st($1, $4, $5, $2::timestamp, $6, $7)${remark}`;
    return [sql, [call.item, at, remarks, step.callSign ?? null, code, dispatched, arrived]];
  };
  switch (step.kind) {
    case 'received':
      return [`SELECT cad_vendor.sp_cl_new($1, $2::timestamp)${remark}`, [call.item, at, [takenRemark(call)]]];
    case 'dispatched':
      return status('DP', step.callSign === undefined ? [] : [sentRemark(step.callSign, !lead)]);
    case 'enRoute':
      return status('ER');
    case 'onScene':
      return status('OS');
    case 'cleared':
      return status('CL');
    case 'closed':
      return [
        `SELECT cad_vendor.sp_cl_cls($1, $2::timestamp, $4, $5, $6)${remark}`,
        [call.item, at, closedRemarks(call), call.type.code, call.priority, call.disposition.code],
      ];
  }
};

const remark = ', (SELECT count(cad_vendor.sp_cmt($1, $2::timestamp, t)::text) FROM unnest($3::text[]) AS t)';

/** False when the signal aborted first. */
const until = async (at: Date, now: () => number, signal: AbortSignal): Promise<boolean> => {
  for (let leftMs = at.getTime() - now(); leftMs > 0 && !signal.aborted; leftMs = at.getTime() - now()) {
    await pause(Math.min(leftMs, longestWaitMs), signal);
  }
  return !signal.aborted;
};

const persistently = async (what: () => Promise<void>, signal: AbortSignal, log: ReplayOptions['log']): Promise<void> => {
  for (let failures = 0; !signal.aborted; ) {
    try {
      return await what();
    } catch (error) {
      failures += 1;
      log.warn(
        { failures, code: (error as { code?: string }).code },
        'The replay cannot write to the dispatch database; it tries again.',
      );
      await pause(Math.min(500 * 2 ** failures, longestPauseMs), signal);
    }
  }
};

const pause = (ms: number, signal: AbortSignal): Promise<void> => delay(ms, undefined, { signal }).catch(() => {});
