/**
 * A document that a vendor registers must be one that can run. The system that
 * keeps the register cannot know: the gateway alone sees the whole graph. So the
 * gateway reads the argument of `registerOperation` before it runs the mutation,
 * and says what is wrong with the document in validation's own words. Pure.
 */
import { type DocumentNode, type GraphQLSchema, Kind, parse, specifiedRules, validate, valueFromASTUntyped } from 'graphql';
import { HubError } from '../schema/errors.ts';
import { findOperation, operationsNamed } from './document.ts';
import { type Limits, limit } from './limits.ts';

export interface RegistrationOptions {
  document: DocumentNode;
  operationName?: string | undefined;
  variables: Record<string, unknown>;
  /** As the caller sees it. */
  schema: GraphQLSchema;
  limits: Limits;
}

const field = 'registerOperation';
const toldAtMost = 5;

/** Throws DOCUMENT_INVALID for the first document to register that does not parse, does not fit or is over a limit. */
export const checkRegistration = (options: RegistrationOptions): void => {
  const operation = findOperation(options.document, options.operationName);
  if (operation.operation !== 'mutation') return;
  for (const node of operation.selectionSet.selections) {
    // A vendor's operation that nobody approved has no fragment at its root (requireTrusted), so none hides the field there.
    if (node.kind !== Kind.FIELD || node.name.value !== field) continue;
    const value = node.arguments?.find(({ name }) => name.value === 'document')?.value;
    const text = value && (value.kind === Kind.VARIABLE ? options.variables[value.name.value] : valueFromASTUntyped(value));
    if (typeof text === 'string') check(text, options);
  }
};

const check = (text: string, { schema, limits }: RegistrationOptions): void => {
  const document = parsed(text, limits);
  const [operation, another] = operationsNamed(document);
  if (!operation?.name || another) throw invalid('It must hold exactly one operation, and that must have a name.');
  const errors = validate(schema, document, specifiedRules, { hideSuggestions: true, maxErrors: toldAtMost });
  if (errors.length > 0) throw invalid(errors.map(({ message, locations }) => `${message}${placeOf(locations?.[0])}`).join(' '));
  try {
    limit({ document, variables: {}, schema, limits });
  } catch (error) {
    throw error instanceof HubError ? invalid(error.message) : error;
  }
};

const parsed = (text: string, { tokens }: Limits): DocumentNode => {
  try {
    return parse(text, { maxTokens: tokens });
  } catch (error) {
    throw invalid((error as Error).message);
  }
};

const placeOf = (place: { line: number; column: number } | undefined): string =>
  place ? ` (line ${place.line}, column ${place.column})` : '';

const invalid = (why: string): HubError =>
  new HubError('DOCUMENT_INVALID', { message: `The document to register cannot be run: ${why}` });
