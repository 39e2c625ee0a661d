/**
 * Whose streams are one: those whose every event would hold the same. The key says
 * what an event's payload is made of, and a shared stream is run with what is in
 * the key and with nothing else: the systems are asked by a principal without
 * subject, certifications or record of its own, so no system can answer for one
 * watcher what another is shown.
 *
 * A system whose answers hang on who asks, not only on what they are granted (the
 * hub's own: saved searches, `me`), is told who asks; such a stream is nobody else's.
 */
import { createHash } from 'node:crypto';
import { type DocumentNode, Kind, type OperationDefinitionNode, type ValueNode, visit } from 'graphql';
import { positionOf } from '../schema/cursor.ts';
import type { Principal } from '../schema/principal.ts';
import type { Decided, HubRequest } from './answer.ts';
import type { Contract } from './contract.ts';

/** What a stream is run with, whoever watches it. */
export interface Shared {
  /** Equal for those who are shown the same. */
  key: string;
  decided: Decided;
  variables: Record<string, unknown>;
  /** The document itself says behind which event it begins: a stream of its own, that no other joins. */
  anchored: boolean;
}

export interface Sharing extends Shared {
  /** Behind which event the client wants to begin. */
  after: string | undefined;
}

export const sharingOf = (
  personal: ReadonlySet<string>,
  { variables: given }: Pick<HubRequest, 'variables'>,
  decided: Decided,
): Sharing => {
  const { principal, planned, authorized } = decided;
  const { after, variables, anchored } = startOf(authorized, given);
  const own = anchored || planned.sources.some((source) => personal.has(source));
  const shown = own ? principal : impersonal(principal);
  const key = createHash('sha256')
    .update(JSON.stringify([shown, planned.hash, ordered(variables), wordsOf(decided)]))
    .digest('base64url');
  const named = own ? shown : { ...shown, operationId: `shared-${key}` };
  return { key, decided: { ...decided, principal: named }, variables, after, anchored };
};

/** What of the caller row rules and systems may look at. Lists say the same in any order. */
const impersonal = (principal: Principal): Principal => {
  const { roles, scopes, assignments, grants } = principal;
  return {
    ...(ordered(principal) as Principal),
    ...{ roles: roles.toSorted(), scopes: scopes.toSorted(), assignments: assignments.toSorted(), grants: grants.toSorted() },
    ...{ subject: 'watchers', certifications: [], operationId: '' },
  };
};

/** What is said of what is missing: which policies lack, what would satisfy them, which labels the caller hears of. */
const wordsOf = ({ authorized, decisions, contract }: Decided): unknown => [
  decisions.policySet,
  numberOf(contract),
  authorized.denied.map((denial) => [ordered(denial), (denial.told ?? denial.lacks).map(decisions.explain)]),
];

let contracts = 0;
const numbers = new WeakMap<Contract, number>();

/** Callers with the same rights have the same contract, as an object. */
const numberOf = (contract: Contract): number => {
  const number = numbers.get(contract) ?? ++contracts;
  numbers.set(contract, number);
  return number;
};

/** The same entries, in the order of their names. */
const ordered = (value: object): object => Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Where the stream begins is each watcher's own affair: `after: $variable` is no part of what is shared. */
const startOf = (
  { document, operation }: Decided['authorized'],
  given: Record<string, unknown>,
): Pick<Sharing, 'after' | 'variables' | 'anchored'> => {
  const value = afterOf(document);
  if (!value || value.kind === Kind.NULL) return { after: undefined, variables: given, anchored: false };
  const name = value.kind === Kind.VARIABLE ? value.name.value : undefined;
  if (name === undefined || !isFree(document, operation, name)) return { after: undefined, variables: given, anchored: true };
  const { [name]: after, ...variables } = given;
  if (after === undefined || after === null) return { after: undefined, variables, anchored: false };
  const isOurs = typeof after === 'string' && positionOf(after) !== undefined;
  return isOurs ? { after, variables, anchored: false } : { after: undefined, variables: given, anchored: true };
};

const afterOf = ({ definitions }: DocumentNode): ValueNode | undefined => {
  const operation = definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  const [root] = operation?.selectionSet.selections ?? [];
  return root?.kind === Kind.FIELD ? root.arguments?.find(({ name }) => name.value === 'after')?.value : undefined;
};

/** May be left out, and says nothing else: nullable, without a default, used in this one place. */
const isFree = (document: DocumentNode, { variableDefinitions = [] }: OperationDefinitionNode, name: string): boolean => {
  let uses = 0;
  visit(document, {
    [Kind.VARIABLE_DEFINITION]: () => false,
    [Kind.VARIABLE]: (node) => {
      if (node.name.value === name) uses += 1;
    },
  });
  const definition = variableDefinitions.find(({ variable }) => variable.name.value === name);
  return uses === 1 && definition?.type.kind !== Kind.NON_NULL_TYPE && definition?.defaultValue === undefined;
};
