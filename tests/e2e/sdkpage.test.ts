/**
 * The vendor's kit in a browser: packed, installed, bundled into a page of a
 * vendor's, which follows the incidents while the gateway restarts under it and
 * the page itself is loaded anew; no event is lost and none comes twice.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, openBrowser } from '../setup/browser.ts';
import { approvedText, cursorsBetween, installKit, twoMoreChanges, vendorOf } from './kit.ts';
import { homeOf } from './pages.ts';
import { type RunningHub, startHub, until } from './setup.ts';
import { openWatched, type Watched } from './watched.ts';

const limitMs = 240_000;
const vite = join(import.meta.dirname, '../../node_modules/vite/bin/vite.js');

describeInBrowser("the vendor's kit in a browser", () => {
  let folder: string;
  let hub: RunningHub;
  let home: string;
  let token: string;
  let browser: Browser;
  let watched: Watched;
  let page: Page;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rtcc-vendor-page-'));
    await installKit(folder);
    const built = await bundle(folder);
    // Served where the console is: by the gateway itself, under the policy that pages have.
    hub = await startHub('embedded', { speed: 240, pages: { console: built } });
    home = homeOf(hub);
    token = await (await vendorOf(hub)).token.get();
    browser = await openBrowser();
    watched = await openWatched(browser);
    page = watched.page;
  }, limitMs);

  afterAll(async () => {
    await browser?.close();
    await hub?.close();
    rmSync(folder, { recursive: true, force: true });
  }, limitMs);

  const told = async (): Promise<string[]> => (await page.evaluate('told')) as string[];
  const follow = async (after: string | null): Promise<void> => {
    await page.goto(`${home}/console`);
    await page.evaluate(`follow(${JSON.stringify({ token, after })})`);
  };
  const changes = (count: number): Promise<void> => until(`${count} changes`, async () => (await told()).length >= count, 90_000);

  test(
    'the gateway restarts under a stream, and the page is loaded anew: no event is lost and none comes twice',
    async () => {
      await follow(null);
      await hub.play();
      await changes(3);
      const { port } = hub.gateway;
      const other = await hub.startGateway(); // To see what comes while the page's own is away.
      let restarted = hub.gateway;
      await watched.quietly(async () => {
        await hub.gateway.close();
        await until('the break is noticed', async () => Number(await page.evaluate('breaks.length')) > 0);
        await twoMoreChanges(hub, other, (await told()).at(-1) ?? '');
        restarted = await hub.startGateway({ PORT: String(port) });
        await changes((await told()).length + 3);
      });
      const before = await told();
      const codes = (await page.evaluate('breaks')) as string[];
      expect(new Set(codes)).toEqual(new Set(['HUB_UNREACHABLE']));

      await follow(before.at(-1) ?? '');
      await changes(2);
      const all = [...before, ...(await told())];
      expect(all).toEqual(await cursorsBetween(hub, restarted, [all[0] ?? '', all.at(-1) ?? '']));
    },
    limitMs,
  );

  test('asks no other machine, nothing that its policy forbids, and keeps nothing in the browser', async () => {
    expect([...watched.foreign, ...watched.complaints]).toEqual([]);
    expect([await watched.kept(), page.url()]).toEqual(['', `${home}/console`]);
  });
});

/** The page that a vendor's engineer would write, through the bundler that ours go through. */
const bundle = async (folder: string): Promise<string> => {
  const built = join(folder, 'built');
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><title>Vendor</title><link rel="icon" href="data:,"><script type="module" src="./page.js"></script>',
  );
  writeFileSync(join(folder, 'page.js'), source);
  const flags = ['build', '--base', '/console/', '--outDir', built, '--assetsInlineLimit', '0', '--logLevel', 'error'];
  const env = { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production' };
  await promisify(execFile)(process.execPath, [vite, ...flags], { cwd: folder, env });
  return built;
};

const source = `
import { createHub, operation, tokenFrom } from '@rtcc-hub/sdk';

const changes = operation(${JSON.stringify(approvedText('incident-changes'))});
const [told, breaks] = [[], []];
const follow = ({ token, after }) => {
  const hub = createHub({ url: location.origin, token: tokenFrom(() => token), insecure: true });
  void (async () => {
    const events = hub.subscribe(changes, {}, { after, onBreak: ({ code }) => breaks.push(code) });
    for await (const { cursor } of events) told.push(cursor);
  })();
};
Object.assign(window, { told, breaks, follow });
`;
