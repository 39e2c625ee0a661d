/** Under which names a supergraph links the directives that the gateway reads, and what a directive says. */
import { type ConstDirectiveNode, type GraphQLSchema, valueFromASTUntyped } from 'graphql';

export interface DirectiveNames {
  authenticated: string | undefined;
  requiresScopes: string | undefined;
  policy: string | undefined;
  reads: string | undefined;
}

/** `@link(url: "https://specs.apollo.dev/policy/v0.1", as: "rule")` and `import: [{ name: "@policy", as: "@rule" }]` both rename. */
export const directiveNames = (schema: GraphQLSchema): DirectiveNames => {
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
  return {
    authenticated: nameOf('authenticated'),
    requiresScopes: nameOf('requiresScopes'),
    policy: nameOf('policy'),
    reads: nameOf('reads'),
  };
};

export const argumentsOf = (directive: ConstDirectiveNode): Record<string, unknown> =>
  Object.fromEntries((directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));
