/**
 * Somebody broke the glass: one line in the log and one call of a webhook, at
 * once and each time. Ids and times only; the reason is read in the graph, by
 * those who may. An emergency does not wait for its alert: a webhook that fails is
 * said in the log, and the emergency is listed until it is reviewed.
 */
import type { Logger } from 'pino';
import type { Emergency } from './standing.ts';

export interface Alarm {
  (emergency: Emergency): void;
  /** Waits for the webhook's answers under way. */
  settled: () => Promise<void>;
}

const timeoutMs = 5_000;

export const openAlarm = (options: { log: Logger; webhook?: string | undefined; fetch?: typeof fetch }): Alarm => {
  const { log, webhook, fetch: call = fetch } = options;
  const underWay = new Set<Promise<void>>();
  const post = async (url: string, body: object): Promise<void> => {
    const response = await call(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`The webhook answered ${response.status}.`);
  };
  const alarm = ({ id, ori, openedAt, endsAt }: Emergency): void => {
    const body = { alert: 'EMERGENCY_OPENED', emergency: id, ori, openedAt: openedAt.toISOString(), endsAt: endsAt.toISOString() };
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
