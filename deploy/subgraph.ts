/** One system as a process of its own: on its port of the registry, over a shared bus. */
import { verifier } from '../schema/principal.ts';
import { subgraphs } from '../schema/subgraphs.ts';
import { termKeySetting } from './auditboard.ts';
import { connectBus } from './connect.ts';
import { ExpectedError } from './expected.ts';
import { followKeys } from './followkeys.ts';
import { verificationKeys } from './keys.ts';
import { runUntilStopped } from './lifecycle.ts';
import { openLog } from './log.ts';
import { serveSystem } from './serving.ts';
import { databaseOf, type Environment } from './settings.ts';
import { isSystemName } from './systems.ts';

export interface SubgraphOptions {
  system: string;
  port?: number;
  host: string;
  data: string;
  environment: Environment;
}

export const subgraph = ({ system: name, port, host, data, environment }: SubgraphOptions): Promise<void> =>
  runUntilStopped(async (life) => {
    if (!isSystemName(name))
      throw new ExpectedError(`There is no system "${name}". Choose one of: ${Object.keys(subgraphs).join(', ')}.`);
    const log = openLog(environment, 'info');
    const say = (text: string): void => log.warn(text);
    const database = databaseOf(name, environment, data);
    if (database.kind === 'embedded')
      throw new ExpectedError('A process of its own needs a database that others reach too: set DATABASE_URL.');
    if (!environment.REDIS_URL) throw new ExpectedError('A process of its own needs a bus that others reach too: set REDIS_URL.');
    const verify = verifier(await followKeys(() => verificationKeys(environment, data), { environment, life, log }));
    const bus = await connectBus(environment.REDIS_URL, undefined, { say });
    life.add('The bus', bus.close);
    const served = await serveSystem({
      name,
      database,
      environment: { ...environment, ...(name === 'hub' ? await termKeySetting(environment, data) : {}) },
      bus,
      log,
      verify,
      life,
      say,
      host,
      port: port ?? Number(new URL(subgraphs[name]).port),
    });
    log.info({ url: served.url }, 'The subgraph is ready.');
  });
