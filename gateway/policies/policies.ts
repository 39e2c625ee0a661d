/**
 * The policies in force, and what they decide. Every decision names the set that
 * made it (its hash) and the rules in it (their ids), for the audit. The set is
 * exchanged as a whole: who asked before the exchange keeps the old one's answer,
 * who asks after it gets the new one's, and a set that does not hold changes
 * nothing.
 *
 * Decisions are kept for some seconds, by everything that enters them; never past
 * an instant at which they may turn out otherwise: a certification ends, a sign-in
 * grows too old, a date that a policy names.
 */
import { ConfigError } from '../config.ts';
import { type Kept, openKept } from '../kept.ts';
import { type Engine, openEngine } from './engine.ts';
import { loadPolicies, type PolicySet, readPolicies } from './load.ts';
import type { Problem } from './problems.ts';
import { askedOf, endsOf, type Question, type Subject } from './question.ts';
import { nextTurn, type Reads } from './reads.ts';

/** One caller's decisions, of one set, at one moment. */
export interface Decisions {
  /** SHA-256 of the set that decided. */
  policySet: string;
  /** Labels that are granted. */
  grants: readonly string[];
  /** The instant at which the same question may turn out otherwise, by this set: a certification ends, a date comes. */
  untilMs: number;
  /** Ids of the policies that decided these labels, for and against, and every label that only rows are under: any system reads those. */
  rulesOf: (labels: Iterable<string>) => string[];
  /** Ids of the policies that decided one label. */
  rulesFor: (label: string) => readonly string[];
  /** Under a black label: to whoever lacks it, what it guards does not exist, and that they were denied is itself protected. */
  isBlack: (label: string) => boolean;
  /** Under a gray label: that there is a record, and whom to ask, and nothing else of it. */
  isGray: (label: string) => boolean;
  /** What would satisfy a label, in words: for the caller, so it says nothing of any record. */
  explain: (label: string) => string;
}

/** What a caller could ever have, by who they are. */
export interface Reach {
  /** Labels that could be granted: with another purpose, case, reason or emergency, or a fresh sign-in. */
  could: readonly string[];
  /** Every black label, within reach or not. */
  black: readonly string[];
}

export interface PolicyChange {
  kind: 'POLICY_CHANGED' | 'POLICY_REFUSED';
  /** Hash of the set that was in force. */
  from: string;
  /** Hash of the set that was read; empty where the folder could not be. */
  to: string;
  problems: readonly Problem[];
}

export interface Policies {
  readonly set: PolicySet;
  decide: (question: Question) => Decisions;
  reach: (subject: Subject, at: Pick<Question, 'nowMs' | 'agency'>) => Reach;
  /** Reads the folder again. True when another set is in force afterwards. */
  reload: () => boolean;
  /** Told of each set that came into force and of each that was refused. Returns how to stop. */
  onChange: (listener: (change: PolicyChange) => unknown) => () => void;
  close: () => void;
}

export interface PoliciesOptions {
  folder: string;
  /** Labels that the graph names; decided are these and those of the same systems. Absent: every label of the set. */
  labels?: readonly string[] | undefined;
  /** Told the ids of policies that could not be evaluated. */
  onFailure?: (rules: readonly string[]) => void;
}

const keptMs = 10_000;
const keptAtMost = 2_000;

export const openPolicies = ({ folder, labels, onFailure = () => {} }: PoliciesOptions): Policies => {
  const first = loadPolicies(folder);
  if (!first.set) throw new ConfigError(`HUB_POLICIES: the policies do not hold:\n${wordsOf(first.problems).join('\n')}`);
  const listeners = new Set<(change: PolicyChange) => unknown>();
  let engine = openEngine(first.set, labels);
  let previous: Engine | undefined;
  let refused: string | undefined;
  let kept = openKept<Timed<Decisions>>(keptAtMost);
  let could = openKept<Timed<Reach>>(keptAtMost);
  const tell = (change: PolicyChange) => {
    for (const listener of listeners) listener(change);
  };
  return {
    get set() {
      return engine.set;
    },
    decide: (question) =>
      remembered({ kept, reads: engine.reads }, question, () => decisionsOf(engine, question, { labels, onFailure })),
    reach: (subject, at) => {
      const question = { ...at, subject: whoOf(subject) };
      return remembered({ kept: could, reads: engine.reads }, question, () => reachOf(engine, question));
    },
    reload: () => {
      const { hash, load } = readPolicies(folder);
      const from = engine.set.hash;
      if (hash === from) refused = undefined;
      if (hash === from || hash === refused) return false;
      const { set, problems } = load();
      const next = set && ready(set, labels);
      if (!next) {
        refused = hash;
        tell({ kind: 'POLICY_REFUSED', from, to: hash, problems });
        return false;
      }
      refused = undefined;
      previous?.close(); // Not the one just replaced: an answer that is under way still explains itself by it.
      [previous, engine, kept, could] = [engine, next, openKept(keptAtMost), openKept(keptAtMost)];
      tell({ kind: 'POLICY_CHANGED', from, to: hash, problems });
      return true;
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => {
      listeners.clear();
      previous?.close();
      engine.close();
    },
  };
};

/** A set that the validator let pass and that still cannot be parsed as a whole leaves the old one standing too. */
const ready = (set: PolicySet, labels: readonly string[] | undefined): Engine | undefined => {
  try {
    return openEngine(set, labels);
  } catch {
    return undefined;
  }
};

export const wordsOf = (problems: readonly Problem[]): string[] =>
  problems.map(({ file, line, severity, message }) => `${file}:${line}: ${severity}: ${message}`);

interface Timed<Decided> {
  fromMs: number;
  untilMs: number;
  decided: Decided;
}

const remembered = <Decided>(
  { kept, reads }: { kept: Kept<Timed<Decided>>; reads: Reads },
  { subject, nowMs, agency, emergency, standingKnown }: Question,
  decide: () => Decided,
): Decided => {
  const key = `${agency} ${emergency ?? false} ${standingKnown ?? true} ${writtenOf(subject)}`;
  const found = kept.get(key);
  if (found && found.fromMs <= nowMs && nowMs < found.untilMs) return found.decided;
  const decided = decide();
  kept.set(key, { fromMs: nowMs, untilMs: Math.min(nowMs + keptMs, turnOf(reads, subject, nowMs)), decided });
  return decided;
};

const whos = new WeakMap<Subject, Subject>();

/** Without what the operation states. */
const whoOf = (subject: Subject): Subject => {
  const known = whos.get(subject);
  if (known) return known;
  const { purpose: _, caseNumber: __, reason: ___, onBehalfOf: ____, ...who } = subject;
  whos.set(subject, who);
  return who;
};

const written = new WeakMap<Subject, string>();

/** All that is known of who asks and what they state. The same object is written once. */
const writtenOf = (subject: Subject): string => {
  const known = written.get(subject);
  if (known !== undefined) return known;
  const { operationId: _, grants: __, ...who } = subject as Partial<Record<'operationId' | 'grants', unknown>> & Subject;
  const text = JSON.stringify(who);
  written.set(subject, text);
  return text;
};

/** The next instant at which a decision about the caller may turn out otherwise. */
const turnOf = (reads: Reads, subject: Subject, nowMs: number): number => {
  const datesMs = [...endsOf(subject).values(), ...(subject.signedInAtMs === undefined ? [] : [subject.signedInAtMs])];
  return nextTurn(reads, datesMs, nowMs);
};

const reachOf = (engine: Engine, question: Question): Reach => {
  const black = engine.labels.filter((label) => isBlack(engine.set, label));
  if (question.subject.kind === 'anonymous') return { could: [], black };
  const asked = askedOf(question, engine.reads);
  return { could: engine.labels.filter((label) => engine.could(label, asked)), black };
};

/** What it guards does not exist for whoever is not granted it, and no explanation ever speaks of it. */
const isBlack = (set: PolicySet, label: string): boolean => isIn(set, label, 'black');

const isIn = ({ labels }: PolicySet, label: string, group: 'black' | 'gray'): boolean =>
  labels.get(label)?.includes(group) ?? false;

const decisionsOf = (
  engine: Engine,
  question: Question,
  { labels, onFailure }: Required<Pick<PoliciesOptions, 'onFailure'>> & Pick<PoliciesOptions, 'labels'>,
): Decisions => {
  const { set } = engine;
  const asked = askedOf(question, engine.reads);
  const nobody = question.subject.kind === 'anonymous';
  const touched = nobody ? [] : engine.labels;
  const rulings = new Map(touched.map((label) => [label, engine.ask(label, asked)]));
  const failed = [...rulings.values()].flatMap((ruling) => ruling.failed);
  if (failed.length > 0) onFailure([...new Set(failed)]);
  return {
    policySet: set.hash,
    untilMs: engine.reads.clock ? question.nowMs + keptMs : turnOf(engine.reads, question.subject, question.nowMs),
    grants: [...rulings].flatMap(([label, { granted }]) => (granted ? [label] : [])),
    rulesOf: (named) => {
      const wanted = new Set(named);
      const isWanted = (label: string) => wanted.has(label) || (labels !== undefined && !labels.includes(label));
      return [...new Set([...rulings].flatMap(([label, { rules }]) => (isWanted(label) ? rules : [])))].sort();
    },
    rulesFor: (label) => rulings.get(label)?.rules ?? [],
    isBlack: (label) => isBlack(set, label),
    isGray: (label) => isIn(set, label, 'gray'),
    explain: (label) => explain(engine, label, () => engine.lacks(label, asked)),
  };
};

const explain = ({ set, policiesOf }: Engine, label: string, lacks: () => string[]): string => {
  if (label === 'a signed-in caller') return 'Sign in: send an access token.';
  if (label.startsWith('scope ')) return `The access token needs the ${label}.`;
  if (/ (and|or) /.test(label)) return `It takes ${label}.`;
  const given = policiesOf(label).some(({ effect }) => effect === 'permit');
  // A black label is spoken of as one that does not exist.
  if (isBlack(set, label) || !given) return `The policy ${label} is granted to nobody here.`;
  return `${label} takes ${lacks().join(', ') || 'nothing more'}.`;
};
