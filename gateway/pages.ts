/**
 * The web pages: static files that somebody else has built, each under a
 * content-security policy that names this machine, the issuer, and what the
 * operator has configured. No page has a path to data but `/graphql`.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Express, type RequestHandler } from 'express';

/** Folders of built files; what is absent is not served. */
export interface Pages {
  /** At `/`. */
  explorer?: string | undefined;
  /** At `/dashboard`. */
  dashboard?: string | undefined;
  /** At `/search`. */
  search?: string | undefined;
  /** At `/console`. */
  console?: string | undefined;
  /** The city's streets and districts, which the pages draw, at `/map`. Open data: no token is asked for them. */
  map?: string | undefined;
  /** Origins besides this one that pages may load map tiles from. */
  tileOrigins?: readonly string[];
  /** Origins besides this one that pages may play video from. */
  videoOrigins?: readonly string[];
}

/**
 * Pages that are still being built are not there yet, and the gateway waits for none of them.
 * @param issuer where pages sign in: the one other machine that they may ask.
 */
export const servePages = (app: Express, pages: Pages | Promise<Pages>, issuer: string | undefined): void => {
  const router = express.Router();
  app.use(router);
  if (pages instanceof Promise) void pages.then((built) => addPages(router, built, issuer));
  else addPages(router, pages, issuer);
};

const addPages = (app: express.Router, pages: Pages, issuer: string | undefined): void => {
  const places: Places = { issuer: originOf(issuer), tiles: pages.tileOrigins ?? [], video: pages.videoOrigins ?? [] };
  if (pages.map) app.use('/map', guard("default-src 'none'"), gzipped(pages.map), files(pages.map, '5m'));
  for (const name of ['dashboard', 'search', 'console'] as const) {
    const folder = pages[name];
    if (folder) serveApplication(app, `/${name}`, folder, places);
  }
  if (pages.explorer) app.use('/', guard(explorerPolicy(places)), files(pages.explorer, '1h'));
};

interface Places {
  issuer: readonly string[];
  tiles: readonly string[];
  video: readonly string[];
}

/** A single page that draws every path below its own; names of assets hold their content's hash, so they never change. */
const serveApplication = (app: express.Router, at: string, folder: string, places: Places): void => {
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const assets = join(folder, 'assets');
  app.use(`${at}/assets`, guard(applicationPolicy(places)), gzipped(assets), files(assets, '365d'), missing); // Workers take their own file's policy.
  app.get([at, `${at}/*path`], (_request, response) => {
    const nonce = randomBytes(16).toString('base64');
    response.set({ ...headers, 'content-security-policy': applicationPolicy(places, nonce), 'cache-control': 'no-store' });
    response.type('html').send(page.replaceAll('__CSP_NONCE__', nonce));
  });
};

const headers = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };

const guard =
  (policy: string): RequestHandler =>
  (_request, response, next) => {
    response.set({ ...headers, 'content-security-policy': policy });
    next();
  };

/** A missing asset is not the page: a script that is HTML is a riddle. */
const missing: RequestHandler = (_request, response) => void response.sendStatus(404);

const files = (folder: string, maxAge: string): RequestHandler =>
  express.static(folder, { index: 'index.html', maxAge, immutable: maxAge === '365d', redirect: false });

/** Sends the copy that the build compressed, where there is one and the client takes it. */
const gzipped =
  (folder: string): RequestHandler =>
  (request, response, next) => {
    const path = request.path;
    response.vary('accept-encoding');
    if (!/^\/[\w.-]+$/.test(path) || !request.acceptsEncodings('gzip') || !existsSync(join(folder, `${path}.gz`))) return next();
    response.set('content-encoding', 'gzip').type(path.slice(path.lastIndexOf('.')));
    request.url = `${path}.gz`;
    next();
  };

const originOf = (url: string | undefined): string[] => (url ? [new URL(url).origin] : []);

/** No inline script, no eval, no style without this answer's nonce. */
const applicationPolicy = ({ issuer, tiles, video }: Places, nonce?: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self'${nonce ? ` 'nonce-${nonce}'` : ''}`,
    ["img-src 'self' data: blob:", ...tiles].join(' '),
    "font-src 'self'",
    ["connect-src 'self'", ...issuer, ...tiles, ...video].join(' '),
    ["media-src 'self' blob:", ...video].join(' '),
    "worker-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

/** GraphiQL's editors add styles of their own. */
const explorerPolicy = ({ issuer }: Places): string =>
  [
    "default-src 'self'",
    ["connect-src 'self'", ...issuer].join(' '),
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "img-src 'self' data:",
    "worker-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
  ].join('; ');
