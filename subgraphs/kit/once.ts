/**
 * A signature is accepted once: who overhears a hop cannot send it again. Its
 * number is remembered for as long as it would be accepted, by the bus: in the
 * process, and in Redis too where that is the bus, so that replicas of a system
 * know of each other's. A process that has just started remembers nothing, so it
 * takes no signature from before its start.
 */
import { HubError } from '../../schema/errors.ts';
import type { Verify } from '../../schema/principal.ts';
import type { Claim } from './bus/claims.ts';

/** As far as clocks may be apart; a signature's own instant is in whole seconds. */
const skewMs = 5_000;

export const acceptOnce = (verify: Verify, claim: Claim, startedAtMs: number = Date.now()): Verify => {
  return async (token, hop) => {
    const verified = await verify(token, hop);
    if (verified.issuedAtMs < startedAtMs - skewMs) throw new HubError('PRINCIPAL_REFUSED');
    if (!(await claim(`${hop.audience} ${verified.id}`, verified.acceptedUntilMs))) throw new HubError('PRINCIPAL_REFUSED');
    return verified;
  };
};
