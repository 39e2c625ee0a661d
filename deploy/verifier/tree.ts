/** RFC 6962's tree for whoever checks: a root that grows leaf by leaf, and proofs, by RFC 9162 §2.1.3.2 and §2.1.4.2. */
import { sha256 } from './bytes.ts';

const join = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.from([0x01]), left, right);

export interface Growing {
  add: (leaf: Buffer) => void;
  root: () => Buffer;
}

/** Keeps one hash for each power of two in its size. */
export const growingTree = (): Growing => {
  const full: (Buffer | undefined)[] = []; // By the subtree's height.
  return {
    add: (leaf) => {
      let carried = leaf;
      let height = 0;
      for (let left = full[height]; left; left = full[height]) {
        carried = join(left, carried);
        full[height] = undefined;
        height += 1;
      }
      full[height] = carried;
    },
    root: () => {
      let right: Buffer | undefined;
      for (const subtree of full) if (subtree) right = right ? join(subtree, right) : subtree;
      return right ?? sha256('');
    },
  };
};

export const isIncluded = (leaf: Buffer, index: number, size: number, proof: readonly Buffer[], root: Buffer): boolean => {
  if (!(index >= 0 && index < size)) return false;
  let [place, last, hash] = [BigInt(index), BigInt(size - 1), leaf];
  for (const beside of proof) {
    if (last === 0n) return false;
    if (place % 2n === 1n || place === last) {
      hash = join(beside, hash);
      while (place % 2n === 0n && place !== 0n) [place, last] = [place / 2n, last / 2n];
    } else hash = join(hash, beside);
    [place, last] = [place / 2n, last / 2n];
  }
  return last === 0n && hash.equals(root);
};

interface Tree {
  size: number;
  root: Buffer;
}

export const isConsistent = (older: Tree, newer: Tree, proof: readonly Buffer[]): boolean => {
  if (older.size > newer.size) return false;
  if (older.size === newer.size) return proof.length === 0 && older.root.equals(newer.root);
  if (older.size === 0) return proof.length === 0 && older.root.equals(sha256(''));
  const path = isPowerOfTwo(older.size) ? [older.root, ...proof] : [...proof];
  const first = path.shift();
  if (!first) return false;
  let [place, last] = [BigInt(older.size - 1), BigInt(newer.size - 1)];
  while (place % 2n === 1n) [place, last] = [place / 2n, last / 2n];
  let [fromOlder, fromNewer] = [first, first];
  for (const beside of path) {
    if (last === 0n) return false;
    if (place % 2n === 1n || place === last) {
      fromOlder = join(beside, fromOlder);
      fromNewer = join(beside, fromNewer);
      while (place % 2n === 0n && place !== 0n) [place, last] = [place / 2n, last / 2n];
    } else fromNewer = join(fromNewer, beside);
    [place, last] = [place / 2n, last / 2n];
  }
  return last === 0n && fromOlder.equals(older.root) && fromNewer.equals(newer.root);
};

const isPowerOfTwo = (size: number): boolean => Number.isInteger(Math.log2(size));
