/** The page's type size in pixels. It follows the window (theme.css), and reading it makes the browser lay out: so it is read once a size. */
import { useSyncExternalStore } from 'react';

let pixels: number | undefined;

if (typeof window !== 'undefined')
  window.addEventListener('resize', () => {
    pixels = undefined;
  });

export const remPixels = (): number => {
  pixels ??= Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return pixels;
};

/** How much larger than on a laptop: for what is sized in pixels and drawn, not styled. */
export const screenScale = (): number => remPixels() / 14;

const subscribe = (listener: () => void): (() => void) => {
  window.addEventListener('resize', listener);
  return () => window.removeEventListener('resize', listener);
};

export const useRem = (): number => useSyncExternalStore(subscribe, remPixels);
