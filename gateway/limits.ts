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
  isIntrospectionType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import { type ErrorCode, HubError } from '../schema/errors.ts';
import { fieldOf, findOperation, fragmentsOf } from './document.ts';

export interface Limits {
  /** Levels of fields. */
  depth: number;
  aliases: number;
  rootFields: number;
  /** Objects that the answer may hold, estimated. */
  cost: number;
  /** What `first` and `last` may ask for. */
  listSize: number;
  /** Lexical tokens of a document, and its fields once fragments are expanded. */
  tokens: number;
  bodyBytes: number;
  /** Operations of one HTTP batch. */
  batch: number;
  /** Open operations of one caller, over all of their sockets; of nobody, a socket. */
  streams: number;
  /** Requests of one caller in a minute; of nobody, of one address. */
  rate: number;
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
  /** Fields side by side, not those below them. */
  width: number;
  /** All fields, with fragments expanded: what everything behind this has to walk. */
  fields: number;
}

interface Count extends LimitOptions {
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** By fragment, type and page size: what it expands to. */
  known: Map<string, Size>;
  /** Fragments under way, against cycles. */
  open: Set<string>;
  /** True once a variable was looked at: with another value the operation may have another size. */
  varies: boolean;
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
  const size = measured(operation, root, options);
  exceed('LIMIT_ROOT_FIELDS', size.width, limits.rootFields, 'root fields');
  exceed('LIMIT_DEPTH', size.depth, limits.depth, 'levels');
  exceed('LIMIT_ALIASES', size.aliases, limits.aliases, 'aliases');
  exceed('LIMIT_COST', size.cost, limits.cost, 'objects at the most, by estimate');
  exceed('LIMIT_TOKENS', size.fields, limits.tokens, 'fields, with fragments expanded');
};

/** An operation whose pages no variable sizes is measured once: by operation, schema and the largest page. */
const known = new WeakMap<OperationDefinitionNode, WeakMap<GraphQLSchema, Map<number, Size>>>();

const measured = (operation: OperationDefinitionNode, root: GraphQLCompositeType, options: LimitOptions): Size => {
  const { document, schema, limits } = options;
  const found = known.get(operation)?.get(schema)?.get(limits.listSize);
  if (found) return found;
  const variables = { ...defaultsOf(operation), ...options.variables };
  const count: Count = {
    ...options,
    variables,
    fragments: fragmentsOf(document),
    known: new Map(),
    open: new Set(),
    varies: false,
  };
  const size = sizeOf(operation.selectionSet, root, undefined, count);
  if (count.varies) return size;
  const bySchema = known.get(operation) ?? new WeakMap<GraphQLSchema, Map<number, Size>>();
  known.set(operation, bySchema.set(schema, new Map(bySchema.get(schema)).set(limits.listSize, size)));
  return size;
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

/** What the field above asked for with `first`, where its lists are the page. */
type PageSize = number | undefined;

const sizeOf = (set: SelectionSetNode, type: GraphQLCompositeType, pageSize: PageSize, count: Count): Size => {
  const total: Size = { depth: 0, aliases: 0, cost: 0, width: 0, fields: 0 };
  for (const node of set.selections) {
    const size =
      node.kind === Kind.FIELD ? sizeOfField(node, type, pageSize, count) : sizeOfFragment(node, type, pageSize, count);
    total.depth = Math.max(total.depth, size.depth);
    total.aliases += size.aliases;
    total.cost += size.cost;
    total.width += size.width;
    total.fields += size.fields;
  }
  return total;
};

type FragmentNode = Exclude<SelectionSetNode['selections'][number], FieldNode>;

const sizeOfFragment = (node: FragmentNode, type: GraphQLCompositeType, pageSize: PageSize, count: Count): Size => {
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

const sizeOfField = (node: FieldNode, type: GraphQLCompositeType, pageSize: PageSize, count: Count): Size => {
  if (node.alias && reservedAlias.test(node.alias.value)) {
    throw new HubError('LIMIT_ALIASES', {
      message: 'An alias may not begin with two underscores, nor be "constructor" or "prototype".',
    });
  }
  const aliases = node.alias ? 1 : 0;
  const field = fieldOf(node.name.value, type);
  const given = field && getNamedType(field.type);
  if (!node.selectionSet || !field || !isCompositeType(given)) return { depth: 1, aliases, cost: 0, width: 1, fields: 1 };
  const asked = askedSize(node, field, count);
  const list = isListType(getNullableType(field.type));
  const times = list ? (asked ?? pageSize ?? assumedListSize) : 1;
  const inner = sizeOf(node.selectionSet, given, list ? undefined : asked, count);
  const sum = { aliases: aliases + inner.aliases, width: 1, fields: 1 + inner.fields };
  // Introspection is bounded by validation's own depth and returns the schema, not records.
  if (isIntrospectionType(given)) return { ...sum, depth: 1, cost: 0 };
  return { ...sum, depth: inner.depth + 1, cost: times * (1 + inner.cost) };
};

const sizeArguments = ['first', 'last', 'limit'];

/** The largest of what was given, or the schema's default. */
const askedSize = (node: FieldNode, field: GraphQLField<unknown, unknown>, count: Count): number | undefined => {
  const { limits } = count;
  const taken = field.args.filter(({ name }) => sizeArguments.includes(name));
  const given = taken.flatMap(({ name }) => {
    const argument = node.arguments?.find((arg) => arg.name.value === name);
    const size = argument && numberOf(argument, count);
    return typeof size === 'number' ? [{ name, size }] : [];
  });
  for (const { name, size } of given) {
    if (size >= 0 && size <= limits.listSize) continue;
    throw new HubError('LIMIT_LIST_SIZE', {
      message: `"${name}" asks for ${size}; the hub gives 0 to ${limits.listSize} at a time.`,
    });
  }
  const sizes = given.length > 0 ? given.map(({ size }) => size) : taken.map(({ defaultValue }) => defaultValue);
  const numbers = sizes.filter((size) => typeof size === 'number');
  return numbers.length > 0 ? Math.max(...numbers) : undefined;
};

const numberOf = ({ value }: ArgumentNode, count: Count): unknown => {
  if (value.kind !== Kind.VARIABLE) return value.kind === Kind.INT ? Number(value.value) : undefined;
  count.varies = true;
  return count.variables[value.name.value];
};
