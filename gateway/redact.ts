/**
 * What the executor wrote → what the caller is shown: what was refused is said,
 * and errors keep a code and a safe message only. The nulls stand already. Pure.
 */
import type { GraphQLError } from 'graphql';
import { type ErrorCode, errorKinds, HubError, isErrorCode } from '../schema/errors.ts';
import type { Denial } from './authorize.ts';
import type { Written } from './execute/write.ts';

export interface Shown {
  data: Record<string, unknown> | null | undefined;
  /** `data` as JSON, where it is written already; then `data` is read from it by whoever asks. */
  json?: string;
  errors: GraphQLError[];
  extensions?: Record<string, unknown>;
  /** Keys of the entities in the answer: `Person:…`. */
  entities: string[];
}

/** What the executor wrote; nobody has found words yet for what is missing. */
export interface Raw extends Written {
  /** What the sources said. */
  errors: readonly GraphQLError[];
}

export interface Words {
  /** What would satisfy these lacks. */
  explain: (lacks: readonly string[]) => string;
  /** Labels that the caller hears nothing of, from no system either. */
  isUntold?: (label: string) => boolean;
}

export const redact = ({ json, refusals, unfit, errors, entities }: Raw, denied: readonly Denial[], words: Words): Shown => {
  const told = [
    ...refusals.flatMap(({ number, path }) => refusalOf(denied[number], path, words)),
    ...errors.filter((error) => isTold(error, words)),
  ];
  const extensions = {
    ...listed('withheld', told.filter(({ extensions }) => extensions.code === 'UNAUTHORIZED_FIELD_OR_TYPE').map(withheldOf)),
    // Beside an error of a source, what is missing by it would be told twice.
    ...listed('valueCompletion', errors.length > 0 ? [] : unfit.map(({ message, path }) => ({ message, path }))),
  };
  return new Answer(json, told, entities, Object.keys(extensions).length > 0 ? extensions : undefined);
};

/** `data` is read from its JSON by whoever asks. A class: an accessor in a literal would be a hidden class for each answer. */
class Answer implements Shown {
  readonly json: string;
  readonly errors: GraphQLError[];
  readonly entities: string[];
  readonly extensions?: Record<string, unknown>;

  constructor(json: string, errors: GraphQLError[], entities: string[], extensions: Record<string, unknown> | undefined) {
    this.json = json;
    this.errors = errors;
    this.entities = entities;
    if (extensions) this.extensions = extensions;
  }

  get data(): Record<string, unknown> | null {
    return JSON.parse(this.json) as Record<string, unknown> | null;
  }

  toJSON(): object {
    const { data, errors, extensions, entities } = this;
    return { data, errors, extensions, entities };
  }
}

/** The same answer, with other entities on its record. */
export const withEntities = (shown: Shown, entities: string[]): Shown =>
  shown instanceof Answer ? new Answer(shown.json, shown.errors, entities, shown.extensions) : { ...shown, entities };

/** For clients that show an answer with its gaps: where, by which policy, and what would fill it. */
const withheldOf = ({ path, extensions: { policy, source, satisfiedBy } }: GraphQLError) => ({
  path,
  policy,
  source,
  satisfiedBy,
});

const listed = (name: string, entries: object[]): Record<string, object[]> => (entries.length > 0 ? { [name]: entries } : {});

const refusalOf = (denial: Denial | undefined, path: (string | number)[], words: Words): HubError[] =>
  denial && denial.told?.length !== 0 ? [refusal(denial, path, words)] : [];

const refusal = ({ lacks, told = lacks }: Denial, path: (string | number)[], { explain }: Words): HubError =>
  new HubError('UNAUTHORIZED_FIELD_OR_TYPE', { path, policy: told.join(', '), satisfiedBy: explain(told) });

/** A system that withholds under a label which the caller hears nothing of leaves a null, and no word. */
const isTold = ({ extensions: { policy } }: GraphQLError, { isUntold = () => false }: Words): boolean =>
  typeof policy !== 'string' || !policy.split(/, | and | or /).some(isUntold);

/**
 * A subgraph's text does not pass: it may quote a record, a statement or a host.
 * A system of ours may say what is wrong with the arguments it was given, in a
 * sentence that its code vouches for.
 */
export const clean = (error: GraphQLError, path: GraphQLError['path'] = error.path): GraphQLError => {
  const { code, sentence, source, policy, satisfiedBy } = error.extensions;
  const known = isErrorCode(code) ? code : 'SOURCE_REFUSED';
  const vouched = aboutArguments.has(known) && typeof sentence === 'string' && /^\P{Cc}{1,200}$/u.test(sentence);
  return new HubError(known, {
    message: error instanceof HubError ? error.message : vouched ? sentence : errorKinds[known].message,
    ...(path ? { path } : {}),
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
