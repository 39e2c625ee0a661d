/** The vendor's console in a real browser, on the real hub: what a system's engineer sees with a token of the system. */
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, openBrowser } from '../setup/browser.ts';
import { vendorOf } from './kit.ts';
import { type Built, buildPages, homeOf } from './pages.ts';
import { type RunningHub, startHub } from './setup.ts';
import { openWatched, type Watched } from './watched.ts';

const limitMs = 180_000;

describeInBrowser("the vendor's console", () => {
  let built: Built;
  let hub: RunningHub;
  let home: string;
  let token: string;
  let browser: Browser;
  let watched: Watched;
  let page: Page;

  beforeAll(async () => {
    built = await buildPages('console');
    hub = await startHub('embedded', { pages: built.pages });
    home = homeOf(hub);
    token = await (await vendorOf(hub)).token.get();
    browser = await openBrowser();
    watched = await openWatched(browser);
    page = watched.page;
  }, limitMs);

  afterAll(async () => {
    await browser?.close();
    await hub?.close();
    built?.remove();
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
    expect([await watched.kept(), page.url()]).toEqual(['', `${home}/console`]);
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
