/**
 * The blind index of what was searched for: an auditor asks "who looked for this
 * plate", and the record holds neither the plate nor its plain hash, which
 * somebody could try every plate against. Gateways write these terms, the hub's
 * subgraph makes the same ones of what an auditor asks for; neither opens
 * anything that is sealed. `gateway/audit/FORMAT.md` has the bytes. Pure.
 */
import { createHmac, hkdfSync } from 'node:crypto';

/** What a term is made with, from the 32 bytes of a field key: it cannot open what that key has sealed. */
export const termKeyOf = (fieldKey: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', fieldKey, Buffer.alloc(0), 'rtcc-hub audit terms v1', 32));

/** Undefined where nothing of the text is left: a plate, a name or a number is its letters and digits. */
export const termOf = (key: Buffer, text: string): string | undefined => {
  const plain = text.normalize('NFKD').toUpperCase().replace(notTold, '');
  if (plain === '') return undefined;
  return createHmac('sha256', key).update(plain).digest().subarray(0, termBytes).toString('base64url');
};

/** The whole, and each word of several: a name is looked for by either part of it. */
export const termsOf = (key: Buffer, text: string): string[] => {
  const words = text.split(/[^\p{L}\p{N}\p{M}-]+/u).filter((word) => word.length >= shortestWord);
  return [text, ...(words.length > 1 ? words : [])].flatMap((part) => termOf(key, part) ?? []);
};

/** Entities whose key is a name of what it stands for, so that the key is data: the record holds a term instead. */
const namesThemselves: ReadonlySet<string> = new Set(['Place']);

/** `Place:123 MAIN ST` → `Place:~…`; without a key, `Place:~` alone. Every other key is opaque, and stays. */
export const opaqueEntity = (key: Buffer | undefined, entity: string): string => {
  const [type = ''] = entity.split(':', 1);
  if (!namesThemselves.has(type)) return entity;
  return `${type}:~${(key && termOf(key, entity.slice(type.length + 1))) ?? ''}`;
};

/** Everything but letters and digits; marks go too, so that É is E. */
const notTold = /[^\p{L}\p{N}]/gu;
const termBytes = 16;
const shortestWord = 3;
