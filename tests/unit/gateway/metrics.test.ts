/** Figures, and who may have them. */
import type { AddressInfo } from 'node:net';
import express from 'express';
import { addMetrics, openMetrics } from '../../../gateway/metrics.ts';

const serve = async (token?: string) => {
  const metrics = openMetrics();
  const app = express();
  addMetrics(app, metrics, token);
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  const ask = async (headers: Record<string, string> = {}) => {
    const response = await fetch(url, { headers });
    return { status: response.status, text: await response.text() };
  };
  return { metrics, ask, close: () => server.close() };
};

test('count what the audit does, with no label that a caller could fill', async () => {
  const { metrics, ask, close } = await serve();
  metrics.audit.appended(3, 0.004);
  metrics.audit.failed('AUDIT_UNAVAILABLE');
  metrics.audit.grown(10);
  metrics.audit.signed(8);
  metrics.audit.spooling(2);
  const { text } = await ask();
  for (const line of [
    'hub_audit_records_total 3',
    'hub_audit_failures_total{alert="AUDIT_UNAVAILABLE"} 1',
    'hub_audit_log_records 10',
    'hub_audit_signed_records 8',
    'hub_audit_spooled_records 2',
    'hub_audit_append_seconds_bucket{le="0.005"} 1',
  ])
    expect(text.split('\n')).toContain(line);
  close();
});

describe('are for', () => {
  test('this machine alone where no token is set; a proxy on it speaks for others', async () => {
    const { ask, close } = await serve();
    const statuses = [await ask(), await ask({ 'x-forwarded-for': '192.0.2.1' }), await ask({ forwarded: 'for=192.0.2.1' })];
    expect(statuses.map(({ status }) => status)).toEqual([200, 404, 404]);
    close();
  });

  test('whoever has the token where one is set, wherever they are', async () => {
    const { ask, close } = await serve('a-token-of-some-length');
    const answers = [
      await ask({ authorization: 'Bearer a-token-of-some-length', 'x-forwarded-for': '192.0.2.1' }),
      await ask({ authorization: 'Bearer a-token-of-some-lengt' }),
      await ask(),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 404]);
    close();
  });
});
