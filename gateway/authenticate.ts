/**
 * An access token → who asks. Tokens are JWTs (RFC 9068) of one OpenID issuer,
 * checked against its published keys: signature, issuer, audience, times. What
 * the operation says of itself (purpose, case, reason) joins here, parsed.
 */
import { hash } from 'node:crypto';
import { createRemoteJWKSet, customFetch, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { HubError } from '../schema/errors.ts';
import { anonymous, type Principal, purposes } from '../schema/principal.ts';
import { openKept } from './kept.ts';

export interface Issuer {
  /** The `iss` of its tokens, and where its discovery document is. */
  url: string;
  audience: string;
  /** Clocks may differ by this much. */
  toleranceSeconds: number;
}

export type Caller = Omit<Principal, 'grants' | 'operationId' | 'purpose' | 'caseNumber' | 'reason' | 'emergency'> & {
  /** Milliseconds since the epoch; when the token ends. */
  expiresAtMs: number;
  /** The token's own id (`jti`), by which it alone can be revoked; a token without one is revoked with its holder. */
  tokenId?: string | undefined;
  /** GFIPM indicators that are true, by their names without "gfipm:2.0:user:" and "Indicator". */
  privileges: string[];
  /** How the person proved to be who they are (`amr`), and when (`auth_time`, milliseconds since the epoch). */
  methods: string[];
  signedInAtMs: number | undefined;
};

/** Undefined token: nobody. A token that does not hold: TOKEN_INVALID, with nothing about why. */
export type Authenticate = (token: string | undefined) => Promise<Caller>;

const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const boolean = z.union([z.boolean(), z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1')]);

/** GFIPM 2.0 attribute names where it has one; `deploy/identity/README.md` tells an issuer what to map. */
const claims = z.object({
  sub: z.string().min(1).max(255),
  exp: z.number(),
  jti: z.string().min(1).max(255).optional(),
  'gfipm:2.0:user:EmployerORI': z.string().regex(/^[A-Z0-9]{9}$/),
  'gfipm:2.0:user:SwornLawEnforcementOfficerIndicator': boolean.default(false),
  certifications: z.array(z.object({ name: z.string(), expiresAt: z.iso.datetime({ offset: true }) })).default([]),
  assignments: z.array(z.string()).default([]),
  roles: z.array(z.string()).default([]),
  scope: z.string().default(''),
  client_id: z.string().optional(),
  auth_time: z.number().optional(),
  amr: z.array(z.string()).default([]),
});

export const nobody: Caller = {
  ...anonymous,
  expiresAtMs: Number.POSITIVE_INFINITY,
  privileges: [],
  methods: [],
  signedInAtMs: undefined,
};

/** A token that held is not checked again for so long: so much later does the withdrawal of a key tell. Revocation is looked at each time. */
const heldMs = 60_000;
const heldAtMost = 10_000;

interface Held {
  caller: Caller;
  fromMs: number;
  untilMs: number;
}

export const authenticator = (issuer: Issuer | undefined, now: () => number): Authenticate => {
  const verify = issuer && verifierOf(issuer, now);
  const held = openKept<Held>(heldAtMost);
  return async (token) => {
    if (token === undefined) return nobody;
    if (!issuer || !verify) throw new HubError('TOKEN_INVALID');
    const digest = hash('sha256', token, 'base64'); // The tokens themselves are nowhere to be found in memory.
    const nowMs = now();
    const found = held.get(digest);
    if (found && found.fromMs <= nowMs && nowMs < found.untilMs) return found.caller;
    const caller = await verify(token);
    held.set(digest, { caller, fromMs: nowMs, untilMs: Math.min(nowMs + heldMs, caller.expiresAtMs) });
    return caller;
  };
};

const verifierOf = (issuer: Issuer, now: () => number): ((token: string) => Promise<Caller>) => {
  const keys = keysOf(issuer);
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: issuer.url,
        audience: issuer.audience,
        algorithms,
        clockTolerance: issuer.toleranceSeconds,
        currentDate: new Date(now()),
        requiredClaims: ['exp', 'iat', 'sub'],
      });
      return callerOf(payload);
    } catch (cause) {
      if (isAway(cause))
        throw new HubError('SOURCE_UNAVAILABLE', { message: 'The identity provider is not answering.', source: 'identity' });
      throw new HubError('TOKEN_INVALID', { originalError: cause as Error });
    }
  };
};

export const callerOf = (payload: JWTPayload): Caller => {
  const claim = claims.parse(payload);
  return {
    subject: claim.sub,
    kind: claim.client_id === claim.sub ? 'service' : 'person',
    ori: claim['gfipm:2.0:user:EmployerORI'],
    roles: claim.roles,
    scopes: claim.scope.split(' ').filter(Boolean),
    sworn: claim['gfipm:2.0:user:SwornLawEnforcementOfficerIndicator'],
    certifications: claim.certifications,
    assignments: claim.assignments.map(normaliseNumber),
    expiresAtMs: claim.exp * 1000,
    tokenId: claim.jti,
    privileges: privilegesOf(payload),
    methods: claim.amr,
    signedInAtMs: claim.auth_time === undefined ? undefined : claim.auth_time * 1000,
  };
};

/** Each says yes or no, strictly: a value that is neither makes the token one that does not hold. */
const privilegesOf = (payload: JWTPayload): string[] =>
  Object.entries(payload).flatMap(([name, value]) => {
    const indicator = /^gfipm:2\.0:user:(\w+)Indicator$/.exec(name)?.[1];
    return indicator && boolean.parse(value) ? [indicator] : [];
  });

/** The keys' address comes from the issuer's discovery document, read at the first token. */
const keysOf = ({ url }: Issuer): JWTVerifyGetKey => {
  let keys: JWTVerifyGetKey | undefined;
  return async (header, token) => {
    if (!keys) {
      const response = await fetch(new URL(`${url.replace(/\/$/, '')}/.well-known/openid-configuration`), {
        signal: AbortSignal.timeout(5_000),
      });
      const { issuer, jwks_uri: jwksUri } = z.object({ issuer: z.literal(url), jwks_uri: z.url() }).parse(await response.json());
      void issuer;
      keys = createRemoteJWKSet(new URL(jwksUri), { cooldownDuration: 5_000, [customFetch]: fetch });
    }
    return keys(header, token);
  };
};

const isAway = (cause: unknown): boolean =>
  cause instanceof TypeError ||
  (cause instanceof Error && ['TimeoutError', 'JWKSTimeout'].includes(cause.name)) ||
  cause instanceof SyntaxError;

/** Case and item numbers compare by letters and digits alone. */
export const normaliseNumber = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]/g, '');

const statement = z.object({
  purpose: z.enum(purposes).optional(),
  caseNumber: z
    .string()
    .trim()
    .min(1)
    .max(64)
    .regex(/^[\w -]+$/)
    .optional(),
  // A line break would forge lines in whatever prints the audit, what is not seen or turns the writing would forge words,
  // and half a character (a lone surrogate) is no text that a database takes.
  reason: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u)
    .optional(),
  /** The id of an emergency that the caller has opened. */
  emergency: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional(),
  onBehalfOf: z
    .string()
    .regex(/^[A-Z0-9]{9}$/)
    .optional(),
});

export type Statement = z.infer<typeof statement>;

/** What only decisions need of the caller does not travel to the systems. */
export const principalOf = (caller: Caller, statement: Statement = {}, operationId = ''): Principal => ({
  subject: caller.subject,
  kind: caller.kind,
  ori: caller.ori,
  onBehalfOf: statement.onBehalfOf,
  roles: caller.roles,
  scopes: caller.scopes,
  sworn: caller.sworn,
  certifications: caller.certifications,
  assignments: caller.assignments,
  purpose: statement.purpose,
  caseNumber: statement.caseNumber,
  reason: statement.reason,
  grants: [],
  emergency: statement.emergency,
  operationId,
});

/** Purpose, case number, reason and emergency of the request's `extensions`; other keys are nobody's business here. */
export const statementOf = (extensions: unknown): Statement => {
  if (extensions === undefined) return {};
  const parsed = statement.safeParse(extensions ?? {});
  if (parsed.success) return parsed.data;
  const names = [...new Set(parsed.error.issues.map(({ path }) => `"${path.join('.') || 'extensions'}"`))].join(', ');
  throw new HubError('BAD_REQUEST', {
    message: `In the request's extensions, ${names} has a value that it does not take. "purpose" is one of ${purposes.join(', ')}.`,
  });
};
