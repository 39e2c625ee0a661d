/**
 * The operation and its caller → the operation that the caller may run, and what
 * was denied. Pure: no clock, no IO.
 *
 * A denied field is never planned, so no source is asked for it. In its place
 * stands `__typename` under an alias of ours: the answer then holds a mark at
 * exactly the places where the field would have stood, however deep in lists
 * and fragments, and `redact` makes each a null with an error at its path.
 *
 * Fragments are expanded; `limits` has bounded what they expand to. Entities get
 * their key under an alias of ours, so that the audit can say which were shown.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  type InlineFragmentNode,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';
import { HubError } from '../schema/errors.ts';
import { type Authority, both, missing, open, type Policy, permits, type Rule } from './policy.ts';

export const deniedPrefix = '__hub_denied_';
export const keyPrefix = '__hub_key_';

export interface Denial {
  /** `Person.ssn` */
  coordinate: string;
  responseKey: string;
  /** The policies, scopes or state that would have permitted it, as the schema names them. */
  lacks: string[];
  /**
   * Where a null may not stand: how many steps of the path above the object that
   * holds the field it comes to rest. Absent: it stands at the field.
   */
  restsAbove?: number;
}

export interface Authorized {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** By their number in the marks. */
  denied: Denial[];
  /** Coordinates that the operation may read, for the audit. */
  fields: string[];
}

export interface AuthorizeOptions {
  document: DocumentNode;
  operationName?: string | undefined;
  authority: Authority;
  policy: Policy;
  schema: GraphQLSchema;
  /** Type name → key field, for the entities whose keys the audit wants; empty: none. */
  keys: ReadonlyMap<string, string>;
}

interface Walk extends AuthorizeOptions {
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  denied: Denial[];
  fields: Set<string>;
}

export const authorize = (options: AuthorizeOptions): Authorized => {
  const operation = findOperation(options.document, options.operationName);
  const root = options.schema.getRootType(operation.operation);
  if (!root) throw new HubError('GRAPHQL_VALIDATION_FAILED', { message: `The schema has no ${operation.operation}.` });
  const walk: Walk = { ...options, fragments: fragmentsOf(options.document), denied: [], fields: new Set() };
  const selectionSet = filter(operation.selectionSet, { type: root, object: root, restsAbove: 0 }, walk);
  const filtered = { ...operation, selectionSet, variableDefinitions: stillUsed(operation, selectionSet) };
  return {
    document: { kind: Kind.DOCUMENT, definitions: [filtered] },
    operation: filtered,
    denied: walk.denied,
    fields: [...walk.fields],
  };
};

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

/** Where the walk stands: the type there, and how far up a null at this object comes to rest. */
interface Place {
  type: GraphQLCompositeType;
  /** The object's own type, where the operation leaves no doubt; `type` may be an abstract one that a fragment widened it to. */
  object: GraphQLObjectType | undefined;
  restsAbove: number;
}

const filter = (set: SelectionSetNode, place: Place, walk: Walk): SelectionSetNode => {
  const selections = set.selections.flatMap((node) => select(node, place, walk));
  const key = isObjectType(place.type) ? walk.keys.get(place.type.name) : undefined;
  return {
    kind: Kind.SELECTION_SET,
    selections: key ? [...selections, alias(`${keyPrefix}${place.type.name}`, key)] : selections,
  };
};

const select = (node: SelectionNode, place: Place, walk: Walk): SelectionNode[] => {
  switch (node.kind) {
    case Kind.FIELD:
      return [selectField(node, place, walk)];
    case Kind.INLINE_FRAGMENT:
      return [fragment(node, place, walk)];
    case Kind.FRAGMENT_SPREAD: {
      const spread = walk.fragments.get(node.name.value);
      if (!spread) throw new HubError('GRAPHQL_VALIDATION_FAILED');
      const directives = [...(node.directives ?? []), ...(spread.directives ?? [])];
      const { typeCondition, selectionSet } = spread;
      return [fragment({ kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet }, place, walk)];
    }
  }
};

/**
 * Apollo's executor knows an object that it has no `__typename` of by the fragment
 * around it, and loses what stands in `… on Person` in `… on Node` on a Person. So
 * a fragment that only widens goes without its condition, and one that then cannot
 * apply keeps the abstract type around it.
 */
const fragment = (node: InlineFragmentNode, place: Place, walk: Walk): InlineFragmentNode => {
  const type = node.typeCondition ? walk.schema.getType(node.typeCondition.name.value) : place.type;
  if (!isCompositeType(type)) throw new HubError('GRAPHQL_VALIDATION_FAILED');
  const { object } = place;
  const widens = object && isAbstractType(type) && walk.schema.isSubType(type, object);
  const inside = { ...place, type, object: widens ? object : objectOf(type) };
  const filtered = { ...node, selectionSet: filter(node.selectionSet, inside, walk) };
  if (widens) return { ...filtered, typeCondition: undefined };
  if (!object || object === type) return filtered;
  const typeCondition: NamedTypeNode = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: place.type.name } };
  return { kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet: { kind: Kind.SELECTION_SET, selections: [filtered] } };
};

const objectOf = (type: GraphQLCompositeType) => (isObjectType(type) ? type : undefined);

const selectField = (node: FieldNode, place: Place, walk: Walk): FieldNode => {
  const name = node.name.value;
  const rule = ruleOf(name, place.type, walk);
  if (!permits(rule, walk.authority)) return deny(node, place, rule, walk);
  if (name === '__typename') return node;
  walk.fields.add(`${place.type.name}.${name}`);
  const field = fieldOf(name, place.type);
  const given = field && getNamedType(field.type);
  if (!node.selectionSet || !field || !isCompositeType(given)) return node;
  const below = { type: given, object: objectOf(given), restsAbove: restsAbove(field.type, place.restsAbove) };
  return { ...node, selectionSet: filter(node.selectionSet, below, walk) };
};

/** How far a null at an object of this field climbs: past each non-null position, list items included. */
const restsAbove = (type: GraphQLOutputType, parent: number): number => {
  const inner = isNonNullType(type) ? type.ofType : type;
  const here = isNonNullType(type) ? parent + 1 : 0;
  if (!isListType(inner)) return here;
  return restsAbove(inner.ofType, here);
};

/** A member of a protected type is not told by its `__typename` either; introspection of a graph with rules takes a caller. */
const ruleOf = (name: string, type: GraphQLCompositeType, { policy }: Walk): Rule => {
  if (name === '__schema' || name === '__type') return policy.stated ? { ...open, authenticated: true } : open;
  const reached = policy.type(type.name);
  return name === '__typename' ? (isAbstractType(type) ? reached : open) : both(reached, policy.field(type.name, name));
};

const deny = (node: FieldNode, { type, restsAbove }: Place, rule: Rule, walk: Walk): FieldNode => {
  const field = fieldOf(node.name.value, type);
  const mark = `${deniedPrefix}${walk.denied.length}`;
  walk.denied.push({
    coordinate: `${type.name}.${node.name.value}`,
    responseKey: node.alias?.value ?? node.name.value,
    lacks: missing(rule, walk.authority),
    ...(field && isNonNullType(field.type) ? { restsAbove } : {}),
  });
  return { ...alias(mark, '__typename'), directives: node.directives ?? [] };
};

export const fieldOf = (name: string, type: GraphQLCompositeType): GraphQLField<unknown, unknown> | undefined => {
  if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef; // No type lists these two; below them fragments are spread as anywhere.
  if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  return 'getFields' in type ? type.getFields()[name] : undefined;
};

const alias = (as: string, name: string): FieldNode => ({
  kind: Kind.FIELD,
  alias: { kind: Kind.NAME, value: as },
  name: { kind: Kind.NAME, value: name },
});

export const fragmentsOf = (document: DocumentNode): Map<string, FragmentDefinitionNode> =>
  new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [])),
  );

/** A variable that only denied fields used would make the document invalid. */
const stillUsed = (
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

/** Entities by their first key that is one plain field clients can see: what the audit calls them by. */
export const keysOf = (full: GraphQLSchema, api: GraphQLSchema): Map<string, string> => {
  const keys = new Map<string, string>();
  for (const type of Object.values(api.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const directive of full.getType(type.name)?.astNode?.directives ?? []) {
      const argument = directive.arguments?.find(({ name }) => name.value === 'key')?.value;
      if (directive.name.value !== 'join__type' || argument?.kind !== Kind.STRING) continue;
      const field = /^\w+$/.test(argument.value.trim()) ? type.getFields()[argument.value.trim()] : undefined;
      if (field && !isCompositeType(getNullableType(field.type)) && !keys.has(type.name)) keys.set(type.name, field.name);
    }
  }
  return keys;
};
