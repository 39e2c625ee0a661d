/**
 * The keys that sign principals on their way from gateway to subgraphs. On one
 * machine they lie in the data folder, readable by its owner alone, and are made
 * when they are missing; across machines they come from the environment, as a JWK
 * (or a set) and a JWK set, or from files that a secret store mounts.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { generateKeys, type TimedKey } from '../schema/hopkeys.ts';
import { ExpectedError } from './expected.ts';
import { keptSecret } from './secret.ts';
import type { Environment } from './settings.ts';

export interface PrincipalKeys {
  signing: TimedKey[];
  verification: JSONWebKeySet;
}

const jwkSchema = z.looseObject({ kty: z.string(), kid: z.string(), nbf: z.number().optional(), exp: z.number().optional() });
const setSchema = z.object({ keys: z.array(jwkSchema).min(1) });
const signingSchema = z.union([
  setSchema.transform(({ keys }) => keys as TimedKey[]),
  jwkSchema.transform((key) => [key] as TimedKey[]),
]);
const pairSchema = z.object({ signing: signingSchema, verification: setSchema });

/** The private keys, for gateways. */
export const signingKeys = async (environment: Environment, data: string): Promise<TimedKey[]> => {
  const given = await settingOf('HUB_SIGNING_KEY', environment);
  return given
    ? parsed(given, signingSchema, 'HUB_SIGNING_KEY takes one private JWK, or a set.')
    : (await storedKeys(data)).signing;
};

/** The public keys, for subgraphs. */
export const verificationKeys = async (environment: Environment, data: string): Promise<JSONWebKeySet> => {
  const given = await settingOf('HUB_VERIFICATION_KEYS', environment);
  return given ? parsed(given, setSchema, 'HUB_VERIFICATION_KEYS takes a JWK set.') : (await storedKeys(data)).verification;
};

export const pathOfKeys = (data: string): string => join(data, 'keys', 'principal.json');

/** The data folder's pair; several processes that find none agree on the first that was written. */
export const storedKeys = async (data: string): Promise<PrincipalKeys> => {
  const path = pathOfKeys(data);
  const text = await keptSecret(path, async () => JSON.stringify(await generateKeys()));
  return parsed(text, pairSchema, `${path} holds no keys. Delete it, and new ones are made.`);
};

/** `NAME`, or the file that `NAME_FILE` names. */
export const settingOf = async (name: string, environment: Environment): Promise<string | undefined> => {
  const file = environment[`${name}_FILE`];
  if (!file) return environment[name];
  return readFile(file, 'utf8').catch(() => {
    throw new ExpectedError(`${name}_FILE names a file that cannot be read: ${file}`);
  });
};

const parsed = <Value>(text: string, schema: z.ZodType<Value>, complaint: string): Value => {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new ExpectedError(complaint);
  }
};

export interface PrintOptions {
  env?: boolean;
  data: string;
  environment: Environment;
}

/** What `hub keys` prints. */
export const printKeys = async ({ env = false, data, environment }: PrintOptions): Promise<string> => {
  if (!env) return `${JSON.stringify(await verificationKeys(environment, data), undefined, 2)}\n`;
  const { signing, verification } = await generateKeys();
  return `HUB_SIGNING_KEY='${JSON.stringify(signing)}'\nHUB_VERIFICATION_KEYS='${JSON.stringify(verification)}'\n`;
};
