/**
 * Mercurius' gateway, which compiles what is asked. It takes no supergraph but subgraphs of Federation 1: of a type that several
 * subgraphs define, as Federation 2 allows, it keeps the last definition alone.
 */
import mercurius from '@mercuriusjs/gateway';
import fastify from 'fastify';

export const start = async ({ subgraphs, url }) => {
  const app = fastify();
  const services = [...subgraphs].map(([name, sdl]) => ({
    name,
    url: url(name),
    schema: inFederation1(name, sdl),
    mandatory: true,
    connections: 64,
  }));
  app.register(mercurius, { jit: 1, graphiql: false, gateway: { services } });
  return `${await app.listen({ port: 0, host: '127.0.0.1' })}/graphql`;
};

const homes = { User: 'accounts', Product: 'products', Review: 'reviews' };

/** There a type has one home, and others extend it by its key. */
const inFederation1 = (name, sdl) =>
  sdl
    .replace(/^extend schema .*$/m, '')
    .replaceAll(' @shareable', '')
    .replace(/type (\w+)( @key\(.*?\) \{\s*\w+: \w+!)?/g, (whole, type, keyed) =>
      homes[type] === name ? whole : `extend ${whole}${keyed ? ' @external' : ''}`,
    );
