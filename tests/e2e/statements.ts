/**
 * Counts the SQL statements that requests cost, by subgraph. Each request is
 * followed by its asynchronous context from the moment that the subgraph checks
 * its signature to the driver, so what feeds and health checks ask does not count.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';

export interface Statements {
  /** For `startHub({ watch })`. */
  watch: (subgraph: string) => void;
  /** Runs and tells what was asked meanwhile: requests and statements of each subgraph. */
  during: (run: () => Promise<void>) => Promise<Counts>;
  restore: () => void;
}

export interface Counts {
  requests: Record<string, number>;
  statements: Record<string, number>;
}

type Method = (...parameters: unknown[]) => unknown;

/** Where statements enter the drivers: what Prisma's adapters and the kit call. */
const entrances: { owner: object; method: string }[] = [
  { owner: pg.Pool.prototype, method: 'query' },
  { owner: Object.getPrototypeOf(PGlite.prototype), method: 'query' },
  { owner: Object.getPrototypeOf(PGlite.prototype), method: 'exec' },
];

export const countStatements = (): Statements => {
  const asked = new AsyncLocalStorage<{ subgraph: string }>();
  let counts: Counts = { requests: {}, statements: {} };
  const add = (to: Record<string, number>, name: string): void => {
    to[name] = (to[name] ?? 0) + 1;
  };
  const undo = entrances.map(({ owner, method }) => {
    const target = owner as Record<string, Method>;
    const original = target[method];
    if (!original) throw new Error(`The driver has no ${method}.`);
    target[method] = function counted(this: unknown, ...parameters) {
      const store = asked.getStore();
      if (store) add(counts.statements, store.subgraph);
      return original.apply(this, parameters);
    };
    return () => {
      target[method] = original;
    };
  });
  return {
    watch: (subgraph) => {
      add(counts.requests, subgraph);
      asked.enterWith({ subgraph });
    },
    during: async (run) => {
      counts = { requests: {}, statements: {} };
      await run();
      return counts;
    },
    restore: () => {
      for (const one of undo) one();
    },
  };
};
