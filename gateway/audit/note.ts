/**
 * Checkpoints as C2SP signed notes (c2sp.org/tlog-checkpoint, signed-note): the
 * log's name, size and root in three lines, the time in a fourth, and a line for
 * each signature. Witnesses that speak C2SP co-sign them as they are. Pure, but
 * for the signature's own key.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

export interface Checkpoint {
  /** The log's name. */
  origin: string;
  size: number;
  root: Buffer;
  /** ISO 8601, milliseconds, UTC. */
  time: string;
}

export interface Signer {
  /** Begins each signature line; no spaces, no plus sign. */
  name: string;
  privateKey: KeyObject;
}

/** A public key as notes name it. */
export interface NoteKey {
  name: string;
  /** First 4 bytes of the hash over name, kind and key. */
  id: Buffer;
  publicKey: KeyObject;
  kind: number;
}

const ed25519 = 1;
const cosignature = 4;
/** The fixed start of an Ed25519 key's DER form. */
const derPrefix = Buffer.from('302a300506032b6570032100', 'hex');

export const textOf = ({ origin, size, root, time }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString('base64')}\ntime ${time}\n`;

export const signNote = (checkpoint: Checkpoint, { name, privateKey }: Signer): string => {
  const text = textOf(checkpoint);
  const { id } = noteKey(name, privateKey);
  return `${text}\n— ${name} ${Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]).toString('base64')}\n`;
};

/** What stands in a note, without a word on who signed it. */
export const readNote = (note: string): Checkpoint => {
  const [origin = '', size = '', root = '', time = ''] = note.split('\n');
  return { origin, size: Number(size), root: Buffer.from(root, 'base64'), time: time.replace(/^time /, '') };
};

export const isSignedBy = (note: string, key: NoteKey): boolean => {
  const end = note.indexOf('\n\n');
  const text = note.slice(0, end + 1);
  return signaturesOf(note.slice(end + 2), key).some((bytes) => verify(null, Buffer.from(text), key.publicKey, bytes));
};

/** The first line of `lines` by which the witness `key` has signed `note`. */
export const cosignatureOf = (note: string, lines: string, key: NoteKey): string | undefined => {
  const text = note.slice(0, note.indexOf('\n\n') + 1);
  return lines.split('\n').find((line) =>
    signaturesOf(line, key).some((bytes) => {
      const signed = Buffer.from(`cosignature/v1\ntime ${bytes.readBigUInt64BE(0)}\n${text}`);
      return bytes.length === 72 && verify(null, signed, key.publicKey, bytes.subarray(8));
    }),
  );
};

const signaturesOf = (lines: string, { name, id }: NoteKey): Buffer[] =>
  lines.split('\n').flatMap((line) => {
    const [dash, signedBy, encoded = ''] = line.split(' ');
    const bytes = Buffer.from(encoded, 'base64');
    return dash === '—' && signedBy === name && bytes.length >= 68 && id.equals(bytes.subarray(0, 4)) ? [bytes.subarray(4)] : [];
  });

/** From the private key or the public one. */
export const noteKey = (name: string, key: KeyObject, kind = ed25519): NoteKey => {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const raw = rawOf(publicKey);
  const id = createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.from([kind]))
    .update(raw)
    .digest()
    .subarray(0, 4);
  return { name, id, publicKey, kind };
};

/** `name+id+key`, as C2SP writes a public key in one line. */
export const writeKey = ({ name, id, publicKey, kind }: NoteKey): string =>
  `${name}+${id.toString('hex')}+${Buffer.concat([Buffer.from([kind]), rawOf(publicKey)]).toString('base64')}`;

/** A witness's line, which may name the plain kind for the same key. */
export const readWitnessKey = (line: string): NoteKey => {
  const [name = '', , ...encoded] = line.trim().split('+');
  const bytes = Buffer.from(encoded.join('+'), 'base64');
  if (name === '' || bytes.length !== 33) throw new Error('A witness key has the form name+id+key.');
  const publicKey = createPublicKey({ key: Buffer.concat([derPrefix, bytes.subarray(1)]), format: 'der', type: 'spki' });
  return noteKey(name, publicKey, cosignature);
};

const rawOf = (publicKey: KeyObject): Buffer => publicKey.export({ format: 'der', type: 'spki' }).subarray(derPrefix.length);

/** From a private Ed25519 JWK. */
export const signerOf = (name: string, jwk: Record<string, unknown>): Signer => ({
  name,
  privateKey: createPrivateKey({ key: jwk, format: 'jwk' }),
});
