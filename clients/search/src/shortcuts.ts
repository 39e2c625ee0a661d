/** What each key does, for the listener and the help sheet. */
import type { Shortcut } from '../../kit/keys.ts';

interface Options {
  go: (path: string) => void;
  path: string;
  onHelp: () => void;
}

export const shortcutsOf = ({ go, path, onHelp }: Options): Shortcut[] => [
  { keys: ['/'], does: 'The search box', group: 'Search', run: () => backTo(go, path, 'input[name=box]') },
  { keys: ['j'], does: 'Next line', group: 'Search', run: () => step(1) },
  { keys: ['k'], does: 'Line before', group: 'Search', run: () => step(-1) },
  { keys: ['x'], does: 'Tick the line', group: 'Search', run: () => atLine('.line-pick') },
  { keys: ['+'], does: 'Put the line on the board', group: 'Search', run: () => atLine('.line-put') },
  { keys: ['n'], does: 'Next section', group: 'Search', run: () => nextSection() },
  { keys: ['r'], does: 'The open record', group: 'Record', run: () => focusOn('.record') },
  { keys: ['g'], does: 'Link chart of the record', group: 'Record', run: () => click('[data-chart-way]') },
  { keys: ['Escape'], does: 'Close the record', group: 'Record', run: () => click('.record-close'), always: true },
  { keys: ['p'], does: 'Purpose', group: 'Everywhere', run: () => focusOn('select[name=purpose]') },
  { keys: ['c'], does: 'Case', group: 'Everywhere', run: () => focusOn('input[name=case]') },
  { keys: ['b'], does: 'Case board', group: 'Everywhere', run: () => go('/board') },
  { keys: ['s'], does: 'Saved searches', group: 'Everywhere', run: () => go('/saved') },
  { keys: ['a'], does: 'Alerts', group: 'Everywhere', run: () => click('[aria-label^="Alerts"]') },
  { keys: ['?'], does: 'This sheet', group: 'Everywhere', run: onHelp },
];

const find = (selector: string): HTMLElement | null => document.querySelector<HTMLElement>(selector);
const focusOn = (selector: string): void => find(selector)?.focus();
const click = (selector: string): void => find(selector)?.click();

const backTo = (go: Options['go'], path: string, selector: string): void => {
  if (/^\/(board|saved|chart|looked)/.test(path)) go('/');
  requestAnimationFrame(() => focusOn(selector));
};

const lines = (): HTMLElement[] =>
  [...document.querySelectorAll<HTMLElement>('[data-line]')].filter((line) => line.offsetParent !== null);

/** The virtual lists draw some lines beyond sight, so that there is always a next one to go to. */
export const step = (by: number): void => {
  const all = lines();
  const at = all.indexOf(document.activeElement as HTMLElement);
  const next = all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
};

const atLine = (selector: string): void =>
  document.activeElement?.closest('.line')?.querySelector<HTMLElement>(selector)?.click();

const nextSection = (): void => {
  const sections = [...document.querySelectorAll<HTMLElement>('[data-section]')].filter((each) => each.offsetParent !== null);
  const at = sections.findIndex((section) => section.contains(document.activeElement));
  [...sections.slice(at + 1), ...sections.slice(0, at + 1)]
    .map((section) => section.querySelector<HTMLElement>('[data-line], .button'))
    .find((first) => first !== null)
    ?.focus();
};
