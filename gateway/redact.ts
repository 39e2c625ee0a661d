/**
 * What the sources gave → what the caller is shown: marks become nulls with an
 * error at their path, the audit's keys are taken out and told, and errors keep
 * a code and a safe message only. Pure.
 */
import type { GraphQLError } from 'graphql';
import { type ErrorCode, errorKinds, HubError, isErrorCode } from '../schema/errors.ts';
import { type Denial, deniedPrefix, keyPrefix } from './authorize.ts';

export interface Shown {
  data: Record<string, unknown> | null | undefined;
  errors: GraphQLError[];
  extensions?: Record<string, unknown>;
  /** Keys of the entities in the answer: `Person:…`. */
  entities: string[];
}

export interface Raw {
  data?: Record<string, unknown> | null | undefined;
  errors?: readonly GraphQLError[] | undefined;
  /** Nulls that stand for values which do not fit the schema: where, and which field. */
  completion?: readonly GraphQLError[] | undefined;
}

/** What would satisfy a denial, in words. */
export type Explain = (denial: Denial) => string;

/** The same refusal at a thousand places is told at the first ones. */
const maximumErrorsEach = 25;

interface Walk {
  denied: readonly Denial[];
  told: Map<number, number>;
  errors: GraphQLError[];
  entities: Set<string>;
  /** Where nulls come to rest that may not stand at their field. */
  hollow: (string | number)[][];
}

export const redact = ({ data, errors = [], completion = [] }: Raw, denied: readonly Denial[], explain: Explain): Shown => {
  const walk: Walk = { denied, told: new Map(), errors: [], entities: new Set(), hollow: [] };
  const shown = data ? (show(data, [], walk, explain) as Record<string, unknown>) : data;
  const told = [...walk.errors, ...errors.map(clean)];
  const extensions = {
    ...listed('withheld', told.filter(({ extensions }) => extensions.code === 'UNAUTHORIZED_FIELD_OR_TYPE').map(withheldOf)),
    ...listed(
      'valueCompletion',
      completion.map(({ message, path }) => ({ message, path })),
    ),
  };
  return {
    data: shown && hollowed(shown, walk.hollow),
    errors: told,
    ...(Object.keys(extensions).length > 0 ? { extensions } : {}),
    entities: [...walk.entities],
  };
};

/** For clients that show an answer with its gaps: where, by which policy, and what would fill it. */
const withheldOf = ({ path, extensions: { policy, source, satisfiedBy } }: GraphQLError) => ({
  path,
  policy,
  source,
  satisfiedBy,
});

const listed = (name: string, entries: object[]): Record<string, object[]> => (entries.length > 0 ? { [name]: entries } : {});

const show = (value: unknown, path: (string | number)[], walk: Walk, explain: Explain): unknown => {
  if (Array.isArray(value)) return value.map((entry, at) => show(entry, [...path, at], walk, explain));
  if (!value || typeof value !== 'object') return value;
  const shown: Record<string, unknown> = Object.create(null);
  for (const [key, entry] of Object.entries(value)) {
    if (key.startsWith(keyPrefix)) walk.entities.add(`${key.slice(keyPrefix.length)}:${String(entry)}`);
    else if (key.startsWith(deniedPrefix)) refuse(Number(key.slice(deniedPrefix.length)), { shown, path }, walk, explain);
    else {
      const inner = show(entry, [...path, key], walk, explain);
      if (!(key in shown)) shown[key] = inner; // Refused under one type and given under another: an error stands there, so a null does.
    }
  }
  return shown;
};

const refuse = (
  number: number,
  { shown, path }: { shown: Record<string, unknown>; path: (string | number)[] },
  walk: Walk,
  explain: Explain,
): void => {
  const denial = walk.denied[number];
  if (!denial) return;
  shown[denial.responseKey] = null;
  if (denial.restsAbove !== undefined) walk.hollow.push(path.slice(0, path.length - denial.restsAbove));
  const times = (walk.told.get(number) ?? 0) + 1;
  walk.told.set(number, times);
  if (times <= maximumErrorsEach) walk.errors.push(refusal(denial, [...path, denial.responseKey], explain));
};

const hollowed = (data: Record<string, unknown>, places: (string | number)[][]): Record<string, unknown> | null => {
  for (const place of places) {
    const last = place.at(-1);
    if (last === undefined) return null;
    const holder = place
      .slice(0, -1)
      .reduce<unknown>((value, step) => (value as Record<string | number, unknown> | null)?.[step], data);
    if (holder) (holder as Record<string | number, unknown>)[last] = null;
  }
  return data;
};

const refusal = (denial: Denial, path: (string | number)[], explain: Explain): HubError =>
  new HubError('UNAUTHORIZED_FIELD_OR_TYPE', { path, policy: denial.lacks.join(', '), satisfiedBy: explain(denial) });

/**
 * A subgraph's text does not pass: it may quote a record, a statement or a host.
 * A system of ours may say what is wrong with the arguments it was given, in a
 * sentence that its code vouches for.
 */
export const clean = (error: GraphQLError): GraphQLError => {
  const { code, sentence, source, policy, satisfiedBy } = error.extensions;
  const known = isErrorCode(code) ? code : 'SOURCE_REFUSED';
  const vouched = aboutArguments.has(known) && typeof sentence === 'string' && /^\P{Cc}{1,200}$/u.test(sentence);
  return new HubError(known, {
    message: error instanceof HubError ? error.message : vouched ? sentence : errorKinds[known].message,
    ...(error.path ? { path: error.path } : {}),
    ...strings({ source, policy, satisfiedBy }),
  });
};

const aboutArguments: ReadonlySet<ErrorCode> = new Set([
  'BAD_USER_INPUT',
  'LIMIT_LIST_SIZE',
  'PURPOSE_REQUIRED',
  'CASE_NUMBER_REQUIRED',
]);

const strings = (values: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
