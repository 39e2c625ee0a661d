/** A page under observation: what it asked of other machines, what it complained of, and pictures for people to look at. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';

export interface Watched {
  page: Page;
  /** Addresses outside of this machine that were asked. */
  foreign: string[];
  /** What the console called an error, except while `quietly` runs. */
  complaints: string[];
  /** Runs what makes the browser itself complain, such as a server that goes away. */
  quietly: (run: () => Promise<void>) => Promise<void>;
  signIn: (home: string, path: string, persona: string) => Promise<void>;
  /** The same without a mouse. */
  signInByKeyboard: (home: string, path: string, persona: string) => Promise<void>;
  /** What is in the browser's storage. */
  kept: () => Promise<string>;
  /** Into a folder that is not committed. */
  picture: (name: string) => Promise<void>;
  /** Rules of axe that are violated seriously, with the first place of each. */
  violations: () => Promise<string[]>;
}

const folder = join(import.meta.dirname, '../../.data/screenshots');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const local = new Set(['localhost', '127.0.0.1']);

export const openWatched = async (browser: Browser): Promise<Watched> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000); // Drawn in software, on a machine that does other things too.
  const foreign: string[] = [];
  const complaints: string[] = [];
  let quiet = false;
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!['data:', 'blob:'].includes(url.protocol) && !local.has(url.hostname)) foreign.push(request.url());
  });
  page.on('console', (message) => void (message.type() === 'error' && !quiet && complaints.push(message.text())));
  page.on('pageerror', (error) => complaints.push(error.message));
  return {
    ...{ page, foreign, complaints },
    quietly: async (run) => {
      quiet = true;
      await run();
      quiet = false;
    },
    signIn: async (home, path, persona) => {
      await page.goto(`${home}${path}`);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.click(`button[value=${persona}]`);
      await page.waitForSelector('.shell');
    },
    signInByKeyboard: async (home, path, persona) => {
      await page.goto(`${home}${path}`);
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      await page.keyboard.press('Enter'); // The button has the focus.
      const own = page.locator(`button[value=${persona}]`);
      await own.focus();
      await page.keyboard.press('Enter');
    },
    kept: async () =>
      String(await page.evaluate('[localStorage, sessionStorage].flatMap(Object.entries).concat(document.cookie).join()')),
    picture: (name) => takePictures(page, name),
    violations: () => findViolations(page),
  };
};

const sizes = [
  { width: 3840, height: 2160 },
  { width: 1280, height: 800 },
];

const takePictures = async (page: Page, name: string): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  for (const size of sizes) {
    await page.setViewportSize(size);
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
    await page.screenshot({ path: join(folder, `${name}-${size.width}x${size.height}.png`) });
  }
};

interface Found {
  violations: { id: string; impact: string | null; nodes: { html: string }[] }[];
}

const findViolations = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe);
  const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as Found;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''} (${nodes.length})`);
};
