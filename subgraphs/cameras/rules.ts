/**
 * Which rows exist for a caller. Black-label rows are absent, not refused, and
 * another agency's rows exist where that agency shares them. `source.ts` says
 * the same in SQL; the spatial index asks here.
 */
import type { Principal } from '../../schema/principal.ts';
import { shownTo } from '../kit/labels.ts';

export interface Rules {
  ownerOri: string;
  shared: boolean;
  handling: string;
}

export const visibleTo = (principal: Principal) => {
  const handlings = shownTo(principal);
  return ({ ownerOri, shared, handling }: Rules): boolean =>
    (shared || ownerOri === principal.ori) && handlings.includes(handling);
};
