/**
 * What must be told at once: the audit cannot be written, or the log is not what
 * it was. One line in the log at error level and one call of a webhook for each
 * code, then none for a minute; codes and times only, nothing of a record.
 */

import { webhookHeaders } from '../../schema/webhook.ts';

export interface AlertOptions {
  /** One line at error level. */
  say: (detail: { alert: AlertCode; code?: string | undefined; suppressed: number }, text: string) => void;
  webhook?: string | undefined;
  /** Signs the calls of the webhook. */
  secret?: string | undefined;
  now: () => number;
  fetch?: typeof fetch;
}

export type AlertCode =
  | 'AUDIT_UNAVAILABLE'
  | 'AUDIT_ROLLED_BACK'
  | 'AUDIT_FORKED'
  | 'AUDIT_KEY_UNKNOWN'
  | 'AUDIT_CHECKPOINT_FAILED'
  | 'AUDIT_CLOCK'
  | 'AUDIT_SPOOLING'
  | 'AUDIT_PURGE_FAILED';

export interface Alert {
  (alert: AlertCode, cause?: unknown): void;
  /** Waits for the webhook's answers under way. */
  settled: () => Promise<void>;
}

const quietMs = 60_000;
const timeoutMs = 5_000;

export const alertTexts: Readonly<Record<AlertCode, string>> = {
  AUDIT_UNAVAILABLE: 'The audit store cannot be written.',
  AUDIT_ROLLED_BACK: 'The audit log is shorter than it was: an older state has been put in its place. Nothing more is signed.',
  AUDIT_FORKED: 'The audit log differs from what was signed. Nothing more is signed.',
  AUDIT_KEY_UNKNOWN:
    'The last checkpoint is signed by a key that is not known here; gateways of one log share HUB_AUDIT_KEY. Nothing more is signed.',
  AUDIT_CHECKPOINT_FAILED: 'A checkpoint of the audit log could not be kept in every place.',
  AUDIT_SPOOLING: 'Dispatch and unit positions go on; their audit records are kept in the spool until the store is back.',
  AUDIT_PURGE_FAILED: 'Records that should no longer be kept could not be purged.',
  AUDIT_CLOCK: "The clock is behind the audit log's by more than a minute.",
};

export const openAlert = ({ say, webhook, secret, now, fetch: call = fetch }: AlertOptions): Alert => {
  const told = new Map<AlertCode, { atMs: number; suppressed: number }>();
  const underWay = new Set<Promise<void>>();
  const post = async (url: string, alerted: object): Promise<void> => {
    const body = JSON.stringify(alerted);
    const response = await call(url, {
      method: 'POST',
      headers: webhookHeaders({ secret, body, nowMs: now() }),
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`The webhook answered ${response.status}.`);
  };
  const alert = (code: AlertCode, cause?: unknown): void => {
    const before = told.get(code);
    if (before && now() - before.atMs < quietMs) {
      before.suppressed += 1;
      return;
    }
    const suppressed = before?.suppressed ?? 0;
    told.set(code, { atMs: now(), suppressed: 0 });
    const why = codeOf(cause);
    say({ alert: code, code: why, suppressed }, alertTexts[code]);
    if (!webhook) return;
    const body = { alert: code, code: why, text: alertTexts[code], at: new Date(now()).toISOString(), suppressed };
    const call = post(webhook, body).catch(() =>
      say({ alert: code, code: 'WEBHOOK', suppressed }, 'The alert could not be delivered.'),
    );
    underWay.add(call);
    void call.finally(() => underWay.delete(call));
  };
  return Object.assign(alert, {
    settled: async () => {
      await Promise.all(underWay);
    },
  });
};

/** A database's or the system's code; a message may quote a row. */
const codeOf = (cause: unknown): string | undefined => {
  const code = (cause as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' && /^\w{1,40}$/.test(code) ? code : undefined;
};
