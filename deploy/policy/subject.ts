/** Decisions outside of a gateway: a persona as the gateway would see it from its token, and the graph's rules by field. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { callerOf } from '../../gateway/authenticate.ts';
import { openPolicies, type Policies } from '../../gateway/policies/policies.ts';
import type { Subject } from '../../gateway/policies/question.ts';
import { type Policy, readPolicy } from '../../gateway/policy.ts';
import { both, permits, type Rule } from '../../gateway/rule.ts';
import { loadSupergraph, type Supergraph } from '../../gateway/supergraph.ts';
import { ExpectedError } from '../expected.ts';
import { claimsOf, isPersonaName, type Persona, type PersonaName, personaNames, personas } from '../identity/personas.ts';

export const starterFolder = fileURLToPath(new URL('../policies', import.meta.url));
/** The agency that runs the demo's hub. */
export const agency = personas.detective.employer.ori;

/** Absent or empty: not stated. */
export interface Stated {
  purpose?: string | undefined;
  caseNumber?: string | undefined;
  reason?: string | undefined;
  onBehalfOf?: string | undefined;
}

export const personaNamed = (name: string): PersonaName => {
  if (isPersonaName(name)) return name;
  throw new ExpectedError(`There is no persona "${name}". Choose one of: ${personaNames.join(', ')}.`);
};

/** By the same reading of claims that a token goes through. */
export const subjectOf = (persona: Persona, nowMs: number, stated: Stated): Subject => {
  const nowSeconds = Math.floor(nowMs / 1000);
  const signIn = persona.kind === 'person' ? { auth_time: nowSeconds, amr: ['pwd'] } : { client_id: persona.subject };
  const claims = { sub: persona.subject, exp: nowSeconds + 1800, ...signIn, ...claimsOf(persona, nowMs) };
  const { expiresAtMs: _, ...caller } = callerOf(claims);
  const given = Object.entries({ ...stated }).filter(([, value]) => value !== undefined && value !== '');
  return { ...caller, ...Object.fromEntries(given) };
};

export interface Graph {
  supergraph: Supergraph;
  policy: Policy;
}

export const openGraph = (): Graph => {
  const supergraph = loadSupergraph(readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8'));
  return { supergraph, policy: readPolicy(supergraph.full) };
};

/** What reading the field takes where an operation may begin at its type. */
export const ruleOf = ({ policy }: Graph, type: string, field: string): Rule =>
  both(policy.type(type), policy.field(type, field));

export const openSet = (folder: string = starterFolder, labels?: readonly string[]): Policies => openPolicies({ folder, labels });

export const mayRead = (rule: Rule, { kind, scopes }: Subject, grants: readonly string[]): boolean =>
  permits(rule, { authenticated: kind !== 'anonymous', scopes: new Set(scopes), grants: new Set(grants) });

/** The field's type and name; or, where there is none, which there are. */
export const fieldNamed = ({ supergraph }: Graph, coordinate: string): { type: string; field: string } => {
  const [type = '', field = ''] = coordinate.split('.');
  const found = supergraph.api.getType(type);
  if (found && 'getFields' in found && Object.hasOwn(found.getFields(), field)) return { type, field };
  const alike = Object.values(supergraph.api.getTypeMap()).flatMap((one) =>
    'getFields' in one && field && !one.name.startsWith('__') && Object.hasOwn(one.getFields(), field)
      ? [`${one.name}.${field}`]
      : [],
  );
  const hint = alike.length > 0 ? ` There is: ${alike.join(', ')}.` : '';
  throw new ExpectedError(`The graph has no field "${coordinate}".${hint}`);
};
