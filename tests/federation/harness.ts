/**
 * A small federation with a real gateway: subgraphs served by the kit on real
 * sockets, composed, signed to, audited in PGlite. Tests say what the subgraphs
 * are; the harness says what they were asked.
 */
import { type Client, createClient } from 'graphql-ws';
import pino from 'pino';
import WebSocket from 'ws';
import type { AuditSettings } from '../../gateway/audit/start.ts';
import { readConfig } from '../../gateway/config.ts';
import { type Gateway, startGateway } from '../../gateway/index.ts';
import { compose } from '../../schema/compose.ts';
import { generateKeys } from '../../schema/hopkeys.ts';
import { verifier } from '../../schema/principal.ts';
import { openLocalBus } from '../../subgraphs/kit/bus/local.ts';
import type { Bus } from '../../subgraphs/kit/bus.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { type Served, serve } from '../../subgraphs/kit/serve.ts';
import type { Source, System } from '../../subgraphs/kit/system.ts';
import { startIssuer, type TestIssuer } from './issuer.ts';

const header = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@external", "@requires", "@shareable", "@authenticated", "@requiresScopes", "@policy", "@inaccessible", "@interfaceObject", "@composeDirective"])
  @link(url: "https://rtcc-hub.invalid/reads/v1.0", import: ["@reads"]) @composeDirective(name: "@reads")
  directive @reads(fields: [String!]!) repeatable on ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE\n`;

export interface ToySubgraph {
  name: string;
  /** Without the federation link, unless it brings its own. */
  sdl: string;
  resolvers: System<unknown>['resolvers'] | object;
  source?: Partial<Source<unknown>>;
  pointers?: System<unknown>['pointers'];
  feeds?: System<unknown>['feeds'];
}

export interface Answer {
  status: number;
  data?: Record<string, unknown> | null;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
  extensions?: Record<string, unknown>;
}

export interface Ask {
  query: string;
  variables?: Record<string, unknown>;
  operationName?: string;
  extensions?: Record<string, unknown>;
  token?: string | undefined;
}

export interface ToyHub {
  gateway: Gateway;
  issuer: TestIssuer;
  bus: Bus;
  database: Database;
  served: Map<string, Served>;
  /** The gateway's private key, for another gateway of the same hub. */
  signingKey: string;
  /** Bodies that subgraphs were asked with, in order: what was fetched. */
  asked: { subgraph: string; body: string }[];
  ask: (ask: Ask) => Promise<Answer>;
  socket: (token?: string, on?: { closed?: (event: { code: number; reason: string }) => void }) => Client;
  /** Every record but log-ons: which test of a file is the first to use a token is its order's affair. */
  audit: () => Promise<Record<string, unknown>[]>;
  close: () => Promise<void>;
}

export interface ToyOptions {
  subgraphs: ToySubgraph[];
  env?: Record<string, string>;
  now?: () => number;
  bus?: Bus;
  database?: Database;
  audit?: AuditSettings;
}

export const startToyHub = async ({
  subgraphs,
  env = {},
  now = Date.now,
  bus = openLocalBus(),
  database: given,
  audit,
}: ToyOptions): Promise<ToyHub> => {
  const [issuer, keys, database] = await Promise.all([startIssuer(), generateKeys(), given ?? openDatabase('pglite:')]);
  const log = pino({ level: 'silent' });
  const asked: ToyHub['asked'] = [];
  const verify = verifier(keys.verification);
  const served = new Map<string, Served>();
  for (const { name, sdl, resolvers, source, pointers, feeds = [] } of subgraphs) {
    const system: System<unknown> = {
      name,
      title: name,
      sdl: linked(sdl),
      resolvers: resolvers as System<unknown>['resolvers'],
      open: async () => ({ reader: () => ({}), check: async () => ({}), close: async () => {}, ...source }),
      feeds,
      ...(pointers ? { pointers } : {}),
    };
    served.set(
      name,
      await serve(system, {
        runtime: { database, bus, log, now, settings: {} },
        port: 0,
        verify: async (token, hop) => {
          const verified = await verify(token, hop);
          asked.push({ subgraph: name, body: hop.body });
          return verified;
        },
      }),
    );
  }
  const { supergraph } = compose(
    subgraphs.map(({ name, sdl }) => ({ name, sdl: linked(sdl), url: served.get(name)?.url ?? '' })),
  );
  const config = {
    ...readConfig({ PORT: '0', OIDC_ISSUER: issuer.url, HUB_SIGNING_KEY: JSON.stringify(keys.signing), ...env }),
    supergraph,
  };
  const gateway = await startGateway(config, { database, log, now, audit });
  return {
    gateway,
    issuer,
    bus,
    database,
    served,
    signingKey: JSON.stringify(keys.signing),
    asked,
    ask: (ask) => post(`${gateway.url}/graphql`, ask),
    socket: (token, on) =>
      createClient({
        url: `${gateway.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        ...(token ? { connectionParams: { authorization: `Bearer ${token}` } } : {}),
        on: { closed: (event) => on?.closed?.(event as { code: number; reason: string }) },
      }),
    audit: () => database.query("SELECT * FROM hub_audit.record WHERE kind <> 'LOGGED_ON' ORDER BY seq"),
    close: async () => {
      await gateway.close();
      await Promise.all([...served.values()].map((one) => one.close()));
      await issuer.close();
      await bus.close();
      if (!given) await database.close();
    },
  };
};

const linked = (sdl: string): string => (sdl.includes('@link(') ? sdl : header + sdl);

export const post = async (url: string, { token, ...ask }: Ask): Promise<Answer> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(ask),
  });
  return { status: response.status, ...((await response.json()) as object) };
};

/** The next result of a subscription. */
export const next = async (results: AsyncIterator<unknown>): Promise<Answer> => {
  const { value, done } = await results.next();
  if (done) throw new Error('The subscription ended.');
  return value as Answer;
};
