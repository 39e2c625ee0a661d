/**
 * The subgraphs, as a process of their own: what is asked once is answered from
 * memory ever after, so that they cost next to nothing. Tells its port, and how
 * often it was asked, by message.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, parse } from 'graphql';
import { resolvers, subgraphs } from './world.ts';

const schemas = new Map(
  [...subgraphs(false)].map(([name, sdl]) => [
    name,
    buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers[name] as never }),
  ]),
);
const answers = new Map<string, Buffer>();
let asked = 0;

const answerTo = async (name: string, body: string): Promise<Buffer> => {
  const key = `${name} ${body}`;
  const known = answers.get(key);
  if (known) return known;
  const { query, variables } = JSON.parse(body) as { query: string; variables?: Record<string, unknown> };
  const schema = schemas.get(name);
  if (!schema) throw new Error(`There is no ${name}.`);
  const answer = Buffer.from(JSON.stringify(await execute({ schema, document: parse(query), variableValues: variables })));
  answers.set(key, answer);
  return answer;
};

const server = createServer(async (request, response) => {
  asked += 1;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const answer = await answerTo((request.url ?? '/').slice(1), Buffer.concat(chunks).toString());
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('message', () => process.send?.({ asked }));
process.on('disconnect', () => process.exit(0));
