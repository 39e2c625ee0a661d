/**
 * The dashboard in headless Chromium, drawn in software: what its first view
 * weighs, how long until it can be used, and how many frames it keeps while a
 * whole city moves. Bytes are those on the wire, as the gateway sends them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { buildPage } from '../../clients/build.ts';
import { prepareMap } from '../../deploy/map.ts';
import { openBrowser } from '../setup/browser.ts';
import { type Bench, type BenchOptions, quantile, type Row } from './bench.ts';
import { type StandIn, serveStandIn } from './ui/standin.ts';
import type { Size } from './ui/world.ts';

const full: Size = { incidents: 2_000, units: 500, cameras: 500, movesPerSecond: 500, changesPerSecond: 5 };
const small: Size = { incidents: 200, units: 50, cameras: 50, movesPerSecond: 50, changesPerSecond: 1 };

/** From the issue of this page: kilobytes, seconds, and milliseconds between two frames (30 a second). */
const goals = { kilobytes: 600, seconds: 3, frameMs: 1_000 / 30 };

export const bench: Bench = {
  what: 'The dashboard: weight of its first view, seconds until it can be used, and frames under 500 moves a second and 2,000 calls.',
  run: async (options) => {
    const cache = mkdtempSync(join(tmpdir(), 'rtcc-ui-'));
    options.say('Building the page');
    const pages = {
      dashboard: await buildPage('dashboard', { cache }),
      map: prepareMap({ cache: join(cache, 'map'), environment: {} }),
    };
    const hub = await serveStandIn(pages, options.smoke ? small : full);
    const browser = await openBrowser();
    try {
      return await measure(await browser.newPage({ viewport: { width: 1280, height: 800 } }), hub, options);
    } finally {
      await browser.close();
      await hub.close();
      rmSync(cache, { recursive: true });
    }
  },
};

const measure = async (page: Page, hub: StandIn, { smoke, say }: BenchOptions): Promise<Row[]> => {
  say('Signing in');
  await signIn(page, hub.origin);
  await page.waitForSelector('[data-map=ready]');
  say('Loading anew, with nothing cached');
  const loaded = await load(page, hub);
  say('Counting frames');
  const frames = await countFrames(page, smoke ? 2_000 : 15_000);
  const rate = (1_000 * frames.length) / frames.reduce((sum, each) => sum + each, 0);
  return [
    { case: 'first view', measure: 'gzipped kB of code, workers and styles', value: loaded.code / 1_000, goal: goals.kilobytes },
    { case: "the city's map", measure: 'gzipped kB of data', value: loaded.data / 1_000 },
    {
      case: 'interactive',
      measure: 'seconds from the address to the list, signed in',
      value: loaded.listMs / 1_000,
      goal: goals.seconds,
    },
    { case: 'map drawn', measure: 'seconds from the address', value: loaded.mapMs / 1_000 },
    { case: 'under load', measure: 'ms between frames, on average', value: 1_000 / rate, goal: goals.frameMs },
    { case: 'under load', measure: 'frames per second', value: rate },
    { case: 'under load', measure: 'ms between frames, 95th percentile', value: quantile(frames, 0.95) },
  ];
};

const signIn = async (page: Page, origin: string): Promise<void> => {
  await page.goto(`${origin}/dashboard`);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.click('button[value=analyst]');
};

/** A reload of a signed-in page: through the issuer and back, as each morning begins. */
const load = async (page: Page, { origin, sent }: StandIn) => {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.clearBrowserCache');
  const before = { ...sent };
  const startedAt = performance.now();
  await page.goto(`${origin}/dashboard`, { waitUntil: 'commit' });
  await page.waitForSelector('tr.incident');
  const listMs = performance.now() - startedAt;
  await page.waitForSelector('[data-map=ready]');
  const mapMs = performance.now() - startedAt;
  return { listMs, mapMs, code: sent.code - before.code, data: sent.data - before.data };
};

/** Milliseconds between frames, as the page itself sees them. */
const countFrames = (page: Page, ms: number): Promise<number[]> =>
  page.evaluate(
    `new Promise((resolve) => {
      const gaps = []; let last = performance.now(); const until = last + ${ms};
      const frame = (now) => { gaps.push(now - last); last = now; now < until ? requestAnimationFrame(frame) : resolve(gaps); };
      requestAnimationFrame(frame);
    })`,
  );
