/** Whether the variables fit the operation's declarations. Pure; the sources coerce for themselves. */
import { type GraphQLSchema, getVariableValues } from 'graphql';
import { HubError } from '../schema/errors.ts';
import type { HubRequest } from './answer.ts';
import { findOperation } from './authorize.ts';

/** Throws BAD_USER_INPUT that names the variables; graphql-js's own words quote their values. */
export const fitVariables = (schema: GraphQLSchema, { document, operationName, variables }: HubRequest): void => {
  const { variableDefinitions = [] } = findOperation(document, operationName);
  const { errors } = getVariableValues(schema, variableDefinitions, variables);
  if (!errors) return;
  const names = new Set(errors.map(({ message }) => /Variable "(\$\w+)"/.exec(message)?.[1] ?? 'a variable'));
  throw new HubError('BAD_USER_INPUT', {
    message: `${[...names].map((name) => `"${name}"`).join(', ')}: the value is missing or not of the declared type.`,
    extensions: { http: { status: 400 } },
  });
};
