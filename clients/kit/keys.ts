/**
 * Keys of a page. One table says what each does, for the listener and for the
 * help sheet alike; a key pressed into a field is text, never a command.
 */
import { useEffect, useRef } from 'react';

export interface Shortcut {
  /** As `KeyboardEvent.key` has it: `j`, `?`, `Escape`; a list means the same by each. */
  keys: readonly string[];
  /** What it does, for the help sheet: `Next incident`. */
  does: string;
  group: string;
  run: (event: KeyboardEvent) => void;
  /** Works in fields too: Escape. */
  always?: boolean;
}

export const useShortcuts = (shortcuts: readonly Shortcut[]): void => {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const typing = isField(event.target) || isOpen();
      const shortcut = latest.current.find(({ keys, always }) => keys.includes(event.key) && (always || !typing));
      if (!shortcut) return;
      event.preventDefault();
      shortcut.run(event);
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
};

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** A dialog has the keyboard to itself. */
const isOpen = (): boolean =>
  document.querySelector('[role=dialog]:not([data-passive]), [role=alertdialog], [role=listbox]') !== null;
