/**
 * What of an operation a caller may run, and its plan. Filtering, printing and
 * hashing a document costs more than a light query's answer, so what came of it is
 * kept: by everything that `authorize` reads, which is stated here, in `keyOf`, and
 * nowhere else. What is the same for all callers (schema, rules, keys) is fixed
 * when it is opened. The plan's own key stays the hash of the filtered document.
 */
import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getVariableValues,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  typeFromAST,
} from 'graphql';
import { HubError } from '../schema/errors.ts';
import type { Principal } from '../schema/principal.ts';
import { type Authorized, authorize } from './authorize.ts';
import type { Contract } from './contract.ts';
import { findOperation } from './document.ts';
import { keptOr, openKept } from './kept.ts';
import type { Planned, Plans } from './plan.ts';
import type { Policy } from './policy.ts';
import { type Authority, permits } from './rule.ts';
import type { Supergraph } from './supergraph.ts';

export interface Asked {
  document: DocumentNode;
  operationName?: string | undefined;
  variables: Record<string, unknown>;
  principal: Principal;
  contract: Contract;
}

export interface Permitted {
  authorized: Authorized;
  planned: Planned;
  /** Labels that the decision read. */
  consulted: ReadonlySet<string>;
}

/** Throws UNAUTHORIZED_FIELD_OR_TYPE where a field needs another that the caller may not read. */
export type Permit = (asked: Asked) => Permitted;

export interface PermitOptions {
  supergraph: Supergraph;
  policy: Policy;
  keys: ReadonlyMap<string, string>;
  plans: Plans;
}

const remembered = 1_000;

export const openPermit = (options: PermitOptions): Permit => {
  const kept = openKept<Permitted>(remembered);
  return (asked) => {
    const key = keyOf(asked, options.supergraph.api);
    return key === undefined ? permit(asked, options) : keptOr(kept, key, () => permit(asked, options));
  };
};

const permit = ({ principal, contract, ...asked }: Asked, { supergraph, policy, keys, plans }: PermitOptions): Permitted => {
  const grants = new Consulted(principal.grants);
  const authority: Authority = {
    authenticated: principal.kind !== 'anonymous',
    scopes: new Set(principal.scopes),
    grants,
  };
  const { isUntold, taken: there } = contract;
  const authorized = authorize({ ...asked, authority, policy, schema: supergraph.api, keys, isUntold, there });
  const planned = plans.for(authorized.document);
  if (!permits(planned.fetches, authority))
    throw new HubError('UNAUTHORIZED_FIELD_OR_TYPE', { message: 'A field needs another that the caller may not read.' });
  return { authorized, planned, consulted: grants.labels };
};

/** Undefined where the variables do not fit, so that nothing can be told of them. */
const keyOf = ({ document, operationName, variables, principal, contract }: Asked, schema: GraphQLSchema): string | undefined => {
  const { kind, scopes, grants } = principal;
  const told = toldApart(document, { operationName, variables, schema });
  if (!told) return undefined;
  return JSON.stringify([idOf(document), operationName, kind !== 'anonymous', scopes, grants, idOf(contract), told]);
};

/** One document stands for one text, one contract for all who see the same. */
const idOf = (of: object): number => {
  const id = ids.get(of) ?? nextId++;
  ids.set(of, id);
  return id;
};

const ids = new WeakMap<object, number>();
let nextId = 1;

const toldApart = (
  document: DocumentNode,
  { operationName, variables, schema }: Pick<Asked, 'operationName' | 'variables'> & { schema: GraphQLSchema },
): unknown[] | undefined => {
  const { variableDefinitions = [] } = findOperation(document, operationName);
  const { coerced } = getVariableValues(schema, variableDefinitions, variables);
  return (
    coerced &&
    variableDefinitions.map(({ variable, type }) => {
      const declared = typeFromAST(schema, type);
      return isInputType(declared) ? shapeOf(coerced[variable.name.value], declared) : undefined;
    })
  );
};

const [absent, used] = [0, 1];

/** All that a decision can tell of a value: whether it is there, whether it is true, which value of an enum it is, in whatever it is held. */
const shapeOf = (value: unknown, type: GraphQLInputType): unknown => {
  if (value === undefined) return absent;
  if (value === null) return null;
  if (isNonNullType(type)) return shapeOf(value, type.ofType);
  if (isListType(type))
    return [...new Set((value as unknown[]).map((entry) => JSON.stringify(shapeOf(entry, type.ofType))))].sort();
  if (isInputObjectType(type)) {
    const held = value as Record<string, unknown>;
    return Object.values(type.getFields()).map((field) => shapeOf(held[field.name], field.type));
  }
  return isEnumType(type) || typeof value === 'boolean' ? value : used;
};

/** Grants that remember which labels were looked for, held or not. */
class Consulted extends Set<string> {
  readonly labels = new Set<string>();

  override has(label: string): boolean {
    this.labels.add(label);
    return super.has(label);
  }
}
