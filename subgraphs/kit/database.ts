/**
 * One way to a source's database, whichever it is: PostgreSQL over a socket, or
 * PGlite (PostgreSQL compiled to WebAssembly) in this process, which is the
 * embedded default. Sources get it read-only; only demo loaders write.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaPGlite } from 'pglite-prisma-adapter';

export interface Database {
  /** For `new PrismaClient({ adapter })`. */
  readonly adapter: PrismaPg | PrismaPGlite;
  /** A statement that is run often may have a name: the server then reads and plans it once a connection. */
  query: <Row>(sql: string, parameters?: unknown[], name?: string) => Promise<Row[]>;
  /** Several statements, without parameters: for loaders. */
  exec: (sql: string) => Promise<void>;
  /** Calls back on each NOTIFY; the answer stops it. `onLost` tells when the connection went away. */
  listen: (channel: string, onNotify: (payload: string) => void, onLost: () => void) => Promise<() => Promise<void>>;
  close: () => Promise<void>;
}

export interface DatabaseOptions {
  /** Refuse writes at the connection. PGlite has one session for everybody, so there the source's habits must do. */
  readOnly?: boolean;
  /** Connections at the most; PGlite has one. */
  connections?: number;
  /** Statements that take longer are cancelled. */
  statementTimeoutMs?: number;
}

/** `url` is `postgres://…` or `pglite:FOLDER` (`pglite:` alone keeps nothing). */
export const openDatabase = (url: string, options: DatabaseOptions = {}): Promise<Database> =>
  url.startsWith('pglite:') ? openEmbedded(url.slice('pglite:'.length)) : openServer(url, options);

const openServer = async (
  url: string,
  { readOnly = false, connections = 8, statementTimeoutMs = 10_000 }: DatabaseOptions,
): Promise<Database> => {
  const config: pg.PoolConfig = {
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 5_000,
    application_name: 'rtcc-hub',
    options: `-c timezone=UTC -c statement_timeout=${statementTimeoutMs}${readOnly ? ' -c default_transaction_read_only=on' : ''}`,
  };
  const pool = new pg.Pool(config);
  pool.on('error', () => {}); // An idle connection broke; the next query opens another or fails by itself.
  return {
    adapter: new PrismaPg(pool),
    query: async <Row>(text: string, values: unknown[] = [], name?: string) =>
      (await pool.query(name === undefined ? { text, values } : { name, text, values })).rows as Row[],
    exec: async (sql) => {
      await pool.query(sql);
    },
    listen: async (channel, onNotify, onLost) => {
      const client = new pg.Client(config);
      let closing = false;
      client.on('notification', ({ payload }) => onNotify(payload ?? ''));
      client.on('error', () => {});
      client.on('end', () => closing || onLost());
      await client.connect();
      await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      return async () => {
        closing = true;
        await client.end();
      };
    },
    close: () => pool.end(),
  };
};

interface Shared {
  engine: Promise<PGlite>;
  users: number;
}

/** PGlite allows one instance a folder, so the process's users of a folder share it. */
const engines = new Map<string, Shared>();

const openEmbedded = async (folder: string): Promise<Database> => {
  const shared = folder ? (engines.get(folder) ?? start(folder)) : start('');
  shared.users += 1;
  const engine = await shared.engine.catch((cause: unknown) => {
    if (engines.get(folder) === shared) engines.delete(folder); // The next to open it tries anew.
    throw cause;
  });
  let closed = false;
  return {
    adapter: new PrismaPGlite(engine),
    query: async <Row>(sql: string, parameters: unknown[] = []) => (await engine.query<Row>(sql, parameters)).rows,
    exec: async (sql) => {
      await engine.exec(sql);
    },
    listen: (channel, onNotify) => engine.listen(channel, onNotify),
    close: async () => {
      if (closed) return;
      closed = true;
      shared.users -= 1;
      if (shared.users > 0) return;
      engines.delete(folder);
      await engine.close();
    },
  };
};

const start = (folder: string): Shared => {
  if (folder) mkdirSync(dirname(folder), { recursive: true });
  const shared: Shared = { engine: PGlite.create(folder || undefined, {}), users: 0 };
  if (folder) engines.set(folder, shared);
  return shared;
};
