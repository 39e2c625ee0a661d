/**
 * Arguments that read protected fields. A filter, a sort or a search by a field
 * tells its value bit by bit, so using one takes what reading the field takes.
 * The schema states what each reads, on an argument, an input field or a value of
 * an enum: `@reads(fields: ["Person.dateOfBirth"])`; composition sees to it that
 * none is left out (`schema/reads.ts`).
 */
import {
  type ConstDirectiveNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  type GraphQLType,
  getArgumentValues,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { HubError } from '../schema/errors.ts';
import { argumentsOf } from './links.ts';
import { both, open, type Rule } from './rule.ts';

/** What using it takes, by coordinate: `Query.persons(born:)`, `PersonFilter.born`, `PersonOrder.BORN`. */
export type ReadRules = ReadonlyMap<string, Rule>;

export const argumentAt = (type: string, field: string, argument: string): string => `${type}.${field}(${argument}:)`;

/** `readField`: what reading a field takes, being shown its type included. */
export const readRulesOf = (
  full: GraphQLSchema,
  directive: string | undefined,
  readField: (type: string, field: string) => Rule,
): ReadRules => {
  const rules = new Map<string, Rule>();
  const add = (coordinate: string, node: { directives?: readonly ConstDirectiveNode[] } | null | undefined): void => {
    const stated = (node?.directives ?? []).filter(({ name }) => name.value === directive);
    const fields = stated.flatMap((one) => (argumentsOf(one).fields ?? []) as string[]);
    const rule = fields.flatMap((path) => stepsOf(path, full)).reduce((sum, step) => both(sum, readField(...step)), open);
    if (rule !== open) rules.set(coordinate, rule);
  };
  for (const type of Object.values(full.getTypeMap())) {
    if (isEnumType(type)) for (const { name, astNode } of type.getValues()) add(`${type.name}.${name}`, astNode);
    if (!('getFields' in type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (!('args' in field)) add(`${type.name}.${field.name}`, field.astNode);
      else for (const { name, astNode } of field.args) add(argumentAt(type.name, field.name, name), astNode);
    }
  }
  return rules;
};

/** `Incident.location.district`: two fields, of the incident and of its location. */
const stepsOf = (path: string, full: GraphQLSchema): [type: string, field: string][] => {
  const [root = '', ...names] = path.split('.');
  let type: string | undefined = root;
  return names.map((name) => {
    const at = type ?? '';
    const holder = full.getType(at);
    const field = holder && 'getFields' in holder ? holder.getFields()[name] : undefined;
    type = field && getNamedType(field.type as GraphQLType)?.name;
    return [at, name];
  });
};

export interface Use {
  node: FieldNode;
  field: GraphQLField<unknown, unknown>;
  /** The types whose arguments they may be: the type itself, and of an interface all that it can be. */
  types: readonly string[];
  /** Of the variables, with their defaults. */
  values: Record<string, unknown>;
}

/** What the arguments that a field is given take; null is none, a default is one. */
export const ruleOfUse = ({ node, field, types, values }: Use, rules: ReadRules): Rule => {
  if (rules.size === 0 || field.args.length === 0) return open;
  const given = argumentsGiven(field, node, values);
  let rule = open;
  const take = (coordinate: string): void => {
    rule = both(rule, rules.get(coordinate) ?? open);
  };
  const within = (value: unknown, type: GraphQLInputType): void => {
    if (value === null || value === undefined) return;
    if (isNonNullType(type)) within(value, type.ofType);
    else if (isListType(type)) for (const entry of value as unknown[]) within(entry, type.ofType);
    else if (isEnumType(type)) take(`${type.name}.${String(value)}`);
    else if (isInputObjectType(type)) for (const inner of Object.values(type.getFields())) one(value, inner, type.name);
  };
  const one = (value: unknown, { name, type }: GraphQLInputField, input: string): void => {
    const entry = (value as Record<string, unknown>)[name];
    if (entry !== null && entry !== undefined) take(`${input}.${name}`);
    within(entry, type);
  };
  for (const argument of field.args) {
    const value = given[argument.name];
    if (value === null || value === undefined) continue;
    for (const type of types) take(argumentAt(type, field.name, argument.name));
    within(value, argument.type);
  }
  return rule;
};

const argumentsGiven = (
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  values: Record<string, unknown>,
): Record<string, unknown> => {
  try {
    return getArgumentValues(field, node, values);
  } catch {
    throw new HubError('BAD_USER_INPUT', {
      message: `An argument of "${field.name}" is missing or not of the declared type.`,
      extensions: { http: { status: 400 } },
    });
  }
};
