/**
 * Whether a caller may work the case that an operation names: the caller is
 * assigned to it or supervises, and the records system knows it as open. Asked of
 * the records system itself, signed like any hop, with the caller's own row
 * rules: a case that the caller may not see is no case.
 *
 * A case that does not hold counts as not stated; the policies that take one then
 * withhold their fields. So does one that cannot be checked because the records
 * system is away: the rest of the answer stands.
 */
import type { GraphQLSchema } from 'graphql';
import type { Principal } from '../schema/principal.ts';
import { normaliseNumber } from './authenticate.ts';
import { openKept } from './kept.ts';
import type { Subgraph } from './subgraph.ts';

export interface Cases {
  /** The caller's grants play no part: none are sent along. */
  holds: (caller: Principal, caseNumber: string) => Promise<boolean>;
}

export interface CasesOptions {
  /** With the field `Query.caseStanding`, if any system has it. */
  full: GraphQLSchema;
  /** The records system. */
  records: Subgraph | undefined;
  now: () => number;
}

/** How long an answer is remembered: a case that closes, or is sealed, is noticed within it. */
const rememberedMs = 5_000;
const remembered = 1_000;
const query = 'query CaseStanding($number: String!) { caseStanding(number: $number) { open } }';

export const openCases = ({ full, records, now }: CasesOptions): Cases => {
  const known = openKept<{ open: boolean; untilMs: number }>(remembered);
  const askable = records && full.getQueryType()?.getFields().caseStanding ? records : undefined;
  return {
    holds: async (caller, caseNumber) => {
      const number = normaliseNumber(caseNumber);
      if (!mayWork(caller, number)) return false;
      if (!askable) return true; // No system here knows cases.
      const key = `${caller.ori} ${number}`; // All that the answer hangs on: no grants go along, and row rules read nothing else.
      const found = known.get(key);
      if (found && found.untilMs > now()) return found.open;
      const open = await ask(askable, caller, number);
      if (open !== undefined) known.set(key, { open, untilMs: now() + rememberedMs });
      return open ?? false;
    },
  };
};

const mayWork = ({ assignments, roles }: Principal, number: string): boolean =>
  number !== '' && (assignments.map(normaliseNumber).includes(number) || roles.includes('supervisor'));

/** Undefined when the records system is away, or fails: that is no answer, and must not be remembered as one. */
const ask = async (records: Subgraph, caller: Principal, number: string): Promise<boolean | undefined> => {
  const principal = { ...caller, grants: [] };
  const { data, errors } = await records.ask({ query, variables: { number }, principal, paths: () => [] });
  if (!data || errors?.length) return undefined;
  return (data.caseStanding as { open: boolean } | null)?.open === true;
};
