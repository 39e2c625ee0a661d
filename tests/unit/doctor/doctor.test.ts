/** What the operator sees of a check, and the exit code. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { doctor } from '../../../deploy/doctor.ts';
import type { Finding } from '../../../subgraphs/kit/conformance.ts';
import { openDatabase } from '../../../subgraphs/kit/database.ts';

const contractOf = (system: string): string =>
  readFileSync(new URL(`../../../subgraphs/${system}/contract.sql`, import.meta.url), 'utf8');

const examine = async (more: Partial<Parameters<typeof doctor>[0]> = {}) => {
  const lines: string[] = [];
  const code = await doctor({ source: 'cad', urlOf: () => url, out: (line) => lines.push(line), ...more });
  return { code, text: lines.join('\n') };
};

const folder = mkdtempSync(join(tmpdir(), 'rtcc-doctor-'));
const url = `pglite:${folder}/db`;

/** The dispatch contract's own views, which are empty; the hub's, of which one has a row. */
beforeAll(async () => {
  const database = await openDatabase(url);
  await database.exec(`CREATE SCHEMA IF NOT EXISTS cad; ${contractOf('cad')}; CREATE SCHEMA IF NOT EXISTS hub; ${contractOf('hub')};
    CREATE OR REPLACE VIEW hub.agency AS
    SELECT 'LANPD0000'::text AS ori, 'An agency'::text AS name, now() - interval '30 days' AS changed_at;`);
  await database.close();
}, 30_000);
afterAll(() => rmSync(folder, { recursive: true }));

test('a source that falls short is told view by view, with the fix, and exits 1', async () => {
  const { code, text } = await examine();
  expect(code).toBe(1);
  expect(text).toMatch(/✗ cad\.incident {2}\d+ columns, 0 rows\n.*cad\.incident: empty\. It has no row\.\n\s+Fix: /);
  expect(text.match(/Fix: Check the view's joins/g)).toHaveLength(1);
  expect(text.match(/Fix: as above\./g)?.length).toBeGreaterThan(1);
  expect(text).toMatch(/Falls short: \d+ errors, 0 warnings\.$/);
});

test('a source with nothing worse than warnings exits 0', async () => {
  const { code, text } = await examine({ source: 'hub' });
  expect(text).toContain('! hub.agency.changed_at: stale.');
  expect(text).toContain('Fit for the hub: 0 errors, 1 warning.');
  expect(code).toBe(0);
});

test('a database that is away is said in words, and exits 1', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const { code, text } = await examine({ urlOf: () => `postgres://somebody:secret@127.0.0.1:${port}/cad` });
  expect(code).toBe(1);
  expect(text).toContain(`The database does not answer: nothing listens there (ECONNREFUSED).`);
  expect(text).toContain('CAD_DATABASE_URL');
  expect(text).not.toContain('secret');
});

test('an embedded database that is not there is said, and not made', async () => {
  const { code, text } = await examine({ urlOf: () => `pglite:${folder}/none` });
  expect(code).toBe(1);
  expect(text).toContain('There is no embedded database in this folder yet.');
  expect(existsSync(join(folder, 'none'))).toBe(false);
});

test('what a system knows to check beside its database is told with the rest', async () => {
  const finding: Finding = {
    view: 'people-search',
    state: 'unreadable',
    severity: 'error',
    detail: 'A vendor does not answer.',
    fix: 'Call it.',
  };
  const { code, text } = await examine({ alsoCheck: { cad: async () => [finding] } });
  expect(code).toBe(1);
  expect(text).toContain('people-search: unreadable. A vendor does not answer.');
});

test('an unknown source is refused with the names that there are', async () => {
  await expect(examine({ source: 'jail' })).rejects.toThrow(/Choose one of: cad, rms/);
});

describe('keys without an index', () => {
  const large = `pglite:${folder}/large`;
  beforeAll(async () => {
    const database = await openDatabase(large);
    await database.exec(`CREATE SCHEMA cad; ${contractOf('cad')}; CREATE SCHEMA vendor;
      CREATE TABLE vendor.cmt (cmt_key integer PRIMARY KEY, itm varchar(12) NOT NULL);
      INSERT INTO vendor.cmt SELECT n, n::text FROM generate_series(1, 20000) n; ANALYZE vendor.cmt;
      CREATE OR REPLACE VIEW cad.incident_note AS
      SELECT n.cmt_key::text AS id, 'inc-' || n.itm AS incident_id, now() AS written_at, ''::text AS body, true AS derived, now() AS changed_at
      FROM vendor.cmt n;`);
    await database.close();
  }, 30_000);

  const look = async (more: Partial<Parameters<typeof doctor>[0]> = {}) => (await examine({ urlOf: () => large, ...more })).text;
  const finding = 'cad.incident_note: not indexed. Rows are not found by (incident_id) without reading vendor.cmt whole.';

  test('are named, with the statement that makes one, until it was run', async () => {
    const before = await look();
    expect(before).toContain(finding);
    const [, statement = ''] = /Fix: (CREATE INDEX ON vendor\.cmt .*;)/.exec(before) ?? [];
    const database = await openDatabase(large);
    await database.exec(statement);
    await database.exec('ANALYZE vendor.cmt');
    await database.close();
    expect(await look()).not.toContain('not indexed');
    expect(await look()).toMatch(/✓ keys {2}\d+ keys to find rows by, 0 without an index/);
  });

  test('do not matter while the table is small', async () => {
    const database = await openDatabase(large);
    await database.exec('DROP INDEX vendor.cmt_expr_idx');
    await database.close();
    expect(await look()).toContain(finding);
    expect(await look({ largeRows: 50_000 })).not.toContain('not indexed');
  });

  test('plans are shown on request, and a large table that is read whole stands out', async () => {
    expect(await look()).not.toContain('Seq Scan');
    const text = await look({ explain: true });
    expect(text).toMatch(/cad\.incident_note by \(incident_id\): READS A LARGE TABLE WHOLE\n(.*\n)*.*Seq Scan on cmt/);
  });
});
