/**
 * The systems of the registry, as code: each name of `schema/subgraphs.ts` is a
 * folder whose `index.ts` exports a `System`. Nothing here names one, so that a
 * new system is a folder and a line of the registry.
 */
import { existsSync } from 'node:fs';
import { type SystemName, systemNames } from '../schema/subgraphs.ts';
import type { Load } from '../subgraphs/kit/demo/load.ts';
import type { System } from '../subgraphs/kit/system.ts';
import { ExpectedError } from './expected.ts';

export type AnySystem = System<unknown>;

const folders = new URL('../subgraphs/', import.meta.url);

export const loadSystem = async (name: string): Promise<AnySystem> => {
  if (!isSystemName(name)) throw new ExpectedError(`There is no system "${name}". Choose one of: ${systemNames.join(', ')}.`);
  const exported: Record<string, unknown> = await import(new URL(`${name}/index.ts`, folders).href);
  const system = Object.values(exported).find(isSystem);
  if (!system) throw new ExpectedError(`subgraphs/${name}/index.ts exports no System.`);
  return system;
};

export const loadSystems = (): Promise<AnySystem[]> => Promise.all(systemNames.map(loadSystem));

/** The loader of a system's demo; a system without a demo has none. */
export const demoLoaderOf = async (name: string): Promise<Load | undefined> => {
  const file = new URL(`${name}/demo/load.ts`, folders);
  if (!existsSync(file)) return undefined;
  return (await import(file.href)).load;
};

export const isSystemName = (name: string): name is SystemName => (systemNames as string[]).includes(name);

const isSystem = (value: unknown): value is AnySystem =>
  typeof value === 'object' &&
  value !== null &&
  ['name', 'title', 'sdl', 'resolvers', 'open', 'feeds'].every((key) => key in value);
