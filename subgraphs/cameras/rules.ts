/**
 * Which rows exist for a caller. Black-label rows are absent, not refused, and
 * another agency's rows exist where that agency shares them. `source.ts` says
 * the same in SQL; the spatial index asks here.
 */
import type { Principal } from '../../schema/principal.ts';

export interface Rules {
  ownerOri: string;
  shared: boolean;
  handling: string;
}

export const seesSealed = ({ grants }: Principal): boolean => grants.includes('rms:sealed');

export const visibleTo =
  (principal: Principal) =>
  ({ ownerOri, shared, handling }: Rules): boolean =>
    (shared || ownerOri === principal.ori) && (handling !== 'sealed' || seesSealed(principal));
