/**
 * Agreements with the partners, one kind after another by the partner's place
 * in the list, so that each kind is there: none of them exists. Dates are local
 * and lie on the same side of 2022 and of the following years, so that an
 * agreement reads the same while 2022 is replayed and today.
 */
import { hashOf } from '../../kit/demo/ownership.ts';
import type { Asset } from './assets.ts';

export interface MadeAgreement {
  number: number;
  party: number;
  asset: string;
  ori: string;
  /** Letters of L, R and P. */
  scope: string;
  triggers: string[];
  /** Local time without a zone. */
  effective: string | null;
  expires: string | null;
  revoked: string | null;
  /** The owner lets partner agencies look too. */
  shared: boolean;
}

type Terms = Pick<MadeAgreement, 'scope' | 'triggers' | 'effective' | 'expires' | 'revoked'>;

const signed = { triggers: [], effective: '2021-01-15 00:00:00', expires: '2049-12-31 00:00:00', revoked: null };

/** The eighth kind is a partner without an agreement. */
const kinds: Record<string, Terms | undefined> = {
  liveOnly: { ...signed, scope: 'L' },
  liveAndRecorded: { ...signed, scope: 'LR' },
  everything: { ...signed, scope: 'LRP', expires: null },
  triggered: { ...signed, scope: 'LR', triggers: ['violent call within 500 m'] },
  expired: { ...signed, scope: 'LR', effective: '2019-06-01 00:00:00', expires: '2021-06-01 00:00:00' },
  revoked: { ...signed, scope: 'LR', revoked: '2021-09-30 17:00:00' },
  recordedOnly: { ...signed, scope: 'R' },
  none: undefined,
  draft: { ...signed, scope: 'LR', effective: null },
};

export const agreementsOf = (assets: readonly Asset[]): MadeAgreement[] => {
  const terms = Object.values(kinds);
  return assets
    .filter(({ ownershipCode }) => ownershipCode === 'P')
    .flatMap(({ number, party, ori }, at): MadeAgreement[] => {
      const agreed = terms[at % terms.length];
      const shared = hashOf(`onward:${number}`) % 2 === 0;
      return agreed ? [{ ...agreed, number: 5001 + at, party: party.number, asset: number, ori, shared }] : [];
    });
};
