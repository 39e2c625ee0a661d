/** The store away, at a gateway with a spool: dispatch goes on, everything regulated is refused, and everybody is told. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTables } from '../../deploy/verifier/read.ts';
import { verifyLog } from '../../deploy/verifier/verify.ts';
import type { AuditStatus } from '../../gateway/audit/status.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { startToyHub, type ToyHub, type ToySubgraph } from './harness.ts';

const system = (name: string, type: string): ToySubgraph => ({
  name,
  sdl: `type Query { ${name}: [${type}!]! @authenticated } type ${type} @key(fields: "id") { id: ID! }`,
  resolvers: { Query: { [name]: () => [{ id: `${name}-1` }] } },
});

let folder: string;
let database: Database;
let hub: ToyHub;
let webhook: Server;
let token: string;
let away = false;
const alerts: string[] = [];
const statuses: AuditStatus[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rtcc-spool-'));
  webhook = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    alerts.push((JSON.parse(text) as { alert: string }).alert);
    response.end();
  });
  await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
  database = await openDatabase('pglite:');
  const watched: Database = {
    ...database,
    query: async (sql, parameters) => {
      if (away && sql.includes('hub_audit')) throw Object.assign(new Error('No space left'), { code: '53100' });
      return database.query(sql, parameters);
    },
  };
  hub = await startToyHub({
    subgraphs: [system('cad', 'Incident'), system('rms', 'Report')],
    database: watched,
    audit: {
      spool: join(folder, 'spool'),
      alertUrl: `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/`,
      report: (status) => statuses.push(status),
    },
  });
  token = await hub.issuer.token(['detective'], { sub: 'officer-7' });
});
afterAll(async () => {
  await hub.close();
  await database.close();
  webhook.close();
  rmSync(folder, { recursive: true });
});

const ask = (query: string) => hub.ask({ query, token });
const metrics = async (): Promise<string> => (await fetch(`${hub.gateway.url}/metrics`)).text();
const figure = (text: string, name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);

test('with the store there, the audit is live', async () => {
  expect((await ask('{ cad { id } rms { id } }')).errors).toBeUndefined();
  expect(statuses[0]).toEqual({ state: 'LIVE', lastEventAt: undefined, detail: undefined });
});

test('away: dispatch is answered, reports are refused, and so is dispatch together with reports', async () => {
  away = true;
  hub.asked.length = 0;
  expect((await ask('query Board { cad { id } }')).data).toEqual({ cad: [{ id: 'cad-1' }] });
  for (const query of ['{ rms { id } }', '{ cad { id } rms { id } }']) {
    const refused = await ask(query);
    expect([refused.status, refused.errors?.[0]?.extensions.code]).toEqual([503, 'AUDIT_UNAVAILABLE']);
  }
  expect(hub.asked.map(({ subgraph }) => subgraph)).toEqual(['cad']);
});

test('it is told at once: by webhook, by figures, and on the status board', async () => {
  while (alerts.length < 2)
    await new Promise((resolve) => webhook.once('request', (_, response) => response.once('close', resolve)));
  expect(alerts.sort()).toEqual(['AUDIT_SPOOLING', 'AUDIT_UNAVAILABLE']);
  const text = await metrics();
  expect(text).toMatch(/^hub_audit_failures_total\{alert="AUDIT_UNAVAILABLE"\} [1-9]/m);
  expect(figure(text, 'hub_audit_spooled_records')).toBe(2);
});

test('back: what was spooled is in the log in its order, marked, and the log holds', async () => {
  away = false;
  while (figure(await metrics(), 'hub_audit_spooled_records') > 0) await ask('{ cad { id } }');
  const rows = (await hub.audit()).filter(({ spooled_at }) => spooled_at !== null);
  expect(rows.slice(0, 2).map(({ kind, operation_name }) => [kind, operation_name])).toEqual([
    ['INTENT', 'Board'],
    ['OUTCOME', 'Board'],
  ]);
  const { entries } = await readTables(database.query);
  expect((await verifyLog({ entries, checkpoints: [], keys: [] })).findings).toEqual([]);
  expect((await ask('{ rms { id } }')).data).toEqual({ rms: [{ id: 'rms-1' }] });
});
