/** Health for orchestrators, and where clients learn who issues tokens. */
import type { Express } from 'express';
import type { Subgraph } from './subgraph.ts';

export interface HealthOptions {
  subgraphs: readonly Subgraph[];
  issuer: string | undefined;
}

const patienceMs = 2_000;

export const addHealth = (app: Express, { subgraphs, issuer }: HealthOptions): void => {
  app.get('/health/live', (_request, response) => void response.json({ status: 'live' }));
  app.get('/health/ready', async (_request, response) => {
    const sources = Object.fromEntries(
      await Promise.all(subgraphs.map(async (subgraph) => [subgraph.name, await isReady(subgraph)] as const)),
    );
    const ready = Object.values(sources).every(Boolean);
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'waiting', sources });
  });
  app.get('/.well-known/rtcc-hub', (_request, response) => void response.json({ issuer, graphql: '/graphql' }));
};

/** A subgraph of ours says so itself, by name; of any other, that it answers at all is taken for it. */
const isReady = async ({ name, url }: Subgraph): Promise<boolean> => {
  try {
    const response = await fetch(new URL('/health/ready', url), { signal: AbortSignal.timeout(patienceMs), redirect: 'error' });
    const { source } = ((await response.json().catch(() => undefined)) ?? {}) as { source?: unknown };
    return response.status !== 503 && (source === undefined || source === name);
  } catch {
    return false;
  }
};
