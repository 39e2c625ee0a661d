/**
 * Which contract a caller has. It follows from who the caller is, not from what
 * the operation states; only what is under a black label joins by the operation's
 * own grants, so that whoever is not granted it finds nothing there at all.
 */
import type { DocumentNode } from 'graphql';
import type { Caller } from './authenticate.ts';
import type { Contract, Contracts } from './contract.ts';
import type { Decisions, Policies, Reach } from './policies/policies.ts';
import { isFit } from './validate.ts';

export interface Whereabouts {
  contracts: Contracts;
  policies: Pick<Policies, 'reach'>;
  /** ORI of the agency that runs the hub. */
  agency: string;
  now: () => number;
}

/** The agency explains its rules to its own people. To partners, vendors and nobody in particular it does not say what there is. */
const isExplained = ({ kind, ori }: Caller, agency: string): boolean => kind === 'person' && ori === agency;

const nothing: readonly string[] = [];

/** A reach is one caller's, and grants are one decision's: whoever comes with the same two again has the same contract. */
const known = new WeakMap<Reach, WeakMap<readonly string[], Contract>>();

/** By the grants of this operation; without any, nothing under a black label is there. */
export const contractOf = (from: Whereabouts, caller: Caller, granted = nothing): Contract => {
  const reach = from.policies.reach(caller, { nowMs: from.now(), agency: from.agency });
  const ofReach = known.get(reach) ?? new WeakMap<readonly string[], Contract>();
  known.set(reach, ofReach);
  const contract = ofReach.get(granted) ?? make(from, caller, { ...reach, granted });
  ofReach.set(granted, contract);
  return contract;
};

const make = (
  { contracts, agency }: Whereabouts,
  caller: Caller,
  { could, black, granted }: Reach & { granted: readonly string[] },
): Contract =>
  contracts({
    authenticated: caller.kind !== 'anonymous',
    scopes: caller.scopes,
    visible: [...new Set([...could.filter((label) => !black.includes(label)), ...granted])],
    black: black.filter((label) => !granted.includes(label)),
    explained: isExplained(caller, agency),
  });

/**
 * What the document is held against. Most fit what the caller has whatever is
 * granted; the rest may name what only this operation's grants open, so these are
 * decided first, before anything tells whether it is there.
 */
export const contractFor = async (
  from: Whereabouts,
  caller: Caller,
  { document, decide }: { document: DocumentNode; decide: () => Promise<Decisions> },
): Promise<Contract> => {
  const usual = contractOf(from, caller);
  if (isFit(document, usual)) return usual;
  const { could, black } = from.policies.reach(caller, { nowMs: from.now(), agency: from.agency });
  return could.some((label) => black.includes(label)) ? contractOf(from, caller, (await decide()).grants) : usual;
};
