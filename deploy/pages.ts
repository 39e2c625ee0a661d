/** The web pages that a gateway serves, built and ready; one that cannot be built is missing, and the hub runs without it. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { buildPage, hasPage, type PageName, pageNames } from '../clients/build.ts';
import type { Pages } from '../gateway/pages.ts';
import type { Lifecycle } from './lifecycle.ts';
import { prepareMap, tileOriginsOf } from './map.ts';
import type { Environment } from './settings.ts';

export interface PagesOptions {
  data: string;
  environment: Environment;
  log: Logger;
  life: Lifecycle;
}

/** A build that is under way ends with the hub. */
export const buildPages = ({ life, ...options }: PagesOptions): Promise<Pages> => {
  const stopping = new AbortController();
  const building = buildAll(options, stopping.signal);
  life.add('The build of the pages', () => {
    stopping.abort();
    return building;
  });
  return building;
};

/** One after the other: each takes a core and some hundred megabytes. */
const buildAll = async ({ data, environment, log }: Omit<PagesOptions, 'life'>, signal: AbortSignal): Promise<Pages> => {
  const cache = join(data, 'pages');
  const attempt = async (what: string, make: () => string | Promise<string>): Promise<string | undefined> => {
    try {
      return await make();
    } catch (error) {
      if (signal.aborted) return undefined;
      log.error({ name: (error as Error).name }, `The ${what} could not be built: the hub runs without it.`);
      return undefined;
    }
  };
  const map = await attempt('map', () => prepareMap({ cache: join(cache, 'map'), environment }));
  const pages: Pages = { map, tileOrigins: tileOriginsOf(environment), videoOrigins: originsOf(environment.HUB_VIDEO_ORIGINS) };
  for (const name of pageNames.filter((page: PageName) => hasPage(page))) {
    pages[name] = await attempt(name, () => buildPage(name, { cache, signal }));
  }
  return pages;
};

/** `https://video.example.org, https://…`: what is no address is left out, and so stays forbidden. */
const originsOf = (list = ''): string[] =>
  list
    .split(',')
    .map((entry) => entry.trim())
    .flatMap((entry) => (URL.canParse(entry) ? [new URL(entry).origin] : []));
