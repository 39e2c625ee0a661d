/**
 * The whole hub for tests, put together from the parts that `hub up` puts
 * together: six systems on their demo databases, stand-in vendors, the demo
 * issuer and the gateway, each on a real socket. It runs on the embedded
 * defaults or on PostgreSQL and Redis; the same tests run on both.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from 'graphql-ws';
import { pino } from 'pino';
import WebSocket from 'ws';
import { settingsOfDemo, startIssuer, startStandIns } from '../../deploy/demo.ts';
import { obtainToken } from '../../deploy/identity/obtain.ts';
import type { PersonaName } from '../../deploy/identity/personas.ts';
import { signingKeys, verificationKeys } from '../../deploy/keys.ts';
import { type Lifecycle, openLifecycle } from '../../deploy/lifecycle.ts';
import { play } from '../../deploy/play.ts';
import { serveSystem } from '../../deploy/serving.ts';
import { databaseOf, type Environment, prefixOf } from '../../deploy/settings.ts';
import { readConfig } from '../../gateway/config.ts';
import { type Gateway, startGateway } from '../../gateway/index.ts';
import type { Pages } from '../../gateway/pages.ts';
import { type Verify, verifier } from '../../schema/principal.ts';
import { type SystemName, systemNames } from '../../schema/subgraphs.ts';
import { openLocalBus } from '../../subgraphs/kit/bus/local.ts';
import { openRedisBus } from '../../subgraphs/kit/bus/redis.ts';
import type { Bus } from '../../subgraphs/kit/bus.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { type Answer, type Ask, post } from '../federation/harness.ts';
import { describeOn, scratchDatabase, scratchRedis } from '../setup/services.ts';
import { loadInto } from './demo.ts';

export type Backend = 'embedded' | 'services';

/** Defines the same tests for both; those on services say why where they are skipped. */
export const describeOnBoth = (title: string, define: (backend: Backend) => void): void => {
  describe(`${title}, embedded`, () => define('embedded'));
  describeOn(['postgres', 'redis'], `${title}, on PostgreSQL and Redis`, () => define('services'));
};

export interface AskAs extends Omit<Ask, 'token'> {
  /** Absent: nobody, without a token. */
  as?: PersonaName | undefined;
  /** Another gateway than the hub's first. */
  at?: Gateway;
}

export interface RunningHub {
  gateway: Gateway;
  bus: Bus;
  /** Where everything of this hub is kept; for looking at it behind the hub's back. */
  database: Database;
  databaseUrl: string;
  said: string[];
  ask: (ask: AskAs) => Promise<Answer>;
  socket: (as: PersonaName, at?: Gateway, on?: { closed: (code: number) => void }) => Promise<Client>;
  /** Another gateway of the same hub, with other settings where they are given. */
  startGateway: (settings?: Environment) => Promise<Gateway>;
  stopSubgraph: (name: SystemName) => Promise<void>;
  /** On the port that it had before. */
  startSubgraph: (name: SystemName) => Promise<void>;
  /** Carnival 2022 as live. */
  play: () => Promise<void>;
  close: () => Promise<void>;
}

export interface HubOptions {
  environment?: Environment;
  /** The databases that `environment` names hold the demo already. */
  loaded?: boolean;
  /** Data seconds a second; absent: no replay, and nobody listens to vehicles. */
  speed?: number;
  /** Web pages that the gateways serve. */
  pages?: Pages;
  /** Sees each signed request of the gateway on its way into a subgraph. */
  watch?: (subgraph: string) => void;
}

const log = pino({ level: 'silent' });

/** What the parts of a hub are started with. */
interface Ground {
  data: string;
  environment: Environment;
  bus: Bus;
  life: Lifecycle;
  say: (text: string) => void;
  port: number;
  speed: number;
  replay: boolean;
  pages: Pages | undefined;
}

export const startHub = async (backend: Backend, options: HubOptions = {}): Promise<RunningHub> => {
  const life = openLifecycle();
  try {
    return await bringUp(backend, options, life);
  } catch (error) {
    await life.end();
    throw error;
  }
};

const bringUp = async (backend: Backend, options: HubOptions, life: Lifecycle) => {
  const { environment: extra = {}, speed, pages, watch, loaded = false } = options;
  const said: string[] = [];
  const data = mkdtempSync(join(tmpdir(), 'rtcc-e2e-'));
  life.add('The folder', () => rmSync(data, { recursive: true, force: true }));
  const store = await storeOf(backend, life);
  const environment = { ...store.environment, ...extra };
  if (!loaded) await loadInto(databaseOf('cad', environment, data).url, join(data, 'rejects'));
  const bus = await store.openBus(join(data, 'bus'));
  life.add('The bus', bus.close);
  const replay = speed !== undefined;
  const say = (text: string): void => void said.push(text);
  const ground: Ground = { data, environment, bus, life, say, port: 0, speed: speed ?? 1, replay, pages };
  const subgraphs = await openSubgraphs(ground, watch);
  const issuer = await startIssuer(ground);
  const databaseUrl = databaseOf('hub', environment, data).url;
  const database = await openDatabase(databaseUrl, { connections: 3 });
  life.add('The audit database', database.close);
  const start = (settings: Environment = {}) =>
    openGateway({ ...ground, environment: { ...environment, ...settings } }, subgraphs, issuer, database);
  const gateway = await start();
  const token = tokens(issuer);
  return {
    ...{ gateway, bus, database, databaseUrl, said, startGateway: start },
    stopSubgraph: subgraphs.stop,
    startSubgraph: subgraphs.start,
    ask: async ({ as, at = gateway, ...ask }: AskAs) =>
      post(`${at.url}/graphql`, { ...ask, token: as === undefined ? undefined : await token(as) }),
    socket: async (as: PersonaName, at = gateway, on?: { closed: (code: number) => void }) =>
      createClient({
        url: `${at.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        connectionParams: { authorization: `Bearer ${await token(as)}` },
        on: { closed: (event) => on?.closed((event as { code: number }).code) },
      }),
    play: () => play({ ...ground, log, radio: subgraphs.radio() }),
    close: life.end,
  };
};

/** A database and a bus that nobody else uses. */
const storeOf = async (
  backend: Backend,
  life: Lifecycle,
): Promise<{ environment: Environment; openBus: (folder: string) => Promise<Bus> }> => {
  if (backend === 'embedded') return { environment: {}, openBus: async (folder) => openLocalBus({ folder }) };
  const [scratch, redis] = [await scratchDatabase(), scratchRedis()];
  life.add('The scratch database', scratch.drop);
  life.add('The keys in Redis', redis.drop);
  return {
    environment: { DATABASE_URL: scratch.url },
    openBus: () => openRedisBus({ url: redis.url, prefix: redis.prefix }),
  };
};

interface Subgraphs {
  urls: Map<string, string>;
  radio: () => { host: string; port: number } | undefined;
  start: (name: SystemName) => Promise<void>;
  stop: (name: SystemName) => Promise<void>;
}

const openSubgraphs = async (ground: Ground, watch: HubOptions['watch']): Promise<Subgraphs> => {
  const { environment, data, bus, say, life } = ground;
  const check = verifier(await verificationKeys(environment, data));
  const verify: Verify = (token, hop) => {
    watch?.(hop.audience);
    return check(token, hop);
  };
  const settings = { ...(await settingsOfDemo(ground)), ...(await startStandIns(ground)), ...environment };
  const [lives, urls] = [new Map<string, Lifecycle>(), new Map<string, string>()];
  let udpPort: number | undefined;
  const start = async (name: SystemName): Promise<void> => {
    const own = openLifecycle();
    lives.set(name, own);
    const port = Number(new URL(urls.get(name) ?? 'http://localhost:0').port);
    const database = databaseOf(name, environment, data);
    const served = await serveSystem({ name, database, environment: settings, bus, log, verify, life: own, say, port });
    urls.set(name, served.url);
    if (name === 'avl') udpPort = (served.source as { udpPort?: number }).udpPort;
  };
  life.add('The subgraphs', () => Promise.all([...lives.values()].map((own) => own.end())));
  await Promise.all(systemNames.map(start));
  return {
    urls,
    start,
    stop: async (name) => lives.get(name)?.end(),
    radio: () => (udpPort === undefined ? undefined : { host: '127.0.0.1', port: udpPort }),
  };
};

const openGateway = async (
  { environment, data, life, pages, bus }: Ground,
  { urls }: Subgraphs,
  issuer: string,
  database: Database,
) => {
  const places = [...urls].map(([name, url]) => [`HUB_SUBGRAPH_${prefixOf(name)}_URL`, url]);
  const key = JSON.stringify({ keys: await signingKeys(environment, data) });
  const settings = { ...environment, ...Object.fromEntries(places), OIDC_ISSUER: issuer, HUB_SIGNING_KEY: key };
  const gateway = await startGateway(readConfig(settings, { port: Number(settings.PORT ?? 0) }), {
    database,
    log,
    pages,
    tally: bus.tally,
  });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= gateway.close();
    return closing;
  };
  life.add('A gateway', close);
  return { ...gateway, close };
};

/** Each persona signs in once. */
const tokens = (issuer: string) => {
  const held = new Map<PersonaName, Promise<string>>();
  return (persona: PersonaName): Promise<string> => {
    const token = held.get(persona) ?? obtainToken({ issuer, persona });
    held.set(persona, token);
    return token;
  };
};

/** Until it is so; a condition that stays away fails with what was waited for. */
export const until = async (what: string, holds: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> => {
  const deadline = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited ${limitMs / 1000} s in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};
