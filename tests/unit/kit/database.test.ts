/** One way to a database: embedded folders that are shared, and servers that refuse writes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../../subgraphs/kit/database.ts';
import { describeOn, type ScratchDatabase, scratchDatabase } from '../../setup/services.ts';

const opened: Database[] = [];
const keep = async (opening: Promise<Database>): Promise<Database> => {
  const database = await opening;
  opened.push(database);
  return database;
};

const closeAll = () => Promise.all(opened.splice(0).map((database) => database.close().catch(() => {})));

describe('an embedded database', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'rtcc-database-'));
  });
  afterEach(closeAll);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test('takes parameters, and several statements at once', async () => {
    const database = await keep(openDatabase('pglite:'));
    await database.exec('CREATE TABLE a (n int); INSERT INTO a VALUES (1), (2)');
    expect(await database.query<{ n: number }>('SELECT n FROM a WHERE n > $1', [1])).toEqual([{ n: 2 }]);
  });

  test('tells of notifications until it is told to stop', async () => {
    const database = await keep(openDatabase('pglite:'));
    const heard: string[] = [];
    const stop = await database.listen(
      'unit',
      (payload) => heard.push(payload),
      () => {},
    );
    await database.exec("NOTIFY unit, 'a'; NOTIFY other, 'b'");
    await stop();
    await database.exec("NOTIFY unit, 'c'");
    expect(heard).toEqual(['a']);
  });

  test('of one folder is shared: both see the same, the last closes it, and what it held stays', async () => {
    const url = `pglite:${join(root, 'new', 'shared')}`;
    const [first, second] = await Promise.all([keep(openDatabase(url)), keep(openDatabase(url))]);
    await first.exec('CREATE TABLE a (n int); INSERT INTO a VALUES (1)');
    expect(await second.query('SELECT n FROM a')).toEqual([{ n: 1 }]);
    await first.close();
    expect(await second.query('SELECT n FROM a')).toEqual([{ n: 1 }]);
    await second.close();
    await expect(second.query('SELECT n FROM a')).rejects.toThrow();
    expect(await (await keep(openDatabase(url))).query('SELECT n FROM a')).toEqual([{ n: 1 }]);
  });

  test('is not taken from one user by another who closes twice', async () => {
    const url = `pglite:${join(root, 'twice')}`;
    const [first, second] = [await keep(openDatabase(url)), await keep(openDatabase(url))];
    await first.close();
    await first.close();
    expect(await second.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  test('can be opened again while it is being closed, with all that it held', async () => {
    const url = `pglite:${join(root, 'again')}`;
    const first = await openDatabase(url);
    await first.exec('CREATE TABLE a (n int); INSERT INTO a VALUES (1)');
    const [, second] = await Promise.all([first.close(), keep(openDatabase(url))]);
    expect(await second.query('SELECT n FROM a')).toEqual([{ n: 1 }]);
  });

  test('whose folder could not be opened can be opened when the cause is gone', async () => {
    const folder = join(root, 'another version');
    mkdirSync(folder);
    writeFileSync(join(folder, 'PG_VERSION'), '9.6\n');
    await expect(openDatabase(`pglite:${folder}`)).rejects.toThrow();
    rmSync(folder, { recursive: true });
    expect(await (await keep(openDatabase(`pglite:${folder}`))).query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });
});

describeOn('postgres', 'a database server', () => {
  let scratch: ScratchDatabase;
  let admin: Database;
  beforeAll(async () => {
    scratch = await scratchDatabase();
    admin = await openDatabase(scratch.url);
    await admin.exec('CREATE TABLE a (n int); INSERT INTO a VALUES (1)');
  });
  afterEach(closeAll);
  afterAll(async () => {
    await admin.close();
    await scratch.drop();
  });

  test.each([
    'INSERT INTO a VALUES (2)',
    'UPDATE a SET n = 2',
    'DELETE FROM a',
    'TRUNCATE a',
    'DROP TABLE a',
    'CREATE TABLE b (n int)',
    "SELECT nextval('s')",
  ])('opened to read refuses: %s', async (statement) => {
    await admin.exec('CREATE SEQUENCE IF NOT EXISTS s');
    const database = await keep(openDatabase(scratch.url, { readOnly: true }));
    const refused = expect.objectContaining({ code: '25006' });
    await expect(database.query(statement)).rejects.toEqual(refused);
    await expect(database.exec(statement)).rejects.toEqual(refused);
    expect(await database.query('SELECT n FROM a')).toEqual([{ n: 1 }]);
  });

  test('opened to write is written to', async () => {
    await admin.query('INSERT INTO a VALUES ($1)', [7]);
    await admin.query('DELETE FROM a WHERE n = $1', [7]);
    expect(await admin.query('SELECT n FROM a')).toEqual([{ n: 1 }]);
  });

  test('cancels what takes longer than it may, and goes on', async () => {
    const database = await keep(openDatabase(scratch.url, { statementTimeoutMs: 50 }));
    await expect(database.query('SELECT pg_sleep(30)')).rejects.toMatchObject({ code: '57014' });
    expect(await database.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  test('speaks UTC, whatever the server is set to', async () => {
    const database = await keep(openDatabase(scratch.url));
    expect(await database.query("SELECT timestamptz '2022-02-20 18:42:11-06' ::text AS at")).toEqual([
      { at: '2022-02-21 00:42:11+00' },
    ]);
  });

  test('whose idle connections were cut answers the next query', async () => {
    const database = await keep(openDatabase(scratch.url, { connections: 1 }));
    const [row] = await database.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await admin.query('SELECT pg_terminate_backend($1)', [row?.pid]);
    const answer = async (): Promise<unknown> => database.query('SELECT 1 AS n').catch(answer); // The first may still get the dead one.
    expect(await answer()).toEqual([{ n: 1 }]);
  });

  const listeners = () =>
    admin.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()",
    );

  test('tells of notifications, and not of its own leaving', async () => {
    const database = await keep(openDatabase(scratch.url, { readOnly: true }));
    let lost = 0;
    let hear: (payload: string) => void = () => {};
    const heard = new Promise<string>((resolve) => {
      hear = resolve;
    });
    const stop = await database.listen(
      'Unit "moved"',
      (payload) => hear(payload),
      () => {
        lost += 1;
      },
    );
    await admin.query('SELECT pg_notify($1, $2)', ['Unit "moved"', 'a']);
    expect(await heard).toBe('a');
    await stop();
    expect([await listeners(), lost]).toEqual([[], 0]);
  });

  test('tells when a listening connection was cut', async () => {
    const database = await keep(openDatabase(scratch.url));
    const lost = new Promise<void>((resolve) => {
      void database
        .listen('unit', () => {}, resolve)
        .then(async () => {
          for (const { pid } of await listeners()) await admin.query('SELECT pg_terminate_backend($1)', [pid]);
        });
    });
    await lost;
  });

  test('that is not there is told by the driver, at the first query', async () => {
    const gone = new URL(scratch.url);
    gone.port = '1';
    const database = await keep(openDatabase(gone.href));
    await expect(database.query('SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
