/** Health for orchestrators, and where clients learn who issues tokens. */
import type { Express } from 'express';
import type { Subgraph } from './subgraph.ts';

export interface HealthOptions {
  subgraphs: readonly Subgraph[];
  issuer: string | undefined;
}

export const addHealth = (app: Express, { subgraphs, issuer }: HealthOptions): void => {
  app.get('/health/live', (_request, response) => void response.json({ status: 'live' }));
  app.get('/health/ready', async (_request, response) => {
    const sources = Object.fromEntries(
      await Promise.all(subgraphs.map(async (subgraph) => [subgraph.name, await subgraph.ready()] as const)),
    );
    const ready = Object.values(sources).every(Boolean);
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'waiting', sources });
  });
  app.get('/.well-known/rtcc-hub', (_request, response) => void response.json({ issuer, graphql: '/graphql' }));
};
