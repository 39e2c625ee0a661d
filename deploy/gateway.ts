/** The gateway as a process of its own: over systems that run elsewhere, or over any federation supergraph. */
import { join } from 'node:path';
import { explorerAssets } from '../clients/explorer/assets.ts';
import { readConfig } from '../gateway/config.ts';
import { startGateway } from '../gateway/index.ts';
import { auditSettings } from './auditsettings.ts';
import { connectDatabase } from './connect.ts';
import { reloadOnHangup } from './hangup.ts';
import { signingKey } from './keys.ts';
import { type Lifecycle, runUntilStopped } from './lifecycle.ts';
import { openLog } from './log.ts';
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
    const key = JSON.stringify(await signingKey(environment, data));
    const config = readConfig({ ...environment, HUB_SIGNING_KEY: key }, flags);
    const database = await auditDatabase(environment, life, (text) => log.warn(text));
    const explorer = await explorerAssets({ cache: join(data, 'explorer') }).catch((error: Error) => {
      log.warn({ name: error.name }, 'The explorer could not be built: the gateway serves without it.');
      return undefined;
    });
    const started = await startGateway(config, { database, log, explorer, audit: await auditSettings(environment, data) });
    life.add('The gateway', started.close);
    reloadOnHangup(life, started.policies);
    log.info({ url: `${started.url}/graphql` }, 'The gateway is ready.');
  });

/** The hub's own database; without one only a supergraph without access rules is served. */
const auditDatabase = async (environment: Environment, life: Lifecycle, say: (text: string) => void) => {
  const url = environment.HUB_DATABASE_URL ?? environment.DATABASE_URL;
  if (!url) return undefined;
  const database = await connectDatabase(url, { say });
  life.add('The audit database', database.close);
  return database;
};
