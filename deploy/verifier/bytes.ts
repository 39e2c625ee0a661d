/**
 * A record as read → the bytes that its commitment and leaf cover, by
 * gateway/audit/FORMAT.md alone: nothing here or beside is the writer's, so that
 * a fault of the writer's is not believed.
 */
import { createHash } from 'node:crypto';

export interface Leaf {
  seq: number;
  at: string;
  class: string;
  commitment: string;
  leaf_hash: string;
}

/** By the columns' names; `salt` besides. */
export type Fields = Record<string, unknown>;

const order =
  'seq at class kind operation_id subject ori purpose case_number reason operation_name operation_type document_hash fields denied entities sources duration_ms outcome source_address destination_address bytes_in search detail'.split(
    ' ',
  );
/** Came later: left out behind the last of them that is not null. */
const later = ['bytes_out', 'on_behalf_of', 'terms', 'spooled_at'];

export const sha256 = (...parts: (Buffer | string)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

export const commitmentOver = (fields: Fields): string =>
  sha256(Buffer.from(String(fields.salt), 'hex'), `[${covered(fields).map(jsonOf).join(',')}]`).toString('hex');

const covered = (fields: Fields): unknown[] => {
  const added = later.map((name) => fields[name] ?? null);
  while (added.length > 0 && added.at(-1) === null) added.pop();
  return [...order.map((name) => fields[name]), ...added];
};

export const leafHashOver = ({ seq, at, class: kept, commitment }: Leaf): Buffer =>
  sha256(Buffer.from([0x00]), ['rtcc-hub audit leaf v1', seq, at, kept, commitment, ''].join('\n'));

const jsonOf = (value: unknown): string => {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : '"not a whole number"';
  return quoted(String(value));
};

const short: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** RFC 8785 §3.2.2.2: the short escapes, \u00xx for other control characters, everything else as it is. */
const quoted = (text: string): string => {
  let json = '"';
  for (const character of text) {
    const code = character.charCodeAt(0);
    json += short[character] ?? (code < 0x20 ? `\\u${code.toString(16).padStart(4, '0')}` : character);
  }
  return `${json}"`;
};
