/**
 * The demo provider's signing key and cookie key. They are kept in the data
 * folder, readable by its owner alone, so that a token outlives a restart.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { z } from 'zod';

export const signingAlgorithm = 'RS256';

const keysSchema = z.object({
  jwks: z.object({ keys: z.array(z.looseObject({ kty: z.literal('RSA'), kid: z.string() })).min(1) }),
  cookieKeys: z.array(z.string().min(32)).min(1),
});

export interface IdentityKeys {
  jwks: { keys: JWK[] };
  cookieKeys: string[];
}

/** Without a folder the keys end with the process. */
export const loadKeys = async (dataFolder?: string): Promise<IdentityKeys> => {
  if (!dataFolder) return generate();
  const path = join(dataFolder, 'identity-keys.json');
  const kept = read(path);
  if (kept) return kept;
  const keys = await generate();
  mkdirSync(dataFolder, { recursive: true });
  // Renamed into place: a crash leaves no half a key behind.
  writeFileSync(`${path}.new`, JSON.stringify(keys), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return keys;
};

const read = (path: string): IdentityKeys | undefined => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  chmodSync(path, 0o600);
  try {
    return keysSchema.parse(JSON.parse(text)) as IdentityKeys;
  } catch {
    throw new Error(
      `${path} does not hold the demo provider's keys. Delete it to have new ones made; tokens issued so far end with it.`,
    );
  }
};

const generate = async (): Promise<IdentityKeys> => {
  const { privateKey } = await generateKeyPair(signingAlgorithm, { extractable: true, modulusLength: 2048 });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return {
    jwks: { keys: [{ ...jwk, kid, alg: signingAlgorithm, use: 'sig' }] },
    cookieKeys: [randomBytes(32).toString('base64url')],
  };
};
