/** The environment as the command line reads it; the gateway has its own reader in `gateway/config.ts`. */
import { join, resolve } from 'node:path';
import type { SystemName } from '../schema/subgraphs.ts';
import { ExpectedError } from './expected.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** `people-search` → `PEOPLE_SEARCH`. */
export const prefixOf = (name: string): string => name.toUpperCase().replaceAll('-', '_');

/** A system's own settings: those that begin with its name, such as `AVL_UDP_PORT`. */
export const settingsOf = (name: string, environment: Environment): Environment =>
  Object.fromEntries(Object.entries(environment).filter(([key]) => key.startsWith(`${prefixOf(name)}_`)));

export interface DatabaseChoice {
  url: string;
  /**
   * `embedded` and `shared` (DATABASE_URL) may be given the demo; `own`
   * (CAD_DATABASE_URL and the like) is an agency's database and is only read.
   */
  kind: 'embedded' | 'shared' | 'own';
}

export const databaseOf = (name: SystemName | (string & {}), environment: Environment, data: string): DatabaseChoice => {
  const own = environment[`${prefixOf(name)}_DATABASE_URL`];
  if (own) return { url: checked(own, `${prefixOf(name)}_DATABASE_URL`), kind: 'own' };
  const shared = environment.DATABASE_URL;
  if (shared) return { url: checked(shared, 'DATABASE_URL'), kind: 'shared' };
  return { url: `pglite:${join(resolve(data), 'db')}`, kind: 'embedded' };
};

const checked = (url: string, variable: string): string => {
  if (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)) return url;
  if (url.startsWith('pglite:')) return url;
  throw new ExpectedError(`${variable} takes postgres://USER@HOST:PORT/DATABASE.`);
};

/** Host, port and database: what may be shown of an address. */
export const placeOf = (url: string): string => {
  if (url.startsWith('pglite:')) return 'the embedded database';
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
};
