/** Reading a document: its operation, its fragments, the field that a name stands for, the variables that are still used. */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';
import { HubError } from '../schema/errors.ts';

export const operationsNamed = (document: DocumentNode, operationName?: string | undefined): OperationDefinitionNode[] => {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  return operationName ? operations.filter((node) => node.name?.value === operationName) : operations;
};

export const findOperation = (document: DocumentNode, operationName?: string | undefined): OperationDefinitionNode => {
  const [operation, another] = operationsNamed(document, operationName);
  if (!operation || another)
    throw new HubError('BAD_REQUEST', { message: 'The document has no operation of that name, or several and none is named.' });
  return operation;
};

export const fragmentsOf = (document: DocumentNode): Map<string, FragmentDefinitionNode> =>
  new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [])),
  );

export const fieldOf = (name: string, type: GraphQLCompositeType): GraphQLField<unknown, unknown> | undefined => {
  if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef; // No type lists these two; below them fragments are spread as anywhere.
  if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  return 'getFields' in type ? type.getFields()[name] : undefined;
};

/** What an answer to the selection has, each once, but for `__typename` and introspection; `counts` leaves selections out. */
export const responseKeys = (
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  counts: (node: SelectionNode) => boolean = () => true,
): string[] => [
  ...new Set(
    selections.filter(counts).flatMap((node) => {
      if (node.kind === Kind.FIELD) return node.name.value.startsWith('__') ? [] : [node.alias?.value ?? node.name.value];
      const inner = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
      return inner ? responseKeys(inner.selectionSet, fragments, counts) : [];
    }),
  ),
];

/** A variable that only denied fields used would make the document invalid. */
export const stillUsed = (
  operation: OperationDefinitionNode,
  selectionSet: SelectionSetNode,
): OperationDefinitionNode['variableDefinitions'] => {
  const used = new Set<string>();
  const look = (value: unknown): void => {
    if (Array.isArray(value)) for (const entry of value) look(entry);
    else if (value && typeof value === 'object') {
      const node = value as { kind?: string; name?: { value: string } };
      if (node.kind === Kind.VARIABLE && node.name) used.add(node.name.value);
      else for (const [key, entry] of Object.entries(value)) if (key !== 'loc') look(entry);
    }
  };
  look([selectionSet, operation.directives]);
  return (operation.variableDefinitions ?? []).filter(({ variable }) => used.has(variable.name.value));
};
