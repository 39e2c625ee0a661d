/**
 * A query plan → its fetches in a row, each with what the plan says of it: where
 * in the answer it stands, what must hold for it to run, and which fetches the
 * plan runs before it. What of that it really waits for is `depend`'s affair.
 */
import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { HubError } from '../../schema/errors.ts';

/** A variable that decides whether a fetch runs (`@skip`, `@include`). */
export interface Condition {
  variable: string;
  holds: boolean;
}

export interface Step {
  at: number;
  fetch: FetchNode;
  /** Response path of the objects that it is for; `@` stands for each item of a list. */
  path: readonly string[];
  conditions: readonly Condition[];
  /** Numbers of the steps that the plan runs before it. */
  after: readonly number[];
  /** Answered from a subscription's event instead of by its subgraph. */
  fromEvent: boolean;
}

interface Place {
  path: readonly string[];
  conditions: readonly Condition[];
  after: readonly number[];
}

export const stepsOf = ({ node }: QueryPlan): Step[] => {
  const steps: Step[] = [];
  const start: Place = { path: [], conditions: [], after: [] };
  if (node?.kind === 'Subscription') {
    add(node.primary, start, steps, true);
    if (node.rest) walk(node.rest, { ...start, after: [0] }, steps);
  } else if (node) walk(node, start, steps);
  return steps;
};

const walk = (node: PlanNode, place: Place, steps: Step[]): void => {
  switch (node.kind) {
    case 'Fetch':
      add(node, place, steps, false);
      return;
    case 'Flatten':
      walk(node.node, { ...place, path: [...place.path, ...node.path.map(String)] }, steps);
      return;
    case 'Parallel':
      for (const branch of node.nodes) walk(branch, place, steps);
      return;
    case 'Sequence': {
      let { after } = place;
      for (const part of node.nodes) {
        const from = steps.length;
        walk(part, { ...place, after }, steps);
        after = [...after, ...steps.slice(from).map(({ at }) => at)];
      }
      return;
    }
    case 'Condition': {
      const { condition: variable, ifClause, elseClause } = node;
      const under = (holds: boolean): Place => ({ ...place, conditions: [...place.conditions, { variable, holds }] });
      if (ifClause) walk(ifClause, under(true), steps);
      if (elseClause) walk(elseClause, under(false), steps);
      return;
    }
    case 'Defer':
      throw new HubError('PLAN_FAILED', { message: 'The hub answers an operation as a whole: "@defer" is not supported.' });
  }
};

const add = (fetch: FetchNode, place: Place, steps: Step[], fromEvent: boolean): void => {
  steps.push({ at: steps.length, fetch, ...place, fromEvent });
};
