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
  valueFromASTUntyped,
} from 'graphql';

export interface Rule {
  authenticated: boolean;
  /** Every entry must hold: a field's own, its type's, and so on. */
  scopes: string[][][];
  policies: string[][][];
}

/** What a caller brings to a decision. */
export interface Authority {
  authenticated: boolean;
  scopes: ReadonlySet<string>;
  grants: ReadonlySet<string>;
}

export interface Policy {
  /** True where the supergraph states any rule at all. */
  stated: boolean;
  /** Every label that a `@policy` names. */
  labels: readonly string[];
  /** What reading `type.field` takes, with the rules of the parent and of what the field gives. */
  field: (type: string, field: string) => Rule;
  /** What being shown an object of this type takes; of an abstract type: any that it can be. */
  type: (type: string) => Rule;
}

export const open: Rule = { authenticated: false, scopes: [], policies: [] };

export const both = (a: Rule, b: Rule): Rule => {
  if (b === open) return a;
  if (a === open) return b;
  return {
    authenticated: a.authenticated || b.authenticated,
    scopes: [...a.scopes, ...b.scopes],
    policies: [...a.policies, ...b.policies],
  };
};

export const permits = (rule: Rule, { authenticated, scopes, grants }: Authority): boolean =>
  (!rule.authenticated || authenticated) &&
  rule.scopes.every((any) => holds(any, scopes)) &&
  rule.policies.every((any) => holds(any, grants));

/** What of the rule the caller lacks: labels one by one, `A or B` where either would do, `scope x`, `a signed-in caller`. */
export const missing = (rule: Rule, { authenticated, scopes, grants }: Authority): string[] => {
  const lacks = [
    ...rule.policies.flatMap((any) => lacking(any, grants, '')),
    ...rule.scopes.flatMap((any) => lacking(any, scopes, 'scope ')),
    ...(rule.authenticated && !authenticated ? ['a signed-in caller'] : []),
  ];
  return [...new Set(lacks)];
};

const lacking = (any: string[][], held: ReadonlySet<string>, prefix: string): string[] => {
  if (holds(any, held)) return [];
  const named = any.map((all) => all.filter((one) => !held.has(one)).map((one) => `${prefix}${one}`));
  const [only, ...others] = named;
  return only && others.length === 0 ? only : [named.map((all) => all.join(' and ')).join(' or ')];
};

const holds = (any: string[][], held: ReadonlySet<string>): boolean => any.some((all) => all.every((one) => held.has(one)));

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
  return { stated, labels: [...new Set(rules.flatMap(labelsOf))].sort(), field: memo(fieldRule), type: memo(typeRule) };
};

const possible = (schema: GraphQLSchema, type: GraphQLNamedType): readonly GraphQLObjectType[] =>
  isAbstractType(type) ? schema.getPossibleTypes(type) : isObjectType(type) ? [type] : [];

interface DirectiveNames {
  authenticated: string | undefined;
  requiresScopes: string | undefined;
  policy: string | undefined;
}

/** `@link(url: "https://specs.apollo.dev/policy/v0.1", as: "rule")` and `import: [{ name: "@policy", as: "@rule" }]` both rename. */
const directiveNames = (schema: GraphQLSchema): DirectiveNames => {
  const links = [schema.astNode, ...schema.extensionASTNodes]
    .flatMap((node) => node?.directives ?? [])
    .filter(({ name }) => name.value === 'link');
  const nameOf = (spec: string): string | undefined => {
    for (const link of links) {
      const {
        url,
        as,
        import: imports,
      } = argumentsOf(link) as { url?: string; as?: string; import?: (string | { name: string; as?: string })[] };
      if (!new RegExp(`/${spec}/v\\d+\\.\\d+$`).test(url ?? '')) continue;
      const imported = (imports ?? []).find((entry) => (typeof entry === 'string' ? entry : entry.name) === `@${spec}`);
      if (typeof imported === 'object' && imported.as) return imported.as.slice(1);
      return imported ? spec : (as ?? spec);
    }
    return undefined;
  };
  return { authenticated: nameOf('authenticated'), requiresScopes: nameOf('requiresScopes'), policy: nameOf('policy') };
};

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

const argumentsOf = (directive: ConstDirectiveNode): Record<string, unknown> =>
  Object.fromEntries((directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));

export const labelsOf = ({ policies }: Rule): string[] => [...new Set(policies.flat(2))];

const memo = <Arguments extends string[]>(rule: (...args: Arguments) => Rule): ((...args: Arguments) => Rule) => {
  const known = new Map<string, Rule>();
  return (...args) => {
    const key = args.join('.');
    const found = known.get(key) ?? rule(...args);
    known.set(key, found);
    return found;
  };
};
