/**
 * `__schema` and `__type` beside data: answered by graphql-js from what clients
 * see. Without variables the answer is the same each time, and is kept for each contract.
 */
import {
  type DocumentNode,
  executeSync,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  visit,
} from 'graphql';
import { type Selecting, selectedOn } from './select.ts';

export type Introspect = (variables: Readonly<Record<string, unknown>>, shown: GraphQLSchema) => Readonly<Record<string, string>>;

const nothing: Readonly<Record<string, string>> = {};

export const introspecting = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  root: string,
  selecting: Selecting,
): Introspect => {
  const nodes = selectedOn(root, [operation.selectionSet], selecting).flatMap((selected) =>
    selected.nodes.filter(isIntrospection),
  );
  if (nodes.length === 0) return () => nothing;
  const own = introspectionOf(nodes, document, operation);
  const kept = new WeakMap<GraphQLSchema, Readonly<Record<string, string>>>();
  return (variables, shown) => {
    const told = kept.get(shown) ?? answer(shown, own.document, variables);
    if (!own.variables) kept.set(shown, told);
    return told;
  };
};

const isIntrospection = ({ name }: FieldNode): boolean => name.value === '__schema' || name.value === '__type';

const introspectionOf = (nodes: FieldNode[], document: DocumentNode, operation: OperationDefinitionNode) => {
  const used = new Set<string>();
  const selectionSet = { kind: Kind.SELECTION_SET, selections: nodes } as const;
  visit(
    { ...document, definitions: [{ ...operation, variableDefinitions: [], selectionSet }, ...fragmentsOf(document)] },
    {
      [Kind.VARIABLE]: ({ name }) => {
        used.add(name.value);
      },
    },
  );
  const variableDefinitions = (operation.variableDefinitions ?? []).filter(({ variable }) => used.has(variable.name.value));
  const query: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation: OperationTypeNode.QUERY,
    variableDefinitions,
    selectionSet,
  };
  return {
    document: { kind: Kind.DOCUMENT, definitions: [query, ...fragmentsOf(document)] } satisfies DocumentNode,
    variables: variableDefinitions.length > 0,
  };
};

const fragmentsOf = ({ definitions }: DocumentNode) => definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);

const answer = (schema: GraphQLSchema, document: DocumentNode, variableValues: Readonly<Record<string, unknown>>) => {
  const { data } = executeSync({ schema, document, variableValues, rootValue: {} });
  return Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [key, JSON.stringify(value)]));
};
