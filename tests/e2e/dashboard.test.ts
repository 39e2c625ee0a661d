/**
 * The dashboard in a real browser, on the real hub, with Carnival replayed: what
 * an analyst sees grows, opens, survives a restart of the gateway and names what
 * is missing; by keyboard alone as well, and with nothing asked of other machines.
 */
import type { Browser, Page } from 'playwright-core';
import type { Gateway } from '../../gateway/index.ts';
import { startVideo, type Video } from '../../subgraphs/cameras/demo/video.ts';
import { describeInBrowser, openBrowser } from '../setup/browser.ts';
import { type Built, buildPages, homeOf } from './pages.ts';
import { boxOf, drag, everyNode, openInstant, overlayPrint, recordedAt } from './recorded.ts';
import { type RunningHub, startHub, until } from './setup.ts';
import { openWatched, type Watched } from './watched.ts';

const limitMs = 180_000;

describeInBrowser('the dashboard', () => {
  let built: Built;
  let hub: RunningHub;
  let video: Video;
  let home: string;
  let browser: Browser;
  let watched: Watched;
  let page: Page;
  let moves = 0;
  const startedAt = new Date().toISOString();

  beforeAll(async () => {
    built = await buildPages('dashboard');
    video = await startVideo();
    const pages = { ...built.pages, videoOrigins: [video.settings.CAMERAS_VIDEO_URL] };
    hub = await startHub('embedded', { speed: 240, environment: { ...video.settings }, pages });
    home = homeOf(hub);
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
    built?.remove();
  }, limitMs);

  const shown = async (): Promise<number> => Number(await page.locator('.filter-sum strong').textContent());
  /** Calls of this replay, as the hub itself counts them. */
  const received = async (at: Gateway): Promise<number> =>
    (await everyNode(hub, `incidents(filter: { receivedFrom: "${startedAt}" }`, 'id', at)).length;
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
        await until('calls that come while the page is cut off', async () => (await received(other)) > before, 150_000); // Carnival has quiet hours.
        await hub.startGateway({ PORT: String(port) });
        await page.waitForSelector('[data-live=live]', { timeout: 60_000 });
        await until('every call that the hub has', async () => (await shown()) >= (await received(other)), 60_000);
      });
    },
    2 * limitMs,
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

  const slider = () => page.getByRole('slider', { name: 'Time shown' });
  /** Until list and map show what the hub has on record of the instant in the address, another than one before. */
  const replayed = async (otherThan?: string): Promise<{ at: string; calls: number; units: number }> => {
    await page.waitForSelector('[data-replay=past]');
    const counted = page.getByRole('button', { name: / Units / });
    let [at, then] = ['', { calls: new Set<string>(), units: 0 }];
    await until('the calls and units of then', async () => {
      at = new URL(page.url()).searchParams.get('at') ?? '';
      // The address follows the slider a moment later; an instant that has passed out of its reach stands at its end.
      const [shownAt, end] = [Number(await slider().inputValue()), Number(await slider().getAttribute('min'))];
      if (at === (otherThan ?? '') || Math.abs(shownAt - Math.max(Date.parse(at), end)) > 1_000) return false;
      then = await recordedAt(hub, at);
      return (await shown()) === then.calls.size && (await counted.textContent())?.endsWith(` ${then.units}`) === true;
    });
    const rows = await page.$$eval('tr.incident', (all) => all.map((row) => row.getAttribute('data-incident') ?? ''));
    expect(rows.filter((id) => !then.calls.has(id))).toEqual([]);
    return { at, calls: then.calls.size, units: then.units };
  };
  const secondsAgo = (at: string): number => (Date.now() - Date.parse(at)) / 1_000;

  test(
    'replays the past where the slider is dragged to: the calls and units of then, in list and map',
    async () => {
      await page.getByRole('link', { name: 'Picture' }).click();
      await page.keyboard.press('x'); // No filter.
      await page.waitForSelector('[data-map=ready]');
      await page.selectOption('[aria-label="How far back"]', '15');
      const [track, thumb] = [await boxOf(page, '.slider-track'), await boxOf(page, '.slider-thumb')];
      await drag(page, thumb, -track.width / 2);
      const half = await replayed();
      expect(Math.abs(secondsAgo(half.at) - 450)).toBeLessThan(30); // Half of the quarter of an hour that it goes back.
      await page.locator('.past-banner').waitFor();
      let painted = '';
      await until('the units of then on the map, if any had spoken', async () => {
        painted = String(await page.evaluate(overlayPrint));
        return (painted !== '') === half.units > 0;
      });
      await drag(page, await boxOf(page, '.slider-thumb'), track.width / 2 - (20 / 900) * track.width);
      const late = await replayed(half.at);
      expect(secondsAgo(late.at)).toBeLessThan(60);
      expect(late.units).toBeGreaterThan(0);
      await until('units elsewhere on the map', async () => ![painted, ''].includes(String(await page.evaluate(overlayPrint))));
    },
    limitMs,
  );

  test(
    'replays by keyboard alone, second by second, and says in words which instant it is',
    async () => {
      await slider().focus();
      const { at } = await replayed();
      const seconds = Math.round((Date.parse(await openInstant(hub, startedAt)) - Date.parse(at)) / 1_000);
      const key = seconds < 0 ? 'ArrowLeft' : 'ArrowRight';
      for (let turn = 0; turn < Math.abs(seconds); turn += 1) await page.keyboard.press(key);
      const then = await replayed(at);
      expect(Math.abs((Date.parse(then.at) - Date.parse(at)) / 1_000 - seconds)).toBeLessThan(3);
      expect(then.calls).toBeGreaterThan(0);
      expect(await slider().getAttribute('aria-valuetext')).toMatch(/^\d\d:\d\d:\d\d, .* ago$/);
      const painted = await page.evaluate(overlayPrint);
      await page.keyboard.press('Home');
      const first = await replayed(then.at);
      expect(Math.abs(secondsAgo(first.at) - 900)).toBeLessThan(30);
      await until('the units of then', async () => (await page.evaluate(overlayPrint)) !== painted);
      await page.keyboard.press('End');
      await page.waitForSelector('[data-replay=live]');
      await page.waitForSelector('.past-banner', { state: 'detached' });
      expect(await slider().getAttribute('aria-valuetext')).toBe('now');
      await slider().blur();
      await page.keyboard.press('[');
      await replayed();
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
      await alone.signInByKeyboard(home, '/dashboard', 'detective');
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
    expect(await watched.kept()).toBe('rtcc.entered,1,');
  });

  test('asks no other machine, and nothing that its policy forbids', () => {
    expect(watched.foreign).toEqual([]);
    expect(watched.complaints).toEqual([]);
  });
});
