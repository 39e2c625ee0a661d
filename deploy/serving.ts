/** One system, opened on what it was given and served; `up` does it for each, `subgraph` for one. */
import type { Logger } from 'pino';
import type { Verify } from '../schema/principal.ts';
import { readTls, TlsError } from '../schema/tls.ts';
import type { Bus } from '../subgraphs/kit/bus.ts';
import { type Served, serve } from '../subgraphs/kit/serve.ts';
import { connectDatabase } from './connect.ts';
import { ExpectedError } from './expected.ts';
import type { Lifecycle } from './lifecycle.ts';
import { type DatabaseChoice, type Environment, settingsOf } from './settings.ts';
import { loadSystem } from './systems.ts';

export interface ServingOptions {
  name: string;
  database: DatabaseChoice;
  environment: Environment;
  bus: Bus;
  log: Logger;
  verify: Verify;
  life: Lifecycle;
  say: (text: string) => void;
  host?: string;
  /** 0 takes any free port. */
  port: number;
}

export const serveSystem = async (options: ServingOptions): Promise<Served> => {
  const { name, environment, bus, log, verify, life, say, host = '127.0.0.1', port } = options;
  const system = await loadSystem(name);
  const database = await connectDatabase(options.database.url, { say }, { readOnly: !writes.has(name) });
  life.add(`The database of ${name}`, database.close);
  const settings = { ...ingestOf(options), ...settingsOf(name, environment), NODE_ENV: environment.NODE_ENV };
  const runtime = { database, bus, log: log.child({ system: name }), now: Date.now, settings };
  const tls = tlsOf(environment);
  const served = await serve(system, { runtime, host, port, verify, tls }).catch((error: unknown) => {
    if (isAnswerOfNetwork(error)) throw error;
    throw new ExpectedError(`${name} could not start: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  });
  life.add(`The subgraph ${name}`, served.close);
  return served;
};

/** What the hub itself owns: its audit, and the ledger of paid searches. Every agency's system is opened read-only. */
const writes: ReadonlySet<string> = new Set(['hub', 'people-search']);

/** Vehicle reports are written through a connection of the listener's own; an agency's own database is told by AVL_INGEST_URL. */
const ingestOf = ({ name, database: { kind, url } }: ServingOptions): Environment =>
  name === 'avl' && kind === 'shared' ? { AVL_INGEST_URL: url } : {};

const tlsOf = (environment: Environment) => {
  try {
    return readTls(environment);
  } catch (error) {
    throw error instanceof TlsError ? new ExpectedError(error.message) : error;
  }
};

const isAnswerOfNetwork = (error: unknown): boolean => (error as { syscall?: string }).syscall === 'listen';
