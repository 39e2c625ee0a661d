/** A headless Chromium for tests of pages: whichever is installed; where none is, their tests are skipped and say so. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable'];

export const browserPath = (): string | undefined =>
  [process.env.CHROMIUM_PATH ?? '', ...places].find((path) => path !== '' && existsSync(path));

/** Drawn in software: CI machines have no graphics card and often no sandbox. */
const flags = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
];

export const openBrowser = (): Promise<Browser> => {
  const executablePath = browserPath();
  if (!executablePath) throw new Error('No Chromium is installed; CHROMIUM_PATH may name one.');
  return chromium.launch({ executablePath, args: flags });
};

export const describeInBrowser = (title: string, define: () => void): void => {
  if (browserPath()) describe(title, define);
  else describe.skip(`${title} (skipped: no Chromium is installed)`, define);
};
