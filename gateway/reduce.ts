/**
 * A schema's definitions → those that a caller may use. Fields go by their rules,
 * arguments by what they read, types with their last member or once nothing leads
 * to them. Pure. The result may be a schema that GraphQL calls invalid (a query type
 * without a field, for nobody): it is built unchecked.
 */
import {
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  isTypeDefinitionNode,
  Kind,
  type TypeDefinitionNode,
  type TypeNode,
} from 'graphql';
import type { Policy } from './policy.ts';
import { argumentAt } from './reads.ts';
import { both, open, type Rule } from './rule.ts';

type May = (rule: Rule) => boolean;
type Types = ReadonlyMap<string, TypeDefinitionNode>;

export const reduce = (document: DocumentNode, may: May, policy: Policy): DocumentNode => {
  let types: Types = new Map(document.definitions.filter(isTypeDefinitionNode).map((type) => [type.name.value, type]));
  for (let before = -1; before !== weightOf(types); ) {
    before = weightOf(types);
    types = new Map(
      [...types].flatMap(([name, type]) => {
        const left = leftOf(type, { types, may, policy });
        return left ? [[name, left] as const] : [];
      }),
    );
  }
  const reached = reachedFrom(document, types);
  const definitions = document.definitions.flatMap((node): DefinitionNode[] => {
    if (node.kind === Kind.SCHEMA_DEFINITION)
      return [{ ...node, operationTypes: node.operationTypes.filter(({ type }) => types.has(type.name.value)) }];
    if (!isTypeDefinitionNode(node)) return [node];
    const type = types.get(node.name.value);
    return type && reached.has(node.name.value) ? [connected(type, reached)] : [];
  });
  return { ...document, definitions };
};

/** Falls with each thing that goes. */
const weightOf = (types: Types): number => [...types.values()].reduce((sum, type) => sum + 1 + partsOf(type).length, 0);

const partsOf = (type: TypeDefinitionNode): readonly unknown[] => {
  if (type.kind === Kind.UNION_TYPE_DEFINITION) return type.types ?? [];
  if (type.kind === Kind.ENUM_TYPE_DEFINITION) return type.values ?? [];
  if (type.kind === Kind.SCALAR_TYPE_DEFINITION) return [];
  return (type.fields ?? []).flatMap((field) => [field, ...('arguments' in field ? (field.arguments ?? []) : [])]);
};

interface Around {
  types: Types;
  may: May;
  policy: Policy;
}

/** What is left of a type; undefined: nothing. */
const leftOf = (type: TypeDefinitionNode, around: Around): TypeDefinitionNode | undefined => {
  const { types, may, policy } = around;
  const name = type.name.value;
  const isRoot = name === 'Query';
  switch (type.kind) {
    case Kind.SCALAR_TYPE_DEFINITION:
      return may(policy.type(name)) ? type : undefined;
    case Kind.ENUM_TYPE_DEFINITION: {
      const values = (type.values ?? []).filter((value) => may(policy.uses.get(`${name}.${value.name.value}`) ?? open));
      return values.length > 0 && may(policy.type(name)) ? { ...type, values } : undefined;
    }
    case Kind.UNION_TYPE_DEFINITION: {
      const members = (type.types ?? []).filter((member) => types.has(member.name.value));
      return members.length > 0 ? { ...type, types: members } : undefined;
    }
    case Kind.INPUT_OBJECT_TYPE_DEFINITION: {
      const fields = usable(type.fields ?? [], (field) => `${name}.${field}`, around);
      return fields && fields.length > 0 ? { ...type, fields } : undefined;
    }
    case Kind.INTERFACE_TYPE_DEFINITION: {
      // What it has are the fields that all have who are left to be one: a rule of any other is no affair of this caller.
      const left = implementersOf(name, types).map((one) => namesIn(types.get(one)));
      const fields = type.fields?.filter((field) => left.every((names) => names.includes(field.name.value)));
      return left.length > 0 ? { ...type, fields: usableOf(fields, name, around) } : undefined;
    }
    case Kind.OBJECT_TYPE_DEFINITION: {
      const fields = fieldsOf(type.fields, name, around);
      return isRoot || (fields.length > 0 && may(policy.type(name))) ? { ...type, fields } : undefined;
    }
  }
};

const fieldsOf = (fields: readonly FieldDefinitionNode[] = [], type: string, around: Around): FieldDefinitionNode[] => {
  const { may, policy } = around;
  const readable = fields.filter(({ name }) => may(both(policy.type(type), policy.field(type, name.value))));
  return usableOf(readable, type, around);
};

const usableOf = (fields: readonly FieldDefinitionNode[] = [], type: string, around: Around): FieldDefinitionNode[] =>
  fields.flatMap((field) => {
    const given = usable(field.arguments ?? [], (argument) => argumentAt(type, field.name.value, argument), around);
    return given && isThere(field.type, around.types) ? [{ ...field, arguments: given }] : [];
  });

const namesIn = (type: TypeDefinitionNode | undefined): string[] =>
  type?.kind === Kind.OBJECT_TYPE_DEFINITION ? (type.fields ?? []).map(({ name }) => name.value) : [];

/** Those that may be used; undefined where one that has to be given may not. */
const usable = (
  inputs: readonly InputValueDefinitionNode[],
  coordinate: (name: string) => string,
  { types, may, policy }: Around,
): InputValueDefinitionNode[] | undefined => {
  const left = inputs.filter(({ name, type }) => may(policy.uses.get(coordinate(name.value)) ?? open) && isThere(type, types));
  const isNeeded = ({ type, defaultValue }: InputValueDefinitionNode) => type.kind === Kind.NON_NULL_TYPE && !defaultValue;
  return inputs.some((input) => isNeeded(input) && !left.includes(input)) ? undefined : left;
};

const builtIn = new Set(['Int', 'Float', 'String', 'Boolean', 'ID']);
const isThere = (type: TypeNode, types: Types): boolean => builtIn.has(nameOf(type)) || types.has(nameOf(type));

const nameOf = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type));

const implementersOf = (name: string, types: Types): string[] =>
  [...types.values()].flatMap((type) =>
    type.kind === Kind.OBJECT_TYPE_DEFINITION && (type.interfaces ?? []).some((one) => one.name.value === name)
      ? [type.name.value]
      : [],
  );

/** From the roots and from the directives, through fields, arguments, interfaces and members. */
const reachedFrom = ({ definitions }: DocumentNode, types: Types): Set<string> => {
  const reached = new Set<string>();
  const reach = (name: string): void => {
    const type = types.get(name);
    if (!type || reached.has(name)) return;
    reached.add(name);
    for (const next of leadsTo(type, types)) reach(next);
  };
  const named = definitions.flatMap((node) =>
    node.kind === Kind.SCHEMA_DEFINITION ? node.operationTypes.map(({ type }) => type.name.value) : [],
  );
  for (const root of named.length > 0 ? named : ['Query', 'Mutation', 'Subscription']) reach(root);
  for (const node of definitions)
    if (node.kind === Kind.DIRECTIVE_DEFINITION) for (const { type } of node.arguments ?? []) reach(nameOf(type));
  return reached;
};

const leadsTo = (type: TypeDefinitionNode, types: Types): string[] => {
  if (type.kind === Kind.UNION_TYPE_DEFINITION) return (type.types ?? []).map(({ name }) => name.value);
  if (type.kind === Kind.SCALAR_TYPE_DEFINITION || type.kind === Kind.ENUM_TYPE_DEFINITION) return [];
  const fields = (type.fields ?? []).flatMap((field) => [
    nameOf(field.type),
    ...('arguments' in field ? (field.arguments ?? []).map((argument) => nameOf(argument.type)) : []),
  ]);
  if (type.kind === Kind.INTERFACE_TYPE_DEFINITION) return [...fields, ...implementersOf(type.name.value, types)];
  return 'interfaces' in type ? [...fields, ...(type.interfaces ?? []).map(({ name }) => name.value)] : fields;
};

const connected = (type: TypeDefinitionNode, reached: ReadonlySet<string>): TypeDefinitionNode =>
  'interfaces' in type ? { ...type, interfaces: (type.interfaces ?? []).filter(({ name }) => reached.has(name.value)) } : type;
