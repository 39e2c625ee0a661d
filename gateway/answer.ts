/**
 * THE PIPELINE. Every way to data comes through here: HTTP, WebSocket, each
 * event of a subscription, tests and admin tools.
 *
 *   authenticate → limits → authorize → plan → intend → execute → redact → settle
 */
import type { DocumentNode } from 'graphql';
import { HubError } from '../schema/errors.ts';
import type { Principal } from '../schema/principal.ts';
import type { Audit, Entry, Intent } from './audit/audit.ts';
import { type Authenticate, type Caller, nobody, statementOf } from './authenticate.ts';
import { type Authorized, authorize } from './authorize.ts';
import type { Execute } from './execute.ts';
import { explain, grantsOf } from './grants.ts';
import { type Limits, limit } from './limits.ts';
import type { Planned, Plans } from './plan.ts';
import { type Authority, type Policy, permits } from './policy.ts';
import { redact, type Shown } from './redact.ts';
import type { HopAnswer } from './subgraph.ts';
import type { Supergraph } from './supergraph.ts';
import { fitVariables } from './variables.ts';

export interface Hub {
  supergraph: Supergraph;
  policy: Policy;
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
  /** The plan that the stream was subscribed with; with another, its events hold too much or too little. */
  hash: string;
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
}

export const answer = async (hub: Hub, request: HubRequest): Promise<Shown> => {
  const decided = await decide(hub, request);
  if (request.event && request.event.hash !== decided.planned.hash) throw new Outdated(decided);
  const entry = request.event?.entry ?? (await hub.audit.intend(intentOf(decided))); // durable before any system is asked
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
  const principal = principalOf(hub, caller, request);
  try {
    fitVariables(hub.supergraph.api, request);
    limit({ ...request, schema: hub.supergraph.api, limits: hub.limits });
    const authority = authorityOf(principal);
    const authorized = authorize({ ...request, authority, policy: hub.policy, schema: hub.supergraph.api, keys: hub.keys });
    const planned = hub.plans.for(authorized.document);
    if (!permits(planned.fetches, authority))
      throw new HubError('UNAUTHORIZED_FIELD_OR_TYPE', { message: 'A field needs another that the caller may not read.' });
    return { principal, expiresAtMs: caller.expiresAtMs, authorized, planned };
  } catch (error) {
    const code = error instanceof HubError ? error.code : 'INTERNAL';
    await hub.audit.refuse({ principal, operationName: request.operationName, code });
    throw error;
  }
};

const run = async (
  hub: Hub,
  { variables, event, signal }: HubRequest,
  { principal, authorized, planned }: Decided,
): Promise<Shown> => {
  const { document, denied } = authorized;
  const raw = await hub.execute({ document, plan: planned.plan, variables, principal, event: event?.answer, signal });
  const words = (lacks: string[]) =>
    lacks.map((label) => explain(label, { principal, nowMs: hub.now(), agency: hub.agency })).join(' ');
  return redact(raw, denied, (denial) => words(denial.lacks));
};

export const intentOf = ({ principal, authorized, planned }: Decided): Intent => ({
  principal,
  operationName: authorized.operation.name?.value,
  operationType: authorized.operation.operation,
  documentHash: planned.hash,
  fields: authorized.fields,
  denied: authorized.denied.map(({ coordinate, lacks }) => `${coordinate}: ${lacks.join(', ')}`),
  sources: planned.sources,
});

const principalOf = (hub: Hub, { expiresAtMs: _, ...caller }: Caller, { extensions, event }: HubRequest): Principal => {
  const principal = { ...caller, ...statementOf(extensions), operationId: event?.operationId ?? hub.newId() };
  const grants = caller.kind === 'anonymous' ? [] : grantsOf({ principal, nowMs: hub.now(), agency: hub.agency });
  return { ...principal, grants };
};

/** What never reaches the pipeline is recorded too, under whoever sent it, as far as that is known. */
export const recordRefusal = async (hub: Hub, token: string | undefined, code: unknown): Promise<void> => {
  const { expiresAtMs: _, ...caller } = await hub.authenticate(token).catch(() => nobody);
  const principal = { ...caller, grants: [], operationId: hub.newId() };
  await hub.audit.refuse({ principal, code: typeof code === 'string' ? code : 'BAD_REQUEST' });
};

const authorityOf = ({ kind, scopes, grants }: Principal): Authority => ({
  authenticated: kind !== 'anonymous',
  scopes: new Set(scopes),
  grants: new Set(grants),
});
