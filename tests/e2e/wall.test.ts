/**
 * The dashboard's list with as many calls as a wall ever shows, in a real browser:
 * five thousand scroll while they change, of which only those in sight exist, and
 * rows fit at each size of the window. The hub behind it is a stand-in, so that it
 * is known which row belongs where.
 */
import type { Browser, Page } from 'playwright-core';
import { type StandIn, serveStandIn } from '../bench/ui/standin.ts';
import { describeInBrowser, openBrowser } from '../setup/browser.ts';
import { type Built, buildPages } from './pages.ts';
import { until } from './setup.ts';
import { openWatched, type Watched } from './watched.ts';

const limitMs = 180_000;
const size = { incidents: 5_000, units: 50, cameras: 50, movesPerSecond: 50, changesPerSecond: 5 };

/** A row as it is painted, in pixels below the list's own top. */
interface Painted {
  id: string;
  position: number;
  top: number;
  bottom: number;
  /** What its content takes. */
  filled: number;
}

describeInBrowser('the list on a wall', () => {
  let built: Built;
  let hub: StandIn;
  let browser: Browser;
  let watched: Watched;
  let page: Page;

  beforeAll(async () => {
    built = await buildPages('dashboard');
    hub = await serveStandIn(built.pages, size);
    browser = await openBrowser();
    watched = await openWatched(browser);
    page = watched.page;
    await watched.signIn(hub.origin, '/dashboard', 'analyst');
    await until('all calls', async () => (await page.locator('.filter-sum strong').textContent()) === '5000', 60_000);
    await page.evaluate(painting);
  }, limitMs);

  afterAll(async () => {
    await browser?.close();
    await hub?.close();
    built?.remove();
  }, limitMs);

  test(
    'scrolls five thousand calls from frame to frame: each row in its place, and none but those in sight',
    async () => {
      const frames = (await page.evaluate(`(async () => {
        const frames = [];
        const list = document.querySelector('[data-list]');
        for (let turn = 0; turn < 60; turn += 1) {
          list.scrollTop += turn < 40 ? 331 : 14_000;
          await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
          frames.push(painted());
        }
        return frames;
      })()`)) as Painted[][];
      expect(Math.max(...frames.map((rows) => rows.length))).toBeLessThan(60);
      expect(Math.min(...frames.map((rows) => inSight(rows).length))).toBeGreaterThan(5);
      // The latest call is the first: call number n stands in row n, whatever was scrolled by.
      for (const rows of frames) expect(rows.map(({ id }) => id)).toEqual(rows.map(({ position }) => `inc-${position}`));
      expect(frames.at(-1)?.at(-1)?.position).toBe(4_999);
      expect(frames.flatMap(overlaps)).toEqual([]);
    },
    limitMs,
  );

  test(
    'fits its rows at each size of the window, from the first frame on, and stays at what is being read',
    async () => {
      await page.evaluate('document.querySelector("[data-list]").scrollTop = 90_000');
      await page.waitForSelector('[data-incident=inc-2080]');
      const [first] = inSight((await page.evaluate('painted()')) as Painted[]);
      for (const [width, height] of [
        [3840, 2160],
        [1280, 800],
        [1920, 1080],
        [2560, 1440],
      ] as const) {
        await page.evaluate('watchPainting()');
        await page.setViewportSize({ width, height });
        const frames = (await page.evaluate('paintedSince(20)')) as Painted[][];
        expect(frames.flatMap(overlaps)).toEqual([]);
        const rows = inSight(frames.at(-1) ?? []);
        expect(rows.length).toBeGreaterThan(5);
        expect(Math.abs((rows[0]?.position ?? 0) - (first?.position ?? 0))).toBeLessThanOrEqual(1); // Of two thousand; pixels are whole.
      }
      expect(watched.complaints).toEqual([]);
    },
    limitMs,
  );
});

const inSight = (rows: readonly Painted[]): Painted[] => rows.filter(({ top, bottom }) => bottom > 0 && top < 2_160);

/** Rows that lie on one another, or whose words leave them. */
const overlaps = (rows: readonly Painted[]): string[] =>
  rows.flatMap((row, at) => {
    const next = rows[at + 1];
    const onNext = next !== undefined && (row.bottom > next.top + 1 || row.bottom < next.top - 1);
    return onNext || row.filled > row.bottom - row.top + 1 ? [`${row.id}: ${row.top} to ${row.bottom}, ${next?.top}`] : [];
  });

/** In the page: rows as they stand, and as they stood in each frame since they were watched. */
const painting = `{
  const list = document.querySelector('[data-list]');
  const painted = () => [...list.querySelectorAll('tr.incident')].map((row) => {
    const from = list.getBoundingClientRect().top;
    const [top, bottom] = [row.getBoundingClientRect().top - from, row.getBoundingClientRect().bottom - from];
    const cells = [...row.children].map((cell) => cell.scrollHeight);
    return { id: row.dataset.incident, position: row.ariaRowIndex - 2, top, bottom, filled: Math.max(...cells) };
  }).sort((one, other) => one.position - other.position);
  let frames = [];
  let watching = 0;
  const watchPainting = () => {
    frames = [];
    const own = ++watching;
    // Behind the frame's own work: what is measured is what is painted.
    const look = () => requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        if (own !== watching) return;
        frames.push(painted());
        look();
      };
      channel.port2.postMessage(0);
    });
    look();
  };
  const paintedSince = async (count) => {
    while (frames.length < count) await new Promise((resolve) => setTimeout(resolve, 20));
    watching += 1;
    return frames;
  };
  Object.assign(window, { painted, watchPainting, paintedSince });
}`;
