/** What is told at once when the audit fails, how often, and what of it leaves the machine. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Delivery, openReceiver } from '../../../clients/sdk/src/webhooks.ts';
import { type AlertOptions, openAlert } from '../../../gateway/audit/alert.ts';

let server: Server;
let url: string;
let bodies: Record<string, unknown>[];
let calls: Delivery[];
let status = 200;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    bodies.push(JSON.parse(text));
    calls.push({ headers: request.headers, body: text });
    response.writeHead(status).end('x'.repeat(100));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`;
});
afterAll(() => server.close());

const open = (options: Partial<AlertOptions> = {}) => {
  bodies = [];
  calls = [];
  const said: unknown[][] = [];
  const clock = { nowMs: Date.parse('2026-11-20T09:00:00.000Z') };
  const alert = openAlert({ say: (...line) => void said.push(line), webhook: url, now: () => clock.nowMs, ...options });
  return { alert, said, clock };
};

const full = Object.assign(new Error('could not extend file: No space left; row (Very Secret)'), { code: '53100' });

test('one line and one call for a failure, with codes and the time, and nothing of a record', async () => {
  const { alert, said } = open();
  alert('AUDIT_UNAVAILABLE', full);
  await alert.settled();
  expect(said).toEqual([[{ alert: 'AUDIT_UNAVAILABLE', code: '53100', suppressed: 0 }, 'The audit store cannot be written.']]);
  expect(bodies).toEqual([
    {
      alert: 'AUDIT_UNAVAILABLE',
      code: '53100',
      text: 'The audit store cannot be written.',
      at: '2026-11-20T09:00:00.000Z',
      suppressed: 0,
    },
  ]);
  expect(JSON.stringify([said, bodies])).not.toContain('Secret');
});

test("with a secret the call is signed: the vendor kit's receiver takes it, and no other with another secret", async () => {
  const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  const { alert, clock } = open({ secret });
  alert('AUDIT_UNAVAILABLE', full);
  await alert.settled();
  const [call = { headers: {}, body: '' }] = calls;
  const taken: unknown[] = [];
  const receiver = (by: string) => openReceiver({ secrets: [by], now: () => clock.nowMs });
  await receiver(secret)(call, (told) => void taken.push(told));
  expect(taken).toEqual(bodies);
  const other = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
  await expect(receiver(other)(call, () => {})).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
});

test('without one it is not, and no receiver takes it', async () => {
  const { alert, clock } = open();
  alert('AUDIT_UNAVAILABLE', full);
  await alert.settled();
  const receive = openReceiver({ secrets: [`whsec_${Buffer.alloc(32).toString('base64')}`], now: () => clock.nowMs });
  await expect(receive(calls[0] ?? { headers: {}, body: '' }, () => {})).rejects.toMatchObject({ code: 'HEADERS_MISSING' });
});

test('a thousand failures in a minute are told once, and counted the next time; another kind is told by itself', async () => {
  const { alert, said, clock } = open();
  for (let at = 0; at < 1_000; at += 1) alert('AUDIT_UNAVAILABLE', full);
  alert('AUDIT_FORKED');
  clock.nowMs += 60_000;
  alert('AUDIT_UNAVAILABLE', full);
  await alert.settled();
  expect(said.map(([detail]) => detail)).toEqual([
    { alert: 'AUDIT_UNAVAILABLE', code: '53100', suppressed: 0 },
    { alert: 'AUDIT_FORKED', code: undefined, suppressed: 0 },
    { alert: 'AUDIT_UNAVAILABLE', code: '53100', suppressed: 999 },
  ]);
  expect(bodies).toHaveLength(3);
});

test('a webhook that is away costs a line, and throws nothing', async () => {
  const { alert, said } = open({ webhook: 'http://127.0.0.1:1/' });
  alert('AUDIT_UNAVAILABLE', full);
  await alert.settled();
  expect(said.map(([, text]) => text)).toEqual(['The audit store cannot be written.', 'The alert could not be delivered.']);
});

test('a webhook that refuses is said too', async () => {
  const { alert, said } = open();
  status = 500;
  alert('AUDIT_UNAVAILABLE', full);
  await alert.settled();
  status = 200;
  expect(said.map(([, text]) => text)).toContain('The alert could not be delivered.');
});

test('without a webhook, there is the line', async () => {
  const { alert, said } = open({ webhook: undefined });
  alert('AUDIT_ROLLED_BACK', { code: 'has spaces and a Name' });
  await alert.settled();
  expect([said.length, bodies]).toEqual([1, []]);
  expect(said[0]?.[0]).toMatchObject({ code: undefined });
});
