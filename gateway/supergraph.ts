/** A supergraph, ready to plan on: what clients see, what the planner needs, and where the subgraphs are. */

import { Supergraph as FederationSupergraph, type Schema } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import {
  type ConstDirectiveNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type ObjectValueNode,
  parse,
  type ValueNode,
  visit,
} from 'graphql';
import { supportedFeatures } from '../schema/features.ts';

export interface Supergraph {
  sdl: string;
  /** What clients see. */
  api: GraphQLSchema;
  /** The same, as the planner knows it. */
  apiSchema: Schema;
  /** With `@inaccessible` elements and the join directives. */
  full: GraphQLSchema;
  planner: QueryPlanner;
  /** Subgraph name → URL, from `join__Graph`. */
  subgraphs: ReadonlyMap<string, string>;
}

/** A supergraph that cannot be served; the message says what to do. */
export class SupergraphError extends Error {
  override readonly name = 'SupergraphError';
}

export const loadSupergraph = (sdl: string): Supergraph => {
  try {
    const supergraph = FederationSupergraph.build(resolvableFirst(parse(sdl)), { supportedFeatures, validateSupergraph: true });
    const apiSchema = supergraph.apiSchema();
    return {
      sdl,
      api: apiSchema.toGraphQLJSSchema(),
      apiSchema,
      full: supergraph.schema.toGraphQLJSSchema(),
      planner: new QueryPlanner(supergraph),
      subgraphs: subgraphsOf(sdl),
    };
  } catch (cause) {
    throw new SupergraphError(`The supergraph cannot be served: ${describe(cause)}`, { cause });
  }
};

/**
 * Of a type's keys those that a system resolves stand first: to ask a system once more, for what a field requires, Apollo's
 * planner takes the first key there is, one that the system only knows (`resolvable: false`) included.
 */
const resolvableFirst = (document: DocumentNode): DocumentNode => {
  const sorted = <Node extends { directives?: readonly ConstDirectiveNode[] }>(node: Node): Node | undefined =>
    node.directives?.some(isOnlyKnown)
      ? { ...node, directives: [...node.directives].sort((one, other) => Number(isOnlyKnown(one)) - Number(isOnlyKnown(other))) }
      : undefined;
  return visit(document, { [Kind.OBJECT_TYPE_DEFINITION]: sorted, [Kind.INTERFACE_TYPE_DEFINITION]: sorted });
};

const isOnlyKnown = ({ name, arguments: args = [] }: ConstDirectiveNode): boolean =>
  name.value === 'join__type' &&
  args.some((arg) => arg.name.value === 'resolvable' && arg.value.kind === Kind.BOOLEAN && !arg.value.value);

const describe = (cause: unknown): string => {
  const errors = (cause as { causes?: GraphQLError[] }).causes ?? [cause as Error];
  return errors
    .map((error) => {
      const at = error instanceof GraphQLError ? error.locations?.[0] : undefined;
      return at ? `${error.message} (line ${at.line}, column ${at.column})` : error.message;
    })
    .join('; ');
};

/** `enum join__Graph { CAD @join__graph(name: "cad", url: "…") }` */
const subgraphsOf = (sdl: string): Map<string, string> => {
  const graphs = parse(sdl).definitions.find(
    (node) => node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph',
  );
  if (graphs?.kind !== Kind.ENUM_TYPE_DEFINITION) throw new SupergraphError('It names no subgraphs (enum join__Graph).');
  return new Map(
    (graphs.values ?? []).flatMap(({ directives = [] }) => {
      const graph = directives.find(({ name }) => name.value === 'join__graph');
      const argument = (name: string) => text(graph?.arguments?.find((arg) => arg.name.value === name)?.value);
      return graph ? [[argument('name'), argument('url')] as const] : [];
    }),
  );
};

const text = (value: ValueNode | ObjectValueNode | undefined): string => (value?.kind === Kind.STRING ? value.value : '');
