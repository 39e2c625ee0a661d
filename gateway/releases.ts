/**
 * Secondary dissemination: before `recordDissemination` is run, the caller must be
 * able to see every record that it names whole, or nothing is written and nothing
 * told of which. Each system that holds the type is asked for the record, signed
 * with the caller's own grants, so its row rules answer; but for gray ones, by which
 * it would point at a record that is not the caller's to release. What was released stands in
 * the audit's outcome among the entities, where a record's history finds it.
 */
import {
  type DefinitionNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import { HubError } from '../schema/errors.ts';
import type { Principal } from '../schema/principal.ts';
import { resolversOf } from './owners.ts';
import type { Decisions } from './policies/policies.ts';
import type { Policy } from './policy.ts';
import { type Shown, withEntities } from './redact.ts';
import { permits } from './rule.ts';
import type { Subgraph } from './subgraph.ts';

/** One `recordDissemination` of an operation. */
export interface Release {
  responseKey: string;
  /** `Report:…`, as the audit names entities. */
  recordKeys: string[];
}

export interface Releases {
  /** Throws BAD_USER_INPUT unless the caller may see all of the records whole. */
  check: (releases: readonly Release[], caller: Principal, decisions: Pick<Decisions, 'isGray'>) => Promise<void>;
}

export interface ReleasesOptions {
  full: GraphQLSchema;
  policy: Policy;
  /** Type → key field. */
  keys: ReadonlyMap<string, string>;
  subgraphs: ReadonlyMap<string, Subgraph>;
}

const field = 'recordDissemination';
const query = 'query Released($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }';

/** What the operation would release; of the filtered one, so a release that is denied asks nobody. */
export const releasesOf = (document: DocumentNode, variables: Record<string, unknown>): Release[] => {
  const releases: Release[] = [];
  if (!document.definitions.some(isMutation)) return releases;
  visit(document, {
    enter: (node) => {
      if (node.kind === Kind.OPERATION_DEFINITION && !isMutation(node)) return false;
      if (node.kind !== Kind.FIELD || node.name.value !== field) return undefined;
      releases.push({ responseKey: node.alias?.value ?? field, recordKeys: keysOf(node, variables) });
      return false;
    },
  });
  return releases;
};

const isMutation = (node: DefinitionNode): boolean => node.kind === Kind.OPERATION_DEFINITION && node.operation === 'mutation';

const keysOf = ({ arguments: given }: FieldNode, variables: Record<string, unknown>): string[] => {
  const value = given?.find(({ name }) => name.value === 'input')?.value;
  const input = value && (value.kind === Kind.VARIABLE ? variables[value.name.value] : valueFromASTUntyped(value, variables));
  return [(input as { recordKeys?: unknown } | undefined)?.recordKeys ?? []].flat().map(String);
};

/** The released records join what was shown, where the release was written. */
export const withReleased = (shown: Shown, releases: readonly Release[]): Shown => {
  const written = releases.filter(({ responseKey }) => shown.data?.[responseKey] != null);
  if (written.length === 0) return shown;
  return withEntities(shown, [...new Set([...shown.entities, ...written.flatMap(({ recordKeys }) => recordKeys)])]);
};

export const openReleases = ({ full, policy, keys, subgraphs }: ReleasesOptions): Releases => ({
  check: async (releases, caller, { isGray }) => {
    const whole = { ...caller, grants: caller.grants.filter((label) => !isGray(label)) };
    const authority = {
      authenticated: caller.kind !== 'anonymous',
      scopes: new Set(caller.scopes),
      grants: new Set(whole.grants),
    };
    for (const [type, ids] of byType(releases)) {
      const key = keys.get(type);
      const systems = key === undefined ? [] : resolversOf(full, type, key).flatMap((name) => subgraphs.get(name) ?? []);
      if (key === undefined || systems.length === 0 || !permits(policy.type(type), authority)) throw unseen();
      const representations = ids.map((id) => ({ __typename: type, [key]: id }));
      const seen = await Promise.all(systems.map((system) => sees(system, representations, whole)));
      if (seen.includes(false)) throw unseen();
    }
  },
});

const byType = (releases: readonly Release[]): Map<string, string[]> => {
  const ids = new Map<string, string[]>();
  for (const named of new Set(releases.flatMap(({ recordKeys }) => recordKeys))) {
    const [, type, id] = /^(\w+):(.+)$/s.exec(named) ?? [];
    if (type === undefined || id === undefined) throw unseen();
    ids.set(type, [...(ids.get(type) ?? []), id]);
  }
  return ids;
};

/** A system that only adds to the type knows every key; the one that holds the records knows those that the caller may see. */
const sees = async (system: Subgraph, representations: object[], principal: Principal): Promise<boolean> => {
  const { data, errors = [] } = await system.ask({ query, variables: { representations }, principal, paths: () => [] });
  const codes = errors.map(({ extensions }) => extensions?.code);
  if (data ? codes.some(isAway) : codes.every(isAway)) throw new HubError('SOURCE_UNAVAILABLE', { source: system.name });
  const entities = data?._entities;
  return Array.isArray(entities) && entities.length === representations.length && entities.every((entity) => entity !== null);
};

/** Any other error is the record's own, and would tell that it exists. */
const isAway = (code: unknown): boolean =>
  code === 'SOURCE_UNAVAILABLE' || code === 'SOURCE_TIMEOUT' || code === 'SOURCE_INVALID';

const unseen = (): HubError =>
  new HubError('BAD_USER_INPUT', {
    message: '"recordKeys" names a record that the caller may not see or that does not exist. Nothing was written.',
  });
