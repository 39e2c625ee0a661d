/** One caller does not become another: not by what was planned, asked or registered before, by what they send beside it, or by leaving. */
import { createHash } from 'node:crypto';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { generateKeys, importSigningKey } from '../../schema/hopkeys.ts';
import { signPrincipal } from '../../schema/principal.ts';
import { principalHeader } from '../../schema/wire.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { forCase } from './adversarialcase.ts';
import { type Attacked, startAttacked, transports, until } from './adversarialways.ts';
import { resetWorld, ssn, world } from './adversarialworld.ts';

let database: Database;
let hub: Attacked;
let patrol: string;
let detective: string;
let away = false;

beforeAll(async () => {
  database = await openDatabase('pglite:');
  const breakable: Database = {
    ...database,
    query: async (sql, parameters) => {
      if (away && sql.includes('INSERT INTO hub_audit.leaf')) throw Object.assign(new Error('disk full'), { code: '53100' });
      return database.query(sql, parameters) as never;
    },
  };
  hub = await startAttacked({ database: breakable });
  patrol = await hub.issuer.token(['patrol'], { sub: 'patrol' });
  detective = await hub.issuer.token(['detective'], { sub: 'detective' });
});
afterAll(async () => {
  await hub.close();
  await database.close();
});
beforeEach(() => {
  resetWorld();
  hub.asked.length = 0;
});

const secret = '{ person(id: "p1") { name ssn } }';
const shown = { data: { person: { name: 'Name p1', ssn } } };
const kinds = (records: Record<string, unknown>[]) => records.map(({ kind }) => kind);
const httpPost = (body: string, headers: Record<string, string> = {}, signal?: AbortSignal) =>
  fetch(`${hub.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    ...(signal ? { signal } : {}),
  });

describe.each(transports)('over %s', (transport) => {
  test('18 one text, whose variable turns a denied field on and off, is decided each time', async () => {
    const query = 'query ($on: Boolean!) { person(id: "p1") { name ssn @include(if: $on) } }';
    const ask = (token: string, on: boolean, extensions = {}) =>
      hub.send[transport](token, { query, variables: { on }, extensions });
    expect(await ask(detective, true, forCase)).toEqual(shown);
    expect(await ask(patrol, false)).toEqual({ data: { person: { name: 'Name p1' } } });
    expect(await ask(patrol, true)).toMatchObject({ data: { person: { ssn: null } }, errors: [{ path: ['person', 'ssn'] }] });
    expect(await ask(detective, true, forCase)).toEqual(shown);
  });

  test('19 one text, allowed, denied and allowed again: fetched, not fetched, fetched', async () => {
    const ask = async (token: string, extensions = {}) => {
      hub.asked.length = 0;
      const { data } = await hub.send[transport](token, { query: secret, extensions });
      return [(data?.person as { ssn: unknown } | null)?.ssn, /\bssn\b/.test(hub.fetched())];
    };
    expect(await ask(detective, forCase)).toEqual([ssn, true]);
    expect(await ask(patrol, forCase)).toEqual([null, false]);
    expect(await ask(detective)).toEqual([null, false]);
    expect(await ask(detective, forCase)).toEqual([ssn, true]);
  });

  test('20 of many at once, each is asked for as whoever asked, with their own purpose and case', async () => {
    const callers = await Promise.all(['a', 'b', 'c'].map((sub) => hub.issuer.token(['detective'], { sub })));
    const rounds = ['C', 'D', 'F', 'J'].flatMap((purpose, at) =>
      callers.map((token, which) => ({ token, purpose, caseNumber: at % 2 ? 'B-1-22' : 'B-24020-22', sub: 'abc'[which] })),
    );
    const records = await hub.recorded(async () => {
      const answers = await Promise.all(
        rounds.map(({ token, purpose, caseNumber }) =>
          hub.send[transport](token, {
            query: '{ who person(id: "p1") { ssn } }',
            extensions: { purpose, caseNumber, reason: 'follow-up' },
          }),
        ),
      );
      expect(answers.map(({ data }) => data)).toEqual(
        rounds.map(({ sub, purpose, caseNumber }) => ({
          who: `${sub} ${purpose} ${caseNumber}`,
          person: { ssn: purpose === 'J' ? null : ssn },
        })),
      );
    });
    expect(kinds(records).sort()).toEqual([...rounds.map(() => 'INTENT'), ...rounds.map(() => 'OUTCOME')]);
  });

  test('22 of several operations the named one alone is run, and recorded under its name', async () => {
    const query = `query Harmless { who } query Secret ${secret}`;
    const records = await hub.recorded(() => hub.send[transport](patrol, { query, operationName: 'Secret' }));
    expect(records.map(({ kind, operation_name, denied }) => [kind, operation_name, denied])).toEqual([
      ['INTENT', 'Secret', ['Person.ssn: people:ssn']],
      ['OUTCOME', 'Secret', ['Person.ssn: people:ssn']],
    ]);
    expect(hub.fetched()).not.toMatch(/who|ssn/);
  });

  const quoting = { code: 'X', sentence: ssn, serviceName: 'db7.internal', stacktrace: [ssn] };
  const message = `'${ssn}' at db7.internal`;
  test.each([
    ['errors that quote a record', JSON.stringify({ data: null, errors: [{ message, extensions: quoting }] }), null],
    [
      'an error that quotes a record, at its field',
      JSON.stringify({
        data: { _entities: [{ extra: null }] },
        errors: [{ message, path: ['_entities', 0, 'extra'], extensions: quoting }],
      }),
      null,
    ],
    [
      'keys of prototypes',
      '{"data":{"_entities":[{"extra":"x","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}]}}',
      'x',
    ],
  ])('13, 27 a system that answers with %s', async (_how, answer, extra) => {
    world.hostile = answer;
    let told: unknown;
    const records = await hub.recorded(async () => {
      told = await hub.send[transport](patrol, { query: '{ vehicle { extra } }' });
    });
    expect(told).toMatchObject({ data: { vehicle: { extra } } });
    expect(JSON.stringify([told, records])).not.toMatch(/001-11|internal|serviceName|stacktrace|polluted/);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(kinds(records)).toEqual(['INTENT', 'OUTCOME']);
  });

  test('29 whoever leaves before the answer is recorded with its end', async () => {
    let release = () => {};
    world.gate = new Promise((resolve) => {
      release = resolve;
    });
    const query = '{ slow }';
    const records = await hub.recorded(async () => {
      const gone = new AbortController();
      const http =
        transport === 'HTTP' && httpPost(JSON.stringify({ query }), { authorization: `Bearer ${patrol}` }, gone.signal);
      const socket = transport === 'WebSocket' && hub.socket(patrol);
      if (socket) socket.subscribe({ query }, { next: () => {}, error: () => {}, complete: () => {} });
      await until(() => hub.asked.length > 0);
      gone.abort();
      if (http) await expect(http).rejects.toThrow(/abort/i);
      if (socket) socket.terminate();
      release();
      await until(async () => (await hub.audit()).at(-1)?.kind === 'OUTCOME');
    });
    expect(kinds(records)).toEqual(['INTENT', 'OUTCOME']);
  });

  test('29 when the record cannot be written nothing is read, and it goes on when it can', async () => {
    away = true;
    const told = await hub.send[transport](patrol, { query: '{ who }' });
    away = false;
    expect([told.data ?? null, told.errors?.[0]?.extensions.code]).toEqual([null, 'AUDIT_UNAVAILABLE']);
    expect(hub.asked).toEqual([]);
    expect((await hub.send[transport](patrol, { query: '{ who }' })).data).toMatchObject({
      who: expect.stringContaining('patrol'),
    });
  });
});

test.each([
  ['nothing', async () => ({})],
  ['another key’s signature', async (body: string) => ({ [principalHeader]: await forged(body) })],
])('10 a system that is reached past the hub, with %s, refuses', async (_what, headersOf) => {
  const { url } = hub.served.get('rms') ?? { url: '' };
  const body = JSON.stringify({ query: secret });
  const headers = { 'content-type': 'application/json', ...(await headersOf(body)) };
  const response = await fetch(url, { method: 'POST', headers, body });
  expect([response.status, await response.json()]).toMatchObject([
    401,
    { errors: [{ extensions: { code: 'PRINCIPAL_REFUSED' } }] },
  ]);
});

const forged = async (body: string): Promise<string> => {
  const key = await importSigningKey((await generateKeys()).signing);
  const principal = { subject: 'x', kind: 'person' as const, ori: 'LANPD0000', roles: [], scopes: [], sworn: true };
  const rest = { certifications: [], assignments: [], grants: ['people:ssn', 'rms:sealed', 'rms:persons'], operationId: 'x' };
  return signPrincipal({ ...principal, ...rest }, { audience: 'rms', body, lifetimeSeconds: 60 }, key);
};

test('10 nor does it stream', async () => {
  const { url = '' } = hub.served.get('rms') ?? {};
  const socket = createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
  await expect(socket.iterate({ query: 'subscription { told { cursor } }' }).next()).rejects.toMatchObject([
    { extensions: { code: 'PRINCIPAL_REFUSED' } },
  ]);
  await socket.dispose();
});

describe('21 a hash of a document', () => {
  const hashed = (text: string) => ({ version: 1, sha256Hash: createHash('sha256').update(text).digest('hex') });
  const ask = async (token: string, sent: object) => {
    const response = await httpPost(JSON.stringify(sent), { authorization: `Bearer ${token}` });
    return response.json() as Promise<Record<string, unknown>>;
  };
  const extensions = { ...forCase, persistedQuery: hashed(secret) };

  test('that comes with it makes no difference: each caller is decided by themselves', async () => {
    expect(await ask(detective, { query: secret, extensions })).toMatchObject(shown);
    expect(await ask(patrol, { query: secret, extensions })).toMatchObject({ data: { person: { ssn: null } } });
  });

  test.each([
    ['who sent it with its document', () => detective],
    ['anybody else', () => patrol],
  ])('registers nothing: alone it is refused to %s', async (_who, token) => {
    await ask(detective, { query: secret, extensions });
    hub.asked.length = 0;
    const records = await hub.recorded(async () => {
      const answer = await ask(token(), { extensions });
      expect(answer).toMatchObject({ errors: [{ extensions: { code: 'DOCUMENT_NOT_TRUSTED' } }] });
      expect(answer).not.toHaveProperty('data.person');
    });
    expect(records).toMatchObject([{ kind: 'REFUSED', outcome: 'DOCUMENT_NOT_TRUSTED' }]);
    expect(hub.asked).toEqual([]);
  });

  test('that comes with another document is refused: it gives that one no name', async () => {
    const records = await hub.recorded(async () => {
      const answer = await ask(detective, { query: secret, extensions: { ...forCase, persistedQuery: hashed('{ who }') } });
      expect(answer).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
      expect(answer).not.toHaveProperty('data.person');
    });
    expect(records).toMatchObject([{ kind: 'REFUSED', subject: 'detective' }]);
    expect(hub.asked).toEqual([]);
  });
});

test('22 each operation of a batch is decided and recorded by itself', async () => {
  const batch = JSON.stringify([{ query: secret, extensions: forCase }, { query: secret }, { query: '{ nothing }' }]);
  const records = await hub.recorded(async () => {
    const answers = await (await httpPost(batch, { authorization: `Bearer ${detective}` })).json();
    expect(answers).toMatchObject([shown, { data: { person: { ssn: null } } }, { errors: [{}] }]);
  });
  expect(kinds(records).sort()).toEqual(['INTENT', 'INTENT', 'OUTCOME', 'OUTCOME', 'REFUSED']);
  expect(new Set(records.map(({ operation_id }) => operation_id)).size).toBe(3);
});
