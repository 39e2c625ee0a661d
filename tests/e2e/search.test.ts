/**
 * The investigative search in a real browser, on the real hub: found by each kind
 * of key, withheld with the reason, released with an entry in the record, kept,
 * followed and shared; by keyboard alone as well, and with nothing asked of other
 * machines.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { describeInBrowser, openBrowser } from '../setup/browser.ts';
import { type Built, buildPages, homeOf } from './pages.ts';
import { type RunningHub, startHub, until } from './setup.ts';
import { openWatched, type Watched } from './watched.ts';

interface Released {
  disseminations: { nodes: { id: string; operationId: string }[] };
  auditTrail: { nodes: { operationId: string; subject: string }[] };
}

const limitMs = 180_000;
const item = 'B-24020-22';
const reason = 'armed robbery on Carondelet Street';
const screenshots = join(import.meta.dirname, '../../.data/screenshots');

describeInBrowser('the investigative search', () => {
  let built: Built;
  let hub: RunningHub;
  let home: string;
  let browser: Browser;
  let watched: Watched;
  let page: Page;

  beforeAll(async () => {
    built = await buildPages('search');
    mkdirSync(screenshots, { recursive: true });
    hub = await startHub('embedded', { pages: built.pages });
    home = homeOf(hub);
    browser = await openBrowser();
    watched = await openWatched(browser);
    page = watched.page;
  }, limitMs);

  afterAll(async () => {
    await browser?.close();
    await hub?.close();
    built?.remove();
  }, limitMs);

  const state = async (at: Page, purpose = 'C', caseNumber = item): Promise<string | null> => {
    await at.selectOption('select[name=purpose]', purpose);
    await at.fill('input[name=reason]', reason);
    await at.fill('input[name=case]', caseNumber);
    const checked = at.locator('.authority[data-standing=holds], .authority[data-standing=refused]');
    if (caseNumber) await checked.waitFor();
    return at.locator('.authority').getAttribute('data-standing');
  };
  const enter = async (persona: string, path = '/search'): Promise<Watched> => {
    const other = await openWatched(browser);
    await other.signIn(home, path, persona);
    return other;
  };
  /** Each section's name and what became of it: `Persons found`. */
  const find = async (at: Page, text: string): Promise<string[]> => {
    const before = Number((await at.locator('.results').getAttribute('data-results')) ?? 0);
    await at.fill('input[name=box]', text);
    await at.keyboard.press('Enter');
    await at.waitForSelector(`.results[data-results="${before + 1}"]`);
    await until('every section answered', async () => (await at.locator('[data-section][data-state=asking]').count()) === 0);
    return at.$$eval('[data-section][data-state]', (all) =>
      all.map((each) => `${each.getAttribute('data-section')} ${each.getAttribute('data-state')}`),
    );
  };
  const lines = (at: Page, section: string): Promise<string[]> =>
    at.locator(`[data-section="${section}"] .line-title`).allTextContents();
  const open = async (at: Page, section: string): Promise<void> => {
    await at.locator(`[data-section="${section}"] [data-line]`).first().click();
    await at.waitForSelector('.record-head');
  };

  test('asks for purpose and case first, and says whether the case holds while it is typed', async () => {
    await watched.signIn(home, '/search', 'detective');
    await page.waitForSelector('[data-gate]');
    expect(await page.locator('input[name=box]').count()).toBe(0);
    expect(await state(page, 'C', 'A-00001-22')).toBe('refused');
    expect(await page.locator('#case-standing').textContent()).toMatch(/does not count.*assigned to or supervises/);
    expect(await state(page, 'C', 'b 24020 22')).toBe('holds');
    expect(await state(page)).toBe('holds');
  });

  test('finds reports and calls by an item number in any spelling', async () => {
    for (const spelling of [item, 'b 24020 22', 'B2402022']) {
      expect(await find(page, spelling)).toEqual(['Reports found', 'Incidents found']);
      expect((await lines(page, 'Reports'))[0]).toContain(item);
    }
  });

  test('finds persons by a name, by a name with a date of birth, and by a date alone', async () => {
    expect(await find(page, 'Richard, Kathryn')).toContain('Persons found');
    expect(await find(page, 'cathrine richard 10/25/1981')).toContain('Persons found');
    expect((await lines(page, 'Persons'))[0]).toContain('Cathrine Richard');
    expect(await find(page, '1981-10-25')).toEqual(['Persons found']);
  });

  test('finds a vehicle by a part of its plate', async () => {
    const { data } = await hub.ask({ as: 'detective', query: '{ reports(first: 100) { nodes { vehicles { plate } } } }' });
    const { nodes } = (data as { reports: { nodes: { vehicles: { plate: string | null }[] | null }[] } }).reports;
    const plate =
      nodes.flatMap(({ vehicles }) => vehicles ?? []).find((vehicle) => (vehicle.plate?.length ?? 0) > 5)?.plate ?? '';
    expect(await find(page, `plate: ${plate.slice(0, 4)}*`)).toEqual(['Vehicles found']);
    await open(page, 'Vehicles');
    await page.waitForSelector('[data-part=Reports]');
    expect(page.url()).not.toContain(plate.slice(0, 4));
  });

  test('finds addresses with the calls there, and persons and callers by a phone number', async () => {
    expect(await find(page, '001XX Carondelet St')).toEqual(['Addresses found', 'Incidents found']);
    expect(await find(page, '(504) 555-0158')).toEqual(['Persons found', 'Calls from this phone found']);
  });

  test('shows a person whole: may be another record, in time, on the map', async () => {
    await find(page, 'john smith');
    await open(page, 'Persons');
    for (const part of ['Reports and roles', 'Warrants', 'Associates', 'Vehicles', 'Addresses of reports', 'Incidents']) {
      await page.waitForSelector(`[data-part="${part}"]`);
    }
    await page.getByRole('tab', { name: 'May be the same' }).click();
    await page.locator('.side-by-side .for li').first().waitFor();
    expect(await watched.violations()).toEqual([]);
    await page.screenshot({ path: join(screenshots, 'search-maybe-1280x800.png') });
    await page.getByRole('tab', { name: 'Timeline' }).click();
    await page.waitForSelector('[data-timeline]');
    await page.getByRole('tab', { name: 'Map' }).click();
    await page.waitForSelector('[data-map=ready]');
  });

  test('names cost and permissible use before the click, and what was charged after it', async () => {
    await find(page, 'john smith 1/1/1980');
    const leads = page.locator('.results [data-section="Commercial leads"]');
    await leads.getByRole('button', { name: 'Cost and terms…' }).click();
    const terms = leads.locator('[data-terms=RecordTrace]');
    await terms.waitFor();
    expect(await terms.textContent()).toMatch(/\$0\.45.*2721\(b\)\(1\)/);
    expect(await leads.locator('[data-vendor]').count()).toBe(0);
    await leads.getByRole('button', { name: 'Ask and pay' }).click();
    const asked = leads.locator('[data-vendor]');
    await asked.first().waitFor();
    expect((await asked.allTextContents()).join()).toMatch(/charged \$0\.\d\d/);
  });

  test('draws who is linked to whom: expanded, filtered, and the way between two; the list says and does the same', async () => {
    await find(page, item);
    await open(page, 'Reports');
    await page.waitForSelector('[data-part="Persons and roles"] .line');
    await page.click('[data-chart-way]');
    await page.waitForSelector('[data-drawn=ready]');
    const list = page.locator('.chart-list');
    await list.getByRole('button', { name: 'Expand Evan Anderson' }).click();
    await list.getByRole('button', { name: 'Collapse Evan Anderson' }).waitFor();
    await page.selectOption('select[name=way-from]', { label: 'Evan Anderson' });
    await page.selectOption('select[name=way-to]', { label: '001XX Carondelet St' });
    await page.waitForSelector('[data-way="2"]');
    expect(await watched.violations()).toEqual([]);
    await watched.picture('search-chart');
    const before = Number(await page.locator('[data-chart]').getAttribute('data-chart'));
    await page.getByRole('button', { name: 'Persons' }).click();
    await until('fewer records', async () => Number(await page.locator('[data-chart]').getAttribute('data-chart')) < before);
    await list.getByRole('button', { name: /^Collapse/ }).click();
  });

  test(
    'keeps a case board that two see at once',
    async () => {
      await page.getByRole('link', { name: 'Search', exact: true }).click();
      await page.waitForSelector('.results');
      await find(page, item);
      await page
        .getByRole('button', { name: `Put ${item} on the board` })
        .first()
        .click();
      const other = await enter('detective');
      await state(other.page);
      await other.page.getByRole('link', { name: 'Case board' }).click();
      await other.page.waitForSelector('[data-board="1"]');
      await open(page, 'Reports');
      await page.getByRole('button', { name: 'Put Evan Anderson on the board' }).click();
      await other.page.waitForSelector('[data-board="2"]');
      const note = other.page.getByLabel('Note on Evan Anderson');
      await note.fill('seen at the corner store');
      await note.blur();
      await page.getByRole('link', { name: 'Case board' }).click();
      const notes = "[...document.querySelectorAll('.card textarea')].map(({ value }) => value).join()";
      await until('the note', async () => String(await page.evaluate(notes)).includes('seen at the corner store'));
      expect(await watched.violations()).toEqual([]);
      await watched.picture('search-board');
      expect([...other.complaints, ...other.foreign]).toEqual([]);
      await other.page.context().close();
    },
    limitMs,
  );

  test(
    'releases nothing that is not written down, and the auditor finds it',
    async () => {
      await page.getByRole('button', { name: 'Release…' }).click();
      await page.fill('input[name=agency]', 'Orleans Parish District Attorney');
      await page.fill('.release input[name=reason]', 'case');
      await page.getByRole('button', { name: 'Record, and save as CSV' }).click();
      await page.locator('.release [data-notice]').waitFor(); // The hub takes no empty words, so there is no file.
      await page.fill('.release input[name=reason]', 'charging decision in the Carondelet Street robbery');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Record, and save as CSV' }).click(),
      ]);
      const text = readFileSync(await download.path(), 'utf8');
      expect(text).toMatch(/^\ufeffHandling,"?LAW ENFORCEMENT SENSITIVE/);
      expect(text).toContain(item);
      const query = `query($record: ID!, $key: String!) {
        disseminations(filter: { record: $record }) { nodes { id subject intact recipient { agency } operationId } }
        auditTrail(filter: { entity: $key }, first: 50) { nodes { operationId subject } } }`;
      const key = 'Report:rep-B2402022';
      const { data } = await hub.ask({ as: 'auditor', query, variables: { record: key, key }, extensions: { purpose: 'AUDIT' } });
      const { disseminations, auditTrail } = data as unknown as Released;
      const [entry] = disseminations.nodes;
      expect(entry).toMatchObject({
        subject: 'demo-detective',
        intact: true,
        recipient: { agency: 'Orleans Parish District Attorney' },
      });
      expect(text).toContain(entry?.id);
      expect(auditTrail.nodes).toContainEqual({ operationId: entry?.operationId, subject: 'demo-detective' });
    },
    limitMs,
  );

  test('makes a PDF of the same', async () => {
    await page.getByRole('button', { name: 'Release…' }).click();
    await page.fill('input[name=agency]', 'Orleans Parish District Attorney');
    await page.fill('.release input[name=reason]', 'second copy for the Carondelet Street robbery');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Record, and save as PDF' }).click(),
    ]);
    expect(
      readFileSync(await download.path())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
  });

  test(
    'keeps a search and tells of what matches it from then on',
    async () => {
      await page.getByRole('link', { name: 'Search', exact: true }).click();
      await find(page, 'address: carondelet');
      await page.getByRole('button', { name: 'Save this search…' }).click();
      await page.getByLabel('Tell me: a call like these comes in or changes').check();
      await page.fill('.save-form input[name=name]', 'Carondelet Street');
      await page.click('.save-form button[type=submit]');
      await page.getByRole('link', { name: 'Saved' }).click();
      await page.waitForSelector('[data-saved-name="Carondelet Street"]');
      const alerts = page.getByRole('button', { name: /^Alerts/ });
      const before = await alerts.getAttribute('aria-label');
      const touch = (): Promise<unknown> =>
        hub.database.query(`UPDATE cad_vendor.cl_mstr SET itm_no = itm_no WHERE itm_no = 'B2402022'`);
      // Until the stream is open: an event may come before it.
      await until('an alert', async () => {
        await touch();
        return (await alerts.getAttribute('aria-label')) !== before;
      });
      await alerts.click();
      await page
        .locator('.tray-item', { hasText: `“Carondelet Street”: call ${item}` })
        .first()
        .waitFor();
      await page.keyboard.press('Escape');
    },
    limitMs,
  );

  test(
    'tells nothing found, nothing allowed and a system that is down apart',
    async () => {
      await page.getByRole('link', { name: 'Search', exact: true }).click();
      expect(await find(page, 'L-99999-22')).toEqual(['Reports nothing', 'Incidents nothing']);
      await hub.stopSubgraph('cad');
      try {
        await watched.quietly(async () => {
          expect(await find(page, item)).toEqual(['Reports found', 'Incidents down']);
        });
        const notice = page.locator('[data-section=Incidents] [data-notice=down]');
        expect(await notice.textContent()).toMatch(/cad is not answering/);
      } finally {
        await hub.startSubgraph('cad');
      }
      const auditor = await enter('auditor');
      await state(auditor.page, 'AUDIT', '');
      expect(await find(auditor.page, item)).toEqual(['Reports withheld', 'Incidents withheld']);
      expect(await auditor.page.locator('[data-notice=withheld]').first().textContent()).toMatch(/Who may see it/);
      expect(await auditor.page.locator('[data-notice=nothing]').count()).toBe(0);
      await auditor.page.context().close();
    },
    limitMs,
  );

  test.each(['patrol', 'partner'])(
    'shows a report to a %s without its narrative, and says so',
    async (persona) => {
      const other = await enter(persona);
      expect(await state(other.page)).toBe('refused');
      await find(other.page, item);
      await open(other.page, 'Reports');
      const narrative = other.page.locator('[data-part=Narrative]');
      await narrative.waitFor();
      expect(await narrative.textContent()).toMatch(
        persona === 'patrol' ? /withheld.*detective, supervisor/ : /none for your agency/,
      );
      expect(await other.page.getByRole('button', { name: /on the board$|^Release/ }).count()).toBe(0);
      expect(await other.violations()).toEqual([]);
      expect([...other.complaints, ...other.foreign]).toEqual([]);
      await other.page.context().close();
    },
    limitMs,
  );

  test(
    'shows an auditor who has looked at a record, and a detective who may',
    async () => {
      const auditor = await enter('auditor', '/search/looked/Report%3Arep-B2402022');
      await auditor.page.selectOption('select[name=purpose]', 'AUDIT');
      await auditor.page.locator('.looks td', { hasText: 'demo-detective' }).first().waitFor();
      expect(await auditor.page.locator('.looks').textContent()).toContain(reason);
      expect(await auditor.violations()).toEqual([]);
      await auditor.page.context().close();
      await find(page, item);
      await open(page, 'Reports');
      await page.click('[data-looked]');
      await page.locator('[role=dialog] [data-notice=withheld]', { hasText: 'auditor' }).waitFor();
      await page.keyboard.press('Escape');
      await page.waitForSelector('[role=dialog]', { state: 'detached' });
    },
    limitMs,
  );

  test(
    'scrolls five thousand lines smoothly, of which only those in sight exist',
    async () => {
      await page.getByRole('button', { name: 'Advanced' }).click();
      await page.fill('.advanced input[name=from]', '2022-01-01');
      await page.fill('.advanced input[name=to]', '2022-12-31');
      await page.click('.advanced button[type=submit]');
      const section = page.locator('[data-section=Incidents]');
      await section.getByRole('button', { name: 'All', exact: true }).click();
      await section.locator('.lines[data-rows="5000"]').waitFor({ timeout: 150_000 });
      const { frames, drawn } = (await page.evaluate(`(async () => {
        const list = document.querySelector('[data-section=Incidents] .lines');
        const startedAt = performance.now();
        let frames = 0, drawn = 0;
        while (performance.now() - startedAt < 2000) {
          list.scrollTop += 400;
          await new Promise((resolve) => requestAnimationFrame(resolve));
          frames += 1;
          drawn = Math.max(drawn, list.querySelectorAll('.line').length);
        }
        return { frames, drawn };
      })()`)) as { frames: number; drawn: number };
      expect(drawn).toBeLessThan(60);
      expect(frames).toBeGreaterThan(30);
      await page.getByRole('button', { name: 'Advanced' }).click();
    },
    limitMs,
  );

  test(
    'can be used by keyboard alone, from signing in on',
    async () => {
      const alone = await openWatched(browser);
      const { keyboard } = alone.page;
      await alone.signInByKeyboard(home, '/search', 'detective');
      await alone.page.waitForSelector('[data-gate]');
      await keyboard.press('p');
      await keyboard.type('Cr');
      await keyboard.press('Tab');
      await keyboard.type(item);
      await alone.page.waitForSelector('.authority[data-standing=holds]');
      await keyboard.press('Tab');
      await keyboard.type(reason);
      await keyboard.press('Tab');
      await alone.page.waitForSelector('input[name=box]:focus');
      await keyboard.type(item);
      await keyboard.press('Enter');
      await alone.page.waitForSelector('[data-section=Reports][data-state=found]');
      await keyboard.press('ArrowDown');
      await keyboard.press('x');
      await alone.page.waitForSelector('[data-picked="1"]');
      await keyboard.press('j');
      await keyboard.press('k');
      await keyboard.press('Enter');
      await alone.page.waitForSelector('.record-head');
      await keyboard.press('g');
      await alone.page.waitForSelector('[data-drawn=ready]');
      await keyboard.press('/');
      await alone.page.waitForSelector('input[name=box]:focus');
      await keyboard.press('Tab');
      await keyboard.press('?');
      await alone.page.getByRole('dialog', { name: 'Keys' }).waitFor();
      expect(await alone.violations()).toEqual([]);
      await keyboard.press('Escape');
      await alone.page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' });
      await keyboard.press('b');
      await alone.page.waitForSelector('[data-board="2"]');
      expect([...alone.complaints, ...alone.foreign]).toEqual([]);
      await alone.page.context().close();
    },
    limitMs,
  );

  test('finds no serious violation of accessibility among results', async () => {
    await find(page, 'john smith');
    await open(page, 'Persons');
    await page.waitForSelector('[data-part=Associates]');
    expect(await watched.violations()).toEqual([]);
    await watched.picture('search-results');
    await page.setViewportSize({ width: 3840, height: 2160 });
    const edges = `(([one, other]) => other.getBoundingClientRect().top - one.getBoundingClientRect().bottom)(
      [...document.querySelectorAll('[data-section=Persons] .line')])`;
    await until('lines that do not overlap on a larger screen', async () => Number(await page.evaluate(edges)) >= -1);
    await page.screenshot({ path: join(screenshots, 'search-results-3840x2160.png') });
    await page.setViewportSize({ width: 1920, height: 1080 });
    await page.screenshot({ path: join(screenshots, 'search-results-1920x1080.png') });
  });

  test('leaves neither token nor record in the browser', async () => {
    expect(await watched.kept()).toBe('rtcc.entered,1,');
  });

  test('asks no other machine, and nothing that its policy forbids', () => {
    expect(watched.foreign).toEqual([]);
    expect(watched.complaints).toEqual([]);
  });
});
