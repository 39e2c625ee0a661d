/**
 * Runs what `execute/` has made of an operation: asks the subgraphs, merges what
 * they give, writes the answer. A subscription's event is run as the same plan,
 * whose primary fetch the event answers.
 */
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { Principal } from '../schema/principal.ts';
import type { Denial } from './authorize.ts';
import { without } from './execute/gone.ts';
import type { Joint } from './execute/joint.ts';
import { run } from './execute/run.ts';
import type { Planned } from './plan.ts';
import type { Raw } from './redact.ts';
import type { HopAnswer, Subgraph } from './subgraph.ts';
import type { Supergraph } from './supergraph.ts';

export interface Execution {
  document: DocumentNode;
  planned: Planned;
  /** What the marks in the document stand for. */
  denied: readonly Denial[];
  /** Types that are not there for the caller. */
  gone?: readonly string[];
  variables: Record<string, unknown>;
  principal: Principal;
  /** What introspection tells of: the caller's contract. Absent: the whole schema. */
  shown?: GraphQLSchema;
  /** For a subscription: what the primary's subgraph sent. */
  event?: HopAnswer | undefined;
  /** By which events of one stream that are read at the same time ask together. */
  joint?: Joint | undefined;
  signal?: AbortSignal | undefined;
}

export type Execute = (execution: Execution) => Promise<Raw>;

export const executor =
  ({ api }: Supergraph, subgraphs: ReadonlyMap<string, Subgraph>): Execute =>
  async ({ planned, denied, gone = [], variables: given, principal, event, joint, signal, shown = api }) => {
    const { program, writers } = planned;
    const variables = writers.variables(given);
    const { data, errors } = await run(program, { subgraphs, variables, given, principal, event, joint, signal });
    const told = gone.length > 0 ? without(gone, errors, { data, planned: writers.planned }) : errors;
    const { json, refusals, unfit, entities } = writers.for({ denied, gone }, variables)(data, variables, shown);
    return { json, refusals, unfit, entities, errors: told };
  };
