/** A small hub with its real registry (the hub's own subgraph, its feed and its tables) beside a toy records system. */
import pino from 'pino';
import { hub as system } from '../../subgraphs/hub/index.ts';
import { standingFeed } from '../../subgraphs/hub/standingfields.ts';
import { openLocalBus } from '../../subgraphs/kit/bus/local.ts';
import type { Bus } from '../../subgraphs/kit/bus.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { live } from '../../subgraphs/kit/live.ts';
import type { Source } from '../../subgraphs/kit/system.ts';
import { type Answer, startToyHub, type ToyHub } from './harness.ts';

/** A field for each label that breaking the glass opens, or must not. */
export const guarded = {
  narrative: 'rms:narrative',
  victim: 'rms:victim-identity',
  juvenile: 'rms:juvenile',
  address: 'acp:address',
  ambulance: 'ems:narrative',
  plates: 'alpr:history',
  sealed: 'rms:sealed',
  intelligence: 'intel:read',
  leads: 'people:leads',
  ssn: 'people:ssn',
  video: 'bodyworn:export',
  history: 'ncic:history',
} as const;

const field = ([name, label]: [string, string]) => `${name}: String @authenticated @policy(policies: [["${label}"]])`;

const records = {
  name: 'rms',
  sdl: `
    type Query { report: Sheet @authenticated  position: String @authenticated @policy(policies: [["avl:read"]]) }
    type Subscription {
      told(after: String): Told! @authenticated @policy(policies: [["cad:read"]])
      secret(after: String): Told! @authenticated @policy(policies: [["rms:narrative"]])
    }
    type Told @authenticated { cursor: String! report: Sheet }
    type Sheet @authenticated { ${Object.entries(guarded).map(field).join('\n')} notes: String @policy(policies: [["cad:notes"]]) }
  `,
  resolvers: {
    Query: { report: () => ({}), position: () => 'there' },
    Sheet: Object.fromEntries([...Object.keys(guarded), 'notes'].map((name) => [name, () => `the ${name}`])),
    Subscription: Object.fromEntries(
      ['told', 'secret'].map((name) => [
        name,
        live({ topic: 'told', accept: () => true, resolve: ({ cursor }) => ({ cursor, report: {} }) }),
      ]),
    ),
  },
};

export interface StandingWorld extends ToyHub {
  /** Ends the feed that tells of changes, as when the bus is away. */
  deafen: () => Promise<void>;
  /** What the registry answers with while it is away. */
  registry: { away: boolean };
  tokenOf: (sub: string, roles: string[], claims?: Record<string, unknown>) => Promise<string>;
  /** A mutation's or query's first field, or the first error's code. */
  say: (token: string, query: string) => Promise<Record<string, unknown> & { code?: unknown }>;
  stop: () => Promise<void>;
}

export interface WorldOptions {
  env?: Record<string, string>;
  now?: () => number;
  bus?: Bus;
  /** The registry's own. */
  settings?: Record<string, string>;
}

export const startWorld = async ({
  env = {},
  now = Date.now,
  bus = openLocalBus(),
  settings = {},
}: WorldOptions = {}): Promise<StandingWorld> => {
  const database: Database = await openDatabase('pglite:');
  const runtime = { database, bus, log: pino({ level: 'silent' }), now, settings };
  const opened = await system.open(runtime);
  const registry = { away: false };
  const source: Source<unknown> = {
    ...opened,
    reader: (principal) => {
      if (registry.away) throw new Error('away');
      return opened.reader(principal);
    },
  };
  const hearing = new AbortController();
  const feed = standingFeed(runtime, hearing.signal);
  const hub = await startToyHub({
    subgraphs: [{ name: 'hub', sdl: system.sdl, resolvers: system.resolvers, source }, records],
    ...{ env, now, bus, database },
  });
  const deafen = async () => {
    hearing.abort();
    await feed;
  };
  return {
    ...hub,
    deafen,
    registry,
    tokenOf: (sub, roles, claims = {}) =>
      hub.issuer.token(roles, { sub, exp: Math.floor(Date.now() / 1000) + 20_000, ...claims }),
    say: async (token, query) => {
      const { data, errors } = await hub.ask({ query, token });
      return { ...firstOf(data), ...(errors ? { code: errors[0]?.extensions.code, error: errors[0] } : {}) };
    },
    stop: async () => {
      await deafen();
      await hub.close();
      await opened.close();
      await database.close();
    },
  };
};

const firstOf = (data: Answer['data']): Record<string, unknown> =>
  (Object.values(data ?? {})[0] ?? {}) as Record<string, unknown>;

/** What the hub promises: whatever is withdrawn is withdrawn everywhere within this. */
const promisedMs = 5_000;

/** Awaits what comes about by itself, and no longer than is promised. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  const endMs = Date.now() + promisedMs;
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error(`It did not come about within ${promisedMs} ms: ${holds}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
};
