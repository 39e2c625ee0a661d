/**
 * THE PIPELINE. Every way to data comes through here: HTTP, WebSocket, each
 * event of a subscription, tests and admin tools.
 *
 *   authenticate → limits → authorize → plan → intend → execute → redact → settle
 */
import type { DocumentNode } from 'graphql';
import { HubError } from '../schema/errors.ts';
import type { Principal } from '../schema/principal.ts';
import type { Audit, Entry, Intent, Peer } from './audit/audit.ts';
import { searchOf } from './audit/search.ts';
import { type Authenticate, type Caller, nobody, type Statement, statementOf } from './authenticate.ts';
import { type Authorized, authorize, operationsNamed } from './authorize.ts';
import type { Cases } from './cases.ts';
import type { Execute } from './execute.ts';
import { type Limits, limit } from './limits.ts';
import type { Planned, Plans } from './plan.ts';
import type { Decisions, Policies } from './policies/policies.ts';
import { type Authority, type Policy, permits } from './policy.ts';
import { redact, type Shown } from './redact.ts';
import type { HopAnswer } from './subgraph.ts';
import type { Supergraph } from './supergraph.ts';
import { fitVariables } from './variables.ts';

export interface Hub {
  supergraph: Supergraph;
  policy: Policy;
  policies: Pick<Policies, 'decide' | 'onChange'>;
  cases: Cases;
  plans: Plans;
  authenticate: Authenticate;
  execute: Execute;
  audit: Audit;
  limits: Limits;
  /** Type → key field, for what the audit calls entities by. */
  keys: ReadonlyMap<string, string>;
  /** ORI of the agency that runs the hub. */
  agency: string;
  now: () => number;
  newId: () => string;
}

export interface HubRequest {
  /** Valid against what the caller sees. */
  document: DocumentNode;
  operationName?: string | undefined;
  variables: Record<string, unknown>;
  /** `purpose`, `caseNumber`, `reason`. */
  extensions?: unknown;
  token: string | undefined;
  /** For the audit. */
  peer?: Peer | undefined;
  signal?: AbortSignal | undefined;
  /** One event of a subscription that `live` has opened. */
  event?: StreamEvent | undefined;
}

export interface StreamEvent {
  /** What the primary's subgraph sent. */
  answer: HopAnswer;
  /** The stream's audit entry, which keeps the keys it delivers. */
  entry: Entry;
  operationId: string;
  /** What the stream was subscribed with: with another plan, or other grants, its events hold too much or too little. */
  basis: string;
}

/** What the caller may see has changed since the stream was subscribed. */
export class Outdated extends Error {
  override readonly name = 'Outdated';
  readonly decided: Decided;

  constructor(decided: Decided) {
    super('The stream must be subscribed anew.');
    this.decided = decided;
  }
}

/** Everything that is decided before any source is asked. */
export interface Decided {
  principal: Principal;
  expiresAtMs: number;
  authorized: Authorized;
  planned: Planned;
  /** By the policies: what this caller is granted, by which set and which rules of it. */
  decisions: Decisions;
  /** Labels that the decision read. */
  consulted: ReadonlySet<string>;
}

export const answer = async (hub: Hub, request: HubRequest): Promise<Shown> => {
  const decided = await decide(hub, request);
  if (request.event && request.event.basis !== basisOf(decided)) throw new Outdated(decided);
  const entry = request.event?.entry ?? (await hub.audit.intend(intentOf(decided, request))); // durable before any system is asked
  const shown = await run(hub, request, decided).catch((cause: Error) => failed(cause));
  await entry.settle(shown);
  return shown;
};

const failed = (cause: Error): Shown => ({
  data: null,
  errors: [cause instanceof HubError ? cause : new HubError('INTERNAL', { originalError: cause })],
  entities: [],
});

/** The first half: who asks, how much, what of it they may, and how. A refusal here is recorded and thrown. */
export const decide = async (hub: Hub, request: HubRequest): Promise<Decided> => {
  const caller = await hub.authenticate(request.token);
  const statement = await stated(hub, request);
  const operationId = request.event?.operationId ?? hub.newId();
  const stating: Principal = { ...plain(caller), ...statement, grants: [], operationId };
  try {
    fitVariables(hub.supergraph.api, request);
    limit({ ...request, schema: hub.supergraph.api, limits: hub.limits });
    const held = (await holds(hub, stating)) ? statement : { ...statement, caseNumber: undefined };
    const decisions = hub.policies.decide({ subject: { ...caller, ...held }, nowMs: hub.now(), agency: hub.agency });
    const principal = { ...stating, grants: [...decisions.grants] };
    return { principal, expiresAtMs: caller.expiresAtMs, decisions, ...permitted(hub, request, principal) };
  } catch (error) {
    const code = error instanceof HubError ? error.code : 'INTERNAL';
    await hub.audit.refuse({ principal: stating, operationName: nameOf(request), code, peer: request.peer });
    throw error;
  }
};

/** A case that its caller may not work counts as not stated: what takes one is withheld. */
const holds = async ({ cases }: Hub, stating: Principal): Promise<boolean> =>
  stating.caseNumber === undefined || (await cases.holds(stating, stating.caseNumber));

/** What of the operation the caller may run, and its plan. */
const permitted = (
  hub: Hub,
  request: HubRequest,
  principal: Principal,
): Pick<Decided, 'authorized' | 'planned' | 'consulted'> => {
  const grants = new Consulted(principal.grants);
  const authority = authorityOf(principal, grants);
  const authorized = authorize({ ...request, authority, policy: hub.policy, schema: hub.supergraph.api, keys: hub.keys });
  const planned = hub.plans.for(authorized.document);
  if (!permits(planned.fetches, authority))
    throw new HubError('UNAUTHORIZED_FIELD_OR_TYPE', { message: 'A field needs another that the caller may not read.' });
  return { authorized, planned, consulted: grants.labels };
};

const run = async (
  hub: Hub,
  { variables, event, signal }: HubRequest,
  { principal, authorized, planned, decisions }: Decided,
): Promise<Shown> => {
  const { document, denied } = authorized;
  const raw = await hub.execute({ document, plan: planned.plan, variables, principal, event: event?.answer, signal });
  return redact(raw, denied, ({ lacks }) => lacks.map(decisions.explain).join(' '));
};

export const intentOf = (
  { principal, authorized, planned, decisions, consulted }: Decided,
  { document, variables, peer }: HubRequest,
): Intent => ({
  principal,
  operationName: short(authorized.operation.name?.value),
  operationType: authorized.operation.operation,
  documentHash: planned.hash,
  fields: authorized.fields,
  denied: authorized.denied.map(({ coordinate, lacks }) => `${coordinate}: ${lacks.join(', ')}`),
  sources: planned.sources,
  // As asked: what was denied was searched for too.
  search: searchOf(document, variables),
  peer,
  policySet: decisions.policySet,
  rules: decisions.rulesOf(consulted),
});

/** What a stream's events were asked for with; its upstream is subscribed anew when it changes. */
export const basisOf = ({ planned, principal, decisions }: Decided): string =>
  [planned.hash, decisions.policySet, ...principal.grants].join(' ');

/** What the operation says of itself. What does not hold is refused, and recorded without it. */
const stated = async (hub: Hub, request: HubRequest): Promise<Statement> => {
  try {
    return statementOf(request.extensions);
  } catch (error) {
    await recordRefusal(hub, request.token, error instanceof HubError ? error.code : 'INTERNAL', {
      operationName: nameOf(request),
      peer: request.peer,
    });
    throw error;
  }
};

/** Only a name that the document bears, and not at any length: the record is no place for whatever a client writes there. */
const nameOf = ({ document, operationName }: HubRequest): string | undefined => {
  const [operation, another] = operationsNamed(document, operationName);
  return another ? undefined : short(operation?.name?.value);
};

const longestName = 100;
const short = (name: string | undefined): string | undefined => name?.slice(0, longestName);

/** What only decisions need of the caller does not travel to the systems. */
const plain = ({ expiresAtMs: _, privileges: __, methods: ___, signedInAtMs: ____, ...caller }: Caller) => caller;

/** What never reaches the pipeline is recorded too, under whoever sent it, as far as that is known. */
export const recordRefusal = async (
  hub: Hub,
  token: string | undefined,
  code: unknown,
  { operationName, peer }: { operationName?: string | undefined; peer?: Peer | undefined } = {},
): Promise<void> => {
  const caller = await hub.authenticate(token).catch(() => nobody);
  const principal = { ...plain(caller), grants: [], operationId: hub.newId() };
  await hub.audit.refuse({ principal, operationName, peer, code: typeof code === 'string' ? code : 'BAD_REQUEST' });
};

const authorityOf = ({ kind, scopes }: Principal, grants: Consulted): Authority => ({
  authenticated: kind !== 'anonymous',
  scopes: new Set(scopes),
  grants,
});

/** Grants that remember which labels were looked for, held or not. */
class Consulted extends Set<string> {
  readonly labels = new Set<string>();

  override has(label: string): boolean {
    this.labels.add(label);
    return super.has(label);
  }
}
