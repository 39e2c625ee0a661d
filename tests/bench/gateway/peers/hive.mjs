/** Hive Gateway, which with `rust` plans in Rust and runs the executor made for it. No call is shared between requests, as it would by default. */
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { unifiedGraphHandler } from '@graphql-hive/router-runtime';

export const start = async ({ supergraph, rust }) => {
  const gateway = createGatewayRuntime({
    supergraph,
    ...(rust ? { unifiedGraphHandler } : {}),
    transportEntries: { '*.http': { options: { deduplicateInflightRequests: false } } },
    logging: false,
    landingPage: false,
    graphiql: false,
  });
  const server = createServer(gateway);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${server.address().port}/graphql`;
};
