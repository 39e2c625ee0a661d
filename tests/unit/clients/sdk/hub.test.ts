/** When the kit tries again, how long it waits, and what it never repeats: before a hub that answers as it is told. */
import { createHash } from 'node:crypto';
import { type AskOptions, createHub, type HubFailure, operation } from '../../../../clients/sdk/src/index.ts';
import { openClock } from './clock.ts';

const units = operation<{ units: { nodes: object[] } | null }, { after?: string | null }>(
  'query Units { units { nodes { id } } }',
);

interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body: unknown;
}

const failed = (code: string, extensions: object = {}): Reply => ({
  body: { errors: [{ message: 'm', extensions: { code, ...extensions } }] },
});
const answered: Reply = { body: { data: { units: { nodes: [{ id: 'u1' }] } } } };

interface Sent {
  token: string | null;
  body: { query: string; variables: object; extensions: Record<string, unknown> };
}

/** The last reply stands for all that follow. */
const openHub = (replies: (Reply | 'nobody')[], random = 0.5) => {
  const { clock, pauses } = openClock(random);
  const sent: Sent[] = [];
  const refused: string[] = [];
  let issued = 0;
  const stand: typeof fetch = async (_url, init) => {
    sent.push({ token: new Headers(init?.headers).get('authorization'), body: JSON.parse(String(init?.body)) });
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    if (!reply || reply === 'nobody') throw new TypeError('fetch failed');
    const { status = 200, headers = {}, body } = reply;
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });
  };
  const token = {
    get: async () => `token-${issued}`,
    refused: (old: string) => {
      refused.push(old);
      issued += 1;
    },
  };
  const hub = createHub({ url: 'https://hub.example.org', token, clock, fetch: stand });
  return { hub, pauses, sent, refused, clock };
};

const failureOf = (asked: Promise<unknown>): Promise<HubFailure> =>
  asked.then(
    () => fail('it was answered'),
    (error: HubFailure) => error,
  );
const fail = (text: string): never => {
  throw new Error(text);
};

test('a document goes by the hash of its text, without the text; purpose and case go with it', async () => {
  const { hub, sent } = openHub([answered]);
  const own: AskOptions = { purpose: 'DISPATCH', caseNumber: 'B-24020-22' };
  expect(await hub.query(units, { after: null }, own)).toEqual({ data: { units: { nodes: [{ id: 'u1' }] } }, gaps: [] });
  const sha256Hash = createHash('sha256').update(units.text).digest('hex');
  expect(sent[0]?.body).toEqual({
    query: '',
    variables: { after: null },
    extensions: { purpose: 'DISPATCH', caseNumber: 'B-24020-22', persistedQuery: { version: 1, sha256Hash } },
  });
});

test.each(['AUDIT_UNAVAILABLE', 'SOURCE_TIMEOUT', 'VENDOR_RATE_LIMITED'])(
  '%s is tried again, after doubling pauses',
  async (code) => {
    const { hub, pauses, sent } = openHub([failed(code), failed(code), failed(code), answered]);
    await hub.query(units, {});
    expect([sent.length, pauses]).toEqual([4, [187.5, 375, 750]]);
  },
);

test('a part of each pause is left to chance', async () => {
  for (const [random, pause] of [
    [0, 125],
    [1, 250],
  ] as const) {
    const { hub, pauses } = openHub(['nobody', answered], random);
    await hub.query(units, {});
    expect(pauses).toEqual([pause]);
  }
});

test.each(['DOCUMENT_NOT_TRUSTED', 'TOKEN_REVOKED', 'LIMIT_COST', 'BAD_USER_INPUT', 'INTERNAL'])(
  '%s is told at once: the same request would fail again',
  async (code) => {
    const { hub, sent } = openHub([failed(code), answered]);
    expect(await failureOf(hub.query(units, {}))).toMatchObject({ name: 'HubError', code, retryable: false });
    expect(sent).toHaveLength(1);
  },
);

test('after five attempts it is told', async () => {
  const { hub, sent } = openHub(['nobody']);
  expect(await failureOf(hub.query(units, {}))).toMatchObject({ code: 'HUB_UNREACHABLE' });
  expect(sent).toHaveLength(5);
});

test.each<[string, Reply]>([
  ['retryAfter of the error', { status: 429, ...failed('LIMIT_RATE', { retryAfter: 7 }) }],
  ['Retry-After of the answer', { status: 429, headers: { 'retry-after': '7' }, ...failed('LIMIT_RATE') }],
  [
    'Retry-After as a date, of a proxy',
    { status: 503, headers: { 'retry-after': 'Fri, 20 Nov 2026 09:00:07 GMT' }, body: '<html>' },
  ],
])('nobody comes back before %s', async (_what, reply) => {
  const { hub, pauses } = openHub([reply, answered], 0);
  await hub.query(units, {});
  expect(pauses).toEqual([7_000]);
});

test('who is asked to wait for longer than a minute is told instead', async () => {
  const { hub, pauses } = openHub([failed('LIMIT_RATE', { retryAfter: 61 }), answered]);
  expect(await failureOf(hub.query(units, {}))).toMatchObject({ code: 'LIMIT_RATE', retryAfterSeconds: 61 });
  expect(pauses).toEqual([]);
});

test.each<[string, Reply | 'nobody']>([
  ['an answer that never came', 'nobody'],
  ['an audit that failed, perhaps behind it', { status: 503, ...failed('AUDIT_UNAVAILABLE') }],
])('a mutation is not repeated after %s', async (_what, reply) => {
  const { hub, sent } = openHub([reply, answered]);
  await failureOf(hub.mutate(units, {}));
  expect(sent).toHaveLength(1);
});

test('a mutation that was refused at the door is sent again', async () => {
  const { hub, sent } = openHub([failed('LIMIT_RATE', { retryAfter: 1 }), answered]);
  await hub.mutate(units, {});
  expect(sent).toHaveLength(2);
});

test('a token that the hub refuses is dropped, and the request sent once more with another', async () => {
  const { hub, sent, refused, pauses } = openHub([{ status: 401, ...failed('TOKEN_INVALID') }, answered]);
  await hub.query(units, {});
  expect(sent.map(({ token }) => token)).toEqual(['Bearer token-0', 'Bearer token-1']);
  expect([refused, pauses]).toEqual([['token-0'], []]);
});

test('… and not for ever', async () => {
  const { hub, sent } = openHub([{ status: 401, ...failed('TOKEN_INVALID') }]);
  expect(await failureOf(hub.query(units, {}))).toMatchObject({ code: 'TOKEN_INVALID' });
  expect(sent).toHaveLength(2);
});

test('what is missing from an answer is told beside it: where, why, what it takes', async () => {
  const errors = [
    {
      path: ['units', 'nodes', 0],
      extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', policy: 'cad:notes', satisfiedBy: 'a case' },
    },
    { path: ['sources'], extensions: { code: 'SOURCE_UNAVAILABLE', source: 'avl' } },
  ];
  const { hub, sent } = openHub([{ body: { data: { units: { nodes: [null] }, sources: null }, errors } }]);
  const { gaps } = await hub.query(units, {});
  expect(gaps).toMatchObject([
    { code: 'UNAUTHORIZED_FIELD_OR_TYPE', path: ['units', 'nodes', 0], policy: 'cad:notes', satisfiedBy: 'a case' },
    { code: 'SOURCE_UNAVAILABLE', source: 'avl', retryable: true },
  ]);
  expect(sent).toHaveLength(1);
});

test('an answer of which nothing came, though it may come later, is asked for again', async () => {
  const errors = [{ path: ['units'], extensions: { code: 'SOURCE_TIMEOUT', source: 'cad' } }];
  const { hub, sent } = openHub([{ body: { data: { units: null }, errors } }, answered]);
  expect((await hub.query(units, {})).gaps).toEqual([]);
  expect(sent).toHaveLength(2);
});

test('a code of a newer hub is told as one that is not known, with its name', async () => {
  const { hub } = openHub([failed('LIMIT_MOONLIGHT')]);
  expect(await failureOf(hub.query(units, {}))).toMatchObject({ code: 'CODE_UNKNOWN', reported: 'LIMIT_MOONLIGHT' });
});

test('a list is read to its end, a page when it is needed', async () => {
  const page = (id: string, endCursor: string | null): Reply => ({
    body: { data: { units: { nodes: [{ id }], pageInfo: { endCursor, hasNextPage: endCursor !== null } } } },
  });
  const { hub, sent } = openHub([page('u1', 'c1'), page('u2', 'c2'), page('u3', null)]);
  const nodes = [];
  for await (const node of hub.pages(units, {})) {
    nodes.push(node);
    expect(sent).toHaveLength(nodes.length);
  }
  expect(nodes).toEqual([{ id: 'u1' }, { id: 'u2' }, { id: 'u3' }]);
  expect(sent.map(({ body }) => body.variables)).toEqual([{ after: null }, { after: 'c1' }, { after: 'c2' }]);
});

test.each<[string, unknown]>([
  ['the same page again', { nodes: [], pageInfo: { endCursor: null, hasNextPage: true } }],
  ['no page', { nodes: [] }],
])('a list that gives %s fails instead of going on for ever', async (_what, given) => {
  const { hub } = openHub([{ body: { data: { units: given } } }]);
  const read = async () => {
    for await (const _ of hub.pages(units, {}));
  };
  expect(await failureOf(read())).toMatchObject({ code: 'PAGE_INVALID' });
});

test('a page that is withheld is an error, not an empty list', async () => {
  const errors = [{ path: ['units'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }];
  const { hub } = openHub([{ body: { data: { units: null }, errors } }]);
  const read = async () => {
    for await (const _ of hub.pages(units, {}));
  };
  expect(await failureOf(read())).toMatchObject({ code: 'UNAUTHORIZED_FIELD_OR_TYPE' });
});

test('a token is not sent in clear to another machine', () => {
  const token = { get: async () => 't', refused: () => {} };
  expect(() => createHub({ url: 'http://hub.example.org', token })).toThrow(TypeError);
  expect(() => createHub({ url: 'http://localhost:4000', token })).not.toThrow();
});
