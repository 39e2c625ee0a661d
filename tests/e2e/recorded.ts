/** What the hub has on record of an instant, and what a map has painted: for tests of the replay. */
import type { Page as BrowserPage } from 'playwright-core';
import type { Gateway } from '../../gateway/index.ts';
import { type RunningHub, until } from './setup.ts';

interface Page {
  nodes: { id?: string; receivedAt?: string; closedAt?: string | null }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** Calls that were open, and how many units had a position. */
export const recordedAt = async (hub: RunningHub, at: string): Promise<{ calls: Set<string>; units: number }> => {
  const calls = await everyNode(hub, `incidents(filter: { openAt: "${at}" }`, 'id');
  const units = await everyNode(hub, `positionsAt(at: "${at}"`, 'unit { id }');
  return { calls: new Set(calls.map(({ id = '' }) => id)), units: units.length };
};

const surroundMs = 3_000;

/** An instant at which a call received since then was open, and some seconds before and after it. */
export const openInstant = async (hub: RunningHub, since: string): Promise<string> => {
  let found = '';
  await until('a call that was open for some seconds', async () => {
    const calls = await everyNode(hub, `incidents(filter: { receivedFrom: "${since}" }`, 'receivedAt closedAt');
    const latest = calls.findLast(({ receivedAt = '', closedAt }) => {
      const open = (closedAt ? Date.parse(closedAt) : Date.now()) - Date.parse(receivedAt);
      return open > 2 * surroundMs;
    });
    if (latest?.receivedAt) found = new Date(Date.parse(latest.receivedAt) + surroundMs).toISOString();
    return found !== '';
  });
  return found;
};

/** All pages of a list, whose field is given as far as its own arguments. */
export const everyNode = async (hub: RunningHub, field: string, selected: string, at?: Gateway): Promise<Page['nodes']> => {
  const query = `query($after: String) {
    found: ${field}, first: 100, after: $after) { nodes { ${selected} } pageInfo { hasNextPage endCursor } } }`;
  const nodes: Page['nodes'] = [];
  let after: string | null = null;
  do {
    const asked = { query, variables: { after }, extensions: { purpose: 'DISPATCH' }, ...(at && { at }) };
    const { data } = await hub.ask({ as: 'analyst', ...asked });
    const { found } = data as unknown as { found: Page };
    nodes.push(...found.nodes);
    after = found.pageInfo.hasNextPage ? found.pageInfo.endCursor : null;
  } while (after !== null);
  return nodes;
};

/** In the page: where the canvas of units has any color, as one number; empty where it has none. */
export const overlayPrint = `(() => {
  const canvas = document.querySelector('.map-overlay');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let print = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at] > 0) print = (print * 31 + at) % 2 ** 31;
  return print || '';
})()`;

/** The middle of an element, and how wide it is. */
export const boxOf = async (page: BrowserPage, selector: string): Promise<{ x: number; y: number; width: number }> => {
  const box = await page.locator(selector).boundingBox();
  if (!box) throw new Error(`There is no ${selector}.`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2, width: box.width };
};

/** From the middle of an element so many pixels to the right. */
export const drag = async (page: BrowserPage, from: { x: number; y: number }, by: number): Promise<void> => {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + by, from.y, { steps: 12 });
  await page.mouse.up();
};
