/** Whether the variables fit the operation's declarations, and its texts a database. Pure; the sources coerce for themselves. */
import { type DocumentNode, type GraphQLSchema, getVariableValues, Kind, visit } from 'graphql';
import { HubError } from '../schema/errors.ts';
import type { HubRequest } from './answer.ts';
import { findOperation } from './document.ts';

type Asked = Pick<HubRequest, 'document' | 'operationName' | 'variables'>;

/** Throws BAD_USER_INPUT that names the variables; graphql-js's own words quote their values. */
export const fitVariables = (schema: GraphQLSchema, { document, operationName, variables }: Asked): void => {
  const { variableDefinitions = [] } = findOperation(document, operationName);
  const { errors } = getVariableValues(schema, variableDefinitions, variables);
  refuseNul(document, variables);
  if (!errors) return;
  const names = new Set(errors.map(({ message }) => /Variable "(\$\w+)"/.exec(message)?.[1] ?? 'a variable'));
  throw new HubError('BAD_USER_INPUT', {
    message: `${[...names].map((name) => `"${name}"`).join(', ')}: the value is missing or not of the declared type.`,
    extensions: { http: { status: 400 } },
  });
};

/** PostgreSQL's text takes any character but this one; a source that is handed it fails, and would be taken for one that is away. */
const refuseNul = (document: DocumentNode, variables: Record<string, unknown>): void => {
  if (literalsHoldNul(document) || holdsNul(variables))
    throw new HubError('BAD_USER_INPUT', {
      message: 'No text of an operation may hold the character NUL.',
      extensions: { http: { status: 400 } },
    });
};

const known = new WeakMap<DocumentNode, boolean>();

const literalsHoldNul = (document: DocumentNode): boolean => {
  const told = known.get(document);
  if (told !== undefined) return told;
  let found = false;
  visit(document, {
    [Kind.STRING]: ({ value }) => {
      found ||= value.includes('\0');
    },
  });
  known.set(document, found);
  return found;
};

/** Without recursion: a client may nest as deep as a body is long. */
const holdsNul = (value: unknown): boolean => {
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string' && next.includes('\0')) return true;
    if (next && typeof next === 'object') for (const part of Object.values(next)) left.push(part);
  }
  return false;
};
