/**
 * Authority that grows and that ends, on the running hub: a supervisor breaks the
 * glass, another person reviews it, and all of it is on record; and what is revoked
 * at one gateway takes open streams at another.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Client, createClient } from 'graphql-ws';
import { decodeJwt } from 'jose';
import WebSocket from 'ws';
import { obtainToken } from '../../deploy/identity/obtain.ts';
import { type PersonaName, personas } from '../../deploy/identity/personas.ts';
import type { Gateway } from '../../gateway/index.ts';
import { topic as incidents } from '../../subgraphs/cad/feed.ts';
import type { Answer } from '../federation/harness.ts';
import { statement } from './operation.ts';
import { describeOnBoth, type RunningHub, startHub, until } from './setup.ts';

const number = 'B-24020-22';
/** What the hub promises of a revocation, at every gateway. */
const promisedMs = 5_000;

describeOnBoth('standing', (backend) => {
  let hub: RunningHub;
  let other: Gateway;
  let webhook: Server;
  const alarms: Record<string, unknown>[] = [];

  beforeAll(async () => {
    webhook = createServer(async (request, response) => {
      let body = '';
      for await (const part of request) body += String(part);
      alarms.push(JSON.parse(body));
      response.end();
    });
    await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/alarm`;
    hub = await startHub(backend, { environment: { HUB_EMERGENCY_ALERT_URL: url } });
    other = await hub.startGateway();
  }, 120_000);
  afterAll(async () => {
    await hub?.close();
    webhook?.close();
  });

  const say = async (as: PersonaName, query: string, variables: object = {}) => {
    const { data, errors } = await hub.ask({ as, query, variables: { ...variables } });
    const [given] = Object.values(data ?? {}) as Record<string, unknown>[];
    return { id: undefined, ...given, errors };
  };

  describe('a supervisor who breaks the glass', () => {
    const reason = 'child taken from Magazine Street, car seen heading east';
    const asking = { purpose: 'C', reason: 'child taken from Magazine Street' };
    const breakGlass = 'mutation ($reason: String!) { opened: breakGlass(reason: $reason, minutes: 10) { id state } }';
    const review = `mutation ($id: ID!) {
      reviewed: reviewEmergency(id: $id, finding: JUSTIFIED, note: "child found two hours later in Chalmette") { state reviewedBy } }`;
    let id: string;

    const narrative = async (extensions: object): Promise<Answer> =>
      hub.ask({
        as: 'supervisor',
        query: 'query Narrative($number: String!) { report(number: $number) { number narrative } }',
        variables: { number },
        extensions: { ...asking, ...extensions },
      });

    test('is denied before, and told what would do', async () => {
      const { data, errors } = await narrative({});
      expect(data).toEqual({ report: { number, narrative: null } });
      expect(errors).toMatchObject([{ path: ['report', 'narrative'], extensions: { policy: 'rms:narrative' } }]);
      expect(errors?.[0]?.extensions.satisfiedBy).toMatch(/caseNumber/);
    });

    test('has to say why in words that tell a reviewer something', async () => {
      const { errors } = await say('supervisor', breakGlass, { reason: 'emergency' });
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
      expect(alarms).toEqual([]);
    });

    test('raises the alarm, by webhook and to those who review', async () => {
      const client = await hub.socket('auditor', other);
      const told = client.iterate({
        query: 'subscription { emergencyChanged(after: "0-0") { emergency { id state subject reason } } }',
      });
      const first = told.next();
      const opened = await say('supervisor', breakGlass, { reason });
      expect(opened).toMatchObject({ state: 'OPEN', errors: undefined });
      id = String(opened.id);
      expect((await first).value).toMatchObject({
        data: { emergencyChanged: { emergency: { id, state: 'OPEN', subject: personas.supervisor.subject, reason } } },
      });
      await until('the webhook is called', () => alarms.length > 0);
      expect(alarms).toMatchObject([{ alert: 'EMERGENCY_OPENED', emergency: id }]);
      expect(JSON.stringify(alarms)).not.toContain('Magazine');
      await client.dispose();
    });

    test('is granted what operations that name it ask, and nothing by the others', async () => {
      const shown = async () => (await narrative({ emergency: id })).errors === undefined;
      await until('the narrative is shown', shown);
      expect((await narrative({ emergency: id })).data).toEqual({ report: { number, narrative: expect.any(String) } });
      expect((await narrative({})).data).toEqual({ report: { number, narrative: null } });
    });

    test('does not review it; another does, once', async () => {
      await say('supervisor', 'mutation ($id: ID!) { ended: endEmergency(id: $id) { state } }', { id });
      const own = await say('supervisor', review, { id });
      expect(own.errors).toMatchObject([{ extensions: { policy: 'hub:review-emergency' } }]);
      expect(own.errors?.[0]?.extensions.satisfiedBy).toMatch(/another person/);
      expect(await say('auditor', review, { id })).toMatchObject({
        state: 'REVIEWED',
        reviewedBy: personas.auditor.subject,
        errors: undefined,
      });
      expect((await say('auditor', review, { id })).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
      expect((await narrative({ emergency: id })).data).toEqual({ report: { number, narrative: null } });
    });

    test('leaves all of it in the audit trail, where an auditor reads it', async () => {
      const trail = await hub.ask({
        as: 'auditor',
        query: `query ($subject: String!) { auditTrail(filter: { subject: $subject, kinds: [INTENT, OUTCOME] }, first: 100) {
          nodes { fields denied outcome } } }`,
        variables: { subject: personas.supervisor.subject },
      });
      expect(trail.errors).toBeUndefined();
      const said = JSON.stringify(trail.data);
      for (const field of ['Mutation.breakGlass', 'Mutation.endEmergency', 'Mutation.reviewEmergency', 'Report.narrative'])
        expect(said).toContain(field);
      expect(said).toContain('Report.narrative: rms:narrative');
      const named = await hub.database.query<{ detail: string }>(
        `SELECT detail FROM hub_audit.record WHERE kind = 'INTENT' AND operation_name = 'Narrative' AND detail LIKE '%' || $1 || '%'`,
        [id],
      );
      expect(named.length).toBeGreaterThan(0);
    });
  });

  /** A stream at the other gateway, and what came of it. */
  interface Watching {
    client: Client;
    results: Answer[];
    closed: number[];
    ended: () => boolean;
  }
  const watch = async (token: string, selection = '', extensions = {}): Promise<Watching> => {
    const closed: number[] = [];
    const client = createClient({
      url: `${other.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      lazyCloseTimeout: 60_000, // It is the gateway that closes it.
      connectionParams: { authorization: `Bearer ${token}` },
      on: { closed: (event) => closed.push((event as { code: number }).code) },
    });
    const results: Answer[] = [];
    let ended = false;
    const query = `subscription Watched { incidentChanged { incident { number ${selection} } } }`;
    const read = async () => {
      for await (const result of client.iterate({ query, extensions })) results.push(result as Answer);
    };
    const end = () => {
      ended = true;
    };
    read().then(end, end);
    await until('an event comes', async () => {
      await change();
      return results.some(({ data }) => data?.incidentChanged);
    });
    return { client, results, closed, ended: () => ended };
  };
  const tokenOf = async (persona: PersonaName): Promise<string> => {
    const told = (await (await fetch(`${hub.gateway.url}/.well-known/rtcc-hub`)).json()) as { issuer: string };
    return obtainToken({ issuer: told.issuer, persona });
  };
  const change = async () => {
    const [row] = await hub.database.query<{ id: string }>('SELECT id FROM cad.incident WHERE number = $1', [number]);
    await hub.bus.publish(incidents, [{ key: row?.id ?? '', change: 'UPDATED', changedAt: new Date() }]);
  };
  /** How long it took from the answer to whoever revoked. */
  const tookMs = async (revoke: () => Promise<{ errors?: unknown }>, what: string, holds: () => boolean | Promise<boolean>) => {
    expect((await revoke()).errors).toBeUndefined();
    const startedMs = Date.now();
    await until(what, holds);
    return Date.now() - startedMs;
  };
  const revoked = {
    message: 'The access token, or the authority of whoever holds it, has been revoked.',
    extensions: { code: 'TOKEN_REVOKED' },
  };

  test('a user who is revoked at one gateway loses the stream at another, with the reason, and its socket', async () => {
    const { client, results, closed, ended } = await watch(await tokenOf('patrol'));
    const revoke = () =>
      say(
        'admin',
        'mutation ($subject: String!) { revokeUser(subject: $subject, reason: "badge found in a pawn shop on Canal") { id } }',
        {
          subject: personas.patrol.subject,
        },
      );
    expect(await tookMs(revoke, 'the stream has ended', ended)).toBeLessThan(promisedMs);
    expect(results.at(-1)?.errors).toMatchObject([revoked]);
    await until('the socket is closed', () => closed.length > 0);
    expect(closed).toEqual([4401]);
    await client.dispose();
  });

  test('a token that is revoked at one gateway loses the stream at another, with the reason', async () => {
    const [access, kept] = [await tokenOf('analyst'), await tokenOf('analyst')];
    const { client, results, ended } = await watch(access);
    const beside = await watch(kept);
    const token = decodeJwt(access).jti;
    const revoke = () =>
      say('admin', 'mutation ($token: String!) { revokeToken(token: $token, reason: "tablet was left in a taxi") { id } }', {
        token,
      });
    expect(await tookMs(revoke, 'the stream has ended', ended)).toBeLessThan(promisedMs);
    expect(results.at(-1)?.errors).toMatchObject([revoked]);
    const told = beside.results.length;
    await until('the stream of another token of the same holder goes on', async () => {
      await change();
      return beside.results.length > told;
    });
    await Promise.all([client.dispose(), beside.client.dispose()]);
  });

  test('an assignment that is revoked at one gateway is withheld in the stream at another, with the reason; the rest goes on', async () => {
    const { client, results } = await watch(await tokenOf('detective'), 'reports { narrative }', statement);
    const told = () =>
      results.at(-1)?.data?.incidentChanged as { incident: { number: string; reports: { narrative: string | null }[] } };
    expect(told().incident.reports[0]?.narrative).toEqual(expect.any(String));
    const revoke = () =>
      say(
        'supervisor',
        'mutation ($subject: String!, $case: String!) { revokeAssignment(subject: $subject, caseNumber: $case, reason: "suspect is a relative") { id } }',
        { subject: personas.detective.subject, case: number },
      );
    const withheld = async () => {
      await change();
      return told().incident.reports[0]?.narrative === null;
    };
    expect(await tookMs(revoke, 'the narrative is withheld', withheld)).toBeLessThan(promisedMs);
    expect(told().incident.number).toBe(number);
    const [error] = results.at(-1)?.errors ?? [];
    expect(error).toMatchObject({ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', policy: 'rms:narrative' } });
    expect(error?.extensions.satisfiedBy).toMatch(/assigned to or supervises/);
    await client.dispose();
  });
});
