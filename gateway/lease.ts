/**
 * For how long a decision about a stream stands: as long as nothing that entered it
 * has changed. Each event compares versions and one instant, computed once; the
 * decision is made anew when they differ, so whatever goes unnoticed ends here.
 */
import type { Decided, Hub } from './answer.ts';
import { isBound } from './documents.ts';
import type { Policies } from './policies/policies.ts';

export interface Lease {
  /** SHA-256 of the policies that decided. */
  policySet: string;
  /** Of whose authority was withdrawn. */
  standing: number;
  /** The first instant at which the decision may turn out otherwise. */
  untilMs: number;
  /** The caller's emergency, which is over when its holder or its time says so. */
  emergency: { subject: string; id: string } | undefined;
}

/** Whether a case is open, and an operation approved, is known for so long (`cases.ts`, `documents.ts`). */
const heardMs = 5_000;

/** `standing` as it was before the decision: what changed while it was made is no part of it. */
export const leaseOf = (
  { now }: Pick<Hub, 'now'>,
  { principal, decisions, expiresAtMs }: Decided,
  { standing, longestMs }: { standing: number; longestMs: number },
): Lease => {
  const { subject, emergency, caseNumber } = principal;
  const asked = caseNumber !== undefined || isBound(principal) ? heardMs : longestMs;
  return {
    policySet: decisions.policySet,
    standing,
    untilMs: Math.min(expiresAtMs, decisions.untilMs, now() + asked),
    emergency: emergency === undefined ? undefined : { subject, id: emergency },
  };
};

export const ended: Lease = { policySet: '', standing: Number.NaN, untilMs: Number.NEGATIVE_INFINITY, emergency: undefined };

export interface Versions extends Pick<Hub, 'standing' | 'now'> {
  policies: Pick<Policies, 'set'>;
}

export const holds = ({ policies, standing, now }: Versions, lease: Lease): boolean =>
  lease.policySet === policies.set.hash &&
  lease.standing === standing.version() &&
  now() < lease.untilMs &&
  (lease.emergency === undefined || standing.isEmergency(lease.emergency.subject, lease.emergency.id));
