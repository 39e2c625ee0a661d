/**
 * One policy set, ready to be asked. Each label gets the policies whose scope can
 * reach it, parsed once: an answer then takes some hundred microseconds instead
 * of milliseconds. Cedar's rules hold (nothing is granted by default, a forbid
 * beats every permit), with one of ours: a policy that cannot be evaluated
 * denies, whatever else would permit.
 */
import { cedar } from './cedar.ts';
import { inFavour } from './could.ts';
import type { LoadedPolicy, PolicySet } from './load.ts';
import type { Asked } from './question.ts';
import { type Reads, readsOf } from './reads.ts';

export interface Ruling {
  granted: boolean;
  /** Ids of the policies that made it; none where nothing permits. */
  rules: readonly string[];
  /** Ids of policies that could not be evaluated. */
  failed: readonly string[];
}

export interface Engine {
  set: PolicySet;
  /** What it may be asked. */
  labels: readonly string[];
  /** What the policies look at. */
  reads: Reads;
  ask: (label: string, asked: Asked) => Ruling;
  /** Whether it could be granted if everything were stated and done that still can be. */
  could: (label: string, asked: Asked) => boolean;
  /** Reasons of what does not hold: of the permits where none does, then of each forbid that stands in the way. */
  lacks: (label: string, asked: Asked) => string[];
  /** Policies that can reach the label. */
  policiesOf: (label: string) => readonly LoadedPolicy[];
  /** Lets go of what was parsed; whoever asks afterwards is denied. */
  close: () => void;
}

const denied: Ruling = { granted: false, rules: [], failed: [] };
/** Cedar keeps what it has parsed by name, for the whole process. */
let engines = 0;

/** `named`: labels that the graph names; asked are these and those of the same systems. Absent: every label of the set. */
export const openEngine = (set: PolicySet, named?: readonly string[]): Engine => {
  const name = `set-${engines++}`;
  const labels = relevant(set, named);
  const reach = new Map(labels.map((label) => [label, set.policies.filter(reaches(label, set.labels.get(label) ?? []))]));
  for (const [label, policies] of reach) parse(`${name} ${label}`, policies);
  const decide = (kept: string, label: string, asked: Asked): Ruling => {
    const action = { type: 'Action', id: label };
    const classes = (set.labels.get(label) ?? []).map((id) => ({ type: 'Action', id }));
    const entities = [...asked.entities, { uid: action, attrs: {}, parents: classes }];
    const answer = answerTo({ ...asked, action, entities, preparsedPolicySetId: kept });
    if (answer?.type !== 'success') return { ...denied, failed: ['request'] };
    const { decision, diagnostics } = answer.response;
    const failed = diagnostics.errors.map(({ policyId }) => policyId);
    return { granted: decision === 'allow' && failed.length === 0, rules: diagnostics.reason.toSorted(), failed };
  };
  const later = new Set<string>();
  /** What only contracts and explanations ask is parsed at the first: a gateway that starts answers sooner. */
  const parsed = (kept: string, parseIt: (kept: string) => void): string => {
    if (!later.has(kept)) parseIt(kept);
    later.add(kept);
    return kept;
  };
  const inFavourOf = (label: string): string =>
    parsed(`${name} ${label} could`, (kept) => parse(kept, policiesOf(label), ({ json }) => inFavour(json)));
  const permitsOf = (label: string): string =>
    parsed(`${name} ${label} permits`, (kept) => parse(kept, policiesOf(label).filter(isPermit)));
  const policiesOf = (label: string): readonly LoadedPolicy[] => reach.get(label) ?? [];
  const permitted = new Set([...reach].filter(([, policies]) => policies.some(isPermit)).map(([label]) => label));
  const ask = (label: string, asked: Asked) => (permitted.has(label) ? decide(`${name} ${label}`, label, asked) : denied);
  return {
    set,
    labels,
    reads: readsOf([...new Set([...reach.values()].flat())].map(({ json }) => json)),
    ask,
    could: (label, asked) => {
      if (!permitted.has(label)) return false;
      const { granted, failed } = decide(inFavourOf(label), label, asked);
      return granted || failed.length > 0; // What cannot be evaluated now may be, once more is stated.
    },
    policiesOf,
    lacks: (label, asked) => {
      const policies = policiesOf(label);
      const { granted, rules } = ask(label, asked);
      if (granted) return [];
      const held = permitted.has(label) && decide(permitsOf(label), label, asked).granted;
      const permits = held ? [] : policies.filter(isPermit).map(({ reason }) => reason);
      const forbids = policies.filter((policy) => !isPermit(policy) && rules.includes(policy.id)).map(({ reason }) => reason);
      return [...(permits.length > 0 ? [[...new Set(permits)].join(' or ')] : []), ...new Set(forbids)];
    },
    close: () => {
      for (const kept of [...[...reach.keys()].map((label) => `${name} ${label}`), ...later]) parse(kept, []);
      reach.clear();
    },
  };
};

/** Undefined where Cedar itself fails. */
const answerTo = (call: cedar.StatefulAuthorizationCall): cedar.AuthorizationAnswer | undefined => {
  try {
    return cedar.statefulIsAuthorized(call);
  } catch {
    return undefined;
  }
};

/** What the graph names and what only rows are under; a system that is not in the graph is not asked about. */
const relevant = ({ labels: known }: PolicySet, named: readonly string[] | undefined): string[] => {
  if (!named) return [...known.keys()];
  const systems = new Set(named.map(systemOf));
  return [...known.keys()].filter((label) => systems.has(systemOf(label)));
};

/** `rms:narrative` → `rms`. */
const systemOf = (label: string): string => label.slice(0, label.indexOf(':'));

const isPermit = ({ effect }: LoadedPolicy): boolean => effect === 'permit';

const reaches =
  (label: string, classes: readonly string[]) =>
  ({ actions }: LoadedPolicy): boolean =>
    actions === undefined || actions.some((action) => action === label || classes.includes(action));

const textOf = ({ text }: LoadedPolicy): string => text;

const parse = (name: string, policies: readonly LoadedPolicy[], as: (policy: LoadedPolicy) => cedar.Policy = textOf): void => {
  const texts = Object.fromEntries(policies.map((policy) => [policy.id, as(policy)]));
  const answer = cedar.preparsePolicySet(name, { staticPolicies: texts });
  if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join(' '));
};
