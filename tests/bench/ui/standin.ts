/**
 * A hub that is only as much as the dashboard asks of it: the real schema, the
 * real pages, policy headers and issuer; units and incidents are made up, as many
 * and as fast as wanted. What is measured is then the page, not a database.
 */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express from 'express';
import { buildSchema, execute, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { startIdentity } from '../../../deploy/identity/index.ts';
import { type Pages, servePages } from '../../../gateway/pages.ts';
import { createWorld, type Size } from './world.ts';

export interface StandIn {
  origin: string;
  /** Bytes of bodies that were sent so far, as they were on the wire. */
  sent: { code: number; data: number };
  close: () => Promise<void>;
}

const root = join(import.meta.dirname, '../../..');

export const serveStandIn = async (pages: Pages, size: Size): Promise<StandIn> => {
  const schema = buildSchema(readFileSync(join(root, 'schema/api.graphql'), 'utf8'));
  const identity = await startIdentity({ host: '127.0.0.1', port: 0 });
  const world = createWorld(size);
  const app = express();
  app.get('/.well-known/rtcc-hub', (_request, response) => void response.json({ issuer: identity.issuer, graphql: '/graphql' }));
  app.post('/graphql', express.json(), async (request, response) => {
    const { query, variables } = request.body as { query: string; variables?: Record<string, unknown> };
    response.json(await execute({ schema, document: parse(query), rootValue: world.query, variableValues: variables }));
  });
  const sent = { code: 0, data: 0 };
  app.use(counting(sent));
  servePages(app, pages, identity.issuer);
  const server = createServer(app);
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  useServer({ schema, roots: { subscription: world.subscription } }, sockets);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    world.stop();
    await closeAll(server, sockets);
    await identity.close();
  };
  return { origin: `http://localhost:${(server.address() as AddressInfo).port}`, sent, close };
};

/** Counted here and not in the browser, which does not tell a page what its workers load. */
const counting =
  (sent: StandIn['sent']): express.RequestHandler =>
  ({ originalUrl }, response, next) => {
    response.on('finish', () => {
      const bytes = Number(response.getHeader('content-length') ?? 0);
      if (originalUrl.startsWith('/map/')) sent.data += bytes;
      else if (originalUrl.startsWith('/dashboard')) sent.code += bytes;
    });
    next();
  };

const closeAll = (server: Server, sockets: WebSocketServer): Promise<void> =>
  new Promise((resolve) => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close(() => resolve());
  });
