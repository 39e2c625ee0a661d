/**
 * A new key for the hops, without a pause. It is written down at once, for
 * gateways and subgraphs, with the time from which it signs: late enough that
 * every subgraph has read of it. The old one gets the time until which it holds:
 * late enough that whatever it has signed is over. Nothing else is to be done.
 */
import { randomUUID } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { generateKeys, type TimedKey } from '../schema/hopkeys.ts';
import { ExpectedError } from './expected.ts';
import { type PrincipalKeys, pathOfKeys, signingKeys, storedKeys, verificationKeys } from './keys.ts';
import type { Environment } from './settings.ts';

export interface RotateOptions {
  /** From now until the new key signs: subgraphs read their keys again every 5 s. */
  leadSeconds: number;
  /** From then until the old keys end: longer than any signature holds (HUB_LIVE_SIGNATURE_SECONDS). */
  overlapSeconds: number;
  data: string;
  environment: Environment;
  nowMs: number;
}

/** What was done, in words for whoever asked. */
export const rotateKeys = async ({ leadSeconds, overlapSeconds, data, environment, nowMs }: RotateOptions): Promise<string> => {
  const place = await placeOf(environment, data);
  const fresh = await generateKeys();
  const now = Math.floor(nowMs / 1000);
  const [from, until] = [now + leadSeconds, now + leadSeconds + overlapSeconds];
  const ending = (keys: readonly TimedKey[]): TimedKey[] =>
    keys.filter(({ exp }) => exp === undefined || exp > now).map((key) => ({ ...key, exp: Math.min(key.exp ?? until, until) }));
  await place.write({
    signing: [...ending(place.keys.signing), { ...fresh.signing, nbf: from }],
    verification: { keys: [...ending(place.keys.verification.keys), ...fresh.verification.keys] },
  });
  return `The key ${fresh.signing.kid} signs from ${instant(from)}. Those before it are accepted until ${instant(until)}.\n`;
};

interface Place {
  keys: PrincipalKeys;
  write: (keys: PrincipalKeys) => Promise<void>;
}

/** The two files that the settings name, or the data folder's one. Keys that are given by value are exchanged where they are kept. */
const placeOf = async (environment: Environment, data: string): Promise<Place> => {
  const { HUB_SIGNING_KEY_FILE: signingFile, HUB_VERIFICATION_KEYS_FILE: verificationFile } = environment;
  if (signingFile && verificationFile) {
    return {
      keys: { signing: await signingKeys(environment, data), verification: await verificationKeys(environment, data) },
      write: async ({ signing, verification }) => {
        await replaceFile(verificationFile, verification); // First: nobody signs with a key that nobody knows.
        await replaceFile(signingFile, { keys: signing });
      },
    };
  }
  if (signingFile || verificationFile || environment.HUB_SIGNING_KEY || environment.HUB_VERIFICATION_KEYS)
    throw new ExpectedError(
      'Set HUB_SIGNING_KEY_FILE and HUB_VERIFICATION_KEYS_FILE, the files in which the keys are kept; values of the environment cannot be exchanged from here.',
    );
  return {
    keys: await storedKeys(data),
    write: ({ signing, verification }) => replaceFile(pathOfKeys(data), { signing: { keys: signing }, verification }),
  };
};

/** Written aside and renamed: nobody reads half of it. */
const replaceFile = async (path: string, keys: object): Promise<void> => {
  const aside = `${path}.${randomUUID()}`;
  await writeFile(aside, JSON.stringify(keys), { mode: 0o600 });
  await rename(aside, path);
};

const instant = (seconds: number): string => new Date(seconds * 1000).toISOString();
