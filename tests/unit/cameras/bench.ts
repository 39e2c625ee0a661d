/** A loaded camera registry with its graph, for tests: a clock that they set, and a count of the statements sent. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLSchemaModule } from '@apollo/subgraph/dist/schema-helper/index.js';
import { execute, type GraphQLError, parse, subscribe } from 'graphql';
import pino from 'pino';
import { anonymous, type Principal } from '../../../schema/principal.ts';
import { load } from '../../../subgraphs/cameras/demo/load.ts';
import { cameras } from '../../../subgraphs/cameras/index.ts';
import type { CamerasReader } from '../../../subgraphs/cameras/reader.ts';
import { openLocalBus } from '../../../subgraphs/kit/bus/local.ts';
import type { Bus } from '../../../subgraphs/kit/bus.ts';
import { type Database, openDatabase } from '../../../subgraphs/kit/database.ts';
import type { LoadResult } from '../../../subgraphs/kit/demo/load.ts';
import { CalendarDate, DateTime } from '../../../subgraphs/kit/scalars.ts';
import type { Context, Runtime } from '../../../subgraphs/kit/system.ts';

export const home: Principal = { ...anonymous, kind: 'person', ori: 'LANPD0000', grants: ['cameras:read', 'cameras:stream'] };
export const neighbor: Principal = { ...home, ori: 'LA0260000' };
export const unsealed: Principal = { ...home, grants: [...home.grants, 'rms:sealed'] };

export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the test's own query.
  data: any;
  codes: unknown[];
}

export interface Bench {
  database: Database;
  runtime: Runtime;
  bus: Bus;
  clock: { nowMs: number };
  statements: () => number;
  /** Rebuilds the registry. */
  reload: (folder?: URL) => Promise<LoadResult>;
  /** Undoes what a test changed. */
  restore: () => Promise<void>;
  reader: (principal?: Principal) => CamerasReader;
  ask: (query: string, variables?: Record<string, unknown>, principal?: Principal) => Promise<Answer>;
  watch: (query: string, principal?: Principal) => Promise<AsyncIterator<Answer>>;
  close: () => Promise<void>;
}

const keep = `
  CREATE SCHEMA kept;
  CREATE TABLE kept.cam_ast AS TABLE cameras_vendor.cam_ast;
  CREATE TABLE kept.mou_hdr AS TABLE cameras_vendor.mou_hdr;
  CREATE TABLE kept.mou_trg AS TABLE cameras_vendor.mou_trg;`;

/** Without the triggers, which would stamp it. */
const restore = `
  ALTER TABLE cameras_vendor.cam_ast DISABLE TRIGGER USER;
  ALTER TABLE cameras_vendor.mou_hdr DISABLE TRIGGER USER;
  DELETE FROM cameras_vendor.mou_trg t WHERE NOT EXISTS (SELECT FROM kept.mou_trg k WHERE k.mou_no = t.mou_no AND k.trg_seq = t.trg_seq);
  UPDATE cameras_vendor.cam_ast a
  SET sts_cd = k.sts_cd, lat_txt = k.lat_txt, lon_txt = k.lon_txt, shr_fl = k.shr_fl, cvrt_fl = k.cvrt_fl, rtrd_fl = k.rtrd_fl, lst_upd = k.lst_upd
  FROM kept.cam_ast k WHERE k.ast_no = a.ast_no AND k.lst_upd <> a.lst_upd;
  UPDATE cameras_vendor.mou_hdr h SET rvk_dt = k.rvk_dt, shr_fl = k.shr_fl, lst_upd = k.lst_upd
  FROM kept.mou_hdr k WHERE k.mou_no = h.mou_no AND k.lst_upd <> h.lst_upd;
  ALTER TABLE cameras_vendor.cam_ast ENABLE TRIGGER USER;
  ALTER TABLE cameras_vendor.mou_hdr ENABLE TRIGGER USER;`;

const schema = buildSubgraphSchema({
  typeDefs: parse(cameras.sdl),
  resolvers: { DateTime, Date: CalendarDate, ...cameras.resolvers } as GraphQLSchemaModule['resolvers'] & object,
});

export const openBench = async (url: string): Promise<Bench> => {
  const rejects = mkdtempSync(join(tmpdir(), 'rtcc-cameras-'));
  const database = await openDatabase(url);
  const reload = (folder?: URL) => load({ database, rejects, report: () => {}, ...(folder ? { folder } : {}) });
  await reload();
  await database.exec(keep);
  const clock = { nowMs: Date.parse('2022-02-21T00:42:00.000Z') };
  const bus = openLocalBus();
  const counted = counting(database);
  const runtime: Runtime = {
    database: counted.database,
    bus,
    log: pino({ level: 'silent' }),
    now: () => clock.nowMs,
    settings: {},
  };
  const source = await cameras.open(runtime);
  const contextOf = (principal: Principal): Context<CamerasReader> => ({
    principal,
    read: source.reader(principal),
    stream: { bus, now: () => 0, expiresAtMs: 60_000, renew: () => contextOf(principal) },
  });
  return {
    database,
    runtime,
    bus,
    clock,
    statements: counted.count,
    reload,
    restore: () => database.exec(restore),
    reader: (principal = home) => source.reader(principal),
    ask: async (query, variableValues, principal = home) =>
      answerOf(await execute({ schema, document: parse(query), variableValues, contextValue: contextOf(principal) })),
    watch: async (query, principal = home) => {
      const events = await subscribe({ schema, document: parse(query), contextValue: contextOf(principal) });
      if (!(Symbol.asyncIterator in events)) throw new Error(JSON.stringify(events));
      await events.next(); // The stream's opening, which is no event: from here on it listens.
      return answers(events);
    },
    close: async () => {
      await source.close();
      await bus.close();
      await database.close();
      rmSync(rejects, { recursive: true, force: true });
    },
  };
};

async function* answers(events: AsyncIterable<Parameters<typeof answerOf>[0]>): AsyncGenerator<Answer> {
  for await (const event of events) yield answerOf(event);
}

/** As JSON, as a client would get it. */
const answerOf = ({ data, errors = [] }: { data?: unknown; errors?: readonly GraphQLError[] }): Answer => ({
  data: JSON.parse(JSON.stringify(data ?? null)),
  codes: errors.map(({ extensions, message }) => extensions.code ?? message),
});

/** The same database, with the statements counted that go through Prisma's adapter. */
const counting = (database: Database): { database: Database; count: () => number } => {
  let count = 0;
  const connect = async () =>
    intercept(await database.adapter.connect(), (name) => {
      if (name === 'queryRaw' || name === 'executeRaw') count += 1;
    });
  const adapter = new Proxy(database.adapter, {
    get: (target, name) => (name === 'connect' ? connect : bound(target, name)),
  });
  return { database: { ...database, adapter }, count: () => count };
};

const intercept = <T extends object>(target: T, onCall: (name: string | symbol) => void): T =>
  new Proxy(target, {
    get: (inner, name) => {
      const value = bound(inner, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        onCall(name);
        return value(...args);
      };
    },
  });

const bound = (target: object, name: string | symbol): unknown => {
  const value: unknown = Reflect.get(target, name, target);
  return typeof value === 'function' ? value.bind(target) : value;
};
