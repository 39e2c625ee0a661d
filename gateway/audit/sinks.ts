/**
 * Where checkpoints go besides the database, so that whoever holds the database
 * does not hold them: a file on other storage, and a witness (c2sp.org/tlog-witness)
 * that signs only what grew from what it signed before.
 */
import { open, readFile } from 'node:fs/promises';
import { cosignatureOf, type NoteKey } from './note.ts';

/** Notes, one behind the other, each ended by an empty line. */
export const appendNote = async (path: string, note: string): Promise<void> => {
  const file = await open(path, 'a', 0o600);
  try {
    await file.appendFile(`${note}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** The notes of a file; none where there is no file yet. */
export const notesIn = async (path: string): Promise<string[]> => {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return [...text.matchAll(/(?:[^\n]+\n)+\n(?:— [^\n]+\n)+/g)].map(([note]) => note);
};

export interface Witness {
  url: string;
  key: NoteKey;
}

/** The witness holds another size than was thought. */
export class WitnessHolds extends Error {
  override readonly name = 'WitnessHolds';
  readonly code = 'WITNESS_CONFLICT';
  readonly size: number;

  constructor(size: number) {
    super(`The witness holds ${size}.`);
    this.size = size;
  }
}

const timeoutMs = 5_000;
const longestAnswer = 16_384;

/** Its signature line on the note, checked. */
export const askWitness = async (
  { url, key }: Witness,
  older: number,
  proof: readonly Buffer[],
  note: string,
): Promise<string> => {
  const lines = proof.map((hash) => `${hash.toString('base64')}\n`).join('');
  const response = await fetch(new URL('add-checkpoint', url.endsWith('/') ? url : `${url}/`), {
    method: 'POST',
    body: `old ${older}\n${lines}\n${note}`,
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = (await response.text()).slice(0, longestAnswer);
  if (response.status === 409) throw new WitnessHolds(Number(text.trim()));
  const line = response.ok ? cosignatureOf(note, text, key) : undefined;
  if (!line) throw Object.assign(new Error('The witness did not sign.'), { code: `WITNESS_${response.status}` });
  return line;
};
