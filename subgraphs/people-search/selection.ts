/**
 * Whether an operation asks for a field below the one that is being resolved:
 * through aliases, fragments, `@include` and `@skip`. A full social security
 * number is asked of a vendor only where somebody will be shown it.
 */
import {
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** `path` holds field names, outermost first: `['leads', 'ssn']`. */
export const selects = ({ fieldNodes, fragments, variableValues }: GraphQLResolveInfo, path: readonly string[]): boolean => {
  const included = (node: SelectionNode): boolean =>
    getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.if !== true &&
    getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.if !== false;
  const within = (set: SelectionSetNode | undefined, [name, ...rest]: readonly string[]): boolean =>
    (set?.selections ?? []).filter(included).some((node) => {
      if (node.kind !== Kind.FIELD) return within(selectionOf(node, fragments), [name ?? '', ...rest]);
      return node.name.value === name && (rest.length === 0 || within(node.selectionSet, rest));
    });
  return fieldNodes.some((node) => within(node.selectionSet, path));
};

const selectionOf = (
  node: Exclude<SelectionNode, { kind: Kind.FIELD }>,
  fragments: Record<string, FragmentDefinitionNode>,
): SelectionSetNode | undefined =>
  node.kind === Kind.INLINE_FRAGMENT ? node.selectionSet : fragments[node.name.value]?.selectionSet;
