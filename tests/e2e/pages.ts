/** Pages built for a test, in a folder that goes with them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPage, type PageName } from '../../clients/build.ts';
import { prepareMap } from '../../deploy/map.ts';
import type { Pages } from '../../gateway/pages.ts';
import type { RunningHub } from './setup.ts';

export interface Built {
  pages: Pages;
  remove: () => void;
}

export const buildPages = async (...names: PageName[]): Promise<Built> => {
  const cache = mkdtempSync(join(tmpdir(), 'rtcc-pages-'));
  const pages: Pages = { map: prepareMap({ cache: join(cache, 'map'), environment: {} }) };
  for (const name of names) pages[name] = await buildPage(name, { cache });
  return { pages, remove: () => rmSync(cache, { recursive: true, force: true }) };
};

/** As a browser calls it: to that one, plain HTTP is no danger. */
export const homeOf = ({ gateway }: RunningHub): string => gateway.url.replace('127.0.0.1', 'localhost');
