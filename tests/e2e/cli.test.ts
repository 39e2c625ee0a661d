/** The command line: what it says and how it exits, in good order and in bad. `up.test.ts` runs everything in one process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { tokenFor } from '../../deploy/token.ts';
import { openDatabase } from '../../subgraphs/kit/database.ts';
import { hub, run, type Settings } from './command.ts';
import { loadInto } from './demo.ts';
import { follow } from './follow.ts';
import { until } from './setup.ts';

const scratch = (): string => mkdtempSync(join(tmpdir(), 'rtcc-cli-'));
const nowhere = 'postgres://nobody@127.0.0.1:1/nothing';

describe('the command line', () => {
  const empty = scratch();
  afterAll(() => rmSync(empty, { recursive: true, force: true }));

  test('lists its commands with --help', async () => {
    const { code, out } = await hub(['--help']);
    expect(code).toBe(0);
    for (const name of ['up', 'doctor', 'token', 'load', 'replay', 'compose', 'keys', 'subgraph', 'gateway'])
      expect(out).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  });

  const misused: { what: string; parameters: string[]; says: RegExp }[] = [
    { what: 'a command that there is not', parameters: ['dance'], says: /unknown command 'dance'/ },
    { what: 'an option that there is not', parameters: ['up', '--fast'], says: /unknown option '--fast'/ },
    { what: 'a port that is none', parameters: ['up', '--port', '99999'], says: /A port is a whole number from 0 to 65535/ },
    { what: 'a speed that is none', parameters: ['up', '--speed', '-3'], says: /It takes a number above 0/ },
    { what: 'a token for nobody', parameters: ['token'], says: /--as <persona>/ },
    { what: 'a subgraph without a name', parameters: ['subgraph'], says: /missing required argument 'system'/ },
  ];

  test.each(misused)('is not used with $what: exit 2', async ({ parameters, says }) => {
    const { code, out, err } = await hub(parameters);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(says);
  });

  const impossible: { what: string; parameters: string[]; settings?: Settings; says: RegExp }[] = [
    {
      what: 'a system that there is not',
      parameters: ['subgraph', 'jail'],
      says: /There is no system "jail"\. Choose one of: cad, rms,/,
    },
    { what: 'a process of its own without a database', parameters: ['subgraph', 'cad'], says: /set DATABASE_URL/ },
    {
      what: 'a process of its own without a bus',
      parameters: ['subgraph', 'cad'],
      settings: { DATABASE_URL: nowhere },
      says: /set REDIS_URL/,
    },
    {
      what: 'a database of another kind',
      parameters: ['subgraph', 'cad'],
      settings: { DATABASE_URL: 'mysql://h/d' },
      says: /DATABASE_URL takes postgres:\/\//,
    },
    {
      what: 'access rules without an audit',
      parameters: ['gateway', '--port', '0'],
      says: /an audit database is needed: set DATABASE_URL/,
    },
    { what: 'a setting out of range', parameters: ['gateway'], settings: { HUB_LIMIT_DEPTH: '0' }, says: /HUB_LIMIT_DEPTH/ },
    { what: 'a doctor for nobody', parameters: ['doctor', 'jail'], says: /There is no system "jail"/ },
    { what: 'a doctor for nothing', parameters: ['doctor', 'cad'], says: /^$/ },
    {
      what: 'a token from nowhere',
      parameters: ['token', '--as', 'patrol', '--url', 'http://127.0.0.1:1'],
      says: /Nothing answers at http:\/\/127\.0\.0\.1:1\. Is the hub running\?/,
    },
  ];

  test.each(impossible)('says in a line why it cannot: $what: exit 1', async ({ parameters, settings, says }) => {
    const { code, err } = await hub(parameters, { ...settings, HUB_DATA: empty });
    expect(code).toBe(1);
    expect(err).toMatch(says);
    expect(err).not.toMatch(/\n\s+at |fault of the hub/);
  });

  test('checks that the composed schemas are what the systems say', async () => {
    expect(await hub(['compose', '--check'])).toMatchObject({ code: 0, err: 'The composed files are what the schemas say.\n' });
  });

  test('makes a key pair for gateways and subgraphs of other machines, kept nowhere', async () => {
    const [one, other] = await Promise.all([hub(['keys', '--env', '--data', empty]), hub(['keys', '--env', '--data', empty])]);
    expect(one.out).toMatch(/^HUB_SIGNING_KEY='\{.+\}'\nHUB_VERIFICATION_KEYS='\{"keys":\[.+\]\}'\n$/);
    expect(one.out).not.toBe(other.out);
  });

  test('shows the same public keys each time, and never the private one', async () => {
    const [first, second] = [await hub(['keys', '--data', empty]), await hub(['keys', '--data', empty])];
    expect(second.out).toBe(first.out);
    expect(JSON.parse(first.out).keys[0]).toMatchObject({ kty: 'OKP', x: expect.any(String) });
    expect(first.out).not.toContain('"d"');
  });

  test('goes at once when told to while it waits for a database', async () => {
    const waiting = run(['subgraph', 'cad', '--port', '0', '--data', empty], {
      DATABASE_URL: nowhere,
      REDIS_URL: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379',
    });
    await waiting.said(/does not answer/);
    const { code, tookMs } = await waiting.stop('SIGTERM');
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(5_000);
  });
});

describe('the command line on a loaded demo', () => {
  const data = scratch();
  const url = `pglite:${join(data, 'db')}`;
  beforeAll(() => loadInto(url, join(data, 'rejects')), 60_000);
  afterAll(() => rmSync(data, { recursive: true, force: true }));

  test('finds it loaded, and does not load it again', async () => {
    expect(await hub(['load', '--data', data])).toMatchObject({
      code: 0,
      err: expect.stringContaining('Everything is loaded already'),
    });
  }, 60_000);

  test('does not lend the demo issuer to production', async () => {
    const { code, err } = await hub(['up', '--port', '0', '--no-replay', '--data', data], { NODE_ENV: 'production' });
    expect(code).toBe(1);
    expect(err).toMatch(/The demo identity provider does not run in production\. Set OIDC_ISSUER/);
    expect(err).not.toMatch(/\n\s+at /);
  }, 60_000);

  test('replays Carnival to whoever follows, and on Ctrl-C closes their streams, drains and ends with 0', async () => {
    const up = run(['up', '--port', '0', '--speed', '5000', '--data', data]);
    const [, home = ''] = await up.said(/GraphQL +(http:\S+)\/graphql/);
    await up.said(/Ctrl-C stops it/);
    const codes: number[] = [];
    const client = createClient({
      url: `${home.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${await tokenFor('analyst', home)}` },
      on: { closed: (event) => codes.push((event as { code: number }).code) },
    });
    const stream = follow(
      client,
      'subscription { incidentChanged { cursor incident { number units { position { fixedAt } } } } }',
    );
    await stream.enough('three events', (events) => events.length >= 3);
    expect(stream.codes).toEqual([]);
    const { code, err, tookMs } = await up.stop('SIGINT');
    await until('the stream has ended', stream.ended);
    expect({ code, codes }).toEqual({ code: 0, codes: [1001] });
    expect(err).toBe('Stopping: what is in flight is finished first. Once more to stop at once.\n');
    expect(tookMs).toBeLessThan(10_000);
  }, 90_000);

  test('finds the doctor content with it: exit 0, each view with its rows', async () => {
    const { code, out } = await hub(['doctor', 'cad', '--data', data]);
    expect(out).toMatch(/^ {2}[✓!] cad\.incident {2}\d+ columns, [\d,]+ rows/m);
    expect(out).toMatch(/Fit for the hub: 0 errors/);
    expect(code).toBe(0);
  }, 60_000);

  test('finds the doctor naming what is missing and mistyped, with the fix: exit 1', async () => {
    const database = await openDatabase(url);
    await database.exec(`
      DROP VIEW cad.incident_note;
      ALTER VIEW cad.incident RENAME COLUMN beat TO patrol_beat;
      DROP VIEW cad.caller;
      CREATE VIEW cad.caller AS SELECT i.id AS incident_id, ''::text AS name, 5 AS phone, true AS synthetic, i.changed_at FROM cad.incident i;
    `);
    await database.close();
    const { code, out } = await hub(['doctor', 'cad', '--data', data]);
    expect(code).toBe(1);
    for (const finding of ['cad.incident_note: missing', 'cad.incident.beat: missing', 'cad.caller.phone: mistyped'])
      expect(out).toMatch(new RegExp(`✗ ${finding}.+\n +Fix: .+`));
    expect(out).toMatch(/Falls short: \d+ errors?/);
  }, 60_000);
});
