/**
 * The keys that sign principals, and how they change without a pause. A key is a
 * JWK (Ed25519) that may say from when it signs (`nbf`) and until when it holds
 * (`exp`), in seconds since the epoch. A gateway signs with the newest whose time
 * has come; a subgraph accepts every one whose time has not ended. So a new key
 * is known everywhere before anybody signs with it, and an old one is accepted
 * until nobody does.
 */
import { createHash } from 'node:crypto';
import { type CryptoKey, createLocalJWKSet, exportJWK, generateKeyPair, importJWK, type JSONWebKeySet, type JWK } from 'jose';

export const algorithm = 'EdDSA';

/** A JWK with the times between which it is in force. */
export interface TimedKey extends JWK {
  nbf?: number;
  exp?: number;
}

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

/** The newest of the keys that may sign now. While none may yet, the first to come: a gateway always signs. */
export const newestOf = (keys: readonly TimedKey[], nowMs: number): TimedKey | undefined => {
  const byAge = [...keys].sort((one, other) => (one.nbf ?? 0) - (other.nbf ?? 0));
  return byAge.findLast(({ nbf = 0 }) => nbf * 1000 <= nowMs) ?? byAge[0];
};

/** What signs at the moment it is asked. `keys` may give others while the process runs. */
export const signingKeyInForce = (keys: () => readonly TimedKey[], now: () => number = Date.now): (() => Promise<SigningKey>) => {
  let last: { jwk: TimedKey; key: Promise<SigningKey> } | undefined;
  return () => {
    const jwk = newestOf(keys(), now());
    if (!jwk) return Promise.reject(new Error('There is no key to sign with.'));
    if (last?.jwk !== jwk) last = { jwk, key: importSigningKey(jwk) };
    return last.key;
  };
};

/** The set that holds at the moment it is asked; made anew only when the keys change or one of them ends. */
export const keySetInForce = (
  keys: JSONWebKeySet | (() => JSONWebKeySet),
  now: () => number = Date.now,
): (() => ReturnType<typeof createLocalJWKSet>) => {
  const source = typeof keys === 'function' ? keys : () => keys;
  let last: { of: JSONWebKeySet; untilMs: number; set: ReturnType<typeof createLocalJWKSet> } | undefined;
  return () => {
    const of = source();
    if (last?.of === of && now() < last.untilMs) return last.set;
    const valid = (of.keys as TimedKey[]).filter(({ exp }) => exp === undefined || now() < exp * 1000);
    const untilMs = Math.min(...valid.map(({ exp }) => (exp === undefined ? Number.POSITIVE_INFINITY : exp * 1000)));
    last = { of, untilMs, set: createLocalJWKSet({ keys: valid }) };
    return last.set;
  };
};
