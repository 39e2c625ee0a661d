/**
 * One gateway under measurement, as a process of its own: `under.ts NAME PORT
 * [DATABASE]`, where PORT is the sources'. Tells its address by message, and the
 * headers that a caller of it sends.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compose } from '../../../schema/compose.ts';
import { heavy, light, subgraphs } from './world.ts';

const [name = '', port = '', database = ''] = process.argv.slice(2);
const url = (source: string) => `http://127.0.0.1:${port}/${source}`;
const composed = (rules: boolean): string =>
  compose([...subgraphs(rules)].map(([source, sdl]) => ({ name: source, sdl, url: url(source) }))).supergraph;

/** Starts it, and gives the address of its endpoint. */
type Start = () => Promise<string | { address: string; headers: Record<string, string> }>;

const hub: Start = async () => {
  const { readConfig } = await import('../../../gateway/config.ts');
  const { startGateway } = await import('../../../gateway/index.ts');
  const env = { PORT: '0', HOST: '127.0.0.1', HUB_LIMIT_COST: '1000000000', HUB_LIMIT_RATE: '1000000000' };
  const gateway = await startGateway({ ...readConfig(env), supergraph: composed(false) });
  return `${gateway.url}/graphql`;
};

const lawful =
  (audited: boolean): Start =>
  async () => {
    const { startLawful } = await import('./lawful.ts');
    return startLawful(composed(true), database, audited);
  };

const stock: Start = async () => {
  const { ApolloGateway } = await import('@apollo/gateway');
  const { ApolloServer } = await import('@apollo/server');
  const { startStandaloneServer } = await import('@apollo/server/standalone');
  const server = new ApolloServer({ gateway: new ApolloGateway({ supergraphSdl: composed(false) }) });
  return (await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } })).url;
};

/** Another's gateway, of `peers/`: each takes from this what it can. */
const peer =
  (file: string, rust = false): Start =>
  async () => {
    const { start } = (await import(`./peers/${file}.mjs`)) as { start: (given: object) => Promise<string> };
    return start({ supergraph: composed(false), subgraphs: subgraphs(false), url, rust });
  };

/** Nobody can do less: the calls that a plan takes, each answer parsed, one serialised. It knows the bodies beforehand. */
const limit: Start = async () => {
  const { Agent, request: send } = await import('undici');
  const dispatcher = new Agent({ connections: 64 });
  const bodies = await recorded();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { query } = JSON.parse(Buffer.concat(chunks).toString()) as { query: string };
    const { calls, answer } = query.includes('Light') ? bodies.light : bodies.heavy;
    for (const round of calls)
      await Promise.all(
        round.map(async ({ source, body }) => {
          const sent = await send(url(source), {
            method: 'POST',
            body,
            headers: { 'content-type': 'application/json' },
            dispatcher,
          });
          JSON.parse(await sent.body.text());
        }),
      );
    const text = JSON.stringify(answer);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
};

interface Recorded {
  calls: { source: string; body: string }[][];
  answer: unknown;
}

/** What the hub's executor asks, and answers, once. */
const recorded = async (): Promise<{ heavy: Recorded; light: Recorded }> => {
  const { record } = await import('./record.ts');
  const supergraph = composed(false);
  return { heavy: await record(supergraph, heavy, url), light: await record(supergraph, light, url) };
};

const starts: Record<string, Start> = {
  ...{ hub, access: lawful(false), law: lawful(true), stock, limit },
  ...{ hive: peer('hive'), 'hive-rust': peer('hive', true), mercurius: peer('mercurius') },
};
const start = starts[name];
if (!start) throw new Error(`There is no gateway ${name}.`);
const started = await start();
process.send?.(typeof started === 'string' ? { address: started } : started);
process.on('disconnect', () => process.exit(0));
