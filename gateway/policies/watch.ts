/**
 * Notices that the policies' folder has changed. The system's notices are not
 * reliable on every kind of storage, so the folder is also read every few
 * seconds; several files saved one after another are taken as one change.
 */
import { watch } from 'node:fs';
import type { Policies } from './policies.ts';

export interface WatchOptions {
  folder: string;
  policies: Pick<Policies, 'reload'>;
  /** How long the folder must be quiet before it is read. */
  quietMs?: number;
  /** How often it is read without a notice. */
  everyMs?: number;
}

/** Returns how to stop. */
export const watchPolicies = ({ folder, policies, quietMs = 300, everyMs = 5_000 }: WatchOptions): (() => void) => {
  let quiet: NodeJS.Timeout | undefined;
  const settle = () => {
    clearTimeout(quiet);
    quiet = setTimeout(() => policies.reload(), quietMs).unref();
  };
  const notices = noticesOf(folder, settle);
  const regular = setInterval(settle, everyMs).unref();
  return () => {
    clearTimeout(quiet);
    clearInterval(regular);
    notices?.close();
  };
};

/** None where the system gives none: then the folder is only read every few seconds. */
const noticesOf = (folder: string, settle: () => void) => {
  try {
    const notices = watch(folder, { persistent: false }, settle);
    notices.on('error', () => notices.close());
    return notices;
  } catch {
    return undefined;
  }
};
