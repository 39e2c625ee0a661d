/**
 * The dashboard in a real browser, on the real hub, with Carnival replayed: what
 * an analyst sees grows, opens, survives a restart of the gateway and names what
 * is missing; by keyboard alone as well, and with nothing asked of other machines.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { buildPage } from '../../clients/build.ts';
import { prepareMap } from '../../deploy/map.ts';
import type { Gateway } from '../../gateway/index.ts';
import { startVideo, type Video } from '../../subgraphs/cameras/demo/video.ts';
import { describeInBrowser, openBrowser } from '../setup/browser.ts';
import { type RunningHub, startHub, until } from './setup.ts';
import { openWatched, type Watched } from './watched.ts';

const limitMs = 180_000;

describeInBrowser('the dashboard', () => {
  let cache: string;
  let hub: RunningHub;
  let video: Video;
  let home: string;
  let browser: Browser;
  let watched: Watched;
  let page: Page;
  let moves = 0;
  const startedAt = new Date().toISOString();

  beforeAll(async () => {
    cache = mkdtempSync(join(tmpdir(), 'rtcc-dashboard-'));
    const map = prepareMap({ cache: join(cache, 'map'), environment: {} });
    video = await startVideo();
    const pages = { dashboard: await buildPage('dashboard', { cache }), map, videoOrigins: [video.settings.CAMERAS_VIDEO_URL] };
    hub = await startHub('embedded', { speed: 120, environment: { ...video.settings }, pages });
    home = hub.gateway.url.replace('127.0.0.1', 'localhost');
    browser = await openBrowser();
    watched = await openWatched(browser);
    page = watched.page;
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => {
        if (String(payload).includes('"unitMoved"')) moves += 1;
      }),
    );
  }, limitMs);

  afterAll(async () => {
    await browser?.close();
    await hub?.close();
    await video?.close();
    rmSync(cache, { recursive: true, force: true });
  }, limitMs);

  const shown = async (): Promise<number> => Number(await page.locator('.filter-sum strong').textContent());
  /** Calls of this replay, as the hub itself counts them. */
  const received = async (at: Gateway): Promise<number> => {
    const query = `{ incidents(filter: { receivedFrom: "${startedAt}" }, first: 100) { nodes { id } } }`;
    const { data } = await hub.ask({ as: 'analyst', at, query, extensions: { purpose: 'DISPATCH' } });
    return (data as { incidents: { nodes: unknown[] } }).incidents.nodes.length;
  };
  const open = async (id: string): Promise<void> => {
    await page.goto(`${home}/dashboard?incident=${id}`); // Signed in already: the issuer asks nothing.
    await page.waitForSelector('[data-dock=ready]');
  };

  test('signs an analyst in at the issuer and shows map, list and the state of every source', async () => {
    await watched.signIn(home, '/dashboard', 'analyst');
    await page.waitForSelector('[data-map=ready]');
    await page.waitForSelector('[data-live=live]');
    await page.waitForSelector('[data-source=cad][data-state=LIVE]');
    expect(new URL(page.url()).search).not.toContain('code');
  });

  test(
    'grows by itself as dispatch receives calls, and says so without taking the focus',
    async () => {
      await page.focus('[data-filter]');
      const before = await shown();
      await hub.play();
      await until('two more calls', async () => (await shown()) >= before + 2, 90_000);
      await until('an announcement', async () => /call/.test((await page.locator('[data-announcer]').textContent()) ?? ''));
      expect(await page.evaluate('document.activeElement?.hasAttribute("data-filter")')).toBe(true);
      await page.locator('[data-fresh=new]').first().waitFor();
    },
    limitMs,
  );

  test(
    'opens an incident with its cameras, while units move',
    async () => {
      await page.locator('tr.incident').first().click();
      await page.waitForSelector('[data-dock=ready]');
      await page.waitForSelector('[data-section="Nearest cameras"]');
      const before = moves;
      await until('units that move', () => moves > before + 3);
      expect(await page.locator('[data-section]').count()).toBeGreaterThanOrEqual(7);
    },
    limitMs,
  );

  test(
    'docks cameras that may be watched, prior calls and reports, and says who may read on',
    async () => {
      await open('inc-B2402022');
      await page
        .getByRole('button', { name: /^Watch / })
        .first()
        .waitFor();
      await page.locator('[data-report] summary').first().click();
      const notice = page.locator('[data-report] [data-notice=withheld]').first();
      await notice.waitFor();
      expect(await notice.textContent()).toMatch(/withheld.*Who may see it/);
    },
    limitMs,
  );

  test(
    'plays a camera that its agreement opens, and offers no player where none may be watched',
    async () => {
      await page.getByRole('button', { name: 'Watch 100 block Carondelet St #2' }).click();
      await page.waitForSelector('[data-player=playing]', { timeout: limitMs });
      await page.keyboard.press('Escape');
      await page.waitForSelector('[data-player]', { state: 'detached' });
      expect(await page.locator('.camera.hidden button, .camera.out button').count()).toBe(0);
    },
    limitMs,
  );

  test(
    'finds no serious violation of accessibility, with the dock open',
    async () => {
      expect(await watched.violations()).toEqual([]);
      await watched.picture('dashboard-incident');
    },
    limitMs,
  );

  test(
    'goes on by itself when the gateway restarts, and has lost nothing',
    async () => {
      await page.keyboard.press('Escape');
      const { port } = hub.gateway;
      const other = await hub.startGateway();
      const before = await received(other);
      await watched.quietly(async () => {
        await hub.gateway.close();
        await page.waitForSelector('[data-live=broken]');
        await until('calls that come while the page is cut off', async () => (await received(other)) > before, 90_000);
        await hub.startGateway({ PORT: String(port) });
        await page.waitForSelector('[data-live=live]', { timeout: 60_000 });
        await until('every call that the hub has', async () => (await shown()) >= (await received(other)), 60_000);
      });
    },
    limitMs,
  );

  test(
    'names a source that stops, in the strip and where its data would be',
    async () => {
      await hub.stopSubgraph('cameras');
      await page.waitForSelector('[data-source=cameras]:not([data-state=LIVE])', { timeout: 90_000 });
      await page.locator('tr.incident').first().click();
      await page.locator('[data-section="Nearest cameras"] [data-notice=down]', { hasText: 'cameras' }).waitFor();
      await watched.picture('dashboard-source-down');
      await hub.startSubgraph('cameras');
      await page.waitForSelector('[data-source=cameras][data-state=LIVE]', { timeout: 90_000 });
    },
    limitMs,
  );

  test(
    'shows the figures of a year, and gives them as a file',
    async () => {
      await page.keyboard.press('i');
      await page.selectOption('[data-span]', '2022');
      await page.waitForSelector('[data-card=requests-by-signal] .recharts-bar', { timeout: 90_000 });
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.click('[data-card=requests-by-signal] .card-head button'),
      ]);
      expect(download.suggestedFilename()).toBe('requests-by-signal.csv');
      expect(await watched.violations()).toEqual([]);
      await watched.picture('dashboard-figures');
    },
    limitMs,
  );

  test(
    'replays the last minutes, and comes back to live',
    async () => {
      await page.keyboard.press('p');
      await page.keyboard.press('[');
      await page.waitForSelector('[data-replay=past]');
      await page.waitForSelector('.picture[data-ready]');
      expect(new URL(page.url()).pathname).toMatch(/^\/dashboard\/?$/);
      await page.keyboard.press('l');
      await page.waitForSelector('[data-replay=live]');
    },
    limitMs,
  );

  test(
    'can be used by keyboard alone, from signing in on',
    async () => {
      const alone = await openWatched(browser);
      const { keyboard } = alone.page;
      await alone.page.goto(`${home}/dashboard`);
      await alone.page.getByRole('button', { name: 'Sign in' }).waitFor();
      await keyboard.press('Enter');
      await alone.page.waitForSelector('button[value=detective]');
      await alone.page.focus('button[value=detective]');
      await keyboard.press('Enter');
      await alone.page.waitForSelector('.picture[data-ready] tr.incident');
      await keyboard.press('j');
      await alone.page.waitForSelector('[data-dock=ready]');
      await keyboard.press('?');
      await alone.page.getByRole('dialog', { name: 'Keys' }).waitFor();
      expect(await alone.violations()).toEqual([]);
      await keyboard.press('Escape');
      await alone.page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' });
      await keyboard.press('Escape');
      await alone.page.waitForSelector('[data-dock]', { state: 'detached' });
      await keyboard.press('/');
      await keyboard.type('no such call');
      await alone.page.locator('.list-empty').waitFor();
      expect(await alone.page.locator('tr.incident').count()).toBe(0);
      expect(alone.complaints).toEqual([]);
    },
    limitMs,
  );

  test('signs out for good: streams end, and whoever is next is asked who they are', async () => {
    const leaving = await openWatched(browser);
    const closed = new Promise<void>((resolve) => leaving.page.on('websocket', (socket) => socket.on('close', () => resolve())));
    await leaving.signIn(home, '/dashboard', 'patrol');
    await leaving.page.waitForSelector('[data-live=live]');
    await leaving.page.getByRole('button', { name: 'Patrol (account)' }).click();
    await leaving.page.getByRole('button', { name: 'Sign out' }).click();
    await closed;
    await leaving.page.getByRole('button', { name: 'Sign in' }).click();
    await leaving.page.waitForSelector('button[value=patrol]');
  });

  test('leaves neither token nor record in the browser', async () => {
    const kept = await page.evaluate(
      'JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie])',
    );
    expect(kept).toBe('[[],[["rtcc.entered","1"]],""]');
  });

  test('asks no other machine, and nothing that its policy forbids', () => {
    expect(watched.foreign).toEqual([]);
    expect(watched.complaints).toEqual([]);
  });
});
