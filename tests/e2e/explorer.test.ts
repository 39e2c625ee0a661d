/**
 * The explorer in a real browser, before a stand-in hub that records what it is
 * asked: offline, under its content-security policy, with the caller's token
 * and purpose in every operation.
 */
import { createReadStream, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { buildSchema, execute, type GraphQLSchema, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import type { Browser, Page } from 'playwright-core';
import { WebSocketServer } from 'ws';
import { buildPage } from '../../clients/build.ts';
import { describeInBrowser, openBrowser } from '../setup/browser.ts';

const schema = buildSchema('type Query { now: String } type Subscription { tick: Int }');
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
};

/** Tighter than the gateway's own: no script, worker or connection but the hub's. */
const policy =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; " +
  "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

interface Asked {
  authorization: string | undefined;
  body: { query: string; extensions?: Record<string, string> };
}

interface StandIn {
  origin: string;
  asked: Asked[];
  close: () => Promise<void>;
}

const serveStandIn = async (folder: string): Promise<StandIn> => {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    if (request.url === '/graphql') void answer(schema, request, response, asked);
    else if (request.url === '/.well-known/rtcc-hub') response.end('{}');
    else sendFile(join(folder, request.url === '/' ? 'index.html' : (request.url ?? '')), response);
  });
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  useServer(
    {
      schema,
      roots: { subscription: { tick: ticks } },
      context: ({ connectionParams }, _id, body) => {
        asked.push({
          authorization: connectionParams?.authorization as string | undefined,
          body: body as unknown as Asked['body'],
        });
        return {};
      },
    },
    sockets,
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close: () => closeAll(server, sockets) };
};

async function* ticks(): AsyncGenerator<{ tick: number }> {
  for (const tick of [41, 42]) yield { tick };
}

const answer = async (over: GraphQLSchema, request: IncomingMessage, response: ServerResponse, asked: Asked[]): Promise<void> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const body: Asked['body'] = JSON.parse(Buffer.concat(parts).toString());
  asked.push({ authorization: request.headers.authorization, body });
  const result = await execute({ schema: over, document: parse(body.query), rootValue: { now: 'an answer of the hub' } });
  response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
};

const sendFile = (path: string, response: ServerResponse): void => {
  response.setHeader('content-security-policy', policy);
  if (!existsSync(path) || !statSync(path).isFile()) return void response.writeHead(404).end();
  response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream');
  createReadStream(path).pipe(response);
};

const closeAll = (server: Server, sockets: WebSocketServer): Promise<void> =>
  new Promise((resolve) => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close(() => resolve());
  });

describeInBrowser('the explorer', () => {
  let cache: string;
  let hub: StandIn;
  let browser: Browser;
  let page: Page;
  const foreign: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    cache = mkdtempSync(join(tmpdir(), 'rtcc-explorer-'));
    hub = await serveStandIn(await buildPage('explorer', { cache }));
    browser = await openBrowser();
    page = await browser.newPage();
    page.on(
      'request',
      (request) =>
        void (request.url().startsWith(hub.origin) || /^(data|blob):/.test(request.url()) || foreign.push(request.url())),
    );
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${hub.origin}/`);
    await page.waitForSelector('.graphiql-query-editor .view-lines');
  });

  afterAll(async () => {
    await browser?.close();
    await hub?.close();
    rmSync(cache, { recursive: true });
  });

  const write = async (query: string): Promise<void> => {
    await page.click('.graphiql-query-editor .view-lines');
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(query);
    await page.keyboard.press('Control+Enter');
  };

  const shows = (text: string): Promise<void> => page.locator('.result-window', { hasText: text }).waitFor();

  test('opens with the whole incident and both streams', async () => {
    const tabs = await page.locator('.graphiql-tab').allTextContents();
    expect(tabs.join(' ')).toMatch(/WholeIncident.*Live.*Moving/s);
  });

  test('sends the token, the purpose, the case and the reason with a query', async () => {
    await page.fill('input[name=token]', 'a-token');
    await page.selectOption('select[name=purpose]', 'C');
    await page.fill('input[name=case]', 'B-24020-22');
    await page.fill('input[name=reason]', 'A test');
    await write('query Now { now }');
    await shows('an answer of the hub');
    const { authorization, body } = hub.asked.findLast(({ body }) => body.query.includes('Now')) ?? {};
    expect(authorization).toBe('Bearer a-token');
    expect(body?.extensions).toEqual({ purpose: 'C', caseNumber: 'B-24020-22', reason: 'A test' });
  });

  test('streams a subscription over WebSocket, under the same authority', async () => {
    await write('subscription Tick { tick }');
    await shows('42');
    const { authorization, body } = hub.asked.findLast(({ body }) => body.query.includes('Tick')) ?? {};
    expect(authorization).toBe('Bearer a-token');
    expect(body?.extensions).toEqual({ purpose: 'C', caseNumber: 'B-24020-22', reason: 'A test' });
  });

  test('leaves nothing in the browser', async () => {
    const kept = await page.evaluate(
      "[...Object.values(localStorage), ...Object.values(sessionStorage), document.cookie].join('')",
    );
    expect(kept).toBe('');
  });

  test('asks no other machine, and nothing that its policy forbids', () => {
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
