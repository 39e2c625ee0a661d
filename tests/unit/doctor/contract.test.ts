/** The form of contract.sql, and that every one on disk keeps it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { ContractError, parseContract, readContract } from '../../../subgraphs/kit/contract.ts';
import { type Database, openDatabase } from '../../../subgraphs/kit/database.ts';

const good = `-- What the DBA provides.
CREATE SCHEMA IF NOT EXISTS jail;

-- inmate: one row per person in custody.
-- May be empty.
CREATE OR REPLACE VIEW jail.inmate AS
SELECT
  NULL::text             AS id,         -- not null, unique; opaque and stable
  NULL::text[]           AS cells,      -- nullable; where they were
  NULL::double precision AS height_m,   -- nullable; meters
  NULL::timestamptz      AS changed_at  -- not null; UTC instant
WHERE false;
`;

test('a contract is read view by view and column by column', () => {
  const { views } = parseContract(good, 'contract.sql');
  expect(views).toEqual([
    {
      schema: 'jail',
      name: 'inmate',
      meaning: 'one row per person in custody. May be empty.',
      mayBeEmpty: true,
      madeByHub: false,
      indexes: [],
      columns: [
        { name: 'id', type: 'text', nullable: false, unique: true, meaning: 'opaque and stable' },
        { name: 'cells', type: 'text[]', nullable: true, unique: false, meaning: 'where they were' },
        { name: 'height_m', type: 'double precision', nullable: true, unique: false, meaning: 'meters' },
        { name: 'changed_at', type: 'timestamptz', nullable: false, unique: false, meaning: 'UTC instant' },
      ],
    },
  ]);
});

test('what rows are found by stands above a view, with the type of its first key', () => {
  const above = '-- index: id\n-- index: changed_at, id\n-- index: right(id, 7), id\nCREATE OR REPLACE';
  const [view] = parseContract(good.replace('CREATE OR REPLACE', above), 'contract.sql').views;
  expect(view?.indexes).toEqual([
    { keys: 'id', first: 'id', type: 'text' },
    { keys: 'changed_at, id', first: 'changed_at', type: 'timestamptz' },
    { keys: 'right(id, 7), id', first: 'right(id, 7)', type: 'text' },
  ]);
  expect(view?.meaning).toBe('one row per person in custody. May be empty.');
  const unknown = good.replace('CREATE OR REPLACE', '-- index: cell\nCREATE OR REPLACE');
  expect(() => parseContract(unknown, 'contract.sql')).toThrow('no column cell to be found by');
});

const broken: { what: string; from: string; to: string; says: RegExp }[] = [
  {
    what: 'a column without a comment',
    from: ' -- nullable; meters',
    to: '',
    says: /^contract\.sql:10: expected " {2}NULL::type AS name/,
  },
  { what: 'an unknown nullability', from: 'nullable; meters', to: 'perhaps; meters', says: /:10: / },
  { what: 'a missing comma', from: 'AS cells, ', to: 'AS cells  ', says: /:10: the column before lacks its comma/ },
  {
    what: 'a comma too many',
    from: 'AS changed_at  --',
    to: 'AS changed_at, --',
    says: /:12: the last column must not end in a comma/,
  },
  { what: 'a column twice', from: 'AS height_m', to: 'AS id', says: /:10: the column id stands here twice/ },
  {
    what: 'a view that does not say what a row is',
    from: '-- inmate:',
    to: '-- prisoner:',
    says: /:6: the comment above must say what a row is/,
  },
  { what: 'a view without changed_at', from: 'changed_at', to: 'changed_on', says: /:12: .*needs a column changed_at/ },
  { what: 'another statement', from: 'CREATE SCHEMA IF NOT EXISTS jail;', to: 'DROP SCHEMA jail;', says: /:2: expected/ },
  { what: 'a view that does not end', from: 'WHERE false;\n', to: '', says: /ends inside a view|:12: expected/ },
  { what: 'an identifier that could hide SQL', from: 'AS cells', to: 'AS "x"', says: /:9: / },
];

test.each(broken)('refused, with file and line: $what', ({ from, to, says }) => {
  const text = good.replace(from, to);
  expect(text).not.toBe(good);
  expect(() => parseContract(text, 'contract.sql')).toThrow(ContractError);
  expect(() => parseContract(text, 'contract.sql')).toThrow(says);
});

test('a file without a view is refused', () => {
  expect(() => parseContract('-- nothing\n', 'contract.sql')).toThrow(/declares no view/);
});

const folders = readdirSync(new URL('../../../subgraphs/', import.meta.url), { withFileTypes: true });
const systems = folders.filter((entry) => existsSync(`${entry.parentPath}/${entry.name}/contract.sql`)).map(({ name }) => name);

describe('every contract on disk', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase('pglite:');
  }, 30_000);
  afterAll(() => database.close());

  test('is found', () => expect(systems).toContain('hub'));

  test.each(systems)('%s parses, and runs as it stands with the columns that it declares', async (system) => {
    const { views } = readContract(system);
    const schema = system.replaceAll('-', '_');
    await database.exec(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    await database.exec(readFileSync(new URL(`../../../subgraphs/${system}/contract.sql`, import.meta.url), 'utf8'));
    const rows = await database.query<{ view: string; columns: string[] }>(
      `SELECT table_name::text AS view, array_agg(column_name::text ORDER BY ordinal_position) AS columns
       FROM information_schema.columns WHERE table_schema = $1 GROUP BY table_name`,
      [schema],
    );
    const declared = views.map(({ name, columns }): [string, string[]] => [name, columns.map((column) => column.name)]);
    expect(new Map(rows.map(({ view, columns }) => [view, columns]))).toEqual(new Map(declared));
  });
});
