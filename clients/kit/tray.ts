/** What the page has to say that nobody asked for: kept in a list, and announced once to whoever listens instead of looks. */
import { createStore, type Store } from './store.ts';

export interface Alert {
  id: string;
  at: number;
  level: 'info' | 'good' | 'warn' | 'bad';
  text: string;
  /** Where it leads: what a click does, and what to call it. */
  action?: { label: string; run: () => void };
  seen: boolean;
}

export interface Tray {
  alerts: Store<readonly Alert[]>;
  /** The last thing worth saying aloud. */
  spoken: Store<string>;
  add: (alert: Pick<Alert, 'level' | 'text' | 'action'> & { id?: string; quiet?: boolean }) => void;
  /** Said to screen readers alone. */
  say: (text: string) => void;
  seeAll: () => void;
  remove: (id: string) => void;
  clear: () => void;
}

/** Older ones fall out: an unwatched wall must not fill its memory. */
const most = 200;

export const createTray = (): Tray => {
  const alerts = createStore<readonly Alert[]>([]);
  const spoken = createStore('');
  let count = 0;
  const say = (text: string): void => spoken.set(text === spoken.get() ? `${text}\u00a0` : text); // The same words again are said again.
  return {
    alerts,
    spoken,
    say,
    add: ({ id, quiet, ...alert }) => {
      const key = id ?? `alert-${++count}`;
      const rest = alerts.get().filter((other) => other.id !== key);
      alerts.set([{ ...alert, id: key, at: Date.now(), seen: false }, ...rest].slice(0, most));
      if (!quiet) say(alert.text);
    },
    seeAll: () => alerts.set(alerts.get().map((alert) => ({ ...alert, seen: true }))),
    remove: (id) => alerts.set(alerts.get().filter((alert) => alert.id !== id)),
    clear: () => alerts.set([]),
  };
};
