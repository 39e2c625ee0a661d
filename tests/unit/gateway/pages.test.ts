/** How pages are served: what their policy lets them load, and what is not a page. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import express from 'express';
import { servePages } from '../../../gateway/pages.ts';

const script = `export const text = '${'long '.repeat(400)}';`;

let folder: string;
let server: Server;
let home: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rtcc-pages-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<meta property="csp-nonce" nonce="__CSP_NONCE__"><div id="page"></div>');
  writeFileSync(join(folder, 'assets/main.js'), script);
  writeFileSync(join(folder, 'assets/main.js.gz'), gzipSync(script));
  const app = express();
  const pages = { dashboard: folder, tileOrigins: ['https://tiles.example.org'], videoOrigins: ['https://video.example.org'] };
  servePages(app, pages, 'https://issuer.example.org/realm');
  server = createServer(app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  home = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** Directive → its sources. */
const policyOf = (response: Response): Record<string, string[]> =>
  Object.fromEntries(
    (response.headers.get('content-security-policy') ?? '').split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ');
      return [name, sources];
    }),
  );

test('a page may run its own scripts, and nothing inline or evaluated', async () => {
  const policy = policyOf(await fetch(`${home}/dashboard`));
  expect(policy['default-src']).toEqual(["'none'"]);
  expect(policy['script-src']).toEqual(["'self'"]);
  expect(policy['frame-ancestors']).toEqual(["'none'"]);
  expect(Object.values(policy).flat().join(' ')).not.toMatch(/unsafe|\*/);
});

test('a page may ask the hub, the issuer, and what the operator has named, and no other place', async () => {
  const policy = policyOf(await fetch(`${home}/dashboard`));
  expect(policy['connect-src']).toEqual([
    "'self'",
    'https://issuer.example.org',
    'https://tiles.example.org',
    'https://video.example.org',
  ]);
  expect(policy['media-src']).toEqual(["'self'", 'blob:', 'https://video.example.org']);
  expect(policy['img-src']).toEqual(["'self'", 'data:', 'blob:', 'https://tiles.example.org']);
});

test('styles take a nonce that no two answers share, and that the page holds', async () => {
  const nonces = await Promise.all(
    [1, 2].map(async () => {
      const response = await fetch(`${home}/dashboard/kpi`);
      const [, nonce = ''] = /nonce="([^"]+)"/.exec(await response.text()) ?? [];
      expect(policyOf(response)['style-src']).toEqual(["'self'", `'nonce-${nonce}'`]);
      expect(response.headers.get('cache-control')).toBe('no-store');
      return nonce;
    }),
  );
  expect(nonces[0]).toMatch(/^.{20,}$/);
  expect(nonces[0]).not.toBe(nonces[1]);
});

test('every path below a page is the page, and a missing asset is missing', async () => {
  expect(await (await fetch(`${home}/dashboard/any/thing`)).text()).toContain('id="page"');
  expect((await fetch(`${home}/dashboard/assets/gone.js`)).status).toBe(404);
});

test('what the build compressed is sent compressed, to whoever takes it', async () => {
  const packed = await fetch(`${home}/dashboard/assets/main.js`);
  expect(packed.headers.get('content-encoding')).toBe('gzip');
  expect(packed.headers.get('content-type')).toMatch(/javascript/);
  expect(await packed.text()).toBe(script);
  const plain = await fetch(`${home}/dashboard/assets/main.js`, { headers: { 'accept-encoding': 'identity' } });
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect(await plain.text()).toBe(script);
});

test.each(['..%2f..%2fpackage.json', '%2e%2e/index.html', 'main.js.gz/..%2f..%2findex.html'])(
  'no path leads out of the folder: %s',
  async (path) => {
    const response = await fetch(`${home}/dashboard/assets/${path}`);
    expect(await response.text()).not.toMatch(/"name": "rtcc-hub"/);
  },
);

test('a page that was not built is not served', async () => {
  expect((await fetch(`${home}/search`)).status).toBe(404);
  expect((await fetch(`${home}/map/map.json`)).status).toBe(404);
});
