/**
 * Text → document, and whether a document fits what its caller may use. Both are
 * kept: a text is parsed once, a document is validated once a contract. HTTP and
 * WebSocket, and whatever runs operations, come through here.
 */
import { type DocumentNode, GraphQLError, type GraphQLSchema, Kind, parse, specifiedRules, validate } from 'graphql';
import { HubError } from '../schema/errors.ts';
import type { Contract } from './contract.ts';
import { keptOr, openKept } from './kept.ts';

/** A document that does not fit; `errors` are what is wrong with it, one by one. */
export class Unfit extends HubError {
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super('GRAPHQL_VALIDATION_FAILED');
    this.errors = errors;
  }
}

/** All that an operation was refused for. */
export const errorsOf = (error: unknown): readonly GraphQLError[] => {
  if (error instanceof Unfit) return error.errors;
  return [error instanceof GraphQLError ? error : new HubError('INTERNAL', { originalError: error as Error })];
};

/** The parser has no code of its own for a document over the limit. */
export const isTooLong = (code: unknown, message = ''): boolean =>
  code === 'GRAPHQL_PARSE_FAILED' && /more tha[nt] \d+ tokens/.test(message);

const documentsKept = 1_000;
/** Longer ones are parsed each time: a thousand of them would be memory that any caller could take. */
const longestKept = 16_384;

export type Read = (text: string) => DocumentNode;

/** Throws GRAPHQL_PARSE_FAILED or LIMIT_TOKENS. */
export const reader = (maxTokens: number): Read => {
  const kept = openKept<DocumentNode>(documentsKept);
  return (text) => {
    const read = () => parsed(text, maxTokens);
    return text.length > longestKept ? read() : keptOr(kept, text, read);
  };
};

const parsed = (text: string, maxTokens: number): DocumentNode => {
  try {
    return parse(text, { maxTokens });
  } catch (cause) {
    const { message } = cause as Error;
    throw isTooLong('GRAPHQL_PARSE_FAILED', message)
      ? new HubError('LIMIT_TOKENS')
      : new HubError('GRAPHQL_PARSE_FAILED', { message });
  }
};

/** By document and schema; what is wrong with one goes with the document. */
const faults = new WeakMap<DocumentNode, WeakMap<GraphQLSchema, readonly GraphQLError[]>>();

const faultsOf = (schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] => {
  const known = faults.get(document) ?? new WeakMap<GraphQLSchema, readonly GraphQLError[]>();
  faults.set(document, known);
  const found = known.get(schema) ?? [
    ...rootless(schema, document),
    ...validate(schema, document, specifiedRules, { hideSuggestions: true }),
  ];
  known.set(schema, found);
  return found;
};

export const isFit = (document: DocumentNode, { taken }: Contract): boolean => faultsOf(taken, document).length === 0;

/** For whoever has not signed in the same whatever is asked. */
const unsaid = (): HubError =>
  new HubError('GRAPHQL_VALIDATION_FAILED', {
    message: 'The document does not fit what may be asked without signing in.',
    satisfiedBy: 'Sign in: send an access token.',
  });

/** graphql-js looks no further into an operation whose root type there is not: a contract without it must say so. */
const rootless = (schema: GraphQLSchema, { definitions }: DocumentNode): GraphQLError[] =>
  definitions.flatMap((node) =>
    node.kind === Kind.OPERATION_DEFINITION && !schema.getRootType(node.operation)
      ? [new GraphQLError(`The schema has no ${node.operation}.`, { nodes: node })]
      : [],
  );

/**
 * Throws `Unfit`. A document is taken by what the caller's documents may name; what
 * is wrong with one that is not is told by what the caller is shown, so that no
 * error names a type or a field that introspection does not.
 */
export const requireFit = (document: DocumentNode, contract: Contract): void => {
  if (isFit(document, contract)) return;
  const { shown, explainsErrors } = contract;
  if (!explainsErrors) throw new Unfit([unsaid()]);
  const told = faultsOf(shown, document).map(
    ({ message, nodes }) => new HubError('GRAPHQL_VALIDATION_FAILED', { message, nodes }),
  );
  throw new Unfit(told.length > 0 ? told : [new HubError('GRAPHQL_VALIDATION_FAILED')]);
};
