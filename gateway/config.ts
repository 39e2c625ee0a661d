/**
 * The only reader of the gateway's settings. Each comes from a flag or from the
 * environment, is checked once, and is frozen; a wrong one is told by its name.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { TimedKey } from '../schema/hopkeys.ts';
import { type HopTls, readTls, TlsError } from '../schema/tls.ts';
import type { Issuer } from './authenticate.ts';
import type { Limits } from './limits.ts';

export interface GatewayConfig {
  host: string;
  port: number;
  /** The supergraph's text. */
  supergraph: string;
  /** Subgraph name → URL, before the supergraph's own. */
  subgraphUrls: Readonly<Record<string, string>>;
  issuer: Issuer | undefined;
  /** ORI of the agency that runs the hub. */
  agency: string;
  /** The system that knows which cases are open. */
  recordsSubgraph: string;
  /** Whose authority is withdrawn: the system that knows it, how often it is asked, and for how long an answer holds. */
  standing: { subgraph: string; pollMs: number; staleMs: number };
  /** Folder of the access policies. */
  policies: string;
  /** Ed25519 private keys (JWK) that sign the hops, the newest at a time; none: a fresh one, which no subgraph of another process knows. */
  signingKeys: readonly TimedKey[];
  /** Mutual TLS with the subgraphs. */
  tls: HopTls | undefined;
  limits: Limits;
  subgraph: { timeoutMs: number; maximumBytes: number; breaker: { failurePercentage: number; resetMs: number; minimum: number } };
  live: { queueBound: number; signatureSeconds: number; stallMs: number; personal: string[]; auditIntervalMs: number };
  drainMs: number;
  /** Bearer token for `/metrics`; absent: only this machine may ask. */
  metricsToken: string | undefined;
}

export interface GatewayFlags {
  port?: number | undefined;
  host?: string | undefined;
  /** Path of a supergraph file. */
  supergraph?: string | undefined;
}

/** A setting that cannot be used; the message names it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const policiesPath = fileURLToPath(new URL('../deploy/policies', import.meta.url));
const supergraphPath = fileURLToPath(new URL('../schema/supergraph.graphql', import.meta.url));
const integer = (fallback: number, minimum = 1) => z.coerce.number().int().min(minimum).default(fallback);

/** Every setting by its name in the environment, with its default. */
const settings = z.object({
  PORT: integer(4000, 0),
  HOST: z.string().default('127.0.0.1'),
  SUPERGRAPH: z.string().default(supergraphPath),
  OIDC_ISSUER: z.url().optional(),
  OIDC_AUDIENCE: z.string().default('rtcc-hub'),
  OIDC_CLOCK_TOLERANCE_SECONDS: integer(5, 0),
  HUB_AGENCY_ORI: z
    .string()
    .regex(/^[A-Z0-9]{9}$/)
    .default('LANPD0000'),
  HUB_POLICIES: z.string().default(policiesPath),
  HUB_SIGNING_KEY: z.string().optional(),
  HUB_RECORDS_SUBGRAPH: z.string().default('rms'),
  HUB_STANDING_SUBGRAPH: z.string().default('hub'),
  HUB_STANDING_POLL_MS: integer(15_000),
  HUB_STANDING_STALE_MS: integer(60_000),
  HUB_LIMIT_DEPTH: integer(20),
  HUB_LIMIT_ALIASES: integer(50, 0),
  HUB_LIMIT_ROOT_FIELDS: integer(20),
  HUB_LIMIT_COST: integer(50_000),
  HUB_LIMIT_LIST_SIZE: integer(100),
  HUB_LIMIT_TOKENS: integer(5_000),
  HUB_LIMIT_BODY_BYTES: integer(262_144),
  HUB_LIMIT_BATCH: integer(10),
  HUB_LIMIT_STREAMS: integer(50),
  HUB_LIMIT_RATE: integer(6_000),
  HUB_SUBGRAPH_TIMEOUT_MS: integer(12_000),
  HUB_SUBGRAPH_MAXIMUM_BYTES: integer(64 << 20),
  HUB_BREAKER_FAILURE_PERCENTAGE: integer(50),
  HUB_BREAKER_RESET_MS: integer(5_000),
  HUB_BREAKER_MINIMUM: integer(5),
  HUB_LIVE_QUEUE: integer(1_000),
  HUB_LIVE_SIGNATURE_SECONDS: integer(300),
  HUB_LIVE_STALL_MS: integer(15_000),
  HUB_LIVE_PERSONAL: z.string().default('hub,people-search'),
  HUB_AUDIT_INTERVAL_MS: integer(5_000),
  HUB_DRAIN_MS: integer(5_000, 0),
  HUB_METRICS_TOKEN: z.string().min(16).optional(),
});

export type Environment = Readonly<Record<string, string | undefined>>;

export const readConfig = (env: Environment, flags: GatewayFlags = {}): GatewayConfig => {
  const given = { ...env, ...defined({ PORT: flags.port, HOST: flags.host, SUPERGRAPH: flags.supergraph }) };
  const parsed = settings.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
  }
  const set = parsed.data;
  return freeze({
    host: set.HOST,
    port: set.PORT,
    supergraph: readSupergraph(set.SUPERGRAPH),
    subgraphUrls: urlsOf(env),
    issuer:
      set.OIDC_ISSUER === undefined
        ? undefined
        : { url: set.OIDC_ISSUER, audience: set.OIDC_AUDIENCE, toleranceSeconds: set.OIDC_CLOCK_TOLERANCE_SECONDS },
    agency: set.HUB_AGENCY_ORI,
    recordsSubgraph: set.HUB_RECORDS_SUBGRAPH,
    standing: { subgraph: set.HUB_STANDING_SUBGRAPH, pollMs: set.HUB_STANDING_POLL_MS, staleMs: set.HUB_STANDING_STALE_MS },
    policies: set.HUB_POLICIES,
    signingKeys: keysOf(set.HUB_SIGNING_KEY),
    tls: tlsOf(env),
    limits: {
      depth: set.HUB_LIMIT_DEPTH,
      aliases: set.HUB_LIMIT_ALIASES,
      rootFields: set.HUB_LIMIT_ROOT_FIELDS,
      cost: set.HUB_LIMIT_COST,
      listSize: set.HUB_LIMIT_LIST_SIZE,
      tokens: set.HUB_LIMIT_TOKENS,
      bodyBytes: set.HUB_LIMIT_BODY_BYTES,
      batch: set.HUB_LIMIT_BATCH,
      streams: set.HUB_LIMIT_STREAMS,
      rate: set.HUB_LIMIT_RATE,
    },
    subgraph: {
      timeoutMs: set.HUB_SUBGRAPH_TIMEOUT_MS,
      maximumBytes: set.HUB_SUBGRAPH_MAXIMUM_BYTES,
      breaker: {
        failurePercentage: set.HUB_BREAKER_FAILURE_PERCENTAGE,
        resetMs: set.HUB_BREAKER_RESET_MS,
        minimum: set.HUB_BREAKER_MINIMUM,
      },
    },
    live: {
      queueBound: set.HUB_LIVE_QUEUE,
      signatureSeconds: set.HUB_LIVE_SIGNATURE_SECONDS,
      stallMs: set.HUB_LIVE_STALL_MS,
      personal: set.HUB_LIVE_PERSONAL.split(',').map((name) => name.trim()),
      auditIntervalMs: set.HUB_AUDIT_INTERVAL_MS,
    },
    drainMs: set.HUB_DRAIN_MS,
    metricsToken: set.HUB_METRICS_TOKEN,
  });
};

const readSupergraph = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new ConfigError(`SUPERGRAPH: the file ${path} cannot be read.`);
  }
};

/** `HUB_SUBGRAPH_PEOPLE_SEARCH_URL=http://…` → `people-search`. */
const urlsOf = (env: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, url]) => {
      const subgraph = /^HUB_SUBGRAPH_(\w+)_URL$/.exec(name)?.[1];
      return subgraph && url ? [[subgraph.toLowerCase().replaceAll('_', '-'), url]] : [];
    }),
  );

const keySchema = z.looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), d: z.string(), x: z.string() });
const keysSchema = z.union([
  keySchema.transform((key) => [key]),
  z.object({ keys: z.array(keySchema).min(1) }).transform(({ keys }) => keys),
]);

const keysOf = (text: string | undefined): TimedKey[] => {
  if (text === undefined) return [];
  try {
    return keysSchema.parse(JSON.parse(text)) as TimedKey[];
  } catch {
    throw new ConfigError(
      'HUB_SIGNING_KEY: expected an Ed25519 private key as a JWK, or a set of them; "npm run hub -- keys --env" prints one.',
    );
  }
};

const tlsOf = (env: Environment): HopTls | undefined => {
  try {
    return readTls(env);
  } catch (error) {
    throw error instanceof TlsError ? new ConfigError(error.message) : error;
  }
};

const defined = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

const freeze = <Value extends object>(value: Value): Value => {
  for (const entry of Object.values(value)) if (entry && typeof entry === 'object') freeze(entry as object);
  return Object.freeze(value);
};
