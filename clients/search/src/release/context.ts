/** How any part of the page opens the release dialog; undefined for those who may not release. */
import { createContext, use } from 'react';
import type { Row } from '../rows.ts';
import { useGranted } from '../standingcontext.ts';

export interface Release {
  title: string;
  rows: readonly Row[];
}

export const ReleaseContext = createContext<(release: Release) => void>(() => {});

export const useRelease = (): ((release: Release) => void) | undefined => {
  const open = use(ReleaseContext);
  return useGranted('hub:disseminate') ? open : undefined;
};
