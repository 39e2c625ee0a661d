/**
 * The operation and its caller → the operation that the caller may run, and what
 * was denied. Pure: no clock, no IO.
 *
 * A denied field is never planned, so no source is asked for it. In its place
 * stands `__typename` under an alias of ours: the answer then holds a mark at
 * exactly the places where the field would have stood, however deep in lists
 * and fragments, and `redact` makes each a null with an error at its path.
 *
 * Fragments are expanded; `limits` has bounded what they expand to. `@skip` and
 * `@include` are settled: what they leave out is gone. Entities get their key under
 * an alias of ours, so that the audit can say which were shown.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getVariableValues,
  type InlineFragmentNode,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { HubError } from '../schema/errors.ts';
import { stands, withoutConditions } from './conditions.ts';
import { fieldOf, findOperation, fragmentsOf, stillUsed } from './document.ts';
import { absentPrefix } from './lenient.ts';
import type { Policy } from './policy.ts';
import { ruleOfUse } from './reads.ts';
import { type Authority, both, missing, open, permits, type Rule, withoutLabels } from './rule.ts';

export const deniedPrefix = '__hub_denied_';
export const keyPrefix = '__hub_key_';
/** Stands alone where conditions leave nothing else of a selection: the object is there, with nothing in it. */
export const hollowMark = '__hub_hollow';

export interface Denial {
  /** `Person.ssn` */
  coordinate: string;
  responseKey: string;
  /** The policies, scopes or state that would have permitted it, as the schema names them. For the record. */
  lacks: string[];
  /** Those that the caller may hear of, where that is not all of them; none: the null stands without a word. */
  told?: string[];
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
  /** Coordinates that the operation reads, for the audit. */
  fields: string[];
  /** What an interface or a union of it could be, and for this caller is not: such an item stands nowhere in the answer. */
  gone: string[];
}

export interface AuthorizeOptions {
  document: DocumentNode;
  operationName?: string | undefined;
  /** As the client sent them. */
  variables?: Record<string, unknown>;
  authority: Authority;
  policy: Policy;
  schema: GraphQLSchema;
  /** Type name → key field, for the entities whose keys the audit wants; empty: none. */
  keys: ReadonlyMap<string, string>;
  /** Labels that the caller is told nothing of; absent: none. */
  isUntold?: (label: string) => boolean;
  /** The schema as there is for the caller; absent: all of it. */
  there?: GraphQLSchema;
}

interface Walk extends AuthorizeOptions {
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Of the variables, with their defaults. */
  values: Record<string, unknown>;
  denied: Denial[];
  fields: Set<string>;
  gone: Set<string>;
}

export const authorize = (options: AuthorizeOptions): Authorized => {
  const operation = findOperation(options.document, options.operationName);
  const root = options.schema.getRootType(operation.operation);
  if (!root) throw new HubError('GRAPHQL_VALIDATION_FAILED', { message: `The schema has no ${operation.operation}.` });
  const { coerced } = getVariableValues(options.schema, operation.variableDefinitions ?? [], options.variables ?? {});
  const fragments = fragmentsOf(options.document);
  const walk: Walk = { ...options, fragments, values: coerced ?? {}, denied: [], fields: new Set(), gone: new Set() };
  const selectionSet = filled(filter(operation.selectionSet, { type: root, object: root, restsAbove: 0 }, walk));
  const filtered = { ...operation, selectionSet, variableDefinitions: stillUsed(operation, selectionSet) };
  return {
    document: { kind: Kind.DOCUMENT, definitions: [filtered] },
    operation: filtered,
    denied: walk.denied,
    fields: [...walk.fields],
    gone: [...walk.gone].sort(),
  };
};

/** Where the walk stands: the type there, and how far up a null at this object comes to rest. */
interface Place {
  type: GraphQLCompositeType;
  /** The object's own type, where the operation leaves no doubt; `type` may be an abstract one that a fragment widened it to. */
  object: GraphQLObjectType | undefined;
  restsAbove: number;
}

const filter = (set: SelectionSetNode, place: Place, walk: Walk): SelectionSetNode => {
  leftOf(place.type, walk); // What of it is gone is so whatever is selected.
  const selections = set.selections.flatMap((node) => (stands(node, walk.values) ? select(node, place, walk) : []));
  const key = isObjectType(place.type) ? walk.keys.get(place.type.name) : undefined;
  return {
    kind: Kind.SELECTION_SET,
    selections:
      key && !selections.some(gives(key, place.type))
        ? [...selections, alias(`${keyPrefix}${place.type.name}`, key)]
        : selections,
  };
};

/** With arguments it might be given in another form. */
export const isPlain = ({ name, arguments: given = [] }: FieldNode, field: string): boolean =>
  name.value === field && given.length === 0;

/** The key is asked for already, by the client or in a fragment: the audit has it from there. */
const gives =
  (key: string, type: GraphQLCompositeType) =>
  (node: SelectionNode): boolean => {
    if (node.kind === Kind.FIELD) return isPlain(node, key);
    if (node.kind !== Kind.INLINE_FRAGMENT || (node.typeCondition && node.typeCondition.name.value !== type.name)) return false;
    return node.selectionSet.selections.some(gives(key, type));
  };

const filled = (set: SelectionSetNode): SelectionSetNode =>
  set.selections.length > 0 ? set : { ...set, selections: [alias(hollowMark, '__typename')] };

const select = (node: SelectionNode, place: Place, walk: Walk): SelectionNode[] => {
  switch (node.kind) {
    case Kind.FIELD:
      return selectedOn(place, selectField(node, place, walk), walk);
    case Kind.INLINE_FRAGMENT:
      return fragment(node, place, walk);
    case Kind.FRAGMENT_SPREAD: {
      const spread = walk.fragments.get(node.name.value);
      if (!spread) throw new HubError('GRAPHQL_VALIDATION_FAILED');
      const directives = [...(node.directives ?? []), ...(spread.directives ?? [])];
      const { typeCondition, selectionSet } = spread;
      return fragment({ kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet }, place, walk);
    }
  }
};

/**
 * Apollo's executor knows an object that it has no `__typename` of by the fragment
 * around it, and loses what stands in `… on Person` in `… on Node` on a Person. So
 * a fragment that only widens goes without its condition, and one that then cannot
 * apply keeps the abstract type around it.
 */
const fragment = (node: InlineFragmentNode, place: Place, walk: Walk): InlineFragmentNode[] => {
  const type = node.typeCondition ? walk.schema.getType(node.typeCondition.name.value) : place.type;
  if (!isCompositeType(type)) throw new HubError('GRAPHQL_VALIDATION_FAILED');
  const { object } = place;
  const widens = object && isAbstractType(type) && walk.schema.isSubType(type, object);
  const inside = { ...place, type, object: widens ? object : objectOf(type) };
  const selectionSet = filter(node.selectionSet, inside, walk);
  if (selectionSet.selections.length === 0) return [];
  const filtered = { ...node, directives: withoutConditions(node.directives), selectionSet };
  if (widens) return [{ ...filtered, typeCondition: undefined }];
  if (!object || object === type) return [filtered];
  const typeCondition = named(place.type.name);
  return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet: { kind: Kind.SELECTION_SET, selections: [filtered] } }];
};

/** Of what is not there for the caller nothing is asked either: the field is asked of each of the others. */
const selectedOn = ({ type, object }: Place, node: FieldNode, walk: Walk): SelectionNode[] => {
  const left = object || node.name.value === '__typename' ? undefined : leftOf(type, walk);
  if (!left) return [node];
  const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [node] };
  return left.map(({ name }) => ({ kind: Kind.INLINE_FRAGMENT, typeCondition: named(name), selectionSet }));
};

/** What an abstract type can be for this caller, where that is not all that it can be. What is left out is a denial, of which nothing is told. */
const leftOf = (type: GraphQLCompositeType, walk: Walk): GraphQLObjectType[] | undefined => {
  const { schema, there, policy, authority } = walk;
  if (!there || there === schema || !isAbstractType(type)) return undefined;
  const all = schema.getPossibleTypes(type);
  const left = all.filter(({ name }) => there.getType(name));
  if (left.length === all.length || left.length === 0) return undefined;
  for (const { name } of all) {
    if (walk.gone.has(name) || there.getType(name)) continue;
    walk.gone.add(name);
    walk.denied.push({ coordinate: name, responseKey: '', lacks: missing(policy.type(name), authority), told: [] });
  }
  return left;
};

const objectOf = (type: GraphQLCompositeType) => (isObjectType(type) ? type : undefined);

const selectField = (node: FieldNode, place: Place, walk: Walk): FieldNode => {
  const name = node.name.value;
  if (node.alias?.value.startsWith(absentPrefix)) return absent(node, node.alias.value.slice(absentPrefix.length), walk);
  const field = fieldOf(name, place.type);
  const uses = field ? ruleOfUse({ node, field, types: namesOf(place.type, walk), values: walk.values }, walk.policy.uses) : open;
  const rule = both(ruleOf(name, place.type, walk), uses);
  if (!permits(rule, walk.authority)) return deny(node, place, rule, walk);
  const plain = { ...node, directives: withoutConditions(node.directives) };
  if (name === '__typename') return plain;
  walk.fields.add(`${place.type.name}.${name}`);
  const given = field && getNamedType(field.type);
  if (!node.selectionSet || !field || !isCompositeType(given)) return plain;
  const below = { type: given, object: objectOf(given), restsAbove: restsAbove(field.type, place.restsAbove) };
  return { ...plain, selectionSet: filled(filter(node.selectionSet, below, walk)) };
};

/** The types whose declaration of a field counts: of an interface, all that it can be too. */
const namesOf = (type: GraphQLCompositeType, walk: Walk): string[] => {
  const can = leftOf(type, walk) ?? (isAbstractType(type) ? walk.schema.getPossibleTypes(type) : []);
  return [type.name, ...can.map(({ name }) => name)];
};

/** How far a null at an object of this field climbs: past each non-null position, list items included. */
const restsAbove = (type: GraphQLOutputType, parent: number): number => {
  const inner = isNonNullType(type) ? type.ofType : type;
  const here = isNonNullType(type) ? parent + 1 : 0;
  if (!isListType(inner)) return here;
  return restsAbove(inner.ofType, here);
};

/** A member of a protected type is not told by its `__typename` either; introspection of a graph with rules takes a caller. */
const ruleOf = (name: string, type: GraphQLCompositeType, walk: Walk): Rule => {
  const { policy } = walk;
  if (name === '__schema' || name === '__type') return policy.stated ? { ...open, authenticated: true } : open;
  const reached = policy.type(type.name);
  const left = leftOf(type, walk);
  if (left)
    return left
      .map((one) => both(policy.type(one.name), name === '__typename' ? open : policy.field(one.name, name)))
      .reduce(both, open);
  return name === '__typename' ? (isAbstractType(type) ? reached : open) : both(reached, policy.field(type.name, name));
};

const deny = (node: FieldNode, { type, restsAbove }: Place, rule: Rule, walk: Walk): FieldNode => {
  const field = fieldOf(node.name.value, type);
  const mark = `${deniedPrefix}${walk.denied.length}`;
  walk.denied.push({
    coordinate: `${type.name}.${node.name.value}`,
    responseKey: node.alias?.value ?? node.name.value,
    lacks: missing(rule, walk.authority),
    ...toldOf(rule, walk),
    ...(field && isNonNullType(field.type) ? { restsAbove } : {}),
  });
  return { ...alias(mark, '__typename'), directives: withoutConditions(node.directives) };
};

/** Not there for this caller, whose client takes a null for it: no denial, and nothing to record. */
const absent = (node: FieldNode, responseKey: string, walk: Walk): FieldNode => {
  const mark = `${deniedPrefix}${walk.denied.length}`;
  walk.denied.push({ coordinate: '', responseKey, lacks: [], told: [] });
  return { ...alias(mark, '__typename'), directives: withoutConditions(node.directives) };
};

/** What can only be had by a label that the caller hears nothing of is passed over in silence; of alternatives the others are told. */
const toldOf = (rule: Rule, { authority, isUntold = () => false }: Walk): Pick<Denial, 'told'> => {
  if (!rule.policies.flat(2).some(isUntold)) return {};
  const rest = withoutLabels(rule, isUntold);
  return { told: rest ? missing(rest, authority) : [] };
};

const named = (name: string): NamedTypeNode => ({ kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } });

const alias = (as: string, name: string): FieldNode => ({
  kind: Kind.FIELD,
  alias: { kind: Kind.NAME, value: as },
  name: { kind: Kind.NAME, value: name },
});
