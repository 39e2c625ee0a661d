/**
 * The fields of one object: what the operation selects on its type, by what the
 * client calls them, in the operation's order. Fragments that do not apply to
 * the type are gone, those that do are opened, and fields selected twice are one.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { deniedPrefix, isPlain, keyPrefix } from '../authorize.ts';
import { isSubtype } from './types.ts';

/** Everything of ours that stands in an operation begins with this; clients may not use names that do. */
const ourPrefix = '__hub_';

export interface Selected {
  /** What the client calls it; for an entity's key, our own name. */
  key: string;
  /** None where the field is denied wherever it is selected. */
  nodes: FieldNode[];
  /** Numbers of the denials that stand there. */
  denials: number[];
  /** For an entity's key, the type's name. */
  keyOf?: string;
  /** Not the client's: asked for the audit alone. */
  ours: boolean;
}

export interface Selecting {
  schema: GraphQLSchema;
  /** Type → key field, for what the audit calls entities by. */
  keys: ReadonlyMap<string, string>;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Response keys of the denied fields, by the marks' numbers. */
  deniedKeys: readonly string[];
  /** Values of the variables that `@skip` and `@include` name. */
  conditions: Readonly<Record<string, unknown>>;
}

export const selectedOn = (type: string, sets: readonly SelectionSetNode[], selecting: Selecting): Selected[] => {
  const found = new Map<string, Selected>();
  const at = (key: string): Selected => {
    const selected = found.get(key) ?? { key, nodes: [], denials: [], ours: key.startsWith(keyPrefix) };
    found.set(key, selected);
    return selected;
  };
  const look = (set: SelectionSetNode): void => {
    for (const node of set.selections) {
      if (!stands(node, selecting.conditions)) continue;
      if (node.kind === Kind.FIELD) {
        field(node, at, selecting);
        continue;
      }
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : selecting.fragments.get(node.name.value);
      const condition = fragment?.typeCondition?.name.value ?? type;
      if (fragment && isSubtype(selecting.schema, condition, type)) look(fragment.selectionSet);
    }
  };
  for (const set of sets) look(set);
  const keyField = selecting.keys.get(type);
  for (const selected of found.values())
    if (keyField && selected.nodes[0] && isPlain(selected.nodes[0], keyField)) selected.keyOf = type;
  return [...found.values()];
};

const field = (node: FieldNode, at: (key: string) => Selected, { deniedKeys }: Selecting): void => {
  const key = node.alias?.value ?? node.name.value;
  if (key.startsWith(deniedPrefix)) {
    const number = Number(key.slice(deniedPrefix.length));
    at(deniedKeys[number] ?? key).denials.push(number);
    return;
  }
  if (key.startsWith(ourPrefix) && !key.startsWith(keyPrefix)) return; // Keeps a selection from being empty.
  at(key).nodes.push(node);
};

const stands = (node: SelectionSetNode['selections'][number], conditions: Readonly<Record<string, unknown>>): boolean =>
  (node.directives ?? []).every(({ name, arguments: args = [] }) => {
    if (name.value !== 'skip' && name.value !== 'include') return true;
    const given = args[0]?.value;
    const holds =
      given?.kind === Kind.VARIABLE ? conditions[given.name.value] === true : given?.kind === Kind.BOOLEAN && given.value;
    return name.value === 'skip' ? !holds : holds;
  });

export const conditionNames = (document: DocumentNode): string[] => {
  const names = new Set<string>();
  const look = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) look(one);
    else if (value && typeof value === 'object') {
      const {
        kind,
        name,
        arguments: args,
      } = value as {
        kind?: string;
        name?: { value: string };
        arguments?: { value: { kind: string; name?: { value: string } } }[];
      };
      if (kind === Kind.DIRECTIVE && (name?.value === 'skip' || name?.value === 'include')) {
        for (const { value: given } of args ?? []) if (given.kind === Kind.VARIABLE && given.name) names.add(given.name.value);
      } else for (const [key, inner] of Object.entries(value)) if (key !== 'loc') look(inner);
    }
  };
  look(document.definitions);
  return [...names].sort();
};
