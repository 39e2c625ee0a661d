/** A scratch database with each kind of fault, checked against a scratch contract. */
import { checkContract, type Finding, inspect } from '../../../subgraphs/kit/conformance.ts';
import { parseContract } from '../../../subgraphs/kit/contract.ts';
import { type Database, openDatabase } from '../../../subgraphs/kit/database.ts';

const contract = parseContract(
  `-- inmate: one row per person in custody.
CREATE OR REPLACE VIEW jail.inmate AS
SELECT
  NULL::text             AS id,         -- not null, unique; opaque
  NULL::text             AS name,       -- not null; as booked
  NULL::double precision AS height_m,   -- nullable; meters
  NULL::timestamptz      AS changed_at  -- not null; UTC instant
WHERE false;
-- visit: one row per visit; may be empty.
CREATE OR REPLACE VIEW jail.visit AS
SELECT
  NULL::text             AS id,         -- not null, unique; opaque
  NULL::timestamptz      AS changed_at  -- not null; UTC instant
WHERE false;
`,
  'subgraphs/jail/contract.sql',
);

const now = () => Date.parse('2022-03-01T12:00:00Z');

let database: Database;
beforeAll(async () => {
  database = await openDatabase('pglite:');
});
afterAll(() => database.close());

interface Scene {
  columns?: string;
  rows: string[];
  visit?: string;
}

const columns = 'id text, name text, height_m double precision, changed_at timestamptz';
const visits = 'CREATE VIEW jail.visit AS SELECT NULL::text AS id, NULL::timestamptz AS changed_at WHERE false';

const arrange = async ({ columns: own = columns, rows, visit = visits }: Scene): Promise<Finding[]> => {
  const values = rows.length > 0 ? `INSERT INTO jail.booking VALUES ${rows.map((row) => `(${row})`).join(', ')};` : '';
  await database.exec(`DROP SCHEMA IF EXISTS jail CASCADE; CREATE SCHEMA jail; CREATE TABLE jail.booking (${own}); ${values}
    CREATE VIEW jail.inmate AS SELECT * FROM jail.booking; ${visit};`);
  return checkContract(database, contract, { now, staleAfterDays: 2 });
};

const fresh = "'2022-03-01T11:00:00Z'";

test('a database that keeps the contract has no finding, and its report says what is there', async () => {
  expect(await arrange({ rows: [`'a', 'A', 1.7, ${fresh}`, `'b', 'B', NULL, '2022-02-28T11:00:00Z'`] })).toEqual([]);
  const [inmate] = await inspect(database, contract, { now });
  expect(inmate).toMatchObject({ view: 'jail.inmate', rows: 2, columns: 4, newestChange: new Date('2022-03-01T11:00:00Z') });
});

test('varchar serves where the contract says text', async () => {
  const own = 'id varchar(20), name character varying, height_m double precision, changed_at timestamptz(3)';
  expect(await arrange({ columns: own, rows: [`'a', 'A', 1.7, ${fresh}`] })).toEqual([]);
});

test('a missing view', async () => {
  const [finding, ...others] = await arrange({ rows: [`'a', 'A', 1.7, ${fresh}`], visit: '' });
  expect(finding).toMatchObject({ view: 'jail.visit', state: 'missing', severity: 'error' });
  expect(finding?.fix).toMatch(/subgraphs\/jail\/contract\.sql .*GRANT SELECT ON jail\.visit/);
  expect(others).toEqual([]);
});

test('a missing view that the hub makes itself is worth a warning, no more', async () => {
  await arrange({ rows: [`'a', 'A', 1.7, ${fresh}`], visit: '' });
  const own = { ...contract, views: contract.views.map((view) => ({ ...view, madeByHub: true })) };
  expect(await checkContract(database, own, { now })).toMatchObject([
    { view: 'jail.visit', state: 'missing', severity: 'warning' },
  ]);
});

test('a missing column, with the columns beside it still checked', async () => {
  const findings = await arrange({ columns: 'id text, name text, changed_at timestamptz', rows: [`'a', NULL, ${fresh}`] });
  expect(findings).toMatchObject([
    { column: 'height_m', state: 'missing', severity: 'error', fix: 'Add height_m double precision to the view: meters.' },
    { column: 'name', state: 'null' },
  ]);
});

test('numeric where the contract says double precision, with the cast', async () => {
  const own = columns.replace('double precision', 'numeric(5,2)');
  expect(await arrange({ columns: own, rows: [`'a', 'A', 1.7, ${fresh}`] })).toMatchObject([
    {
      column: 'height_m',
      state: 'mistyped',
      severity: 'error',
      detail: 'It is numeric; the contract says double precision.',
      fix: expect.stringContaining('(…)::double precision AS height_m'),
    },
  ]);
});

test('local time without a zone, with the conversion', async () => {
  const own = columns.replace('timestamptz', 'timestamp');
  const findings = await arrange({ columns: own, rows: [`'a', 'A', 1.7, '2022-03-01 11:00:00'`] });
  expect(findings).toMatchObject([{ column: 'changed_at', state: 'mistyped', fix: expect.stringContaining('AT TIME ZONE') }]);
});

test('a null where none may be, with the rows to look for', async () => {
  const findings = await arrange({ rows: [`'a', NULL, 1.7, ${fresh}`, `'b', 'B', 1.8, ${fresh}`] });
  expect(findings).toMatchObject([{ column: 'name', state: 'null', severity: 'error', detail: 'It is null in 1 of 2 rows.' }]);
  expect(findings[0]?.fix).toContain('WHERE name IS NULL');
});

test('values that repeat where they must be unique', async () => {
  const findings = await arrange({ rows: [`'a', 'A', 1.7, ${fresh}`, `'a', 'B', 1.8, ${fresh}`, `'c', 'C', 1.9, ${fresh}`] });
  expect(findings).toMatchObject([
    { column: 'id', state: 'duplicate', severity: 'error', detail: '1 of 3 rows repeat a value.' },
  ]);
});

test('a view without rows is an error, unless the contract says that it may be empty', async () => {
  expect(await arrange({ rows: [] })).toMatchObject([{ view: 'jail.inmate', state: 'empty', severity: 'error' }]);
});

test('a column that is null in every row is worth a warning, no more', async () => {
  expect(await arrange({ rows: [`'a', 'A', NULL, ${fresh}`] })).toMatchObject([
    { column: 'height_m', state: 'all null', severity: 'warning' },
  ]);
});

test('changes that stopped, and changes that are yet to come, are worth a warning', async () => {
  expect(await arrange({ rows: [`'a', 'A', 1.7, '2022-02-20T12:00:00Z'`] })).toMatchObject([
    { column: 'changed_at', state: 'stale', severity: 'warning', detail: expect.stringContaining('9 days old') },
  ]);
  expect(await arrange({ rows: [`'a', 'A', 1.7, '2022-03-01T18:00:00Z'`] })).toMatchObject([
    { column: 'changed_at', state: 'in the future', severity: 'warning' },
  ]);
  expect(await arrange({ rows: [`'a', 'A', 1.7, '2022-03-01T12:04:00Z'`] })).toEqual([]);
});

test('a view that fails when it is read is told without the data that made it fail', async () => {
  const visit = `CREATE VIEW jail.visit AS SELECT id, (name::int)::text::timestamptz AS changed_at FROM jail.booking`;
  const findings = await arrange({ rows: [`'a', 'Jane Roe', 1.7, ${fresh}`], visit });
  expect(findings).toMatchObject([{ view: 'jail.visit', state: 'unreadable', severity: 'error' }]);
  expect(JSON.stringify(findings)).not.toContain('Jane Roe');
});

test('a user who may not read a view is told what to grant', async () => {
  await arrange({ rows: [`'a', 'A', 1.7, ${fresh}`] });
  await database.exec('DROP ROLE IF EXISTS guest; CREATE ROLE guest; GRANT USAGE ON SCHEMA jail TO guest; SET ROLE guest');
  try {
    const findings = await checkContract(database, contract, { now });
    expect(findings[0]).toMatchObject({ view: 'jail.inmate', state: 'unreadable', fix: expect.stringContaining('GRANT USAGE') });
  } finally {
    await database.exec('RESET ROLE; DROP SCHEMA jail CASCADE; DROP ROLE guest');
  }
});
