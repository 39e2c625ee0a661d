/**
 * The pair that signs principals on their way from gateway to subgraphs. On one
 * machine it lies in the data folder, readable by its owner alone, and is made
 * when it is missing; across machines it comes from the environment, as a JWK
 * and a JWK set, or from files that a secret store mounts.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JSONWebKeySet, JWK } from 'jose';
import { z } from 'zod';
import { generateKeys } from '../schema/principal.ts';
import { ExpectedError } from './expected.ts';
import { keptSecret } from './secret.ts';
import type { Environment } from './settings.ts';

export interface PrincipalKeys {
  signing: JWK;
  verification: JSONWebKeySet;
}

const jwkSchema = z.looseObject({ kty: z.string(), kid: z.string() });
const setSchema = z.object({ keys: z.array(jwkSchema).min(1) });
const pairSchema = z.object({ signing: jwkSchema, verification: setSchema });

/** The private key, for gateways. */
export const signingKey = async (environment: Environment, data: string): Promise<JWK> => {
  const given = await settingOf('HUB_SIGNING_KEY', environment);
  return given ? parsed(given, jwkSchema, 'HUB_SIGNING_KEY takes one private JWK.') : (await storedKeys(data)).signing;
};

/** The public keys, for subgraphs. */
export const verificationKeys = async (environment: Environment, data: string): Promise<JSONWebKeySet> => {
  const given = await settingOf('HUB_VERIFICATION_KEYS', environment);
  return given ? parsed(given, setSchema, 'HUB_VERIFICATION_KEYS takes a JWK set.') : (await storedKeys(data)).verification;
};

/** The data folder's pair; several processes that find none agree on the first that was written. */
export const storedKeys = async (data: string): Promise<PrincipalKeys> => {
  const path = join(data, 'keys', 'principal.json');
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
