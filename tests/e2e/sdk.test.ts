/**
 * The vendor's kit as a vendor gets it: packed, installed in an empty folder, its
 * examples run against the real hub; a gateway that restarts under a stream costs
 * no event and brings none twice.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { clientCredentials, createHub, type Hub, type HubFailure, operation } from '../../clients/sdk/src/index.ts';
import { approvedText, cursorsBetween, installKit, twoMoreChanges, vendorOf } from './kit.ts';
import { type RunningHub, startHub, until } from './setup.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const limitMs = 240_000;

describe("the vendor's kit", () => {
  let hub: RunningHub;
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  let kit: Hub;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rtcc-vendor-'));
    await installKit(folder);
    hub = await startHub('embedded', { speed: 240 });
    const { issuer, token } = await vendorOf(hub);
    environment = { ...process.env, NODE_OPTIONS: '', HUB_URL: hub.gateway.url, HUB_ISSUER: issuer };
    kit = createHub({ url: hub.gateway.url, token });
  }, limitMs);

  afterAll(async () => {
    for (const child of children) child.kill();
    await kit?.close();
    await hub?.close();
    rmSync(folder, { recursive: true, force: true });
  }, limitMs);

  const example = (name: string, ...args: string[]) =>
    run(process.execPath, [join(folder, 'examples', `${name}.mjs`), ...args], { env: environment });
  const rows = (stdout: string) =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  /** The records vendor's system as a process of its own; `lines` grows. */
  const follow = (cursor: string) => {
    const child = spawn(process.execPath, [join(folder, 'examples/incidents.mjs'), cursor], { env: environment });
    children.push(child);
    const [lines, said] = [[] as { cursor: string; number: string | null }[], [] as string[]];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
    createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
    const stop = async (): Promise<void> => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    };
    return { lines, said, stop };
  };

  const between = (first = '', last = '') => cursorsBetween(hub, gateway(), [first, last]);
  let current: RunningHub['gateway'] | undefined;
  const gateway = () => current ?? hub.gateway;

  test('its types fit a program of a vendor', async () => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023,dom,dom.asynciterable'];
    writeFileSync(join(folder, 'program.ts'), program);
    await run(process.execPath, [tsc, ...flags, '--types', '', 'program.ts'], { cwd: folder }).catch(({ stdout }) => {
      throw new Error(stdout);
    });
  });

  test("a plate reader's system sees what is going on around a read", async () => {
    const { stdout } = await example('plate', '29.9584', '-90.0644');
    expect(stdout).toMatch(/^[1-9]\d* incidents within 500 m$/m);
    expect(stdout).not.toContain('missing');
  });

  test('a command line of fifteen lines lists every unit, page by page, and what the system may run', async () => {
    const units = rows((await example('cli', 'units')).stdout).map(({ callSign }) => callSign);
    const { data } = await hub.ask({ as: 'vendor', query: approvedText('unit-positions'), variables: { first: 100 } });
    const { nodes } = (data as { units: { nodes: { callSign: string }[] } }).units;
    expect(units.slice(0, nodes.length)).toEqual(nodes.map(({ callSign }) => callSign));
    expect(new Set(units).size).toBe(units.length);
    expect(units.length).toBeGreaterThan(50);
    const own = rows((await example('cli', 'operations')).stdout);
    expect(own.map(({ state }) => state)).toEqual(['APPROVED', 'APPROVED', 'APPROVED']);
    const lines = readFileSync(join(folder, 'examples/cli.mjs'), 'utf8')
      .split('\n')
      .filter((line) => /^[^/#]*\w/.test(line) && !/^\s*\/?\*/.test(line));
    expect(lines.length).toBeLessThanOrEqual(15);
  });

  test(
    'the gateway restarts under a stream, and then the reader: no event is lost and none comes twice',
    async () => {
      const cursor = join(folder, 'cursor.txt');
      const first = follow(cursor);
      await until('the stream is open', async () => (await openStreams(hub)) === 1);
      await hub.play();
      await until('three changes', () => first.lines.length >= 3, 90_000);
      const { port } = hub.gateway;
      current = await hub.startGateway(); // Another one, to see what comes while the reader's is away.
      const [before] = first.lines.slice(-1);
      await hub.gateway.close();
      await until('the break is noticed', () => first.said.length > 0);
      await twoMoreChanges(hub, current, before?.cursor ?? '');
      await hub.startGateway({ PORT: String(port) });
      const sofar = first.lines.length;
      await until('changes of meanwhile', () => first.lines.length >= sofar + 3, 90_000);
      await first.stop();

      const second = follow(cursor);
      await until('changes after the reader began again', () => second.lines.length >= 2, 90_000);
      await second.stop();

      const told = [...first.lines, ...second.lines].map((line) => line.cursor);
      expect(told).toEqual(await between(told[0], told.at(-1)));
      expect(first.said.every((line) => line.startsWith('interrupted (HUB_UNREACHABLE)'))).toBe(true);
    },
    limitMs,
  );

  test(
    'an operation is registered, approved, run, limited and revoked',
    async () => {
      const numbers = operation<{ incidents: { nodes: { number: string }[] } | null }>(
        'query KitNumbers { incidents(first: 2) { nodes { number } } }',
      );
      const asking = createHubAt(gateway().url, environment);
      const { id, state } = await asking.register(numbers, { name: 'Numbers', note: 'For a test' });
      expect(state).toBe('PENDING');
      expect((await asking.register(numbers, { name: 'Numbers' })).id).toBe(id);
      expect(await codeOf(asking.query(numbers, {}))).toBe('DOCUMENT_NOT_TRUSTED');
      const limits = '{ requestsPerMinute: 60, cost: 100, streams: 1 }';
      const at = gateway();
      await hub.ask({ as: 'admin', at, query: `mutation { approveOperation(id: "${id}", limits: ${limits}) { state } }` });
      await until('the approval is known', async () => (await codeOf(asking.query(numbers, {}))) === undefined, 10_000);
      // More at once than a minute has: the kit waits as the hub says, and everything is answered.
      const answers = await Promise.all(Array.from({ length: 61 }, () => asking.query(numbers, {})));
      expect(answers.every(({ data }) => data.incidents?.nodes.length === 2)).toBe(true);
      await hub.ask({
        as: 'admin',
        at,
        query: `mutation { revokeOperation(id: "${id}", reason: "the test is over") { state } }`,
      });
      await until(
        'the revocation is known',
        async () => (await codeOf(asking.query(numbers, {}))) === 'DOCUMENT_NOT_TRUSTED',
        10_000,
      );
      await asking.close();
    },
    limitMs,
  );
});

const createHubAt = (url: string, { HUB_ISSUER = '' }: NodeJS.ProcessEnv): Hub =>
  createHub({
    url,
    token: clientCredentials({ issuer: HUB_ISSUER, clientId: 'demo-vendor', clientSecret: 'demo-vendor-secret' }),
  });

const codeOf = (asked: Promise<unknown>): Promise<HubFailure['code'] | undefined> =>
  asked.then(
    () => undefined,
    (error: HubFailure) => error.code,
  );

const openStreams = async (hub: RunningHub): Promise<number> => {
  const { data } = await hub.ask({ as: 'vendor', query: '{ myOperations { nodes { operationName requestsToday } } }' });
  const { nodes } = (data as { myOperations: { nodes: { operationName: string; requestsToday: number }[] } }).myOperations;
  return nodes.find(({ operationName }) => operationName === 'IncidentChanges')?.requestsToday ?? 0;
};

const program = `
import { clientCredentials, createHub, isHubFailure, operation } from '@rtcc-hub/sdk';
import { openReceiver } from '@rtcc-hub/sdk/webhooks';
import type { UnitConnection, IncidentChanged } from '@rtcc-hub/sdk/schema';

const hub = createHub({ url: 'https://hub.example.org', token: clientCredentials({ issuer: 'https://id.example.org', clientId: 'a', clientSecret: 'b' }) });
const units = operation<{ units: UnitConnection | null }, { first?: number; after?: string | null }>('query');
const changes = operation<{ incidentChanged: Pick<IncidentChanged, 'cursor' | 'change'> }, { after?: string | null }>('subscription');

for await (const unit of hub.pages(units, { first: 5 })) { const sign: string = unit.callSign; void sign; }
// @ts-expect-error: no such field
for await (const unit of hub.pages(units, { first: 5 })) unit.colour;
// @ts-expect-error: no such variable
await hub.query(units, { last: 5 });
for await (const { data, cursor } of hub.subscribe(changes, {}, { after: null })) { const told: string = data.incidentChanged.change + cursor; void told; }
try { await hub.query(units, {}); } catch (error) {
  if (!isHubFailure(error)) throw error;
  switch (error.code) {
    case 'LIMIT_RATE': { const seconds: number | undefined = error.retryAfterSeconds; void seconds; break; }
    // @ts-expect-error: no such code
    case 'NO_SUCH_CODE': break;
  }
}
await openReceiver({ secrets: [] })({ headers: new Headers(), body: '' }, (alert) => {
  if (alert.alert === 'EMERGENCY_OPENED') { const id: string = alert.emergency; void id; }
});
`;
