/**
 * A subgraph, asked by whoever reaches its port: what a gateway signed is taken once, by the system it was signed for, for
 * the body it was signed for, while it holds. What is captured on the way is worth nothing.
 */
import type { IncomingMessage } from 'node:http';
import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { generateKeys, importSigningKey, type SigningKey } from '../../schema/hopkeys.ts';
import { anonymous, type Hop, type Principal, signPrincipal } from '../../schema/principal.ts';
import { announceKey, principalHeader, streamBody } from '../../schema/wire.ts';
import { openLocalBus } from '../../subgraphs/kit/bus/local.ts';
import { live } from '../../subgraphs/kit/live.ts';
import { startToyHub, type ToyHub } from './harness.ts';

const only = {
  name: 'only',
  sdl: 'type Query { who: String } type Subscription { ticked(after: String): Tick } type Tick { cursor: String! }',
  resolvers: {
    Query: { who: (_: unknown, __: unknown, { principal }: { principal: Principal }) => principal.subject },
    Subscription: { ticked: live({ topic: 'tick', accept: () => true, resolve: ({ cursor }) => ({ cursor }) }) },
  },
};

const bus = openLocalBus();
let hub: ToyHub;
let key: SigningKey;
let url: string;
let client: Client;
beforeAll(async () => {
  hub = await startToyHub({ subgraphs: [only], bus });
  key = await importSigningKey(JSON.parse(hub.signingKey));
  url = hub.served.get('only')?.url ?? '';
  client = createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
});
afterAll(async () => {
  await client.dispose();
  await hub.close();
});

const body = JSON.stringify({ query: '{ who }' });
const stream = 'subscription { ticked { cursor } }';
const principal: Principal = { ...anonymous, kind: 'person', subject: 'somebody', grants: ['rms:read'] };
const sign = (hop: Partial<Hop> = {}, by = key) =>
  signPrincipal(principal, { audience: 'only', body, lifetimeSeconds: 30, ...hop }, by);

const send = async (token: string | undefined, sent = body): Promise<[number, unknown]> => {
  const headers = { 'content-type': 'application/json', ...(token ? { [principalHeader]: token } : {}) };
  const response = await fetch(url, { method: 'POST', headers, body: sent });
  const answer = (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
  return [response.status, answer.errors?.[0]?.extensions.code ?? answer.data];
};

/** The first thing that comes back: the stream's opening, or the refusal's code. */
const subscribe = (token: string | undefined): Promise<unknown> =>
  new Promise((resolve) => {
    const extensions = { [announceKey]: true, ...(token ? { [principalHeader]: token } : {}) };
    const leave = client.subscribe(
      { query: stream, extensions },
      {
        next: ({ extensions: given }) => {
          resolve((given as { opening?: boolean } | undefined)?.opening);
          leave();
        },
        error: (errors) => resolve((errors as { extensions: { code: string } }[])[0]?.extensions.code),
        complete: () => {},
      },
    );
  });

/** The payload says somebody else, or more grants, under the signature of what it was. */
const tampered = (token: string): string => {
  const [head = '', payload = '', signature = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  claims.principal.grants.push('rms:sealed');
  return [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
};

const refused: [string, (hop: Partial<Hop>) => Promise<string | undefined>][] = [
  ['none', async () => undefined],
  ['one that has ended', (hop) => sign({ ...hop, lifetimeSeconds: -6 })],
  ['one for another system', (hop) => sign({ ...hop, audience: 'rms' })],
  ['one for another body', (hop) => sign({ ...hop, body: `${hop.body} ` })],
  ['one with more grants than were signed', async (hop) => tampered(await sign(hop))],
  ['one of a key that nobody knows', async (hop) => sign(hop, await importSigningKey((await generateKeys()).signing))],
];

describe('a request', () => {
  test('is answered when a gateway signed it, also where the clocks are a little apart', async () => {
    expect(await send(await sign())).toEqual([200, { who: 'somebody' }]);
    expect(await send(await sign({ lifetimeSeconds: -2 }))).toEqual([200, { who: 'somebody' }]);
  });

  test('that was captured and is sent again is refused, however often and however soon', async () => {
    const token = await sign();
    const answers = await Promise.all([send(token), send(token), send(token)]);
    expect(answers.map(([status]) => status).sort()).toEqual([200, 401, 401]);
    expect(await send(token)).toEqual([401, 'PRINCIPAL_REFUSED']);
  });

  test('that was captured from the gateway itself is refused', async () => {
    const captured: string[] = [];
    const server = hub.served.get('only');
    const overhear = (message: unknown) => {
      const { request } = message as { request: IncomingMessage };
      captured.push(String(request.headers[principalHeader]));
    };
    const { subscribe: on, unsubscribe: off } = await import('node:diagnostics_channel');
    on('http.server.request.start', overhear);
    await hub.ask({ query: '{ who }', token: await hub.issuer.token(['patrol'], { sub: 'officer-1' }) });
    off('http.server.request.start', overhear);
    const token = captured.find((text) => text.split('.').length === 3);
    const asked = hub.asked.findLast(({ subgraph }) => subgraph === 'only');
    expect([server?.url, token]).toEqual([url, expect.any(String)]);
    expect(await send(token, asked?.body)).toEqual([401, 'PRINCIPAL_REFUSED']);
  });

  test.each(refused)('with %s is refused', async (_what, make) => {
    expect(await send(await make({ body }))).toEqual([401, 'PRINCIPAL_REFUSED']);
  });

  test('that is refused uses up nothing: what a thief got wrong, the gateway may still send', async () => {
    const token = await sign();
    expect(await send(token, '{"query":"{ __typename }"}')).toEqual([401, 'PRINCIPAL_REFUSED']);
    expect(await send(token)).toEqual([200, { who: 'somebody' }]);
  });
});

describe('a stream', () => {
  const hop = { body: streamBody(stream, undefined) };

  test('is opened once for one signature', async () => {
    const token = await sign(hop);
    expect([await subscribe(token), await subscribe(token)]).toEqual([true, 'PRINCIPAL_REFUSED']);
  });

  test.each(refused)('with %s is refused', async (_what, make) => {
    expect(await subscribe(await make(hop))).toBe('PRINCIPAL_REFUSED');
  });
});
