/**
 * A plan → what is run: requests to subgraphs, in an order in which each comes
 * behind those that it waits for. Made once for each plan, and run many times.
 *
 * Entity fetches to one subgraph that may go at the same time are one request.
 * A fetch that no other waits for goes with the last request to its subgraph:
 * the answer waits for that one anyway.
 */
import type { FetchNode, QueryPlan } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { type Asking, askingOf } from './ask.ts';
import { dependenciesOf, givesObjects } from './depend.ts';
import { type Represent, representOf } from './represent.ts';
import { type Rewrite, rewriteOf } from './rewrite.ts';
import type { Step } from './steps.ts';
import { stepsOf } from './steps.ts';

export interface Member extends Step {
  represent: Represent;
  rewrite: Rewrite | undefined;
  schema: GraphQLSchema;
  /** Whether places may share the objects that it gives. */
  share: boolean;
}

export interface Request {
  source: string;
  members: Member[];
  /** Numbers of the requests that it waits for, all smaller than its own. */
  waits: number[];
  asking: Asking;
}

export interface Program {
  requests: Request[];
}

export const programOf = (plan: QueryPlan, schema: GraphQLSchema): Program => {
  const steps = stepsOf(plan);
  const dependencies = dependenciesOf(steps);
  const rounds = roundsOf(steps, dependencies);
  const share = sharing(steps);
  const members = steps.map((step, at) => ({
    ...step,
    represent: representOf(step.fetch, schema),
    rewrite: rewriteOf(step.fetch.outputRewrites, schema),
    schema,
    share: share[at] ?? false,
  }));
  const groups = groupsOf(members, rounds);
  const groupOf = (at: number): number => groups.findIndex((group) => group.some((member) => member.at === at));
  const waits = groups.map((group) => [...new Set(group.flatMap(({ at }) => dependencies[at] ?? []).map(groupOf))]);
  return {
    requests: groups.map((group, at) => ({
      source: group[0]?.fetch.serviceName ?? '',
      members: group,
      waits: waits[at] ?? [],
      asking: askingOf(group),
    })),
  };
};

/** In which round each step goes: behind all that it waits for. */
const roundsOf = (steps: readonly Step[], dependencies: readonly number[][]): number[] => {
  const rounds: number[] = [];
  for (const { at } of steps) rounds[at] = 1 + Math.max(-1, ...(dependencies[at] ?? []).map((earlier) => rounds[earlier] ?? 0));
  const awaited = new Set(dependencies.flat());
  for (const step of steps)
    if (!awaited.has(step.at) && isJoinable(step.fetch))
      rounds[step.at] = Math.max(
        ...steps
          .filter(({ fetch }) => isJoinable(fetch) && fetch.serviceName === step.fetch.serviceName)
          .map(({ at }) => rounds[at] ?? 0),
      );
  return rounds;
};

/** Entities whose arguments hang on what stands above them are asked for apart. */
const isJoinable = ({ requires, contextRewrites, variableUsages = [] }: FetchNode): boolean =>
  requires !== undefined && !contextRewrites?.length && !variableUsages.includes('representations');

const groupsOf = (members: readonly Member[], rounds: readonly number[]): Member[][] => {
  const groups = new Map<string, { round: number; members: Member[] }>();
  for (const member of members) {
    const round = rounds[member.at] ?? 0;
    const key = isJoinable(member.fetch) ? `${round} ${member.fetch.serviceName}` : `${member.at}`;
    const group = groups.get(key) ?? { round, members: [] };
    groups.set(key, group);
    group.members.push(member);
  }
  return [...groups.values()].sort((one, other) => one.round - other.round).map((group) => group.members);
};

/**
 * Equal representations are asked for once, and what comes is put in each place. The places may share it, unless a second
 * step writes to the same objects, or arguments hang on what stands above them.
 */
const sharing = (steps: readonly Step[]): boolean[] => {
  if (steps.some(({ fetch }) => fetch.contextRewrites?.length)) return steps.map(() => false);
  const given = steps.map(givesObjects);
  return given.map(
    (objects, at) => !given.some((others, other) => other !== at && [...objects].some((place) => others.has(place))),
  );
};
