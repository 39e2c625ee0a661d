/** Breaking the glass: what it opens, for whom, until when, and who says afterwards whether it was right. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Delivery, openReceiver } from '../../clients/sdk/src/webhooks.ts';
import { next } from './harness.ts';
import { guarded, type StandingWorld, startWorld, until } from './standingworld.ts';

const reason = 'child taken from Magazine Street, car seen heading east';
const black = ['sealed', 'intelligence'];
const plain = Object.keys(guarded).filter((name) => !black.includes(name));
/** Everything but a case, which nobody has opened yet. */
const stated = { purpose: 'C', reason: 'child taken from Magazine Street' };
const opened = ['narrative', 'victim', 'juvenile', 'address', 'ambulance', 'plates'];
const everyCertification = ['CJIS', 'NCIC', '28CFR23', 'DPPA'].map((name) => ({ name, expiresAt: '2099-01-01T00:00:00Z' }));

let hub: StandingWorld;
let aheadMs = 0;
let users = 0;
beforeAll(async () => {
  // The clock leaps here; what the registry said before the leap is not to be too old behind it.
  hub = await startWorld({ now: () => Date.now() + aheadMs, env: { HUB_STANDING_STALE_MS: '600000' } });
});
afterAll(() => hub.stop());

const supervisorNamed = (sub: string) => hub.tokenOf(sub, ['supervisor'], { certifications: everyCertification });
/** A supervisor whom no other test has seen. */
const supervisor = async () => {
  users += 1;
  const subject = `supervisor-${users}`;
  return { subject, token: await supervisorNamed(subject) };
};
/** Which of the fields are; a document that names what is not there for the caller shows nothing. */
const shownTo = async (token: string, extensions: Record<string, string>, names = plain) => {
  const { data } = await hub.ask({ query: `{ report { ${names.join(' ')} } }`, token, extensions });
  const report = (data as { report: Record<string, string | null> } | undefined)?.report ?? {};
  return Object.keys(report).filter((name) => report[name] !== null);
};
const breakGlass = async (token: string, more = '') => {
  const emergency = await hub.say(token, `mutation { breakGlass(reason: "${reason}"${more}) { id state endsAt } }`);
  return { id: String(emergency.id), endsAt: emergency.endsAt, code: emergency.code };
};
/** The gateway has heard of it. */
const isOpen = async (subject: string, id: string) => {
  expect(id).toMatch(/^emergency-/);
  await until(() => hub.gateway.hub.standing.isEmergency(subject, id));
};
const isOver = (subject: string, id: string) => until(() => !hub.gateway.hub.standing.isEmergency(subject, id));
const review = (token: string, id: string, more = '') =>
  hub.say(
    token,
    `mutation { reviewEmergency(id: "${id}", finding: JUSTIFIED, note: "child found two hours later in Chalmette"${more}) { id state finding reviewedBy } }`,
  );

test('it opens what the policies say and nothing else: no black label, nothing of data brokers', async () => {
  const { subject, token } = await supervisor();
  const before = await shownTo(token, stated);
  expect(before).toEqual(['history']);
  const { id } = await breakGlass(token);
  await isOpen(subject, id);
  expect(await shownTo(token, { ...stated, emergency: id })).toEqual([...opened, ...before]);
  for (const name of black) expect(await shownTo(token, { ...stated, emergency: id }, [name])).toEqual([]);
});

test('an operation that does not name it is granted nothing by it', async () => {
  const { subject, token } = await supervisor();
  const { id } = await breakGlass(token);
  await isOpen(subject, id);
  expect((await shownTo(token, stated)).filter((name) => opened.includes(name))).toEqual([]);
});

test('what else a label takes it takes in an emergency too: a purpose, a certification', async () => {
  const { subject, token } = await supervisor();
  const { id } = await breakGlass(token);
  await isOpen(subject, id);
  expect(await shownTo(token, { reason: stated.reason, emergency: id })).toEqual(['narrative', 'ambulance']); // Not the criminal history either.
  const lapsed = await hub.tokenOf(subject, ['supervisor'], { certifications: [] });
  expect(await shownTo(lapsed, { ...stated, emergency: id })).toEqual(['ambulance']);
});

test("another's emergency is none", async () => {
  const one = await supervisor();
  const { id } = await breakGlass(one.token);
  await isOpen(one.subject, id);
  const other = await supervisor();
  expect((await shownTo(other.token, { ...stated, emergency: id })).filter((name) => opened.includes(name))).toEqual([]);
});

test('the record of an operation names its emergency, and no record names one that is not open', async () => {
  const { subject, token } = await supervisor();
  const { id } = await breakGlass(token);
  await isOpen(subject, id);
  await shownTo(token, { ...stated, emergency: id });
  await shownTo(token, { ...stated, emergency: 'emergency-made-up' });
  const intents = (await hub.audit()).filter((row) => row.subject === subject && row.kind === 'INTENT');
  expect(intents.map(({ detail }) => JSON.parse(String(detail)).emergency)).toEqual([undefined, id, undefined]);
});

test('it ends to the instant: shown before it, withheld at it', async () => {
  const { subject, token } = await supervisor();
  const { id, endsAt } = await breakGlass(token, ', minutes: 1');
  await isOpen(subject, id);
  const { standing } = hub.gateway.hub;
  const endsMs = Date.parse(String(endsAt));
  aheadMs += endsMs - Date.now() - 1_000;
  expect(standing.isEmergency(subject, id)).toBe(true);
  expect(await shownTo(token, { ...stated, emergency: id })).toContain('narrative');
  await until(() => Date.now() + aheadMs >= endsMs);
  expect(standing.isEmergency(subject, id)).toBe(false);
  expect(await shownTo(token, { ...stated, emergency: id })).not.toContain('narrative');
});

test('a stream that an emergency opened ends with it, without waiting for an event', async () => {
  const { subject, token } = await supervisor();
  const { id } = await breakGlass(token);
  await isOpen(subject, id);
  const socket = hub.socket(token);
  const results = socket.iterate({ query: 'subscription { secret { report { narrative } } }', extensions: { emergency: id } });
  const first = next(results);
  await until(() => hub.asked.some(({ body }) => body.includes('subscription') && body.includes('secret')));
  await hub.bus.publish('told', [{ key: '1', change: 'UPDATED', changedAt: new Date() }]);
  expect((await first).data).toEqual({ secret: { report: { narrative: 'the narrative' } } });
  const last = next(results);
  await hub.say(token, `mutation { endEmergency(id: "${id}") { state } }`);
  expect((await last).errors).toMatchObject([{ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', policy: 'rms:narrative' } }]);
  await socket.dispose();
});

test('whoever broke the glass does not review it; another does, once, and both are on record', async () => {
  const [one, other] = await Promise.all([supervisor(), supervisor()]);
  const auditor = await hub.tokenOf('an-auditor', ['auditor']);
  const { id } = await breakGlass(one.token);
  await isOpen(one.subject, id);
  expect((await review(other.token, id)).code).toBe('BAD_USER_INPUT'); // It is open still.
  await hub.say(one.token, `mutation { endEmergency(id: "${id}") { state } }`);
  await isOver(one.subject, id);
  const own = await review(one.token, id);
  expect(own).toMatchObject({
    code: 'UNAUTHORIZED_FIELD_OR_TYPE',
    error: { extensions: { policy: 'hub:review-emergency', satisfiedBy: expect.stringContaining('another person') } },
  });
  const unreviewed = async () =>
    ((await hub.say(auditor, '{ emergencies(state: UNREVIEWED) { nodes { id } } }')).nodes as { id: string }[]).map(
      (row) => row.id,
    );
  expect(await unreviewed()).toContain(id);
  expect(await review(auditor, id)).toEqual({ id, state: 'REVIEWED', finding: 'JUSTIFIED', reviewedBy: 'an-auditor' });
  expect(await unreviewed()).not.toContain(id);
  expect((await review(other.token, id)).code).toBe('BAD_USER_INPUT');
  const reviews = (await hub.audit()).filter(
    ({ fields, kind }) => kind === 'OUTCOME' && String(fields).includes('reviewEmergency'),
  );
  expect(reviews.map(({ subject, outcome }) => [subject, outcome]).slice(-4)).toEqual([
    [other.subject, 'PARTIAL'],
    [one.subject, 'PARTIAL'],
    ['an-auditor', 'OK'],
    [other.subject, 'PARTIAL'],
  ]);
});

test.each(['patrol', 'detective', 'analyst', 'auditor', 'admin'])('a %s breaks no glass', async (role) => {
  const token = await hub.tokenOf(`no-${role}`, [role]);
  expect((await breakGlass(token)).code).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
});

test.each(['test', 'emergency', 'urgent police investigation', 'check this person for case work', 'x y z', '          '])(
  'the reason "%s" tells a reviewer nothing, and opens nothing',
  async (vague) => {
    const { token } = await supervisor();
    expect((await hub.say(token, `mutation { breakGlass(reason: "${vague}") { id } }`)).code).toBe('BAD_USER_INPUT');
  },
);

test.each([0, -5, 61, 2_000_000_000])('%d minutes are refused', async (minutes) => {
  expect((await breakGlass((await supervisor()).token, `, minutes: ${minutes}`)).code).toBe('BAD_USER_INPUT');
});

test('a person has one at a time', async () => {
  const { token } = await supervisor();
  await breakGlass(token);
  expect((await breakGlass(token)).code).toBe('BAD_USER_INPUT');
});

test('reviewers are told at once', async () => {
  const socket = hub.socket(await hub.tokenOf('another-auditor', ['auditor']));
  const results = socket.iterate({ query: 'subscription { emergencyChanged { emergency { subject state reason } } }' });
  const first = next(results);
  await until(() => hub.asked.some(({ body }) => body.includes('emergencyChanged')));
  const { subject, token } = await supervisor();
  await breakGlass(token);
  let told = (await first).data;
  const about = () => (told as { emergencyChanged: { emergency: { subject: string } } }).emergencyChanged.emergency.subject;
  while (about() !== subject) told = (await next(results)).data; // Earlier ones are told at least once.
  expect(told).toEqual({ emergencyChanged: { emergency: { subject, state: 'OPEN', reason } } });
  await socket.dispose();
});

test('the webhook is called at once, signed, with ids and times and no reason', async () => {
  const bodies: string[] = [];
  let headers: Delivery['headers'] = {};
  const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  const server = createServer((request, response) => {
    headers = request.headers;
    request.setEncoding('utf8').on('data', (chunk) => bodies.push(chunk));
    request.on('end', () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const world = await startWorld({ settings: { HUB_EMERGENCY_ALERT_URL: webhook, HUB_WEBHOOK_SECRET: secret } });
  const { id } = await world.say(
    await world.tokenOf('alerting', ['supervisor']),
    `mutation { breakGlass(reason: "${reason}") { id } }`,
  );
  await until(() => bodies.length > 0);
  expect(JSON.parse(bodies.join(''))).toMatchObject({ alert: 'EMERGENCY_OPENED', emergency: id, ori: 'LANPD0000' });
  expect(bodies.join('')).not.toContain('Magazine');
  const taken: string[] = [];
  await openReceiver({ secrets: [secret] })({ headers, body: bodies.join('') }, ({ alert }) => void taken.push(alert));
  expect(taken).toEqual(['EMERGENCY_OPENED']);
  await world.stop();
  server.close();
});
