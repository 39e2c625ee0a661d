/** What the hub sends its receiver takes, once; what anybody else sends, changes or repeats it does not. */
import { openReceiver, webhookListener } from '../../../../clients/sdk/src/webhooks.ts';
import { isWebhookSecret, webhookHeaders } from '../../../../schema/webhook.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const body = JSON.stringify({
  alert: 'AUDIT_FORKED',
  text: 'The audit log differs.',
  at: '2026-11-20T09:00:00.000Z',
  suppressed: 0,
});
const nowMs = Date.parse('2026-11-20T09:00:00.000Z');

const open = (secrets = [secret]) => {
  const clock = { nowMs };
  const alerts: string[] = [];
  const receive = openReceiver({ secrets, now: () => clock.nowMs });
  return {
    clock,
    alerts,
    take: (headers: Record<string, string>, text = body) =>
      receive({ headers, body: text }, ({ alert }) => void alerts.push(alert)),
  };
};
const sent = (by: string | undefined = secret, atMs = nowMs) => webhookHeaders({ secret: by, body, nowMs: atMs });

test("the scheme's own example holds", () => {
  // https://github.com/standard-webhooks/standard-webhooks, the libraries' test vector.
  const headers = webhookHeaders({
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    body: '{"test": 2432232314}',
    nowMs: 1_614_265_330_000,
    newId: () => 'p5jXN8AQM9LWM0D4loKWxJek',
  });
  expect(headers).toMatchObject({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('a call of the hub is taken, once', async () => {
  const { take, alerts } = open();
  const headers = sent();
  await take(headers);
  await expect(take(headers)).rejects.toMatchObject({ code: 'REPLAYED' });
  expect(alerts).toEqual(['AUDIT_FORKED']);
});

test.each<[string, Record<string, string>, string]>([
  ['another body', sent(), body.replace('FORKED', 'CLOCK')],
  ['another time', { ...sent(), 'webhook-timestamp': String(nowMs / 1_000 + 1) }, body],
  ['another id', { ...sent(), 'webhook-id': 'msg_other' }, body],
  ['another secret', sent(other), body],
  [
    'a signature of another version',
    { ...sent(), 'webhook-signature': sent()['webhook-signature']?.replace('v1,', 'v1a,') ?? '' },
    body,
  ],
])('a call with %s is refused', async (_what, headers, text) => {
  const { take, alerts } = open();
  await expect(take(headers, text)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  expect(alerts).toEqual([]);
});

test('a call without a signature is refused', async () => {
  const { 'webhook-signature': _, ...unsigned } = sent();
  await expect(open().take(unsigned)).rejects.toMatchObject({ code: 'HEADERS_MISSING' });
});

test.each([-301, 301])('a call %i s from now is refused, though it is signed', async (seconds) => {
  await expect(open().take(sent(secret, nowMs + seconds * 1_000))).rejects.toMatchObject({ code: 'TIME_OUTSIDE' });
});

test('a call is remembered for as long as it would hold', async () => {
  const { take, clock } = open();
  const headers = sent(secret, nowMs + 299_000);
  await take(headers);
  clock.nowMs = nowMs + 598_000;
  await expect(take(headers)).rejects.toMatchObject({ code: 'REPLAYED' });
  clock.nowMs = nowMs + 601_000;
  await expect(take(headers)).rejects.toMatchObject({ code: 'TIME_OUTSIDE' });
});

test('while a secret is exchanged, calls under either are taken', async () => {
  const { take, alerts } = open([other, secret]);
  await take(sent());
  await take(sent(other));
  expect(alerts).toHaveLength(2);
});

test('a call whose handling failed may come again', async () => {
  const receive = openReceiver({ secrets: [secret], now: () => nowMs });
  const delivery = { headers: sent(), body };
  const away = () => Promise.reject(new Error('the pager is away'));
  await expect(receive(delivery, away)).rejects.toThrow('the pager is away');
  await expect(receive(delivery, () => {})).resolves.toBeUndefined();
});

test('over node:http: 204, 400 without a word, 500', async () => {
  const listen = webhookListener({
    receive: openReceiver({ secrets: [secret], now: () => nowMs }),
    onAlert: ({ alert }) => {
      if (alert !== 'AUDIT_FORKED') throw new Error('unexpected');
    },
  });
  const call = async (headers: Record<string, string>, text: string): Promise<number> => {
    let answered = 0;
    const request = {
      method: 'POST',
      headers,
      async *[Symbol.asyncIterator]() {
        yield Buffer.from(text);
      },
    };
    await listen(request, { writeHead: (status) => ({ end: () => (answered = status) }) });
    return answered;
  };
  const strange = JSON.stringify({ alert: 'AUDIT_OTHER' });
  expect(await call(sent(), body)).toBe(204);
  expect(await call(sent(other), body)).toBe(400);
  const long = JSON.stringify({ alert: 'AUDIT_FORKED', text: 'x'.repeat(65_536) });
  expect(await call(webhookHeaders({ secret, body: long, nowMs }), long)).toBe(400);
  expect(await call(webhookHeaders({ secret, body: strange, nowMs }), strange)).toBe(500);
});

test.each([
  ['whsec_', false],
  [Buffer.alloc(32).toString('base64'), false],
  [`whsec_${Buffer.alloc(23).toString('base64')}`, false],
  [`whsec_${Buffer.alloc(24).toString('base64')}`, true],
  [`whsec_${Buffer.alloc(65).toString('base64')}`, false],
])('%s as a secret: %s', (text, holds) => expect(isWebhookSecret(text)).toBe(holds));
