/**
 * How the audit is, for whoever looks: on the status board beside the systems,
 * and as figures. It knows what appends, checkpoints and alerts have told it.
 */
import { type AlertCode, alertTexts } from './alert.ts';

export interface AuditStatus {
  /** DOWN: nothing can be recorded, so regulated data are refused. STALE: something wants a look. */
  state: 'LIVE' | 'STALE' | 'DOWN';
  /** When a record was last made durable. */
  lastEventAt?: string | undefined;
  detail?: string | undefined;
}

/** Figures, for whoever counts them. */
export interface AuditMeter {
  /** Records that became durable together, and how long that took. */
  appended: (count: number, seconds: number) => void;
  /** Each time, whether an alert was sent or held back. */
  failed: (code: AlertCode) => void;
  /** The log's length, and how much of it is signed. */
  grown: (size: number) => void;
  signed: (size: number) => void;
  /** Records that wait in the spool. */
  spooling: (waiting: number) => void;
}

export interface StatusKeeper extends AuditMeter {
  current: () => AuditStatus;
}

/** A fault of the last two minutes still wants a look: checkpoints come each minute. */
const freshMs = 120_000;

export const openStatus = (now: () => number, meter?: AuditMeter): StatusKeeper => {
  let lastMs: number | undefined;
  let down = false;
  let waiting = 0;
  let fault: { code: AlertCode; atMs: number } | undefined;
  return {
    appended: (count, seconds) => {
      lastMs = now();
      down = false;
      meter?.appended(count, seconds);
    },
    failed: (code) => {
      fault = { code, atMs: now() };
      down ||= code === 'AUDIT_UNAVAILABLE' || code === 'AUDIT_ROLLED_BACK';
      meter?.failed(code);
    },
    grown: (size) => meter?.grown(size),
    signed: (size) => meter?.signed(size),
    spooling: (count) => {
      waiting = count;
      meter?.spooling(count);
    },
    current: () => {
      const lastEventAt = lastMs === undefined ? undefined : new Date(lastMs).toISOString();
      const spooled = waiting > 0 ? `${waiting} records wait in the spool.` : '';
      const fresh = fault && now() - fault.atMs < freshMs ? alertTexts[fault.code] : '';
      const detail = [fresh, spooled].filter(Boolean).join(' ') || undefined;
      return { state: down ? 'DOWN' : detail ? 'STALE' : 'LIVE', lastEventAt, detail };
    },
  };
};
