/** Rights end: a certification, a token, a policy's hold on an open stream. And streams are no way around what holds for queries. */

import { jest } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { UnsecuredJWT } from 'jose';
import WebSocket from 'ws';
import { forCase } from './adversarialcase.ts';
import { type Attacked, startAttacked, type Told, transports, until } from './adversarialways.ts';
import { resetWorld, ssn, world } from './adversarialworld.ts';

let hub: Attacked;
/** Only ever forward: the record minds a clock that steps back. */
let nowMs = Date.now();
beforeAll(async () => {
  hub = await startAttacked({ now: () => nowMs });
});
afterAll(() => hub.close());
beforeEach(() => {
  resetWorld();
  hub.asked.length = 0;
});
/** Every stream that was opened is recorded as closed before another test counts records. */
afterEach(() =>
  until(async () => {
    const kinds = (await hub.audit()).map(({ kind }) => kind);
    return ['STREAM_OPENED', 'STREAM_CLOSED']
      .map((one) => kinds.filter((kind) => kind === one).length)
      .every((n, _, [m]) => n === m);
  }),
);

const token = (roles: string[], claims: Record<string, unknown> = {}) =>
  hub.issuer.token(roles, { exp: Math.floor(Date.now() / 1000) + 20_000, ...claims });
const endingAt = (atMs: number) => ['CJIS', 'DPPA'].map((name) => ({ name, expiresAt: new Date(atMs).toISOString() }));
const secret = { query: '{ person(id: "p1") { ssn } }', extensions: forCase };
const sworn = 'gfipm:2.0:user:SwornLawEnforcementOfficerIndicator';
const ori = 'gfipm:2.0:user:EmployerORI';
const told = (key: string) => hub.bus.publish('told', [{ key, change: 'UPDATED', changedAt: new Date() }]);
const stream = 'subscription { told { person { id ssn name } } }';
const begun = (times: number) => until(() => hub.asked.filter(({ body }) => body.includes('subscription')).length >= times);
const next = async (results: AsyncIterator<unknown>): Promise<Told> => (await results.next()).value as Told;
const kindsOf = async (subject: string) =>
  (await hub.audit())
    .filter((row) => row.subject === subject)
    .map(({ kind, outcome }) => (outcome ? `${kind} ${outcome}` : kind));

test('14 a stream ends, without a word of the label, when what was under a black one is granted no more', async () => {
  const certifications = [...endingAt(nowMs + 1e9), { name: '28CFR23', expiresAt: new Date(nowMs + 5_000).toISOString() }];
  const client = hub.socket(await token(['detective'], { sub: 'investigator', certifications }));
  const results = client.iterate({ query: 'subscription { told { person { id intel { tip } } } }', extensions: forCase });
  try {
    const first = next(results);
    await begun(1);
    await told('p1');
    expect((await first).data).toEqual({ told: { person: { id: 'p1', intel: [{ tip: 'a tip' }] } } });
    nowMs += 6_000;
    const last = next(results);
    await told('p1');
    const { data, errors } = await last;
    expect([data, errors?.map(({ extensions }) => extensions.code)]).toEqual([undefined, ['GRAPHQL_VALIDATION_FAILED']]);
    expect(JSON.stringify(errors)).not.toMatch(/intel:read|a tip/);
    expect((await results.next()).done).toBe(true);
  } finally {
    await client.dispose();
  }
});

describe.each(transports)('over %s', (transport) => {
  test('26 a certification holds to the instant at which it ends, and not at it', async () => {
    const caller = await token(['detective'], { certifications: endingAt(nowMs + 1_000) });
    nowMs += 999;
    expect((await hub.send[transport](caller, secret)).data).toEqual({ person: { ssn } });
    nowMs += 1;
    expect((await hub.send[transport](caller, secret)).data).toEqual({ person: null });
  });

  test.each([
    ['"1"', '1', ssn],
    ['"true"', 'true', ssn],
    ['true', true, ssn],
    ['"0"', '0', null],
    ['"false"', 'false', null],
    ['nothing', undefined, null],
  ])('26 sworn, said as %s', async (_how, value, shown) => {
    const caller = await token(['detective'], { [sworn]: value });
    expect((await hub.send[transport](caller, secret)).data).toEqual({ person: { ssn: shown } });
  });
});

/** What a token that does not hold is told, by either way. */
const refusedAs = {
  HTTP: async (bad: string) => (await hub.send.HTTP(bad, secret)).errors?.[0]?.extensions.code,
  WebSocket: async (bad: string) => {
    const closed = new Promise<number>((resolve) => {
      const socket = hub.socket(bad, { closed: ({ code }) => resolve(code) });
      socket.subscribe(secret, { next: () => {}, error: () => {}, complete: () => {} });
    });
    return (await closed) === 4401 ? 'TOKEN_INVALID' : 'let in';
  },
};

describe.each(transports)('over %s, a token', (transport) => {
  test.each<[string, () => Promise<string> | string]>([
    ['26 whose holder is sworn as "yes"', () => token(['detective'], { [sworn]: 'yes' })],
    ['26 whose holder is sworn as the number 1', () => token(['detective'], { [sworn]: 1 })],
    ['26 of an agency in small letters', () => token(['detective'], { [ori]: 'lanpd0000' })],
    ['26 of an agency with a blank', () => token(['detective'], { [ori]: 'LANPD0000 ' })],
    ['26 of an agency in letters that look alike', () => token(['detective'], { [ori]: 'L\u0410NPD0000' })],
    ['28 for another audience', () => token(['detective'], { aud: 'another' })],
    ['28 that is over', () => token(['detective'], { exp: Math.floor(nowMs / 1000) - 10 })],
    [
      '28 that nobody signed',
      () => new UnsecuredJWT({ iss: hub.issuer.url, aud: 'rtcc-hub', sub: 'x', exp: 9_999_999_999, [ori]: 'LANPD0000' }).encode(),
    ],
    ['28 that was changed', async () => `${(await token(['detective'])).slice(0, -6)}AAAAAA`],
  ])('%s is refused, and recorded once', async (_what, make) => {
    const bad = await make();
    const records = await hub.recorded(async () => {
      expect(await refusedAs[transport](bad)).toBe('TOKEN_INVALID');
    });
    expect(records).toMatchObject([{ kind: 'REFUSED', outcome: 'TOKEN_INVALID', subject: 'anonymous' }]);
    expect(hub.asked).toEqual([]);
  });
});

test('28 a token that held a moment ago is refused when it is over', async () => {
  const caller = await token(['detective'], { sub: 'outstaying', exp: Math.floor(nowMs / 1000) + 10 });
  expect((await hub.send.HTTP(caller, { query: '{ who }' })).data).toBeTruthy();
  nowMs += 20_000;
  expect((await hub.send.HTTP(caller, { query: '{ who }' })).errors?.[0]?.extensions.code).toBe('TOKEN_INVALID');
});

const nobody = { kind: 'REFUSED', outcome: 'GRAPHQL_VALIDATION_FAILED', subject: 'anonymous' };

test('28 attributes in headers, or beside the token on a socket, make nobody somebody', async () => {
  const claimed = {
    'x-ori': 'LANPD0000',
    'x-user': 'admin',
    'x-hub-principal': 'x',
    roles: 'detective',
    jwt: await token(['detective']),
  };
  const response = await fetch(`${hub.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...claimed },
    body: JSON.stringify({ query: secret.query }),
  });
  // What nobody is told: whoever were taken for a detective would be told that a case is missing.
  const refused = [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED', satisfiedBy: 'Sign in: send an access token.' } }];
  expect(await response.json()).toMatchObject({ errors: refused });
  const url = `${hub.gateway.url.replace('http', 'ws')}/graphql`;
  const options = { webSocketImpl: WebSocket, retryAttempts: 0 };
  const socket = createClient({ url, ...options, connectionParams: claimed });
  expect(await next(socket.iterate({ query: secret.query }))).toMatchObject({ errors: refused });
  await socket.dispose();
  expect((await hub.audit()).slice(-2)).toMatchObject([nobody, nobody]);
  expect(hub.asked).toEqual([]);
});

test('23 when a right ends its stream ends: no later event is delivered, and the record says why', async () => {
  const socket = hub.socket(await token(['analyst'], { sub: 'lapsing', certifications: endingAt(nowMs + 60_000) }));
  const results = socket.iterate({ query: stream });
  const first = next(results);
  await begun(1);
  await told('p1');
  expect(await first).toMatchObject({ data: { told: { person: { id: 'p1', ssn: null, name: 'Name p1' } } } });
  nowMs += 60_000;
  const last = next(results);
  await told('p2');
  const ended = await last;
  expect(ended.data ?? null).toBeNull();
  expect(ended.errors).toMatchObject([{ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', policy: 'cad:notes' } }]);
  expect((await results.next()).done).toBe(true);
  await until(async () => (await kindsOf('lapsing')).some((kind) => String(kind).startsWith('STREAM_CLOSED')));
  expect(await kindsOf('lapsing')).toEqual(['STREAM_OPENED', 'STREAM_DELIVERED', 'STREAM_CLOSED UNAUTHORIZED_FIELD_OR_TYPE']);
  await socket.dispose();
});

test('23 when a token ends its socket is closed, and the stream recorded as closed', async () => {
  const exp = Math.floor(nowMs / 1000) + 2;
  const caller = await token(['analyst'], { sub: 'leaving', exp });
  const closed = new Promise<number>((resolve) => {
    const socket = hub.socket(caller, { closed: ({ code }) => resolve(code) });
    socket.subscribe({ query: stream }, { next: () => {}, error: () => {}, complete: () => {} });
  });
  await begun(1);
  expect(await closed).toBe(4401);
  await until(async () => (await kindsOf('leaving')).length === 2);
  expect(await kindsOf('leaving')).toEqual(['STREAM_OPENED', expect.stringMatching(/^STREAM_CLOSED/)]);
});

test('24 two readers of one feed are each shown what they may see of it, and sealed events to neither', async () => {
  const [one, two] = await Promise.all([hub.socket(await token(['analyst'])), hub.socket(await token(['detective']))]);
  const [plain, cleared] = [one.iterate({ query: stream }), two.iterate({ query: stream, extensions: forCase })];
  const firsts = [next(plain), next(cleared)];
  await begun(2);
  world.sealed.add('p2');
  for (const key of ['p3', 'p2', 'p4']) await told(key);
  const [less, more] = await Promise.all(firsts);
  expect(less?.data).toEqual({ told: { person: { id: 'p4', ssn: null, name: 'Name p4' } } });
  expect(more?.data).toEqual({ told: { person: { id: 'p4', ssn, name: 'Name p4' } } });
  await Promise.all([one.dispose(), two.dispose()]);
});

test.each([
  ['too many levels', `{ told { person ${'{ peer '.repeat(30)}{ id }${' }'.repeat(30)} } }`, 'LIMIT_DEPTH'],
  [
    'too many names',
    `{ told { person { ${Array.from({ length: 60 }, (_, at) => `a${at}: ssn`).join(' ')} } } }`,
    'LIMIT_ALIASES',
  ],
  ['too many objects', `{ told { person ${'{ peers '.repeat(5)}{ id }${' }'.repeat(5)} } }`, 'LIMIT_COST'],
  ['too many words', `{ told { person { ${'name '.repeat(6_000)} } } }`, 'LIMIT_TOKENS'],
  ['two root fields', '{ told { cursor } other: told { cursor } }', 'GRAPHQL_VALIDATION_FAILED'],
  ['@defer', '{ told { ... @defer { cursor } } }', 'GRAPHQL_VALIDATION_FAILED'],
])('24 a stream with %s is refused as a query is, and recorded once', async (_what, selection, code) => {
  const caller = await token(['analyst']);
  const records = await hub.recorded(async () => {
    const { errors } = await hub.send.WebSocket(caller, { query: `subscription ${selection}` });
    expect(errors?.[0]?.extensions.code).toBe(code);
  });
  expect(records).toMatchObject([{ kind: 'REFUSED', outcome: code }]);
  expect(hub.asked).toEqual([]);
});

test('29 words too long to take: a body is refused, a message closes its socket; each is recorded once', async () => {
  const caller = await token(['patrol'], { sub: 'verbose' });
  const long = { query: '{ who }', extensions: { reason: 'x'.repeat(10_000_000) } };
  const refused = [{ kind: 'REFUSED', outcome: 'LIMIT_BODY', subject: 'verbose' }];
  const byBody = await hub.recorded(async () => {
    expect((await hub.send.HTTP(caller, long)).errors?.[0]?.extensions.code).toBe('LIMIT_BODY');
  });
  expect(byBody).toMatchObject(refused);
  const print = jest.spyOn(console, 'error').mockImplementation(() => {}); // The WebSocket library says that it closes.
  const byMessage = await hub.recorded(async () => {
    const closed = new Promise<number>((resolve) => {
      const socket = hub.socket(caller, { closed: ({ code }) => resolve(code) });
      socket.subscribe(long, { next: () => {}, error: () => {}, complete: () => {} });
    });
    expect(await closed).toBe(1009);
    await until(async () => (await kindsOf('verbose')).length === 2);
  });
  print.mockRestore();
  expect(byMessage).toMatchObject(refused);
  expect(hub.asked).toEqual([]);
});
