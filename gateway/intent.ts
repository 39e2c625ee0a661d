/** What was decided about an operation → what the audit is told of it before any system is asked. Pure. */
import type { Decided, HubRequest } from './answer.ts';
import type { Intent } from './audit/audit.ts';
import { searchOf } from './audit/search.ts';
import { shapeOf } from './audit/shape.ts';
import type { Denial } from './authorize.ts';
import { operationsNamed } from './document.ts';
import type { Permitted } from './permitted.ts';
import type { Decisions } from './policies/policies.ts';

export const intentOf = (
  { principal, authorized, planned, decisions, consulted }: Decided,
  { document, variables, peer }: HubRequest,
): Intent => {
  const { denied, rules, black } = deniedOf({ authorized, consulted }, decisions);
  return {
    principal,
    operationName: short(authorized.operation.name?.value),
    operationType: authorized.operation.operation,
    documentHash: shapeOf(planned, authorized.document),
    fields: authorized.fields,
    denied,
    rules,
    black,
    sources: planned.sources,
    // As asked: what was denied was searched for too.
    search: searchOf(document, variables),
    peer,
    policySet: decisions.policySet,
  };
};

type Worded = Pick<Intent, 'denied' | 'rules' | 'black'>;

/** The same decision about the same operation is put in words once. */
const worded = new WeakMap<Decisions, WeakMap<Permitted['authorized'], Worded>>();

const deniedOf = ({ authorized, consulted }: Pick<Permitted, 'authorized' | 'consulted'>, decisions: Decisions): Worded => {
  const known = worded.get(decisions) ?? new WeakMap<Permitted['authorized'], Worded>();
  const words = known.get(authorized) ?? wordsOf(authorized.denied, decisions, [...consulted]);
  worded.set(decisions, known.set(authorized, words));
  return words;
};

/** What was denied, and by which rules; what is under a black label apart from the rest. */
const wordsOf = (denials: readonly Denial[], { isBlack, rulesOf, rulesFor }: Decisions, labels: readonly string[]): Worded => {
  const isOfBlack = ({ lacks }: Denial): boolean => lacks.some((lack) => lack.split(/ and | or /).some(isBlack));
  const denied = denials.filter(({ lacks }) => lacks.length > 0); // The rest is not there for the caller, and was no denial.
  const written = ({ coordinate, lacks }: Denial): string => `${coordinate}: ${lacks.join(', ')}`;
  return {
    denied: denied.filter((denial) => !isOfBlack(denial)).map(written),
    rules: rulesOf(labels.filter((label) => !isBlack(label))),
    black: {
      denied: denied.filter(isOfBlack).map(written),
      rules: [...new Set(labels.filter(isBlack).flatMap(rulesFor))].sort(),
    },
  };
};

/** Only a name that the document bears, and not at any length: the record is no place for whatever a client writes there. */
export const nameOf = ({ document, operationName }: HubRequest): string | undefined => {
  const [operation, another] = operationsNamed(document, operationName);
  return another ? undefined : short(operation?.name?.value);
};

const longestName = 100;
const short = (name: string | undefined): string | undefined => name?.slice(0, longestName);
