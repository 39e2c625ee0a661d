/** What the hub said of the caller for what is stated now; undefined before its first answer. */
import { createContext, use } from 'react';
import { usePage } from '../../kit/page.tsx';
import { useStore } from '../../kit/store.ts';
import type { Answer } from './authority/standing.ts';

export const StandingContext = createContext<Answer | undefined>(undefined);

export const useGranted = (label: string): boolean => use(StandingContext)?.who?.grants.includes(label) ?? false;

/** Another purpose, case or reason is another question, and so is a case that no longer holds: a key for what was shown under it. */
export const useStated = (): string => {
  const { purpose, caseNumber, reason } = useStore(usePage().authority);
  return [purpose, caseNumber, reason, use(StandingContext)?.standing.kind].join(' ');
};
