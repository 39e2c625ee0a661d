/**
 * One client, many classes of callers: a document that names more than its caller
 * has. With `extensions: { "unknownFields": "NULL" }` what is not there for the
 * caller is null without a word, hidden or misspelled alike, instead of the
 * operation being refused. Fragments on what is not there are left out.
 *
 * Variables and fragments that only such fields used go with them.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  isCompositeType,
  Kind,
  type NamedTypeNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { stillUsed } from './document.ts';

export const absentPrefix = '__hub_absent_';

/** Whether the client asked for it. */
export const isLenient = (extensions: unknown): boolean =>
  typeof extensions === 'object' && extensions !== null && (extensions as { unknownFields?: unknown }).unknownFields === 'NULL';

const known = new WeakMap<DocumentNode, WeakMap<GraphQLSchema, DocumentNode>>();

/** The document with a mark in place of each field that the schema has not. */
export const lenient = (document: DocumentNode, schema: GraphQLSchema): DocumentNode => {
  const of = known.get(document) ?? new WeakMap<GraphQLSchema, DocumentNode>();
  known.set(document, of);
  const made = of.get(schema) ?? make(document, schema);
  of.set(schema, made);
  return made;
};

const make = (document: DocumentNode, schema: GraphQLSchema): DocumentNode => {
  const isThere = (on: NamedTypeNode | undefined) => on === undefined || isCompositeType(schema.getType(on.name.value));
  const left = new Set(fragmentsIn(document).flatMap((one) => (isThere(one.typeCondition) ? [one.name.value] : [])));
  const types = new TypeInfo(schema);
  const marked: DocumentNode = visit(
    document,
    visitWithTypeInfo(types, {
      [Kind.FIELD]: (node: FieldNode) => (types.getParentType() && !types.getFieldDef() ? mark(node) : undefined),
      [Kind.FRAGMENT_SPREAD]: ({ name }) => (left.has(name.value) ? undefined : null),
      [Kind.INLINE_FRAGMENT]: ({ typeCondition }) => (isThere(typeCondition) ? undefined : null),
      [Kind.FRAGMENT_DEFINITION]: ({ name }) => (left.has(name.value) ? undefined : null),
      [Kind.SELECTION_SET]: { leave: (set) => (set.selections.length > 0 ? undefined : { ...set, selections: [nothing] }) },
    }),
  );
  return withoutUnused(marked);
};

const fragmentsIn = ({ definitions }: DocumentNode): FragmentDefinitionNode[] =>
  definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);

const withoutUnused = (document: DocumentNode): DocumentNode => {
  const reached = spreadFrom(document);
  const fragments = fragmentsIn(document).filter(({ name }) => reached.has(name.value));
  const operations = document.definitions.flatMap((node) => {
    if (node.kind !== Kind.OPERATION_DEFINITION) return [];
    const selections = [node, ...fragments].flatMap(({ selectionSet }) => selectionSet.selections);
    return [{ ...node, variableDefinitions: stillUsed(node, { kind: Kind.SELECTION_SET, selections }) ?? [] }];
  });
  return { ...document, definitions: [...operations, ...fragments] };
};

const nothing: FieldNode = {
  kind: Kind.FIELD,
  alias: { kind: Kind.NAME, value: '__hub_nothing' },
  name: { kind: Kind.NAME, value: '__typename' },
};

const mark = ({ alias, name, directives }: FieldNode): FieldNode => ({
  kind: Kind.FIELD,
  alias: { kind: Kind.NAME, value: `${absentPrefix}${alias?.value ?? name.value}` },
  name: { kind: Kind.NAME, value: '__typename' },
  ...(directives ? { directives } : {}),
});

/** Fragments that operations reach. */
const spreadFrom = ({ definitions }: DocumentNode): Set<string> => {
  const reached = new Set<string>();
  const look = (node: DocumentNode['definitions'][number]): void => {
    visit(node, {
      [Kind.FRAGMENT_SPREAD]: ({ name }) => {
        if (reached.has(name.value)) return;
        reached.add(name.value);
        const next = definitions.find((one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name.value);
        if (next) look(next);
      },
    });
  };
  for (const node of definitions) if (node.kind === Kind.OPERATION_DEFINITION) look(node);
  return reached;
};
