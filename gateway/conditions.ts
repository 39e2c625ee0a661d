/**
 * `@skip` and `@include`, settled by the operation's variables before anything is
 * planned: what they leave out is neither decided, recorded nor fetched, and the
 * planner, which loses data in some of their shapes, never sees them. A document
 * with n variables in conditions has 2^n forms at the most, each with its plan.
 */
import {
  type DirectiveNode,
  type GraphQLDirective,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  type SelectionNode,
} from 'graphql';
import { HubError } from '../schema/errors.ts';

/** Whether a selection is executed at all. `values`: of the variables, with their defaults. */
export const stands = (node: SelectionNode, values: Record<string, unknown>): boolean =>
  conditionOf(GraphQLSkipDirective, node, values) !== true && conditionOf(GraphQLIncludeDirective, node, values) !== false;

const conditionOf = (directive: GraphQLDirective, node: SelectionNode, values: Record<string, unknown>): unknown => {
  try {
    return getDirectiveValues(directive, node, values)?.if;
  } catch {
    throw new HubError('BAD_USER_INPUT', {
      message: `"@${directive.name}" takes true or false, and was given neither.`,
      extensions: { http: { status: 400 } },
    });
  }
};

export const withoutConditions = (directives: readonly DirectiveNode[] = []): readonly DirectiveNode[] =>
  directives.filter(({ name }) => name.value !== GraphQLSkipDirective.name && name.value !== GraphQLIncludeDirective.name);
