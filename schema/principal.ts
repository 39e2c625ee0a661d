/**
 * Who asks, for whom, and why. The gateway decides; what it decided travels to
 * each subgraph as a short-lived JWT (EdDSA) that is good for one subgraph, one
 * request body, and once. A subgraph refuses whatever lacks one, so that reaching
 * its port is worth nothing. Which keys sign and which hold is in `hopkeys.ts`.
 */
import { hash, KeyObject, randomUUID, sign, type webcrypto } from 'node:crypto';
import { type JSONWebKeySet, jwtVerify } from 'jose';
import { z } from 'zod';
import { HubError } from './errors.ts';
import { algorithm, keySetInForce, type SigningKey } from './hopkeys.ts';

const issuer = 'rtcc-hub';

/** How far the clocks of gateway and subgraph may be apart. */
const clockSkewSeconds = 5;

/**
 * Why the data are asked for. The first four are NCIC/III purpose codes
 * (C criminal justice, D domestic violence court, F firearms, J criminal-justice
 * employment); the rest are the hub's own for data that those do not cover.
 */
export const purposes = ['C', 'D', 'F', 'J', 'DISPATCH', 'AUDIT', 'DEMONSTRATION'] as const;
export type Purpose = (typeof purposes)[number];

export const principalSchema = z.object({
  /** The identity provider's stable id; never a name. */
  subject: z.string(),
  kind: z.enum(['person', 'service', 'anonymous']),
  /** ORI of the caller's own agency; empty for nobody. */
  ori: z.string(),
  /** ORI of the agency on whose behalf the caller asks. */
  onBehalfOf: z.string().optional(),
  roles: z.array(z.string()),
  scopes: z.array(z.string()),
  sworn: z.boolean(),
  certifications: z.array(z.object({ name: z.string(), expiresAt: z.string() })),
  /** Case numbers that the caller is assigned to, normalised to letters and digits. */
  assignments: z.array(z.string()),
  purpose: z.enum(purposes).optional(),
  caseNumber: z.string().optional(),
  reason: z.string().optional(),
  /** Policies (`system:class`) granted for this operation: the only thing that row rules read besides `ori`. */
  grants: z.array(z.string()),
  /** The caller's open emergency that the operation names. */
  emergency: z.string().optional(),
  /** The audit record of the operation that this request is part of. */
  operationId: z.string(),
});

export type Principal = z.infer<typeof principalSchema>;

export const anonymous: Principal = {
  subject: 'anonymous',
  kind: 'anonymous',
  ori: '',
  roles: [],
  scopes: [],
  sworn: false,
  certifications: [],
  assignments: [],
  grants: [],
  operationId: '',
};

/** What the signature is bound to: the exact bytes of the request's body. */
export const digest = (body: string | Uint8Array): string => hash('sha256', body, 'base64url');

export interface Hop {
  audience: string;
  /** The request's body, or the query text of a subscription. */
  body: string;
  lifetimeSeconds: number;
}

/** A compact JWS, made in one go: a gateway signs each hop, and the general way takes three times as long. */
export const signPrincipal = async (principal: Principal, hop: Hop, key: SigningKey): Promise<string> => {
  const iat = Math.floor(Date.now() / 1000);
  const claims = JSON.stringify({
    dig: digest(hop.body),
    iss: issuer,
    aud: hop.audience,
    jti: randomUUID(),
    iat,
    exp: iat + hop.lifetimeSeconds,
  });
  const { header, secret } = partsOf(key);
  const signed = `${header}.${base64url(`{"principal":${jsonOf(principal)},${claims.slice(1)}`)}`;
  return `${signed}.${sign(null, Buffer.from(signed), secret).toString('base64url')}`;
};

const written = new WeakMap<Principal, string>();

/** An operation's principal goes with each of its hops, and is written once. */
const jsonOf = (principal: Principal): string => {
  const json = written.get(principal) ?? JSON.stringify(principal);
  written.set(principal, json);
  return json;
};

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

const known = new WeakMap<SigningKey, { header: string; secret: KeyObject }>();

/** What is the same in each signature of a key. */
const partsOf = (key: SigningKey): { header: string; secret: KeyObject } => {
  const found = known.get(key);
  if (found) return found;
  if (key.key instanceof Uint8Array) throw new Error('The signing key is not an Ed25519 private key.');
  const header = base64url(JSON.stringify({ alg: algorithm, kid: key.kid }));
  const parts = { header, secret: KeyObject.from(key.key as webcrypto.CryptoKey) };
  known.set(key, parts);
  return parts;
};

export interface Verified {
  principal: Principal;
  /** When the signature's authority ends, in milliseconds since the epoch. */
  expiresAtMs: number;
  /** The signature's own number: whoever accepts it takes it once (`kit/once.ts`). */
  id: string;
  issuedAtMs: number;
  /** Until when the signature would be accepted, so until when its number must be remembered. */
  acceptedUntilMs: number;
}

export type Verify = (token: string | undefined, hop: { audience: string; body: string }) => Promise<Verified>;

/** A verifier over the gateways' public keys; several may stand side by side, and others may take their place while it runs. */
export const verifier = (keys: JSONWebKeySet | (() => JSONWebKeySet)): Verify => {
  const keySet = keySetInForce(keys);
  return async (token, { audience, body }) => {
    if (!token) throw new HubError('PRINCIPAL_REFUSED');
    try {
      const { payload } = await jwtVerify(token, keySet(), {
        ...{ issuer, audience, algorithms: [algorithm], clockTolerance: clockSkewSeconds },
        requiredClaims: ['exp', 'iat', 'jti'],
      });
      if (payload.dig !== digest(body)) throw new Error('signed for another body');
      const { exp = 0, iat = 0, jti = '' } = payload;
      return {
        principal: principalSchema.parse(payload.principal),
        ...{ id: jti, issuedAtMs: iat * 1000, expiresAtMs: exp * 1000, acceptedUntilMs: (exp + clockSkewSeconds) * 1000 },
      };
    } catch (cause) {
      throw new HubError('PRINCIPAL_REFUSED', { originalError: cause as Error });
    }
  };
};
