/**
 * The gateway: config → supergraph → hub → http + ws → listen → drain.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { type Logger, pino } from 'pino';
import { withoutAudit } from './audit/audit.ts';
import type { Sql } from './audit/ledger.ts';
import { type AuditSettings, startAudit } from './audit/start.ts';
import type { AuditMeter } from './audit/status.ts';
import { authenticator } from './authenticate.ts';
import { openCases } from './cases.ts';
import { ConfigError, type GatewayConfig } from './config.ts';
import { openContracts } from './contract.ts';
import { openDocuments } from './documents.ts';
import { drain } from './drain.ts';
import { executor } from './execute.ts';
import { openFlows } from './flows.ts';
import { addHealth } from './health.ts';
import { hopsOf, type KeysNow } from './hops.ts';
import { isGraphql, openHttp, refuse } from './http.ts';
import { keysOf } from './keys.ts';
import type { LiveHub } from './live.ts';
import { addMetrics, openMetrics } from './metrics.ts';
import { type Pages, servePages } from './pages.ts';
import { openPermit } from './permitted.ts';
import { planner } from './plan.ts';
import type { Policies } from './policies/policies.ts';
import { startPolicies } from './policies/start.ts';
import { readPolicy } from './policy.ts';
import { openQuotas, type Tally } from './quotas.ts';
import { openReleases } from './releases.ts';
import { openStanding, unrevoked } from './standing.ts';
import { openSubgraph, type Subgraph } from './subgraph.ts';
import { loadSupergraph } from './supergraph.ts';
import { openUpstream, type Upstream } from './upstream.ts';
import { openWs } from './ws.ts';

export interface GatewayParts {
  /** Where the audit goes. Only a supergraph without access rules may be served without. */
  database?: Sql | undefined;
  /** What signs it, seals what was searched for, and is told of failures. */
  audit?: AuditSettings | undefined;
  /** What signs the hops, where it is exchanged while the gateway runs; else the settings' own. */
  signingKeys?: KeysNow;
  log?: Logger;
  /** The web pages to serve, from when they are built. */
  pages?: Pages | Promise<Pages> | undefined;
  /** How often a vendor's system asks, over all gateways; else each counts for itself. */
  tally?: Tally | undefined;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

export interface Gateway {
  url: string;
  port: number;
  hub: LiveHub;
  policies: Policies;
  close: () => Promise<void>;
}

export const startGateway = async (config: GatewayConfig, parts: GatewayParts = {}): Promise<Gateway> => {
  const { log = pino({ level: 'warn' }) } = parts;
  const metrics = openMetrics();
  const { hub, policies, subgraphs, upstreams } = await openHub(config, { ...parts, meter: metrics.audit }, log);
  const app = express().disable('x-powered-by');
  const answerGraphql = openHttp(hub, log);
  const server = createServer((request, response) =>
    isGraphql(request) ? answerGraphql(request, response) : app(request, response),
  );
  addHealth(app, { subgraphs: [...subgraphs.values()], issuer: config.issuer?.url });
  addMetrics(app, metrics, config.metricsToken);
  if (parts.pages) servePages(app, parts.pages, config.issuer?.url);
  app.use(refuse);
  await listen(server, config.port, config.host);
  const ws = openWs({ hub, server, log }); // Once it listens: a taken port is one error, told once.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${config.host === '0.0.0.0' ? 'localhost' : config.host}:${port}`,
    port,
    hub,
    policies,
    close: async () => {
      await ws.close();
      await drain(server, config.drainMs);
      hub.standing.close();
      await Promise.all([...upstreams.values()].map((upstream) => upstream.close()));
      await Promise.all([...subgraphs.values()].map((subgraph) => subgraph.close()));
      policies.close();
      await hub.audit.close();
    },
  };
};

interface Opened {
  hub: LiveHub;
  policies: Policies;
  subgraphs: Map<string, Subgraph>;
  upstreams: Map<string, Upstream>;
}

const openHub = async (config: GatewayConfig, parts: GatewayParts & { meter: AuditMeter }, log: Logger): Promise<Opened> => {
  const { database, now = Date.now } = parts;
  const supergraph = loadSupergraph(config.supergraph);
  const policy = readPolicy(supergraph.full);
  if (policy.stated && !database)
    throw new ConfigError('The supergraph states access rules, so an audit database is needed: set DATABASE_URL.');
  const places = await hopsOf(supergraph.subgraphs, config, parts.signingKeys);
  const subgraphs = new Map(places.map((place) => [place.name, openSubgraph({ ...place, ...config.subgraph, log })]));
  const upstreams = new Map(places.map((place) => [place.name, openUpstream(place)]));
  const audit = database
    ? await startAudit({ ...parts.audit, meter: parts.meter, database, log, now, intervalMs: config.live.auditIntervalMs })
    : withoutAudit;
  const policies = startPolicies({ folder: config.policies, labels: policy.labels, log, audit });
  const standing = await openStanding({
    ...{
      full: supergraph.full,
      registry: subgraphs.get(config.standing.subgraph),
      upstream: upstreams.get(config.standing.subgraph),
    },
    ...{ ...config.standing, signatureSeconds: config.live.signatureSeconds, now, log },
  });
  const keys = database ? keysOf(supergraph.full, supergraph.api) : new Map();
  const hub: LiveHub = {
    supergraph,
    policy,
    policies,
    cases: openCases({ full: supergraph.full, records: subgraphs.get(config.recordsSubgraph), now }),
    documents: openDocuments({ full: supergraph.full, subgraphs, now }),
    quotas: openQuotas(now, parts.tally),
    releases: openReleases({ full: supergraph.full, policy, keys: keysOf(supergraph.full, supergraph.api), subgraphs }),
    permit: openPermit({ supergraph, policy, keys, plans: planner(supergraph, policy, keys) }),
    contracts: openContracts(supergraph.api, policy),
    authenticate: unrevoked(authenticator(config.issuer, now), standing),
    standing,
    execute: executor(supergraph, subgraphs),
    audit,
    limits: config.limits,
    keys,
    agency: config.agency,
    now,
    newId: randomUUID,
    upstreams,
    flows: openFlows(),
    personal: new Set(config.live.personal),
    queueBound: config.live.queueBound,
    signatureSeconds: config.live.signatureSeconds,
    stallMs: config.live.stallMs,
  };
  return { hub, policies, subgraphs, upstreams };
};

const listen = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new ConfigError(`Port ${port} is taken: choose another with --port.`) : error),
    );
    server.listen(port, host, resolve);
  });
