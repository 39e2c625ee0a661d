/** What a protected call keeps to itself. Which rows exist is said in source.ts, in each query. */
import { withheld } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';

/** Who called about a child, or about what was done to a victim, is as a rule that child's family, or that victim. */
export const guardCaller = ({ grants }: Principal, { handling }: { handling: string }): void => {
  const policy = handling === 'juvenile' ? 'rms:juvenile' : handling === 'victim' ? 'rms:victim-identity' : undefined;
  if (policy && !grants.includes(policy))
    throw withheld(policy, `A grant of ${policy}: the caller would tell whom the call protects.`);
};
