/**
 * The schema that a caller may use. What a caller may never read is served as if
 * there were none of it: in introspection, in an error, and when it is asked for
 * by name. Two schemas make a contract:
 *
 *   shown   what the caller could be granted, by who they are: what introspection
 *           and errors tell of
 *   taken   what the caller's documents may name: the same, and for whom the agency
 *           explains its rules to, all but black labels; it is withheld with the reason
 *
 * What is under a black label is in neither unless that is granted for this very
 * operation. Callers with the same rights share a contract.
 */
import { buildASTSchema, type GraphQLSchema, parse, print, printSchema } from 'graphql';
import { keptOr, openKept } from './kept.ts';
import type { Policy } from './policy.ts';
import { reduce } from './reduce.ts';
import { type Authority, permits } from './rule.ts';

/** What decides which schema a caller has. */
export interface Standpoint {
  authenticated: boolean;
  scopes: readonly string[];
  /** Labels that could be granted, whatever were stated; of the black ones those that are granted now. */
  visible: readonly string[];
  /** Black labels that are not granted now. */
  black: readonly string[];
  /** The agency explains to this caller what they lack. */
  explained: boolean;
}

export interface Contract {
  shown: GraphQLSchema;
  taken: GraphQLSchema;
  /** A label that the caller hears nothing of. */
  isUntold: (label: string) => boolean;
  /** Nobody in particular hears of a document only that it does not fit. */
  explainsErrors: boolean;
}

export type Contracts = (standpoint: Standpoint) => Contract;

const rememberedContracts = 256;
const rememberedSchemas = 64;

export const openContracts = (api: GraphQLSchema, policy: Policy): Contracts => {
  const definitions = parse(printSchema(api));
  const contracts = openKept<Contract>(rememberedContracts);
  const schemas = openKept<GraphQLSchema>(rememberedSchemas);
  const schemaFor = (authority: Authority): GraphQLSchema => {
    if (!policy.stated) return api;
    const document = reduce(definitions, (rule) => permits(rule, authority), policy);
    const build = () => buildASTSchema(document, { assumeValid: true, assumeValidSDL: true });
    return keptOr(schemas, print(document), build);
  };
  const make = ({ authenticated, scopes, visible, black, explained }: Standpoint): Contract => {
    const shown = schemaFor({ authenticated, scopes: new Set(scopes), grants: new Set(visible) });
    const spoken = new Set(policy.labels.filter((label) => !black.includes(label)));
    const isSpoken = (label: string) => (explained ? !black.includes(label) : visible.includes(label));
    return {
      shown,
      taken: explained ? schemaFor({ authenticated: true, scopes: new Set(policy.scopes), grants: spoken }) : shown,
      isUntold: (label) => !isSpoken(label),
      explainsErrors: authenticated || !policy.stated,
    };
  };
  return (standpoint) => {
    const { authenticated, explained } = standpoint;
    const [scopes, visible, black] = [standpoint.scopes, standpoint.visible, standpoint.black].map((list) => list.toSorted());
    const key = JSON.stringify([authenticated, explained, scopes, visible, black]);
    return keptOr(contracts, key, () => make(standpoint));
  };
};
