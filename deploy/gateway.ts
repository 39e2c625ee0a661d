/** The gateway as a process of its own: over systems that run elsewhere, or over any federation supergraph. */
import { readConfig } from '../gateway/config.ts';
import { startGateway } from '../gateway/index.ts';
import type { Bus } from '../subgraphs/kit/bus.ts';
import { auditReporter } from './auditboard.ts';
import { auditSettings } from './auditsettings.ts';
import { connectBus, connectDatabase } from './connect.ts';
import { followKeys } from './followkeys.ts';
import { reloadOnHangup } from './hangup.ts';
import { signingKeys } from './keys.ts';
import { type Lifecycle, runUntilStopped } from './lifecycle.ts';
import { openLog } from './log.ts';
import { buildPages } from './pages.ts';
import type { Environment } from './settings.ts';

export interface GatewayCommand {
  supergraph?: string;
  port?: number;
  host?: string;
  data: string;
  environment: Environment;
}

export const gateway = ({ data, environment, ...flags }: GatewayCommand): Promise<void> =>
  runUntilStopped(async (life) => {
    const log = openLog(environment, 'info');
    const keys = await followKeys(() => signingKeys(environment, data), { environment, life, log });
    const config = readConfig({ ...environment, HUB_SIGNING_KEY: JSON.stringify({ keys: keys() }) }, flags);
    const database = await auditDatabase(environment, life, (text) => log.warn(text));
    const pages = buildPages({ data, environment, log, life }); // Meanwhile: nobody waits for a page to ask the graph.
    const bus = await busOf(environment, life, (text) => log.warn(text));
    const audit = { ...(await auditSettings(environment, data)), ...(bus ? { report: auditReporter(bus) } : {}) };
    const started = await startGateway(config, { database, log, pages, audit, signingKeys: keys, tally: bus?.tally });
    life.add('The gateway', started.close);
    reloadOnHangup(life, started.policies);
    log.info({ url: `${started.url}/graphql` }, 'The gateway is ready.');
  });

/** Carries how the audit is to the board, and counts what vendors ask over all gateways. */
const busOf = async (environment: Environment, life: Lifecycle, say: (text: string) => void): Promise<Bus | undefined> => {
  if (!environment.REDIS_URL) return undefined;
  const bus = await connectBus(environment.REDIS_URL, undefined, { say });
  life.add('The bus', bus.close);
  return bus;
};

/** The hub's own database; without one only a supergraph without access rules is served. */
const auditDatabase = async (environment: Environment, life: Lifecycle, say: (text: string) => void) => {
  const url = environment.HUB_DATABASE_URL ?? environment.DATABASE_URL;
  if (!url) return undefined;
  const database = await connectDatabase(url, { say });
  life.add('The audit database', database.close);
  return database;
};
