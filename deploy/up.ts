/**
 * Everything in one process: databases with the demo loaded, the bus, six
 * systems on loopback, stand-in vendors and issuer, the gateway, and Carnival
 * 2022 as live. The one place that knows both the systems and the gateway;
 * between them they speak over the wire, as they would on machines of their own.
 */
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { readConfig } from '../gateway/config.ts';
import { type Gateway, startGateway } from '../gateway/index.ts';
import type { Pages } from '../gateway/pages.ts';
import { type Verify, verifier } from '../schema/principal.ts';
import { systemNames } from '../schema/subgraphs.ts';
import type { Bus } from '../subgraphs/kit/bus.ts';
import type { Served } from '../subgraphs/kit/serve.ts';
import { auditReporter, termKeySetting } from './auditboard.ts';
import { fieldKeys } from './auditkeys.ts';
import { auditSettings } from './auditsettings.ts';
import { connectBus, connectDatabase } from './connect.ts';
import { settingsOfDemo, startIssuer, startStandIns, startVideoServer } from './demo.ts';
import { followKeys } from './followkeys.ts';
import { reloadOnHangup } from './hangup.ts';
import { signingKeys, verificationKeys } from './keys.ts';
import { type Lifecycle, runUntilStopped } from './lifecycle.ts';
import { loadDemos } from './loading.ts';
import { lockFolder } from './lock.ts';
import { openLog } from './log.ts';
import { buildPages } from './pages.ts';
import { play } from './play.ts';
import { serveSystem } from './serving.ts';
import { databaseOf, type Environment, placeOf, prefixOf } from './settings.ts';

export interface UpOptions {
  port: number;
  data: string;
  speed: number;
  replay: boolean;
  environment: Environment;
}

interface Surroundings extends UpOptions {
  life: Lifecycle;
  log: Logger;
  say: (text: string) => void;
}

export const up = (options: UpOptions): Promise<void> => runUntilStopped((life) => bringUp(options, life));

const bringUp = async (given: UpOptions, life: Lifecycle): Promise<void> => {
  const startedAt = Date.now();
  const options = { ...given, data: resolve(given.data) };
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const outside: Surroundings = { ...options, life, log: openLog(options.environment, 'warn'), say };
  await refuseTakenPort(options.port);
  life.add('The data folder', lockFolder(options.data));
  const here = { ...outside, environment: { ...(await startVideoServer(outside)), ...options.environment } };
  const pages = buildPages(here); // Meanwhile.
  await loadDemos(here);
  const bus = await connectBus(options.environment.REDIS_URL, join(options.data, 'bus'), here);
  life.add('The bus', bus.close);
  const served = await serveAll(here, bus);
  const issuer = options.environment.OIDC_ISSUER ?? (await startIssuer(here));
  const gateway = await serveGateway(here, bus, served, issuer, await pages);
  if (options.replay) await play({ ...here, radio: radioOf(served) });
  say(greeting(gateway, issuer, { ...here, pages: await pages }, Date.now() - startedAt));
};

/** Said before anything is loaded, not after. */
const refuseTakenPort = (port: number): Promise<void> =>
  new Promise((resolvePort, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => server.close(() => resolvePort()));
  });

const serveAll = async (here: Surroundings, bus: Bus): Promise<Map<string, Served>> => {
  const { environment, data, life, log, say } = here;
  const verify: Verify = verifier(await followKeys(() => verificationKeys(environment, data), here));
  await fieldKeys({ environment, data }); // Made before the hub's own system asks what to search by.
  const terms = await termKeySetting(environment, data);
  const settings = { ...(await settingsOfDemo(here)), ...(await startStandIns(here)), ...environment, ...terms };
  const start = async (name: string): Promise<[string, Served]> => {
    const database = databaseOf(name, environment, data);
    return [name, await serveSystem({ name, database, environment: settings, bus, log, verify, life, say, port: 0 })];
  };
  return new Map(await Promise.all(systemNames.map(start)));
};

const serveGateway = async (
  here: Surroundings,
  bus: Bus,
  served: Map<string, Served>,
  issuer: string,
  pages: Pages,
): Promise<Gateway> => {
  const { environment, data, port, life, log, say } = here;
  const database = await connectDatabase(databaseOf('hub', environment, data).url, { say });
  life.add('The audit database', database.close);
  const places = [...served].map(([name, { url }]) => [`HUB_SUBGRAPH_${prefixOf(name)}_URL`, url]);
  const keys = await followKeys(() => signingKeys(environment, data), here);
  const key = JSON.stringify({ keys: keys() });
  const settings = { ...environment, ...Object.fromEntries(places), OIDC_ISSUER: issuer, HUB_SIGNING_KEY: key };
  const audit = { ...(await auditSettings(environment, data)), report: auditReporter(bus) };
  const gateway = await startGateway(readConfig(settings, { port }), {
    database,
    log,
    pages,
    audit,
    signingKeys: keys,
    tally: bus.tally,
  });
  life.add('The gateway', gateway.close);
  reloadOnHangup(life, gateway.policies);
  return gateway;
};

/** Where vehicles report: the port that the location system listens on. */
const radioOf = (served: Map<string, Served>): { host: string; port: number } | undefined => {
  const port = (served.get('avl')?.source as { udpPort?: number } | undefined)?.udpPort;
  return port === undefined ? undefined : { host: '127.0.0.1', port };
};

const greeting = (
  gateway: Gateway,
  issuer: string,
  { environment, data, replay, speed, pages }: Surroundings & { pages: Pages },
  tookMs: number,
): string => {
  const home = `http://localhost:${gateway.port}`;
  const lines = [
    ['GraphQL', `${home}/graphql`],
    ['Streams', `ws://localhost:${gateway.port}/graphql  (graphql-ws)`],
    ...(pages.dashboard ? [['Dashboard', `${home}/dashboard`]] : []),
    ...(pages.search ? [['Search', `${home}/search`]] : []),
    ...(pages.console ? [['Console', `${home}/console`]] : []),
    ...(pages.explorer ? [['Explorer', `${home}/`]] : []),
    ['Health', `${home}/health/ready`],
    ['Issuer', issuer],
    ...(environment.OIDC_ISSUER ? [] : [['Token', `npm run -s hub -- token --as detective --url ${home}`]]),
    ['Data', `${data}  (${placeOf(databaseOf('cad', environment, data).url)})`],
    ['Replay', replay ? `Carnival 2022, ${speed} times as fast as it was` : 'none'],
  ];
  const text = lines.map(([title, value]) => `  ${(title ?? '').padEnd(9)} ${value}`).join('\n');
  return `\nThe hub is up after ${(tookMs / 1000).toFixed(1)} s.\n\n${text}\n\nCtrl-C stops it.\n`;
};
