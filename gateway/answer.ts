/**
 * THE PIPELINE. Every way to data comes through here: HTTP, WebSocket, each
 * event of a subscription, tests and admin tools.
 *
 *   authenticate → limits → authorize → plan → intend → execute → redact → settle
 */
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { HubError } from '../schema/errors.ts';
import type { Principal } from '../schema/principal.ts';
import type { Audit, Peer } from './audit/audit.ts';
import { probedOf } from './audit/probed.ts';
import { type Authenticate, type Caller, nobody, principalOf, type Statement, statementOf } from './authenticate.ts';
import type { Cases } from './cases.ts';
import type { Contract, Contracts } from './contract.ts';
import { countRequest, type Documents, limitsOf, requireTrusted, type Trusted, trustedOf } from './documents.ts';
import type { Joint } from './execute/joint.ts';
import type { Execute, Execution } from './execute.ts';
import { intentOf, nameOf } from './intent.ts';
import { type Kept, keptOr, openKept } from './kept.ts';
import { isLenient, lenient } from './lenient.ts';
import { type Limits, limit } from './limits.ts';
import type { Permit, Permitted } from './permitted.ts';
import type { Decisions, Policies } from './policies/policies.ts';
import type { Subject } from './policies/question.ts';
import type { Policy } from './policy.ts';
import type { Quotas } from './quotas.ts';
import { redact, type Shown } from './redact.ts';
import { checkRegistration } from './registration.ts';
import { type Releases, releasesOf, withReleased } from './releases.ts';
import { Revoked, type Standing } from './standing.ts';
import { contractFor, contractOf } from './standpoint.ts';
import type { HopAnswer } from './subgraph.ts';
import type { Supergraph } from './supergraph.ts';
import { requireFit, Unfit } from './validate.ts';
import { fitVariables } from './variables.ts';

export interface Hub {
  supergraph: Supergraph;
  policy: Policy;
  policies: Pick<Policies, 'decide' | 'onChange' | 'reach'>;
  contracts: Contracts;
  cases: Cases;
  documents: Documents;
  quotas: Quotas;
  releases: Releases;
  standing: Standing;
  permit: Permit;
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
  /** Parsed, and nothing more: whether it fits is decided by what the caller may use. */
  document: DocumentNode;
  operationName?: string | undefined;
  variables: Record<string, unknown>;
  /** `purpose`, `caseNumber`, `reason`, `onBehalfOf`, `emergency`. */
  extensions?: unknown;
  token: string | undefined;
  /** For the audit. */
  peer?: Peer | undefined;
  signal?: AbortSignal | undefined;
  /** The id of an open subscription that is decided anew: it was counted when it opened. */
  resumed?: string | undefined;
}

/** Everything that is decided before any source is asked. */
export interface Decided extends Permitted {
  principal: Principal;
  expiresAtMs: number;
  /** By the policies: what this caller is granted, by which set and which rules of it. */
  decisions: Decisions;
  /** The approved operation that a vendor's system runs. */
  trusted: Trusted | undefined;
  /** What of the schema the caller has. */
  contract: Contract;
}

export const answer = async (hub: Hub, request: HubRequest): Promise<Shown> => {
  const decided = await decide(hub, request);
  const entry = await hub.audit.intend(intentOf(decided, request)); // durable before any system is asked
  const shown = await run(hub, request, decided).catch((cause: Error) => failed(cause));
  await entry.settle(shown);
  return shown;
};

/** One event of a stream that `live` has decided and recorded: the same plan, whose first question the event answers. */
export const answerEvent = (
  hub: Hub,
  event: HopAnswer,
  { decided, variables, joint, signal }: Pick<HubRequest, 'variables' | 'signal'> & { decided: Decided; joint: Joint },
): Promise<Shown> => run(hub, { variables, event, joint, signal }, decided).catch((cause: Error) => failed(cause));

const failed = (cause: Error): Shown => ({
  data: null,
  errors: [cause instanceof HubError ? cause : new HubError('INTERNAL', { originalError: cause })],
  entities: [],
});

/** The first half: who asks, how much, what of it they may, and how. A refusal here is recorded and thrown. */
export const decide = async (hub: Hub, request: HubRequest): Promise<Decided> => {
  const caller = await authenticated(hub, request);
  const statement = await stated(hub, request);
  const operationId = request.resumed ?? hub.newId();
  const emergency = hub.standing.isEmergency(caller.subject, statement.emergency) ? statement.emergency : undefined;
  const stating = principalOf(caller, { ...statement, emergency }, operationId);
  await logOn(hub, request, caller, operationId);
  let settling: Promise<Decisions> | undefined;
  const settle = () => {
    settling ??= settled(hub, caller, stating); // Once, whoever needs it first.
    return settling;
  };
  try {
    const { taken, document } = await fitting(hub, caller, request, settle);
    const trusted = await bounded(hub, request, { stating, schema: taken, document });
    const decisions = await settle();
    const principal = { ...stating, grants: [...decisions.grants] };
    const contract = contractOf(hub, caller, decisions.grants);
    const { operationName, variables } = request;
    requireTrusted({ document: request.document, operationName, documents: hub.documents, caller: principal, trusted });
    checkRegistration({ document: request.document, operationName, variables, schema: contract.taken, limits: hub.limits });
    const { authorized, planned, consulted } = hub.permit({ document, operationName, variables, principal, contract });
    const { expiresAtMs } = caller;
    return { principal, expiresAtMs, decisions, trusted, contract, authorized, planned, consulted };
  } catch (error) {
    const code = error instanceof HubError ? error.code : 'INTERNAL';
    const black = error instanceof Unfit ? await probed(hub, request, settle) : [];
    await hub.audit.refuse({ principal: stating, operationName: nameOf(request), code, peer: request.peer, black });
    throw error;
  }
};

/** To whom it does not exist, a field under a black label is one that nobody knows; it is recorded for those who watch over the label. */
const probed = async (
  { supergraph, policy }: Hub,
  { document }: HubRequest,
  settle: () => Promise<Decisions>,
): Promise<string[]> => {
  const decisions = await settle().catch(() => undefined); // What it was refused for stands, whatever fails now.
  return decisions ? probedOf(document, { schema: supergraph.api, policy, isBlack: decisions.isBlack }) : [];
};

/** Whoever is refused on an open socket was let in once: HTTP and the socket's opening record their own refusals. */
const authenticated = async (hub: Hub, { token, peer }: HubRequest): Promise<Caller> => {
  try {
    return await hub.authenticate(token);
  } catch (error) {
    if (error instanceof Revoked) await recordRefusal(hub, token, error.code, { peer });
    throw error;
  }
};

/** Whether it fits, and is not too much or too often: an operation that was approved for a vendor's system has limits of its own. */
const bounded = async (
  hub: Hub,
  request: HubRequest,
  { stating, schema, document }: { stating: Principal; schema: GraphQLSchema; document: DocumentNode },
): Promise<Trusted | undefined> => {
  const { operationName, variables } = request;
  fitVariables(schema, { document, operationName, variables });
  const trusted = await trustedOf(hub.documents, stating, request.document);
  limit({ document: request.document, operationName, variables, schema, limits: limitsOf(hub.limits, trusted) });
  if (trusted && !request.resumed) await countRequest(hub.quotas, stating, trusted);
  return trusted;
};

/** Whether the document fits what the caller may use; whoever could be granted what is hidden has that decided first. */
const fitting = async (
  hub: Hub,
  caller: Caller,
  { document: sent, extensions }: HubRequest,
  settle: () => Promise<Decisions>,
): Promise<{ taken: GraphQLSchema; document: DocumentNode }> => {
  const contract = await contractFor(hub, caller, { document: sent, decide: settle });
  const document = isLenient(extensions) ? lenient(sent, contract.taken) : sent;
  requireFit(document, contract);
  return { taken: contract.taken, document };
};

/** What the policies grant for this operation. */
const settled = async (hub: Hub, caller: Caller, stating: Principal): Promise<Decisions> => {
  const caseNumber = (await holds(hub, stating)) ? stating.caseNumber : undefined;
  return hub.policies.decide({
    subject: subjectOf(caller, stating, caseNumber),
    nowMs: hub.now(),
    agency: hub.agency,
    emergency: stating.emergency !== undefined,
    standingKnown: hub.standing.known(),
  });
};

const subjects = new WeakMap<Caller, Kept<Subject>>();
const statementsAtMost = 20;

/** Who asks and what they state: the same object where both are the same, by which its decision is known again. */
const subjectOf = (caller: Caller, { purpose, reason, onBehalfOf, emergency }: Principal, caseNumber?: string): Subject => {
  const kept = subjects.get(caller) ?? openKept<Subject>(statementsAtMost);
  subjects.set(caller, kept);
  const key = JSON.stringify([purpose, reason, onBehalfOf, emergency, caseNumber]);
  return keptOr(kept, key, () => ({ ...caller, purpose, reason, onBehalfOf, emergency, caseNumber }));
};

/** A case that its caller may not work, or was barred from, counts as not stated: what takes one is withheld. */
const holds = async ({ cases, standing }: Hub, stating: Principal): Promise<boolean> =>
  stating.caseNumber === undefined ||
  (!standing.isBarred(stating.subject, stating.caseNumber) && (await cases.holds(stating, stating.caseNumber)));

const run = async (
  hub: Hub,
  { variables, event, joint, signal }: Pick<HubRequest, 'variables' | 'signal'> & Pick<Execution, 'event' | 'joint'>,
  { principal, authorized, planned, decisions, contract }: Decided,
): Promise<Shown> => {
  const { document, denied, gone } = authorized;
  const releases = releasesOf(document, variables);
  if (releases.length > 0) await hub.releases.check(releases, principal, decisions);
  const { shown, isUntold } = contract;
  const raw = await hub.execute({ document, planned, denied, gone, variables, principal, event, joint, signal, shown });
  return withReleased(redact(raw, denied, { explain: (lacks) => lacks.map(decisions.explain).join(' '), isUntold }), releases);
};

/** A token's first use here; each later one finds it known. */
const logOn = async (hub: Hub, { token, peer }: HubRequest, caller: Caller, operationId: string): Promise<void> => {
  if (token !== undefined) await hub.audit.logOn({ caller, operationId, token, peer });
};

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

/** What never reaches the pipeline is recorded too, under whoever sent it, as far as that is known. */
export const recordRefusal = async (
  hub: Hub,
  token: string | undefined,
  code: unknown,
  { operationName, peer }: { operationName?: string | undefined; peer?: Peer | undefined } = {},
): Promise<void> => {
  const caller = await hub.authenticate(token).catch((error: unknown) => (error instanceof Revoked ? error.caller : nobody));
  const principal = principalOf(caller, {}, hub.newId());
  await hub.audit.refuse({ principal, operationName, peer, code: typeof code === 'string' ? code : 'BAD_REQUEST' });
};
