/** One access rule: what it takes, whether a caller has it, and what of it is missing. */

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

export const labelsOf = ({ policies }: Rule): string[] => [...new Set(policies.flat(2))];

/** The rule without the alternatives that take one of these labels; undefined where nothing else would do. */
export const withoutLabels = (rule: Rule, isLeftOut: (label: string) => boolean): Rule | undefined => {
  const policies = rule.policies.map((any) => any.filter((all) => !all.some(isLeftOut)));
  return policies.every((any) => any.length > 0) ? { ...rule, policies } : undefined;
};
