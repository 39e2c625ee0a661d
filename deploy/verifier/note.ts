/** Signed notes for whoever checks: what a checkpoint says, who signed it, and whether that key was valid then. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { sha256 } from './bytes.ts';

export interface Note {
  /** What the signatures are over. */
  text: string;
  origin: string;
  size: number;
  root: Buffer;
  /** ISO 8601. */
  time: string;
  signatures: { name: string; id: string; bytes: Buffer }[];
}

export interface VerificationKey {
  name: string;
  /** Of the signed note. */
  id: string;
  publicKey: KeyObject;
  /** ISO 8601; absent: without limit. */
  from?: string | undefined;
  until?: string | undefined;
}

/** Undefined for what is no checkpoint. */
export const parseNote = (note: string): Note | undefined => {
  const match =
    /^([^\n]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\ntime (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\n\n((?:— [^\n]+\n)+)$/.exec(
      note,
    );
  if (!match) return undefined;
  const [, origin = '', size, root = '', time = '', lines = ''] = match;
  return {
    text: note.slice(0, note.indexOf('\n\n') + 1),
    origin,
    size: Number(size),
    root: Buffer.from(root, 'base64'),
    time,
    signatures: lines.trimEnd().split('\n').flatMap(readSignature),
  };
};

export const readSignature = (line: string): Note['signatures'] => {
  const [, name, encoded] = /^— ([^ +]+) ([A-Za-z0-9+/=]+)$/.exec(line) ?? [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  return name && bytes.length >= 68 ? [{ name, id: bytes.subarray(0, 4).toString('hex'), bytes: bytes.subarray(4) }] : [];
};

/** Notes that stand one behind the other, each with an empty line after it; what is between them is told too. */
export const splitNotes = (text: string): string[] =>
  text
    .replace(/\r\n/g, '\n')
    .split(/(?<=\n— [^\n]+\n)\n+(?!— )/)
    .filter((part) => part.trim() !== '')
    .map((part) => (part.endsWith('\n') ? part : `${part}\n`));

const derOfEd25519 = Buffer.from('302a300506032b6570032100', 'hex');

/** `name+id+base64(kind ‖ key)`. */
export const parseKey = (line: string): VerificationKey => {
  const [, name, id, encoded] = /^([^ +]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(line.trim()) ?? [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  if (!name || !id || bytes.length !== 33) throw new Error('A key has the form name+id+key.');
  if (sha256(`${name}\n`, bytes).toString('hex', 0, 4) !== id) throw new Error(`The id of the key ${name} is not its own.`);
  return {
    name,
    id,
    publicKey: createPublicKey({ key: Buffer.concat([derOfEd25519, bytes.subarray(1)]), format: 'der', type: 'spki' }),
  };
};

/** Why the note does not count; undefined when it does. */
export const faultOf = (note: Note, keys: readonly VerificationKey[]): string | undefined => {
  const signed = keys.filter(({ name, id, publicKey }) =>
    note.signatures.some(
      (one) => one.name === name && one.id === id && verify(null, Buffer.from(note.text), publicKey, one.bytes),
    ),
  );
  if (signed.length === 0) return 'is signed by no known key';
  if (signed.some(({ from, until }) => (!from || from <= note.time) && (!until || note.time < until))) return undefined;
  return `is signed by the key ${signed[0]?.id}, which was not valid at ${note.time}`;
};

/** Whether one of the lines is this witness's on the note. The key may be written with either kind. */
export const isWitnessed = (note: Note, lines: readonly string[], { name, publicKey }: VerificationKey): boolean =>
  [...note.signatures, ...lines.flatMap(readSignature)].some(({ name: signer, bytes }) => {
    if (signer !== name || bytes.length !== 72) return false;
    const signed = Buffer.from(`cosignature/v1\ntime ${bytes.readBigUInt64BE(0)}\n${note.text}`);
    return verify(null, signed, publicKey, bytes.subarray(8));
  });
