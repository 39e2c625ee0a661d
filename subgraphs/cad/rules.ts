/** What a protected call keeps to itself. Which rows exist is said in source.ts, in each query. */
import { withheld } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';

/** What protects the person in a call, and the grant that lifts it. */
const protections: Record<string, string> = { juvenile: 'rms:juvenile', victim: 'rms:victim-identity' };

/** The handlings under which this caller is not told who called. */
export const shielded = ({ grants }: Principal): string[] =>
  Object.entries(protections).flatMap(([handling, policy]) => (grants.includes(policy) ? [] : [handling]));

/** Who called about a child, or about what was done to a victim, is as a rule that child's family, or that victim. */
export const guardCaller = ({ grants }: Principal, { handling }: { handling: string }): void => {
  const policy = protections[handling];
  if (policy && !grants.includes(policy))
    throw withheld(policy, `A grant of ${policy}: the caller would tell whom the call protects.`);
};
