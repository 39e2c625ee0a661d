/** The vendor's console in a real browser, on the real hub: what a system's engineer sees with a token of the system. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { buildPage } from '../../clients/build.ts';
import { clientCredentials } from '../../clients/sdk/src/index.ts';
import { describeInBrowser, openBrowser } from '../setup/browser.ts';
import { type RunningHub, startHub } from './setup.ts';
import { openWatched, type Watched } from './watched.ts';

const limitMs = 180_000;

describeInBrowser("the vendor's console", () => {
  let cache: string;
  let hub: RunningHub;
  let home: string;
  let token: string;
  let browser: Browser;
  let watched: Watched;
  let page: Page;

  beforeAll(async () => {
    cache = mkdtempSync(join(tmpdir(), 'rtcc-console-'));
    hub = await startHub('embedded', { pages: { console: await buildPage('console', { cache }) } });
    home = hub.gateway.url.replace('127.0.0.1', 'localhost');
    const { issuer } = (await (await fetch(`${home}/.well-known/rtcc-hub`)).json()) as { issuer: string };
    token = await clientCredentials({ issuer, clientId: 'demo-vendor', clientSecret: 'demo-vendor-secret' }).get();
    browser = await openBrowser();
    watched = await openWatched(browser);
    page = watched.page;
  }, limitMs);

  afterAll(async () => {
    await browser?.close();
    await hub?.close();
    rmSync(cache, { recursive: true, force: true });
  }, limitMs);

  const give = async (text: string): Promise<void> => {
    await page.getByLabel('Access token').fill(text);
    await page.keyboard.press('Enter');
  };

  test('a token that the hub refuses is told, and asked for again', async () => {
    await page.goto(`${home}/console`);
    await watched.quietly(async () => {
      await give('no.such.token');
      await page.getByRole('alert').filter({ hasText: 'token' }).waitFor();
    });
    await page.getByLabel('Access token').waitFor();
    expect(await watched.violations()).toEqual([]);
  });

  test("a system's token shows its operations, with their states and limits", async () => {
    await give(`Bearer ${token}`);
    await page.waitForSelector('[data-console=ready]');
    const shown = page.locator('[data-operation][data-state=APPROVED]');
    expect(await shown.count()).toBe(3);
    const positions = page.locator('[data-operation=UnitPositions]');
    expect(await positions.locator('summary').textContent()).toMatch(/\d+ a minute, cost \d+, \d+ streams/);
    await positions.locator('summary').click();
    await positions.getByText('query UnitPositions').waitFor();
  });

  test('what was refused is there at the next look, with what its code means', async () => {
    await hub.ask({ as: 'vendor', query: '{ units { nodes { callSign } } }' });
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.waitForSelector('[data-refusal=DOCUMENT_NOT_TRUSTED]');
    const row = page.locator('tr[data-error=DOCUMENT_NOT_TRUSTED]').first();
    expect(await row.textContent()).toContain('runs registered operations only');
    expect(await watched.violations()).toEqual([]);
    await watched.picture('console');
  });

  test('the token is in no storage and no address, and gone when it is to be forgotten', async () => {
    const kept = '[Object.values(localStorage), Object.values(sessionStorage), document.cookie, location.href].join()';
    expect(await page.evaluate(kept)).toBe(`,,,${home}/console`);
    await page.getByRole('button', { name: 'Forget the token' }).click();
    await page.getByLabel('Access token').waitFor();
    expect(await page.content()).not.toContain(token);
    await page.reload();
    await page.getByLabel('Access token').waitFor();
  });

  test('asks no other machine, and nothing that its policy forbids', () => {
    expect(watched.foreign).toEqual([]);
    expect(watched.complaints).toEqual([]);
  });
});
