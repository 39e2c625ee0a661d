/** A supergraph, ready to plan on: what clients see, what the planner needs, and where the subgraphs are. */

import { Supergraph as FederationSupergraph, type Schema } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { GraphQLError, type GraphQLSchema, Kind, type ObjectValueNode, parse, type ValueNode } from 'graphql';
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
    const supergraph = FederationSupergraph.build(sdl, { supportedFeatures, validateSupergraph: true });
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
