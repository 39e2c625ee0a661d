/** An export for whoever was given one: each record is what was committed to, and each is in the signed log. */
import { commitmentOver, type Fields, type Leaf, leafHashOver } from './bytes.ts';
import { faultOf, type Note, parseNote, type VerificationKey } from './note.ts';
import { linesOf } from './read.ts';
import { isIncluded } from './tree.ts';

export const verifyExport = async (
  path: string,
  keys: readonly VerificationKey[],
): Promise<{ records: number; faults: string[] }> => {
  let note: Note | undefined;
  let records = 0;
  const faults: string[] = [];
  for await (const line of linesOf(path)) {
    if (typeof line.checkpoint === 'string') {
      note = parseNote(line.checkpoint);
      const fault = note ? faultOf(note, keys) : 'is not one';
      if (fault) faults.push(`The export's checkpoint ${fault}.`);
      continue;
    }
    records += 1;
    const fault = note ? recordFault(line, note) : 'comes before any checkpoint';
    if (fault) faults.push(`Record ${String((line.leaf as Leaf | null)?.seq)} ${fault}.`);
  }
  if (!note) faults.push('The export has no checkpoint.');
  return { records, faults };
};

const recordFault = ({ leaf: given, record: held, proof }: Record<string, unknown>, { size, root }: Note): string | undefined => {
  const [leaf, record] = [given as Leaf | null, held as Fields | null];
  if (!leaf || !record || !Array.isArray(proof)) return 'is not whole';
  if (commitmentOver(record) !== leaf.commitment) return 'is not what was committed to';
  if ((['seq', 'at', 'class'] as const).some((name) => record[name] !== leaf[name])) return 'is not what its leaf says';
  const hashes = proof.map((hash) => Buffer.from(String(hash), 'base64'));
  return isIncluded(leafHashOver(leaf), leaf.seq - 1, size, hashes, root) ? undefined : 'is not in the signed log';
};
