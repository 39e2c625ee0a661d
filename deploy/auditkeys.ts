/**
 * The keys of the audit: the one that signs checkpoints, and those that seal what
 * was searched for. They lie in the data folder, readable by their owner alone,
 * or come from the environment. A signing key that is exchanged leaves its public
 * half and the time of its end; its private half is destroyed.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { CheckpointKeys } from '../gateway/audit/checkpoint.ts';
import { noteKey, readWitnessKey, signerOf, writeKey } from '../gateway/audit/note.ts';
import { auditClasses } from '../gateway/audit/record.ts';
import type { FieldKeys } from '../gateway/audit/seal.ts';
import { ExpectedError } from './expected.ts';
import { settingOf } from './keys.ts';
import { keptSecret } from './secret.ts';
import type { Environment } from './settings.ts';

/** As a verifier takes it; `until` null: still in use. */
export interface ListedKey {
  key: string;
  from: string;
  until: string | null;
}

const jwkSchema = z.looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), d: z.string(), x: z.string() });
const listedSchema = z.object({ key: z.string(), from: z.iso.datetime(), until: z.iso.datetime().nullable() });
const keptSchema = z.object({
  current: z.object({ jwk: jwkSchema, from: z.iso.datetime() }),
  retired: z.array(listedSchema),
});
type Kept = z.infer<typeof keptSchema>;

/** Records of the class BLACK hold nothing sealed. */
const sealedClasses = auditClasses.filter((name) => name !== 'BLACK');

const fieldSchema = z.record(
  z.enum(sealedClasses),
  z.array(z.object({ id: z.string().regex(/^\w{1,32}$/), key: z.base64().length(44) })).min(1),
);

export interface AuditKeyPlace {
  environment: Environment;
  data: string;
  /** The log's name, which is also the key's. */
  origin: string;
}

/** `rtcc-hub/LANPD0000/audit`, or HUB_AUDIT_ORIGIN. */
export const originOf = (environment: Environment): string => {
  const origin = environment.HUB_AUDIT_ORIGIN ?? `rtcc-hub/${environment.HUB_AGENCY_ORI ?? 'LANPD0000'}/audit`;
  if (/^[^\s+]{1,128}$/.test(origin)) return origin;
  throw new ExpectedError('HUB_AUDIT_ORIGIN takes a name without spaces and plus signs.');
};

/** Read anew each time, so that an exchanged key takes effect while the hub runs. */
export const checkpointKeys = async ({ environment, data, origin }: AuditKeyPlace): Promise<CheckpointKeys> => {
  const { current, retired } = await keptKeys({ environment, data, origin });
  const signer = signerOf(origin, current.jwk);
  const known = [noteKey(origin, signer.privateKey), ...retired.map(({ key }) => publicOf(key))];
  return { signer, known };
};

/** Every key that has signed, with the time for which it holds. */
export const listedKeys = async (place: AuditKeyPlace): Promise<ListedKey[]> => {
  const given = place.environment.HUB_AUDIT_PUBLIC_KEYS;
  if (given) return parsed(given, z.array(listedSchema).min(1), 'HUB_AUDIT_PUBLIC_KEYS takes what "audit keys" prints.');
  const { current, retired } = await keptKeys(place);
  return [...retired, { key: keyOf(place.origin, current.jwk), from: current.from, until: null }];
};

/** A new key signs from now on; the old one's private half is gone. */
export const rotateKey = async (place: AuditKeyPlace, now: Date): Promise<ListedKey[]> => {
  if (place.environment.HUB_AUDIT_KEY ?? place.environment.HUB_AUDIT_KEY_FILE)
    throw new ExpectedError(
      'HUB_AUDIT_KEY is given from outside: exchange it there, and add the old one to HUB_AUDIT_PUBLIC_KEYS.',
    );
  const { current, retired } = await keptKeys(place);
  const ended = { key: keyOf(place.origin, current.jwk), from: current.from, until: now.toISOString() };
  const next: Kept = { current: { jwk: newJwk(), from: now.toISOString() }, retired: [...retired, ended] };
  const path = pathOf(place.data);
  await writeFile(`${path}.next`, JSON.stringify(next), { mode: 0o600 });
  await rename(`${path}.next`, path);
  return listedKeys(place);
};

/** Whether there are any yet, given or kept; asking for them would make them. */
export const hasKeys = (environment: Environment, data: string): boolean =>
  [environment.HUB_AUDIT_PUBLIC_KEYS, environment.HUB_AUDIT_KEY, environment.HUB_AUDIT_KEY_FILE].some((given) => given) ||
  existsSync(pathOf(data));

/** The same of those that seal what was searched for. */
export const hasFieldKeys = (environment: Environment, data: string): boolean =>
  [environment.HUB_AUDIT_FIELD_KEYS, environment.HUB_AUDIT_FIELD_KEYS_FILE].some((given) => given) ||
  existsSync(fieldPathOf(data));

const fieldPathOf = (data: string): string => join(data, 'keys', 'audit-fields.json');

const pathOf = (data: string): string => join(data, 'keys', 'audit.json');

const keptKeys = async ({ environment, data }: AuditKeyPlace): Promise<Kept> => {
  const given = await settingOf('HUB_AUDIT_KEY', environment);
  if (given) return keysGiven(given, environment);
  const make = (): string => JSON.stringify({ current: { jwk: newJwk(), from: new Date().toISOString() }, retired: [] });
  const path = pathOf(data);
  return parsed(await kept(path, make), keptSchema, `${path} holds no audit keys.`);
};

/** From the environment: the private key, and what was valid before in HUB_AUDIT_PUBLIC_KEYS. */
const keysGiven = (given: string, environment: Environment): Kept => {
  const jwk = parsed(given, jwkSchema, 'HUB_AUDIT_KEY takes an Ed25519 private key as a JWK.');
  const listed = environment.HUB_AUDIT_PUBLIC_KEYS
    ? z.array(listedSchema).parse(JSON.parse(environment.HUB_AUDIT_PUBLIC_KEYS))
    : [];
  const own = listed.find(({ until }) => until === null);
  return {
    current: { jwk, from: own?.from ?? new Date(0).toISOString() },
    retired: listed.filter(({ until }) => until !== null),
  };
};

export const fieldKeys = async ({ environment, data }: Omit<AuditKeyPlace, 'origin'>): Promise<FieldKeys> => {
  const given = await settingOf('HUB_AUDIT_FIELD_KEYS', environment);
  const path = fieldPathOf(data);
  const complaint = `${given ? 'HUB_AUDIT_FIELD_KEYS' : path} takes, for each of ${sealedClasses.join(', ')}, a list of { "id", "key" } with 32 bytes in base64.`;
  const held = parsed(given ?? (await kept(path, newFieldKeys)), fieldSchema, complaint);
  return Object.fromEntries(
    sealedClasses.map((name) => [name, held[name].map(({ id, key }) => ({ id, key: Buffer.from(key, 'base64') }))]),
  ) as unknown as FieldKeys;
};

/** In the data folder; a process that has none, or may not write there, is given its keys. */
const kept = (path: string, make: () => string): Promise<string> =>
  keptSecret(path, make).catch((error: NodeJS.ErrnoException) => {
    throw new ExpectedError(
      `The audit's keys cannot be kept in ${path} (${error.code}): set HUB_AUDIT_KEY and HUB_AUDIT_FIELD_KEYS; "audit keys --env" prints a pair.`,
    );
  });

/** Fresh keys, kept nowhere, as settings for gateways that share one log. */
export const printFresh = (): string => `HUB_AUDIT_KEY='${JSON.stringify(newJwk())}'\nHUB_AUDIT_FIELD_KEYS='${newFieldKeys()}'\n`;

const newFieldKeys = (): string =>
  JSON.stringify(
    Object.fromEntries(
      sealedClasses.map((name) => [name, [{ id: randomBytes(4).toString('hex'), key: randomBytes(32).toString('base64') }]]),
    ),
  );

const newJwk = () => jwkSchema.parse(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));

const keyOf = (origin: string, jwk: Record<string, unknown>): string =>
  writeKey(noteKey(origin, signerOf(origin, jwk).privateKey));

/** A retired key's line says only its public half. */
const publicOf = (line: string) => {
  const { name, publicKey } = readWitnessKey(line);
  return noteKey(name, publicKey);
};

/** A list of keys that an auditor was given. */
export const readListed = async (path: string): Promise<ListedKey[]> => {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new ExpectedError(`The file ${path} cannot be read.`);
  });
  return parsed(text, z.array(listedSchema).min(1), `${path} holds no list of keys; "audit keys" prints one.`);
};

const parsed = <Value>(text: string, schema: z.ZodType<Value>, complaint: string): Value => {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new ExpectedError(complaint);
  }
};
