/** What the hub said of the caller for what is stated now; undefined before its first answer. */
import { createContext, use } from 'react';
import type { Answer } from './authority/standing.ts';

export const StandingContext = createContext<Answer | undefined>(undefined);

export const useGranted = (label: string): boolean => use(StandingContext)?.who?.grants.includes(label) ?? false;
