/**
 * The naive oracle: it executes everything over the joined data with graphql-js,
 * and takes out afterwards what the caller may not see, by its own reading of the
 * rules. What is denied is null, and so is what may not hold a null.
 */
import {
  type DocumentNode,
  execute,
  type FieldNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import { type Reading, type Row, resolveField, resolveType } from './randomdata.ts';
import { type Holder, mayRead, maySelect, type Rules } from './randomrules.ts';

export interface Verdict {
  data: Record<string, unknown> | null;
  /** Where something was refused, as JSON of the path. */
  refusedAt: Set<string>;
  /** Coordinates in the order of the operation. */
  denied: string[];
  fields: string[];
  /** A field that is permitted is computed from one that is not. */
  needsDenied: boolean;
}

export interface Case {
  api: GraphQLSchema;
  document: DocumentNode;
  variables: Record<string, unknown>;
  rules: Rules;
  holder: Holder;
}

const concrete = 'zz_concrete';

export const judge = async (given: Case, reading: Reading): Promise<Verdict> => {
  const marked = visit(given.document, { SelectionSet: { leave: withConcrete } });
  const all = await execute({
    schema: given.api,
    document: marked,
    variableValues: given.variables,
    contextValue: reading,
    fieldResolver: resolveField as never,
    typeResolver: resolveType as never,
  });
  if (all.errors?.length || !all.data) throw new Error(`The oracle cannot execute: ${all.errors?.[0]?.message}`);
  const decisions = decide(given);
  const refusedAt = new Set<string>();
  const [operation] = given.document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('There is no operation.');
  const data = object(all.data as Row, [{ set: operation.selectionSet, on: 'Query' }], [], { ...given, refusedAt });
  return { data: data === hole ? null : (data as Record<string, unknown>), refusedAt, ...decisions };
};

const withConcrete = (set: SelectionSetNode): SelectionSetNode => ({
  ...set,
  selections: [
    ...set.selections,
    { kind: Kind.FIELD, alias: { kind: Kind.NAME, value: concrete }, name: { kind: Kind.NAME, value: '__typename' } },
  ],
});

/** A null that its place does not take. */
const hole = Symbol('hole');

interface Placed {
  set: SelectionSetNode;
  /** The type on which the selections stand. */
  on: string;
}

interface Filtering extends Case {
  refusedAt: Set<string>;
}

type Path = (string | number)[];

const object = (value: Row, placed: Placed[], path: Path, given: Filtering): unknown => {
  const type = given.api.getType(String(value[concrete]));
  if (!isObjectType(type)) throw new Error('An object without a type.');
  const shown: Record<string, unknown> = {};
  let holed = false;
  for (const [key, entries] of grouped(placed, type.name, given)) {
    const open = entries.filter(({ node, on }) => maySelect(on, node.name.value, given.rules, given.holder));
    if (open.length < entries.length) given.refusedAt.add(JSON.stringify([...path, key]));
    const name = entries[0]?.node.name.value ?? '';
    const declared = type.getFields()[name]?.type;
    const inner = open.flatMap(({ node, on }) =>
      node.selectionSet ? [{ set: node.selectionSet, on: given.rules.gives.get(`${on}.${name}`) ?? '' }] : [],
    );
    const kept = declared ? complete(value[key], declared, inner, [...path, key], given) : value[key];
    const result = open.length < entries.length ? (declared && isNonNullType(declared) ? hole : null) : kept;
    if (result === hole) holed = true;
    else shown[key] = result;
  }
  return holed ? hole : shown;
};

const complete = (value: unknown, type: GraphQLOutputType, inner: Placed[], path: Path, given: Filtering): unknown => {
  if (isNonNullType(type)) return complete(value, type.ofType, inner, path, given) ?? hole;
  if (value === null) return null;
  if (isListType(type)) {
    const entries = (value as unknown[]).map((entry, at) => complete(entry, type.ofType, inner, [...path, at], given));
    return entries.includes(hole) ? null : entries;
  }
  if (inner.length === 0) return typeof value === 'object' ? null : value;
  const shown = object(value as Row, inner, path, given);
  return shown === hole ? null : shown;
};

interface Entry {
  node: FieldNode;
  on: string;
}

/** The fields that stand at one object, fragments and conditions resolved, by response key. */
const grouped = (placed: Placed[], type: string, given: Filtering): Map<string, Entry[]> => {
  const groups = new Map<string, Entry[]>();
  const collect = (node: SelectionNode, on: string): void => {
    if (!stands(node, given.variables)) return;
    if (node.kind === Kind.FIELD) {
      const key = node.alias?.value ?? node.name.value;
      groups.set(key, [...(groups.get(key) ?? []), { node, on }]);
      return;
    }
    const inside = fragmentOf(node, on, given.document);
    if (inside.on !== type && !(given.rules.members.get(inside.on) ?? []).includes(type)) return;
    for (const one of inside.set.selections) collect(one, inside.on);
  };
  for (const { set, on } of placed) for (const node of set.selections) collect(node, on);
  return groups;
};

const fragmentOf = (node: Exclude<SelectionNode, FieldNode>, on: string, { definitions }: DocumentNode): Placed => {
  if (node.kind === Kind.INLINE_FRAGMENT) return { set: node.selectionSet, on: node.typeCondition?.name.value ?? on };
  const found = definitions.find((one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === node.name.value);
  if (found?.kind !== Kind.FRAGMENT_DEFINITION) throw new Error('No such fragment.');
  return { set: found.selectionSet, on: found.typeCondition.name.value };
};

const stands = (node: SelectionNode, variables: Record<string, unknown>): boolean =>
  (node.directives ?? []).every((directive) => {
    const given = directive.arguments?.[0]?.value;
    const holds =
      given?.kind === Kind.VARIABLE
        ? (variables[given.name.value] ?? given.name.value === 'byDefault') === true
        : given && valueFromASTUntyped(given) === true;
    return directive.name.value === 'skip' ? !holds : holds;
  });

/** What is decided before anything runs, and so stands in the audit: of what is executed at all. */
const decide = ({ document, variables, rules, holder }: Case): Pick<Verdict, 'denied' | 'fields' | 'needsDenied'> => {
  const denied: string[] = [];
  const fields = new Set<string>();
  let needsDenied = false;
  const look = ({ set, on }: Placed): void => {
    for (const node of set.selections) {
      if (!stands(node, variables)) continue;
      if (node.kind !== Kind.FIELD) {
        look(fragmentOf(node, on, document));
        continue;
      }
      const name = node.name.value;
      const at = `${on}.${name}`;
      if (!maySelect(on, name, rules, holder)) denied.push(at);
      else if (name !== '__typename') {
        fields.add(at);
        const needs = rules.requires.get(at);
        if (needs && !mayRead(on, needs, rules, holder)) needsDenied = true;
        if (node.selectionSet) look({ set: node.selectionSet, on: rules.gives.get(at) ?? '' });
      }
    }
  };
  for (const one of document.definitions)
    if (one.kind === Kind.OPERATION_DEFINITION) look({ set: one.selectionSet, on: 'Query' });
  return { denied, fields: [...fields].sort(), needsDenied };
};
