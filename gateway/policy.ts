/**
 * The supergraph's access rules as a table: what a caller must have to read a
 * field or to be shown a type. Rules are `@authenticated`, `@requiresScopes` and
 * `@policy`, under whatever name the supergraph links them by. Lists are
 * disjunctive normal forms: the inner list is AND, the outer OR. What a table
 * does not know is open, as it is in a graph without rules; a policy that nobody
 * granted is denied.
 */
import {
  type ConstDirectiveNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { argumentsOf, type DirectiveNames, directiveNames } from './links.ts';
import { type ReadRules, readRulesOf } from './reads.ts';
import { both, labelsOf, open, type Rule } from './rule.ts';

export interface Policy {
  /** True where the supergraph states any rule at all. */
  stated: boolean;
  /** Every label that a `@policy` names, and every scope. */
  labels: readonly string[];
  scopes: readonly string[];
  /** What reading `type.field` takes, with the rules of the parent and of what the field gives. */
  field: (type: string, field: string) => Rule;
  /** What being shown an object of this type takes; of an abstract type: any that it can be. */
  type: (type: string) => Rule;
  /** What using an argument, an input field or a value of an enum takes; what is not in it takes nothing. */
  uses: ReadRules;
}

export const readPolicy = (full: GraphQLSchema): Policy => {
  const names = directiveNames(full);
  const types = new Map<string, Rule>();
  const fields = new Map<string, Rule>();
  for (const type of Object.values(full.getTypeMap())) {
    types.set(type.name, ruleOf(directivesOf(type), names));
    if (!('getFields' in type)) continue;
    for (const field of Object.values(type.getFields())) {
      fields.set(`${type.name}.${field.name}`, ruleOf(field.astNode?.directives ?? [], names));
    }
  }
  const typeRule = (name: string): Rule => {
    const type = full.getType(name);
    const own = types.get(name) ?? open;
    return type && isAbstractType(type)
      ? possible(full, type).reduce((rule, { name }) => both(rule, types.get(name) ?? open), own)
      : own;
  };
  const fieldRule = (typeName: string, fieldName: string): Rule => {
    const type = full.getType(typeName);
    if (!type || !('getFields' in type)) return open;
    const field = type.getFields()[fieldName];
    if (!field) return open;
    const own = isInterfaceType(type)
      ? possible(full, type).reduce(
          (rule, { name }) => both(rule, fields.get(`${name}.${fieldName}`) ?? open),
          fields.get(`${typeName}.${fieldName}`) ?? open,
        )
      : (fields.get(`${typeName}.${fieldName}`) ?? open);
    const given = getNamedType(field.type);
    // What an abstract field gives is decided where it is selected: on a member by the member's rule, on the abstract type by
    // all its members'. (Composition writes the members' rules onto an interface; it may state none of its own.)
    return isAbstractType(given) ? own : both(own, typeRule(given.name));
  };
  const rules = [...types.values(), ...fields.values()];
  const stated = rules.some((rule) => rule.authenticated || rule.scopes.length > 0 || rule.policies.length > 0);
  const [field, type] = [memo(fieldRule), memo(typeRule)];
  return {
    stated,
    labels: [...new Set(rules.flatMap(labelsOf))].sort(),
    scopes: [...new Set(rules.flatMap(({ scopes }) => scopes.flat(2)))].sort(),
    field,
    type,
    uses: readRulesOf(full, names.reads, (name, read) => both(type(name), field(name, read))),
  };
};

const possible = (schema: GraphQLSchema, type: GraphQLNamedType): readonly GraphQLObjectType[] =>
  isAbstractType(type) ? schema.getPossibleTypes(type) : isObjectType(type) ? [type] : [];

const directivesOf = (type: GraphQLNamedType): readonly ConstDirectiveNode[] =>
  [type.astNode, ...type.extensionASTNodes].flatMap((node) => node?.directives ?? []);

const ruleOf = (directives: readonly ConstDirectiveNode[], names: DirectiveNames): Rule =>
  directives.reduce((rule, directive) => {
    switch (directive.name.value) {
      case names.authenticated:
        return both(rule, { authenticated: true, scopes: [], policies: [] });
      case names.requiresScopes:
        return both(rule, { authenticated: true, scopes: [listsOf(directive, 'scopes')], policies: [] });
      case names.policy:
        return both(rule, { authenticated: false, scopes: [], policies: [listsOf(directive, 'policies')] });
      default:
        return rule;
    }
  }, open);

const listsOf = (directive: ConstDirectiveNode, argument: string): string[][] =>
  (argumentsOf(directive)[argument] as string[][] | undefined) ?? [];

const memo = <Arguments extends string[]>(rule: (...args: Arguments) => Rule): ((...args: Arguments) => Rule) => {
  const known = new Map<string, Rule>();
  return (...args) => {
    const key = args.join('.');
    const found = known.get(key) ?? rule(...args);
    known.set(key, found);
    return found;
  };
};
