/**
 * Why a search is permitted, in the vendors' terms. They ask for a permissible
 * use under the Driver's Privacy Protection Act (18 USC 2721(b)) and under the
 * Gramm-Leach-Bliley Act (15 USC 6802(e)) with each search, and answer with
 * less, or not at all, without one. There is no default: a purpose that this
 * table does not permit costs nothing, because nobody is asked.
 */
import { HubError, withheld } from '../../schema/errors.ts';
import type { Principal, Purpose } from '../../schema/principal.ts';

interface Permitted {
  /** 1: a government agency, including any court or law enforcement agency, carrying out its functions. */
  dppa: number;
  /** The code that the agency's contract assigns to law enforcement and public-safety investigations. */
  glb: number;
}

/** Why not, in words that follow "because". */
type Refused = string;

export const permissibleUses: Record<Purpose, Permitted | Refused> = {
  /** Criminal justice: an investigation. */
  C: { dppa: 1, glb: 1 },
  /** Domestic-violence or stalking court case. */
  D: { dppa: 1, glb: 1 },
  F: 'eligibility for a license needs a consumer report under the Fair Credit Reporting Act (15 USC 1681b)',
  J: 'employment needs a consumer report under the Fair Credit Reporting Act (15 USC 1681b)',
  DISPATCH: 'dispatch is not an investigation',
  AUDIT: 'an audit reads records that exist already',
  DEMONSTRATION: 'a demonstration is no permissible use of the commercial databases',
};

/** The terms that the hub itself sets; who asks and for which case is part of every key that a search is remembered by. */
export interface Permission extends Permitted {
  purpose: Purpose;
  /** Letters and digits, upper case. */
  caseNumber: string;
}

/** Throws before anything is asked: PURPOSE_REQUIRED, CASE_NUMBER_REQUIRED, or withheld where the purpose permits no search. */
export const permissionOf = ({ purpose, caseNumber, grants }: Principal): Permission => {
  if (!grants.includes('people:leads')) throw withheld('people:leads', 'a role that may search commercial databases');
  if (!purpose) throw new HubError('PURPOSE_REQUIRED');
  const uses = permissibleUses[purpose];
  if (typeof uses === 'string') throw withheld('people:leads', `purpose C or D, because ${uses}`);
  const normalized = (caseNumber ?? '').toUpperCase().replace(/[^A-Z0-9]/g, '');
  if (!normalized) throw new HubError('CASE_NUMBER_REQUIRED');
  return { ...uses, purpose, caseNumber: normalized };
};
