/** Authority that is withdrawn: at every gateway, for every open stream, with the bus and without it. */
import WebSocket from 'ws';
import { next } from './harness.ts';
import { type StandingWorld, startWorld, until } from './standingworld.ts';

const reason = 'badge was found in a pawn shop on Canal Street';
const notes = '{ report { notes } }';
const forCase = { purpose: 'C', caseNumber: 'B-24020-22', reason: 'burglary follow-up' };

let hub: StandingWorld;
let admin: string;
let supervisor: string;
beforeAll(async () => {
  hub = await startWorld();
  admin = await hub.tokenOf('an-admin', ['admin']);
  supervisor = await hub.tokenOf('a-supervisor', ['supervisor']);
});
afterAll(() => hub.stop());

/** A socket that is signed in and does nothing; with which code it is closed. */
const connected = (token: string): Promise<{ closed: Promise<number> }> =>
  new Promise((acknowledged) => {
    const socket = new WebSocket(`${hub.gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    const payload = { authorization: `Bearer ${token}` };
    socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
    socket.once('message', () => acknowledged({ closed }));
  });

const codeOf = async (token: string, query = notes) => (await hub.ask({ query, token })).errors?.[0]?.extensions.code;
const revokedIn = (token: string) => until(async () => (await codeOf(token)) === 'TOKEN_REVOKED');
const heldIn = (token: string) => until(async () => (await codeOf(token)) === undefined);

test('a user who is revoked is refused with every token, recorded by name of nobody else, and let in when it is lifted', async () => {
  const [one, other] = await Promise.all([hub.tokenOf('leaver', ['patrol']), hub.tokenOf('leaver', ['patrol'])]);
  expect(await codeOf(one)).toBeUndefined();
  const { id } = await hub.say(admin, `mutation { revokeUser(subject: "leaver", reason: "${reason}") { id kind subject } }`);
  await revokedIn(one);
  const answer = await hub.ask({ query: notes, token: other });
  expect(answer).toMatchObject({ status: 401, errors: [{ extensions: { code: 'TOKEN_REVOKED' } }] });
  expect((await hub.audit()).at(-1)).toMatchObject({ kind: 'REFUSED', outcome: 'TOKEN_REVOKED', subject: 'leaver' });
  expect(await codeOf(await hub.tokenOf('stayer', ['patrol']))).toBeUndefined();
  await hub.say(admin, `mutation { liftRevocation(id: "${id}", reason: "badge is back with its owner") { id } }`);
  await heldIn(one);
});

test('a token that is revoked is refused, and no other of its holder', async () => {
  const lost = await hub.tokenOf('carrier', ['patrol'], { jti: 'token-1' });
  const kept = await hub.tokenOf('carrier', ['patrol'], { jti: 'token-2' });
  await hub.say(admin, `mutation { revokeToken(token: "token-1", reason: "${reason}") { id } }`);
  await revokedIn(lost);
  expect(await codeOf(kept)).toBeUndefined();
});

test.each(['detective', 'supervisor'])('a %s who is barred from a case is not assigned to it', async (role) => {
  const subject = `barred-${role}`;
  const token = await hub.tokenOf(subject, [role]);
  const ask = async (caseNumber: string) =>
    (await hub.ask({ query: '{ report { narrative } }', token, extensions: { ...forCase, caseNumber } })).data;
  expect(await ask('B-24020-22')).toEqual({ report: { narrative: 'the narrative' } });
  await hub.say(
    supervisor,
    `mutation { revokeAssignment(subject: "${subject}", caseNumber: "b 24020 22", reason: "${reason}") { id } }`,
  );
  const me = async () => (await hub.say(token, '{ me { assignments } }')).assignments;
  await until(async () => !((await me()) as string[]).includes('B2402022'));
  expect(await ask('B-24020-22')).toEqual({ report: { narrative: null } });
  expect(await ask('B-1-22')).toEqual({ report: { narrative: 'the narrative' } });
});

test.each([
  ['a supervisor', 'supervisor', 'revokeUser(subject: "x"'],
  ['a supervisor', 'supervisor', 'revokeToken(token: "x"'],
  ['a detective', 'detective', 'revokeAssignment(subject: "x", caseNumber: "1"'],
  ['an auditor', 'auditor', 'revokeUser(subject: "x"'],
  ['a partner', 'partner', 'revokeUser(subject: "x"'],
  ['an admin who signed in yesterday', 'late', 'revokeUser(subject: "x"'],
])('%s may not: %s %s', async (_who, role, mutation) => {
  hub.asked.length = 0;
  const claims = {
    partner: { 'gfipm:2.0:user:EmployerORI': 'LA0260000' },
    late: { auth_time: Math.floor(Date.now() / 1000) - 13 * 3_600 },
  };
  const roles = role in claims ? ['admin'] : [role];
  const token = await hub.tokenOf(`may-not-${role}`, roles, claims[role as keyof typeof claims]);
  const answer = await hub.ask({ token, query: `mutation { ${mutation}, reason: "${reason}") { id } }` });
  expect(Object.values(answer.data ?? {}).filter(Boolean)).toEqual([]);
  expect(hub.asked.filter(({ body }) => body.includes('mutation'))).toEqual([]);
});

test('an open stream of a revoked user ends at once with the reason, and is recorded so; every socket is closed', async () => {
  const token = await hub.tokenOf('watcher', ['patrol']);
  const socket = hub.socket(token);
  const idle = await connected(token);
  const last = next(socket.iterate({ query: 'subscription { told { report { notes } } }' }));
  await until(() => hub.asked.some(({ body }) => body.includes('subscription') && body.includes('told')));
  await hub.say(admin, `mutation { revokeUser(subject: "watcher", reason: "${reason}") { id } }`);
  expect((await last).errors).toMatchObject([{ extensions: { code: 'TOKEN_REVOKED' } }]);
  expect(await idle.closed).toBe(4401);
  const own = (await hub.audit()).filter(({ subject }) => subject === 'watcher');
  expect(own.some(({ kind, outcome }) => kind === 'STREAM_CLOSED' && outcome === 'TOKEN_REVOKED')).toBe(true);
});

test('of two who share a stream, the one who is revoked loses it, and the other misses nothing', async () => {
  const [leaver, stayer] = await Promise.all(
    ['shares-and-leaves', 'shares-and-stays'].map((sub) => hub.tokenOf(sub, ['patrol'])),
  );
  const subscriptions = () => hub.asked.filter(({ subgraph, body }) => subgraph === 'rms' && body.includes('told')).length;
  const before = subscriptions();
  const query = 'subscription Shared { told { report { notes } } }';
  const [one, other] = [hub.socket(leaver), hub.socket(stayer)];
  const [ending, going] = [next(one.iterate({ query })), next(other.iterate({ query }))];
  const opened = async () =>
    (await hub.audit()).filter(({ kind, subject }) => kind === 'STREAM_OPENED' && `${subject}`.startsWith('shares-and'));
  await until(async () => (await opened()).length === 2 && subscriptions() > before);
  await hub.say(admin, `mutation { revokeUser(subject: "shares-and-leaves", reason: "${reason}") { id } }`);
  expect((await ending).errors).toMatchObject([{ extensions: { code: 'TOKEN_REVOKED' } }]);
  await hub.bus.publish('told', [{ key: '1', change: 'UPDATED', changedAt: new Date() }]);
  expect((await going).data).toEqual({ told: { report: { notes: 'the notes' } } });
  expect(subscriptions()).toBe(before + 1);
  await Promise.all([one.dispose(), other.dispose()]);
});

test('what the standing says of one is nothing to the streams of others', async () => {
  const socket = hub.socket(await hub.tokenOf('bystander', ['patrol']));
  const results = socket.iterate({ query: 'subscription { told { report { notes } } }' });
  const first = next(results);
  const subscriptions = () => hub.asked.filter(({ subgraph, body }) => subgraph === 'rms' && body.includes('told')).length;
  const before = subscriptions();
  await until(() => subscriptions() > before);
  const told = new Promise<void>((resolve) => {
    const stop = hub.gateway.hub.standing.onChange(() => {
      stop();
      resolve();
    });
  });
  const begun = subscriptions();
  await hub.say(admin, `mutation { revokeUser(subject: "somebody-else", reason: "${reason}") { id } }`);
  await told;
  await hub.bus.publish('told', [{ key: '1', change: 'UPDATED', changedAt: new Date() }]);
  expect((await first).data).toEqual({ told: { report: { notes: 'the notes' } } });
  expect(subscriptions()).toBe(begun);
  await socket.dispose();
});

test('no client reads or follows the standing as gateways do', async () => {
  for (const query of ['{ standing { revocations { kind } } }', 'subscription { standingChanged { cursor } }'])
    expect(await codeOf(admin, query)).toBe('GRAPHQL_VALIDATION_FAILED');
});
