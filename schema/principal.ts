/**
 * Who asks, for whom, and why. The gateway decides; what it decided travels to
 * each subgraph as a short-lived JWT (EdDSA) that is good for one subgraph and
 * one request body. A subgraph refuses whatever lacks one, so that reaching its
 * port is worth nothing.
 */
import { createHash } from 'node:crypto';
import {
  type CryptoKey,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  jwtVerify,
  SignJWT,
} from 'jose';
import { z } from 'zod';
import { HubError } from './errors.ts';

const issuer = 'rtcc-hub';
const algorithm = 'EdDSA';

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

export interface SigningKey {
  kid: string;
  key: CryptoKey | Uint8Array;
}

/** A fresh Ed25519 pair, as JWKs: the private one for gateways, the public set for subgraphs. */
export const generateKeys = async (): Promise<{ signing: JWK; verification: JSONWebKeySet }> => {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  const open = await exportJWK(pair.publicKey);
  const kid = createHash('sha256').update(JSON.stringify(open)).digest('hex').slice(0, 16);
  return {
    signing: { ...(await exportJWK(pair.privateKey)), kid, alg: algorithm },
    verification: { keys: [{ ...open, kid, alg: algorithm, use: 'sig' }] },
  };
};

export const importSigningKey = async (jwk: JWK): Promise<SigningKey> => ({
  kid: jwk.kid ?? '',
  key: await importJWK(jwk, algorithm),
});

/** What the signature is bound to: the exact bytes of the request's body. */
export const digest = (body: string | Uint8Array): string => createHash('sha256').update(body).digest('base64url');

export interface Hop {
  audience: string;
  /** The request's body, or the query text of a subscription. */
  body: string;
  lifetimeSeconds: number;
}

export const signPrincipal = (principal: Principal, hop: Hop, { kid, key }: SigningKey): Promise<string> =>
  new SignJWT({ principal, dig: digest(hop.body) })
    .setProtectedHeader({ alg: algorithm, kid })
    .setIssuer(issuer)
    .setAudience(hop.audience)
    .setIssuedAt()
    .setExpirationTime(`${hop.lifetimeSeconds}s`)
    .sign(key);

export interface Verified {
  principal: Principal;
  /** When the signature's authority ends, in milliseconds since the epoch. */
  expiresAtMs: number;
}

export type Verify = (token: string | undefined, hop: { audience: string; body: string }) => Promise<Verified>;

/** A verifier over the gateways' public keys; several keys may stand side by side while they rotate. */
export const verifier = (keys: JSONWebKeySet): Verify => {
  const keySet = createLocalJWKSet(keys);
  return async (token, { audience, body }) => {
    if (!token) throw new HubError('PRINCIPAL_REFUSED');
    try {
      const { payload } = await jwtVerify(token, keySet, { issuer, audience, algorithms: [algorithm], requiredClaims: ['exp'] });
      if (payload.dig !== digest(body)) throw new Error('signed for another body');
      return { principal: principalSchema.parse(payload.principal), expiresAtMs: (payload.exp ?? 0) * 1000 };
    } catch (cause) {
      throw new HubError('PRINCIPAL_REFUSED', { originalError: cause as Error });
    }
  };
};
