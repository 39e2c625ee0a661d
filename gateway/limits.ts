/**
 * How much one operation may ask. Counted with fragments expanded and each
 * fragment counted once, so that a bomb of nested fragments costs nothing to
 * refuse. Lists that take no size are assumed to hold ten; a page holds what its
 * `first` asks for.
 */
import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import { type ErrorCode, HubError } from '../schema/errors.ts';
import { findOperation, fragmentsOf } from './authorize.ts';

export interface Limits {
  /** Levels of fields. */
  depth: number;
  aliases: number;
  rootFields: number;
  /** Objects that the answer may hold, estimated. */
  cost: number;
  /** What `first` and `last` may ask for. */
  listSize: number;
  /** Lexical tokens of a document. */
  tokens: number;
  bodyBytes: number;
  /** Operations of one HTTP batch. */
  batch: number;
  /** Open subscriptions a socket. */
  streams: number;
}

export interface LimitOptions {
  document: DocumentNode;
  operationName?: string | undefined;
  variables: Record<string, unknown>;
  schema: GraphQLSchema;
  limits: Limits;
}

interface Size {
  depth: number;
  aliases: number;
  cost: number;
  fields: number;
}

interface Count extends LimitOptions {
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** By fragment, type and page size: what it expands to. */
  known: Map<string, Size>;
  /** Fragments under way, against cycles. */
  open: Set<string>;
}

const assumedListSize = 10;
/** Names that a client may not give: ours for marks, and JavaScript's for prototypes. */
const reservedAlias = /^__|^(constructor|prototype)$/;

/** Throws the first limit that the operation exceeds. */
export const limit = (options: LimitOptions): void => {
  const { document, operationName, schema, limits } = options;
  const operation = findOperation(document, operationName);
  const root = schema.getRootType(operation.operation);
  if (!root) return;
  const variables = { ...defaultsOf(operation), ...options.variables };
  const count: Count = { ...options, variables, fragments: fragmentsOf(document), known: new Map(), open: new Set() };
  const size = sizeOf(operation.selectionSet, root, 1, count);
  exceed('LIMIT_ROOT_FIELDS', operation.selectionSet.selections.length, limits.rootFields, 'root fields');
  exceed('LIMIT_DEPTH', size.depth, limits.depth, 'levels');
  exceed('LIMIT_ALIASES', size.aliases, limits.aliases, 'aliases');
  exceed('LIMIT_COST', size.cost, limits.cost, 'objects at the most, by estimate');
};

const defaultsOf = ({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> =>
  Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );

const exceed = (code: ErrorCode, asked: number, allowed: number, what: string): void => {
  if (asked > allowed)
    throw new HubError(code, { message: `The operation asks for ${asked} ${what}; the hub allows ${allowed}.` });
};

const sizeOf = (set: SelectionSetNode, type: GraphQLCompositeType, pageSize: number, count: Count): Size => {
  const total: Size = { depth: 0, aliases: 0, cost: 0, fields: 0 };
  for (const node of set.selections) {
    const size =
      node.kind === Kind.FIELD ? sizeOfField(node, type, pageSize, count) : sizeOfFragment(node, type, pageSize, count);
    total.depth = Math.max(total.depth, size.depth);
    total.aliases += size.aliases;
    total.cost += size.cost;
    total.fields += size.fields;
  }
  return total;
};

type FragmentNode = Exclude<SelectionSetNode['selections'][number], FieldNode>;

const sizeOfFragment = (node: FragmentNode, type: GraphQLCompositeType, pageSize: number, count: Count): Size => {
  if (node.kind === Kind.INLINE_FRAGMENT)
    return sizeOf(node.selectionSet, conditionOf(node.typeCondition?.name.value, type, count), pageSize, count);
  const name = node.name.value;
  const key = `${name} ${pageSize}`;
  const known = count.known.get(key);
  if (known) return known;
  const fragment = count.fragments.get(name);
  if (!fragment || count.open.has(name)) throw new HubError('GRAPHQL_VALIDATION_FAILED');
  count.open.add(name);
  const size = sizeOf(fragment.selectionSet, conditionOf(fragment.typeCondition.name.value, type, count), pageSize, count);
  count.open.delete(name);
  count.known.set(key, size);
  return size;
};

const conditionOf = (name: string | undefined, type: GraphQLCompositeType, { schema }: Count): GraphQLCompositeType => {
  const condition = name === undefined ? undefined : schema.getType(name);
  return isCompositeType(condition) ? condition : type;
};

const sizeOfField = (node: FieldNode, type: GraphQLCompositeType, pageSize: number, count: Count): Size => {
  if (node.alias && reservedAlias.test(node.alias.value)) {
    throw new HubError('LIMIT_ALIASES', {
      message: 'An alias may not begin with two underscores, nor be "constructor" or "prototype".',
    });
  }
  const aliases = node.alias ? 1 : 0;
  const field = 'getFields' in type ? type.getFields()[node.name.value] : undefined;
  const given = field && getNamedType(field.type);
  if (!node.selectionSet || !field || !isCompositeType(given)) {
    // Introspection is bounded by its own depth and returns the schema, not records.
    return { depth: 1, aliases, cost: 0, fields: 1 };
  }
  const asked = askedSize(node, field, count);
  const list = isListType(getNullableType(field.type));
  const times = list ? (asked ?? (pageSize > 1 ? pageSize : assumedListSize)) : 1;
  const inner = sizeOf(node.selectionSet, given, list ? 1 : (asked ?? 1), count);
  return { depth: inner.depth + 1, aliases: aliases + inner.aliases, cost: times * (1 + inner.cost), fields: 1 + inner.fields };
};

/** `first` or `last` as given, or the schema's default. */
const askedSize = (node: FieldNode, field: GraphQLField<unknown, unknown>, { variables, limits }: Count): number | undefined => {
  for (const name of ['first', 'last', 'limit']) {
    const argument = field.args.find((arg) => arg.name === name);
    if (!argument) continue;
    const given = node.arguments?.find((arg) => arg.name.value === name);
    const size = given ? numberOf(given, variables) : argument.defaultValue;
    if (typeof size !== 'number') continue;
    if (size < 0 || size > limits.listSize) {
      throw new HubError('LIMIT_LIST_SIZE', {
        message: `"${name}" asks for ${size}; the hub gives 0 to ${limits.listSize} at a time.`,
      });
    }
    return size;
  }
  return undefined;
};

const numberOf = ({ value }: ArgumentNode, variables: Record<string, unknown>): unknown =>
  value.kind === Kind.VARIABLE ? variables[value.name.value] : value.kind === Kind.INT ? Number(value.value) : undefined;
