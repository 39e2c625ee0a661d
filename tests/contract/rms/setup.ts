/** The demo's records system in PGlite, asked through its own resolvers, with Prisma's statements counted. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExecutionResult, graphql } from 'graphql';
import { pino } from 'pino';
import { anonymous, type Principal } from '../../../schema/principal.ts';
import { openLocalBus } from '../../../subgraphs/kit/bus/local.ts';
import { type Database, openDatabase } from '../../../subgraphs/kit/database.ts';
import { buildSchema } from '../../../subgraphs/kit/serve.ts';
import type { Runtime, Source } from '../../../subgraphs/kit/system.ts';
import { load } from '../../../subgraphs/rms/demo/load.ts';
import { rms } from '../../../subgraphs/rms/index.ts';
import type { RmsReader } from '../../../subgraphs/rms/source.ts';

export const detective: Principal = {
  ...anonymous,
  kind: 'person',
  subject: 'd',
  ori: 'LANPD0000',
  grants: ['rms:read', 'rms:persons'],
};
export const partner: Principal = { ...detective, ori: 'LA0260000' };
export const granted = (...grants: string[]): Principal => ({ ...detective, grants: [...detective.grants, ...grants] });
export const everything = granted('rms:sealed', 'rms:restricted', 'rms:juvenile', 'rms:victim-identity');

// biome-ignore lint/suspicious/noExplicitAny: answers are as various as the queries; each test says what it expects.
export type Answer = ExecutionResult<any> & { data?: any };

export interface Records {
  database: Database;
  runtime: Runtime;
  source: Source<RmsReader>;
  ask: (query: string, variables?: Record<string, unknown>, principal?: Principal) => Promise<Answer>;
  /** The first row of a statement; a test without one is no test. */
  first: <Row>(sql: string, parameters?: unknown[]) => Promise<Row>;
  /** Statements that Prisma has sent so far. */
  statements: () => number;
  /** Every row that the database gave while the work went on. */
  overhear: (work: () => Promise<unknown>) => Promise<string>;
  close: () => Promise<void>;
}

export const openRecords = async (): Promise<Records> => {
  const database = await openDatabase('pglite:');
  await load({ database, rejects: join(tmpdir(), 'rtcc-rms-rejects'), report: () => {} });
  const counted: Counted = { statements: 0, rows: undefined };
  const runtime: Runtime = {
    database: counting(database, counted),
    bus: openLocalBus(),
    log: pino({ enabled: false }),
    now: () => Date.now(),
    settings: {},
  };
  const source = await rms.open(runtime);
  const schema = buildSchema(rms);
  return {
    database,
    runtime,
    source,
    ask: async (query, variableValues = {}, principal = detective) =>
      graphql({ schema, source: query, variableValues, contextValue: { principal, read: source.reader(principal) } }),
    first: async <Row>(sql: string, parameters: unknown[] = []) => {
      const [row] = await database.query<Row>(sql, parameters);
      if (!row) throw new Error('The test found no row to work on.');
      return row;
    },
    statements: () => counted.statements,
    overhear: async (work) => {
      const rows: unknown[] = [];
      counted.rows = rows;
      await work();
      counted.rows = undefined;
      return JSON.stringify(rows);
    },
    close: async () => {
      await source.close();
      await runtime.bus.close();
      await database.close();
    },
  };
};

export const codes = ({ errors = [] }: Answer): unknown[] => errors.map(({ extensions }) => extensions.code);
export const policies = ({ errors = [] }: Answer): unknown[] => errors.map(({ extensions }) => extensions.policy);

interface Counted {
  statements: number;
  rows: unknown[] | undefined;
}

const counting = (plain: Database, counted: Counted): Database => ({
  ...plain,
  adapter: Object.create(plain.adapter, {
    connect: {
      value: async () => {
        const connection = await plain.adapter.connect();
        const queryRaw = connection.queryRaw.bind(connection);
        connection.queryRaw = async (query) => {
          counted.statements += 1;
          const result = await queryRaw(query);
          counted.rows?.push(result.rows);
          return result;
        };
        return connection;
      },
    },
  }),
});
