/** What a running hub keeps: search terms sealed, checkpoints signed, alerts sent; and what a purge takes away and leaves. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listedKeys, originOf, rotateKey } from '../../deploy/auditkeys.ts';
import { purge } from '../../deploy/auditpurge.ts';
import { exportRecords, show } from '../../deploy/auditread.ts';
import { auditSettings } from '../../deploy/auditsettings.ts';
import { verify } from '../../deploy/auditverify.ts';
import { openLedger } from '../../gateway/audit/ledger.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { record } from './auditlog.ts';
import { startToyHub, type ToyHub } from './harness.ts';

const records = {
  name: 'records',
  sdl: `
    type Query { person(name: String! @reads(fields: ["Person.name"])): Person @authenticated }
    type Person @key(fields: "id") { id: ID! name: String }
  `,
  resolvers: { Query: { person: (_: unknown, { name }: { name: string }) => ({ id: '1', name }) } },
};

let folder: string;
let url: string;
let environment: Record<string, string>;
let database: Database;
let hub: ToyHub;
let token: string;
let alertServer: Server;
const alerts: Record<string, unknown>[] = [];
let away = false;

const place = () => ({ database: url, data: folder, environment });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rtcc-keep-'));
  url = `pglite:${join(folder, 'db')}`;
  alertServer = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    alerts.push(JSON.parse(text));
    response.end();
  });
  await new Promise<void>((resolve) => alertServer.listen(0, '127.0.0.1', resolve));
  environment = {
    HUB_AUDIT_CHECKPOINTS: join(folder, 'checkpoints'),
    HUB_AUDIT_ALERT_URL: `http://127.0.0.1:${(alertServer.address() as AddressInfo).port}/`,
    HUB_LOG_LEVEL: 'silent',
  };
  database = await openDatabase(url);
  const watched: Database = {
    ...database,
    query: async (sql, parameters) => {
      if (away && sql.includes('INSERT INTO hub_audit.leaf')) throw Object.assign(new Error('No space left'), { code: '53100' });
      return database.query(sql, parameters);
    },
  };
  // A record from years ago, to purge.
  const ledger = await openLedger(database);
  for (const [at, auditClass] of (['CJI', 'ALPR', 'CJI', 'CJI'] as const).entries())
    await ledger.append(
      record(`old-${at}`, Date.parse('2020-01-01T00:00:00.000Z') + at * 1_000, { class: auditClass, reason: 'Old Reason' }),
    );
  hub = await startToyHub({ subgraphs: [records], database: watched, audit: await auditSettings(environment, folder) });
  token = await hub.issuer.token(['detective'], { sub: 'officer-7' });
});
afterAll(async () => {
  await hub.close();
  await database.close();
  alertServer.close();
  rmSync(folder, { recursive: true });
});

const look = (name: string) =>
  hub.ask({ query: 'query Look($n: String!) { person(name: $n) { id } }', variables: { n: name }, token });

test('what was searched for is in the record sealed, and shown to a holder of the key alone', async () => {
  await look('Very Secret');
  const rows = await hub.audit();
  const intent = rows.findLast(({ kind }) => kind === 'INTENT');
  expect(JSON.stringify(rows)).not.toContain('Very Secret');
  expect(intent?.search).toMatch(/^v1\.GENERAL\./);
  const seq = Number(intent?.seq);
  expect(await show({ ...place(), seq })).toMatchObject({ search: [{ field: 'person', arguments: { name: 'Very Secret' } }] });
  const others = Object.fromEntries(
    ['GENERAL', 'CJI', 'ALPR', 'COMMERCIAL', 'SYSTEM'].map((name) => [
      name,
      [{ id: 'x', key: Buffer.alloc(32).toString('base64') }],
    ]),
  );
  const stranger = { ...place(), environment: { ...environment, HUB_AUDIT_FIELD_KEYS: JSON.stringify(others) } };
  expect(await show({ ...stranger, seq })).toMatchObject({ search: 'sealed: its key is not held here' });
});

test('reading the record is in the record', async () => {
  await show({ ...place(), seq: 1 });
  const last = (await hub.audit()).at(-1);
  expect(last).toMatchObject({ kind: 'AUDIT_READ', class: 'SYSTEM', subject: expect.stringMatching(/^account:/) });
  expect(JSON.parse(String(last?.detail))).toEqual({ command: 'show', seq: 1 });
});

test('keys and checkpoints are for their owner alone', () => {
  for (const file of ['keys/audit.json', 'keys/audit-fields.json', 'checkpoints'])
    expect([file, statSync(join(folder, file)).mode & 0o777]).toEqual([file, 0o600]);
});

test('an intent that cannot be made durable is refused, told once to the webhook, and the log goes on afterwards', async () => {
  away = true;
  for (let at = 0; at < 5; at += 1) expect((await look('X')).errors?.[0]?.extensions.code).toBe('AUDIT_UNAVAILABLE');
  away = false;
  expect((await look('X')).data).toEqual({ person: { id: '1' } });
  while (alerts.length === 0) await new Promise((resolve) => alertServer.once('request', resolve));
  expect(alerts).toEqual([expect.objectContaining({ alert: 'AUDIT_UNAVAILABLE', code: '53100' })]);
  expect(JSON.stringify(alerts)).not.toMatch(/officer|space/);
  expect((await verify(place())).holds).toBe(true);
});

test('a purge drops records of one class from before a date with their salt, says so in the log, and the log still holds', async () => {
  const before = new Date('2020-01-01T00:00:03.000Z');
  expect(await purge({ ...place(), before, class: 'CJI' })).toEqual({ count: 2, through: 3 });
  const rows = await hub.audit();
  expect(rows.slice(0, 2).map(({ seq }) => Number(seq))).toEqual([2, 4]);
  const told = rows.find(({ kind }) => kind === 'PURGED');
  expect(JSON.parse(String(told?.detail))).toMatchObject({ class: 'CJI', count: 2 });
  const { holds, text } = await verify(place());
  expect([holds, text]).toEqual([true, expect.stringMatching(/records, 2 of them purged/)]);
  await expect(show({ ...place(), seq: 1 })).rejects.toThrow('Record 1 has been purged');
  expect(await purge({ ...place(), before, class: 'CJI' })).toEqual({ count: 0, through: 0 });
});

test('nothing is purged that is younger than a year, nor of what the audit says of itself', async () => {
  await expect(purge({ ...place(), before: new Date(), class: 'CJI' })).rejects.toThrow('365 days');
  const longer = { ...place(), environment: { ...environment, HUB_AUDIT_RETENTION_DAYS: '4000' } };
  await expect(purge({ ...longer, before: new Date('2021-01-01'), class: 'CJI' })).rejects.toThrow('4000 days');
  await expect(purge({ ...place(), before: new Date('2021-01-01'), class: 'SYSTEM' })).rejects.toThrow('--class takes');
});

test('a record that goes with no purge to account for it shows, also one beside purged ones', async () => {
  await database.exec("BEGIN; SET LOCAL hub_audit.purging = 'on'; DELETE FROM hub_audit.record WHERE seq = 4; COMMIT;");
  const { holds, text } = await verify(place());
  expect([holds, text]).toEqual([false, expect.stringContaining('Record 4: The record is gone, and no purge accounts for it.')]);
});

test('the key is exchanged while the hub runs: the new one signs, the old one is listed with its end, and the log says so', async () => {
  const keys = { environment, data: folder, origin: originOf(environment) };
  const [before] = await listedKeys(keys);
  const [ended, next] = await rotateKey(keys, new Date());
  expect(ended).toEqual({ ...before, until: expect.any(String) });
  expect(next).toMatchObject({ from: ended?.until, until: null });
  expect(readFileSync(join(folder, 'keys/audit.json'), 'utf8').match(/"d"/g)).toHaveLength(1);
  await show({ ...place(), seq: 2 });
  await show({ ...place(), seq: 2 });
  expect(
    (await hub.audit()).some(
      ({ kind, detail }) => kind === 'KEY_ROTATED' && String(next?.key).includes(JSON.parse(String(detail)).key),
    ),
  ).toBe(true);
  expect((await verify(place())).text).not.toContain('The checkpoint');
});

test('CSV gives a spreadsheet no formula', async () => {
  const ledger = await openLedger(database);
  await ledger.append(record('csv', Date.now(), { reason: '=HYPERLINK("x")', subject: 'officer-csv' }));
  const parts: string[] = [];
  const out = { write: (part: string) => parts.push(part) > 0 };
  await exportRecords({ ...place(), format: 'csv', filter: { subject: 'officer-csv' } }, out);
  const [head, ...lines] = parts.join('').trim().split('\r\n');
  expect(head).toMatch(/^seq,at,class,kind/);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`"'=HYPERLINK(""x"")"`);
});
