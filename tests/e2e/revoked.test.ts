/**
 * What open pages do when authority is withdrawn under them, in a real browser on
 * the real hub: while the live list streams, a user is revoked, and a detective is
 * barred from the case that stands on the screen.
 */
import type { Browser, Page } from 'playwright-core';
import { lift, revokeAssignment, revokeUser } from '../../deploy/standing.ts';
import { describeInBrowser, openBrowser } from '../setup/browser.ts';
import { type Built, buildPages, homeOf } from './pages.ts';
import { type RunningHub, startHub, until } from './setup.ts';
import { openWatched, type Watched } from './watched.ts';

const limitMs = 180_000;
/** What the hub promises, and a little for a page that is drawn in software. */
const secondsMs = 8_000;
const item = 'B-24020-22';

describeInBrowser('a page whose reader is revoked', () => {
  let built: Built;
  let hub: RunningHub;
  let home: string;
  let browser: Browser;

  beforeAll(async () => {
    built = await buildPages('dashboard', 'search');
    hub = await startHub('embedded', { speed: 240, pages: built.pages });
    home = homeOf(hub);
    browser = await openBrowser();
    await hub.play();
  }, limitMs);

  afterAll(async () => {
    await browser?.close();
    await hub?.close();
    built?.remove();
  }, limitMs);

  /** Its id, to lift it by. */
  const revoke = async (subject: string): Promise<string> => {
    const line = await revokeUser({ subject, reason: 'badge found in a pawn shop on Canal', url: home, as: 'admin' });
    return line.split(' ')[0] ?? '';
  };

  describe('the dashboard', () => {
    let watched: Watched;
    let page: Page;
    let events = 0;
    let revocation: string;

    beforeAll(async () => {
      watched = await openWatched(browser);
      page = watched.page;
      page.on('websocket', (socket) =>
        socket.on('framereceived', ({ payload }) => {
          if (/"(unitMoved|incidentChanged|cameraStatusChanged)":\{/.test(String(payload))) events += 1;
        }),
      );
      await watched.signIn(home, '/dashboard', 'patrol');
      await page.waitForSelector('[data-map=ready]');
      await page.waitForSelector('tr.incident');
      await until('events', () => events > 3, 90_000);
    }, limitMs);

    test(
      'says so in words within seconds, shows no record any more, and is told nothing more',
      async () => {
        revocation = await revoke('demo-patrol');
        await page.getByRole('alert').filter({ hasText: 'access has been withdrawn' }).waitFor({ timeout: secondsMs });
        expect(await page.locator('tr.incident, .map, [data-dock]').count()).toBe(0);
        const told = events;
        await anotherEvent(hub);
        expect(events).toBe(told);
        expect(watched.complaints).toEqual([]);
        expect(await watched.violations()).toEqual([]);
        await watched.picture('dashboard-revoked');
      },
      limitMs,
    );

    test(
      'offers to sign in again, which the issuer asks for and the hub refuses while the revocation stands',
      async () => {
        await watched.quietly(async () => {
          await page.getByRole('button', { name: 'Sign in' }).click();
          await page.click('button[value=patrol]'); // Asked, though the issuer still knows who it was.
          await page.getByRole('alert').filter({ hasText: 'access has been withdrawn' }).waitFor();
        });
        expect(await page.locator('tr.incident').count()).toBe(0);
      },
      limitMs,
    );

    test(
      'streams again for whoever signs in when it is lifted',
      async () => {
        await lift({ id: revocation, reason: 'the badge is another one', url: home, as: 'admin' });
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.click('button[value=patrol]');
        await page.waitForSelector('[data-live=live]');
        await page.waitForSelector('tr.incident');
        const told = events;
        await until('events', () => events > told, 90_000);
      },
      limitMs,
    );
  });

  test(
    'the search drops what it showed under a case when its reader is barred from that case, and says so',
    async () => {
      const watched = await openWatched(browser);
      const { page } = watched;
      await watched.signIn(home, '/search', 'detective');
      await page.selectOption('select[name=purpose]', 'C');
      await page.fill('input[name=case]', item);
      await page.waitForSelector('.authority[data-standing=holds]');
      await page.fill('input[name=box]', item);
      await page.keyboard.press('Enter');
      await page.locator('[data-section=Reports] [data-line]').first().click();
      const narrative = page.locator('[data-part=Narrative]');
      await narrative.waitFor();
      expect(await narrative.locator('[data-notice=withheld]').count()).toBe(0);
      const barred = { subject: 'demo-detective', caseNumber: item, reason: 'suspect is a relative' };
      await revokeAssignment({ ...barred, url: home, as: 'supervisor' });
      await page.waitForSelector('.authority[data-standing=refused]', { timeout: secondsMs });
      await narrative.locator('[data-notice=withheld]').waitFor();
      expect(await page.locator('#case-standing').textContent()).toMatch(/does not count/);
      expect([...watched.complaints, ...watched.foreign]).toEqual([]);
    },
    limitMs,
  );
});

/** Until somebody else is told of a call. */
const anotherEvent = async (hub: RunningHub): Promise<void> => {
  const socket = await hub.socket('analyst');
  for await (const _ of socket.iterate({ query: 'subscription { incidentChanged { cursor } }' })) break;
  await socket.dispose();
};
