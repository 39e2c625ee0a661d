/**
 * The gateway's own pipeline over a random graph: composed, loaded, planned and
 * run as in production, with sources that are graphql-js over rows in memory and
 * an audit that is a list. No socket, no database, no clock.
 */
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, type GraphQLSchema, parse } from 'graphql';
import { answer, type Hub } from '../../gateway/answer.ts';
import type { Intent } from '../../gateway/audit/audit.ts';
import { nobody } from '../../gateway/authenticate.ts';
import type { Contract } from '../../gateway/contract.ts';
import { executor } from '../../gateway/execute.ts';
import { keysOf } from '../../gateway/keys.ts';
import { openPermit } from '../../gateway/permitted.ts';
import { planner } from '../../gateway/plan.ts';
import { readPolicy } from '../../gateway/policy.ts';
import type { Shown } from '../../gateway/redact.ts';
import { withoutStanding } from '../../gateway/standing.ts';
import type { Hop, HopAnswer, Subgraph } from '../../gateway/subgraph.ts';
import { loadSupergraph } from '../../gateway/supergraph.ts';
import { compose } from '../../schema/compose.ts';
import { type Data, hideable, isVisible, parseSdl, type Reading, resolveField, resolveType } from './randomdata.ts';
import type { Graph } from './randomgraph.ts';
import type { Operation } from './randomoperation.ts';
import type { Holder } from './randomrules.ts';

/** Who holds it is shown the rows of the black label. */
export const blackLabel = 'rows:sealed';

export interface Asked {
  subgraph: string;
  query: string;
  variables: Record<string, unknown>;
}

export interface Run {
  /** Undefined: the operation was refused. */
  shown: Shown | undefined;
  refusal: string | undefined;
  intents: Intent[];
  asked: Asked[];
}

export interface RandomHub {
  api: GraphQLSchema;
  subgraphs: ReadonlyMap<string, GraphQLSchema>;
  run: (operation: Operation, holder: Holder, data: Data) => Promise<Run>;
}

/** The rows that a caller's grants leave out. */
export const readingOf = (data: Data, grants: readonly string[]): Reading => ({
  data,
  hidden: new Set(grants.includes(blackLabel) ? [] : [...data.rows.keys()].filter(hideable)),
});

/** Throws where the graph does not compose. */
export const randomHub = ({ sdl, types }: Graph): RandomHub => {
  const definitions = [...sdl].map(([name, text]) => ({ name, url: `http://${name}`, sdl: text }));
  const supergraph = loadSupergraph(compose(definitions).supergraph);
  const policy = readPolicy(supergraph.full);
  const resolvers = (name: string) =>
    Object.fromEntries(
      types
        .filter(({ kind, homes }) => kind === 'entity' && homes.has(name))
        .map((type) => [type.name, { __resolveReference: resolveReference }]),
    );
  const schemas = new Map(
    [...sdl].map(([name, text]) => [
      name,
      buildSubgraphSchema({ typeDefs: parseSdl(text), resolvers: resolvers(name) as never }),
    ]),
  );
  // Everybody may name everything: what is under test is what they get. Contracts have tests of their own.
  const whole: Contract = { shown: supergraph.api, taken: supergraph.api, isUntold: () => false, explainsErrors: true };
  const contracts = () => whole;
  const keys = keysOf(supergraph.full, supergraph.api);
  const permit = openPermit({ supergraph, policy, keys, plans: planner(supergraph, policy, keys) });
  const run = async ({ document, variables }: Operation, holder: Holder, data: Data): Promise<Run> => {
    const intents: Intent[] = [];
    const asked: Asked[] = [];
    const subgraphs = new Map([...schemas].map(([name, schema]) => [name, source(name, schema, data, asked)]));
    const hub: Hub = {
      ...around(holder, intents),
      supergraph,
      policy,
      contracts,
      permit,
      keys,
      execute: executor(supergraph, subgraphs),
    };
    try {
      return { shown: await answer(hub, { document, variables, token: undefined }), refusal: undefined, intents, asked };
    } catch (error) {
      const { extensions, message } = error as { extensions?: { code?: string }; message: string };
      return { shown: undefined, refusal: extensions?.code ?? message, intents, asked };
    }
  };
  return { api: supergraph.api, subgraphs: schemas, run };
};

const resolveReference = ({ id }: { id: string }, reading: Reading) =>
  isVisible(id, reading) ? reading.data.rows.get(id) : null;

const source = (name: string, schema: GraphQLSchema, data: Data, asked: Asked[]): Subgraph => ({
  name,
  url: '',
  ready: async () => true,
  close: async () => {},
  ask: async ({ query, variables, principal }: Hop): Promise<HopAnswer> => {
    asked.push({ subgraph: name, query, variables });
    const result = await execute({
      schema,
      document: parse(query),
      variableValues: variables,
      contextValue: readingOf(data, principal.grants),
      fieldResolver: resolveField as never,
      typeResolver: resolveType as never,
    });
    return JSON.parse(JSON.stringify(result)) as HopAnswer; // As it would come over the wire.
  },
});

type Around = Omit<Hub, 'supergraph' | 'policy' | 'contracts' | 'permit' | 'keys' | 'execute'>;

/** What is not under test here: who calls, what is granted, and where the record is written. */
const around = ({ signedIn, scopes, grants }: Holder, intents: Intent[]): Around => {
  const settle = async () => {};
  return {
    policies: {
      onChange: () => () => {},
      reach: () => ({ could: [...grants], black: [] }),
      decide: () => ({
        policySet: 'set',
        untilMs: Number.POSITIVE_INFINITY,
        grants: [...grants],
        rulesOf: (labels) => [...labels].sort(),
        rulesFor: () => [],
        isBlack: () => false,
        isGray: () => false,
        explain: (label) => `Hold ${label}.`,
      }),
    },
    cases: { holds: async () => true },
    documents: { kept: false, find: async () => undefined },
    quotas: { take: () => {}, takeOfAll: async () => {}, hold: () => () => {} },
    releases: { check: async () => {} },
    standing: withoutStanding,
    authenticate: async () => ({ ...nobody, kind: signedIn ? 'person' : 'anonymous', scopes: [...scopes] }),
    audit: {
      logOn: async () => {},
      intend: async (intent) => {
        intents.push(intent);
        return { settle };
      },
      refuse: async () => {},
      note: async () => {},
      open: async () => ({ settle, isBehind: () => false, close: settle }),
      close: settle,
    },
    limits: {
      depth: 50,
      aliases: 500,
      rootFields: 100,
      cost: 1e12,
      listSize: 1_000,
      tokens: 100_000,
      bodyBytes: 1e6,
    } as Hub['limits'],
    agency: 'LANPD0000',
    now: () => 0,
    newId: () => 'operation',
  };
};
