/**
 * What was searched for, kept so that only a holder of the class's key can read
 * it: AES-256-GCM, bound to the operation. The log covers the sealed text, so it
 * is proven without being opened, and goes with the record when that is purged.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { AuditClass } from './record.ts';

/** 32 bytes each; the newest seals, all open. */
export interface FieldKey {
  id: string;
  key: Buffer;
}

/** Records of the class BLACK hold nothing sealed, so it needs no key. */
export type FieldKeys = Readonly<Record<Exclude<AuditClass, 'BLACK'>, readonly FieldKey[]> & { BLACK?: readonly FieldKey[] }>;

const algorithm = 'aes-256-gcm';
/** Lengths are rounded up to this, since the length of a plate or a name is already something. */
const blockBytes = 64;

/** `v1.class.key.iv.ciphertext.tag`, the last three in base64url. */
export const seal = (keys: FieldKeys, auditClass: AuditClass, operationId: string, text: string): string => {
  const key = keys[auditClass]?.at(-1);
  if (!key) throw new Error(`There is no field key for the class ${auditClass}.`);
  const iv = randomBytes(12);
  const cipher = createCipheriv(algorithm, key.key, iv).setAAD(boundTo(auditClass, operationId));
  const bytes = Buffer.from(text);
  const padded = Buffer.concat([bytes, Buffer.alloc((blockBytes - (bytes.length % blockBytes)) % blockBytes, ' ')]);
  const sealed = Buffer.concat([cipher.update(padded), cipher.final()]);
  return ['v1', auditClass, key.id, ...[iv, sealed, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join('.');
};

/** Throws where the key is not held, or the text is not what was sealed for that operation. */
export const unseal = (keys: FieldKeys, operationId: string, sealed: string): string => {
  const [version, auditClass = '', id, ...parts] = sealed.split('.');
  const key = Object.hasOwn(keys, auditClass) ? keys[auditClass as AuditClass]?.find((one) => one.id === id) : undefined;
  if (version !== 'v1' || !key) throw new Error(`The key ${id} of the class ${auditClass} is not held here.`);
  const [iv, text, tag] = parts.map((part) => Buffer.from(part, 'base64url'));
  if (!iv || !text || tag?.length !== 16) throw new Error('The text is not a sealed one.');
  const decipher = createDecipheriv(algorithm, key.key, iv).setAAD(boundTo(auditClass, operationId)).setAuthTag(tag);
  return Buffer.concat([decipher.update(text), decipher.final()])
    .toString()
    .trimEnd();
};

const boundTo = (auditClass: string, operationId: string): Buffer => Buffer.from(`${auditClass}\n${operationId}`);
