/**
 * Somebody broke the glass: one line in the log and one call of a webhook, at
 * once and each time. Ids and times only; the reason is read in the graph, by
 * those who may. An emergency does not wait for its alert: a webhook that fails is
 * said in the log, and the emergency is listed until it is reviewed.
 */
import type { Logger } from 'pino';
import { webhookHeaders } from '../../schema/webhook.ts';
import type { Emergency } from './standing.ts';

export interface Alarm {
  (emergency: Emergency): void;
  /** Waits for the webhook's answers under way. */
  settled: () => Promise<void>;
}

const timeoutMs = 5_000;

export interface AlarmOptions {
  log: Logger;
  webhook?: string | undefined;
  /** Signs the calls of the webhook. */
  secret?: string | undefined;
  fetch?: typeof fetch;
}

export const openAlarm = ({ log, webhook, secret, fetch: call = fetch }: AlarmOptions): Alarm => {
  const underWay = new Set<Promise<void>>();
  const post = async (url: string, told: object): Promise<void> => {
    const body = JSON.stringify(told);
    const response = await call(url, {
      method: 'POST',
      headers: webhookHeaders({ secret, body, nowMs: Date.now() }),
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`The webhook answered ${response.status}.`);
  };
  const alarm = ({ id, ori, openedAt, endsAt }: Emergency): void => {
    const body = {
      alert: 'EMERGENCY_OPENED',
      emergency: id,
      ori,
      openedAt: openedAt.toISOString(),
      endsAt: endsAt.toISOString(),
    };
    log.error(body, 'Somebody broke the glass.');
    if (!webhook) return;
    const posting = post(webhook, { ...body, text: 'Somebody broke the glass.' }).catch(() =>
      log.error({ alert: 'EMERGENCY_OPENED', emergency: id }, 'The alert could not be delivered.'),
    );
    underWay.add(posting);
    void posting.finally(() => underWay.delete(posting));
  };
  return Object.assign(alarm, {
    settled: async () => {
      await Promise.all(underWay);
    },
  });
};
