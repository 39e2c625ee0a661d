/**
 * The Merkle tree of RFC 6962: hashes of leaves and nodes, the frontier that a
 * growing log needs to know its root, and the proofs that a record is in it and
 * that it only grew. Pure. Checking proofs is the verifier's, which shares
 * nothing with this file.
 */
import { hash } from 'node:crypto';

export const leafHash = (data: Buffer): Buffer => hash('sha256', Buffer.concat([leafPrefix, data]), 'buffer');

export const nodeHash = (left: Buffer, right: Buffer): Buffer =>
  hash('sha256', Buffer.concat([nodePrefix, left, right]), 'buffer');

/** Other first bytes for leaves than for nodes: neither can be passed off as the other. */
const leafPrefix = Buffer.from([0]);
const nodePrefix = Buffer.from([1]);

/** The roots of the complete subtrees that a tree of `size` leaves falls into, the largest first. */
export interface Frontier {
  size: number;
  nodes: readonly Buffer[];
}

export const emptyFrontier: Frontier = { size: 0, nodes: [] };

export const extend = ({ size, nodes }: Frontier, leaves: Iterable<Buffer>): Frontier => {
  const grown = [...nodes];
  let count = size;
  for (const leaf of leaves) {
    let node = leaf;
    for (let rest = count; rest % 2 === 1; rest = (rest - 1) / 2) node = nodeHash(grown.pop() as Buffer, node);
    grown.push(node);
    count += 1;
  }
  return { size: count, nodes: grown };
};

export const rootOf = ({ nodes }: Frontier): Buffer =>
  nodes.length === 0 ? hash('sha256', '', 'buffer') : nodes.reduceRight((right, left) => nodeHash(left, right));

export interface Tree {
  /** The root of the first `size` leaves. */
  root: (size: number) => Buffer;
  /** From the leaf upwards: what shows that it is in the tree of `size` leaves. */
  inclusion: (index: number, size: number) => Buffer[];
  /** What shows that the first `older` of `newer` leaves are the older tree. */
  consistency: (older: number, newer: number) => Buffer[];
}

/** Reads each leaf at most once. Where `frontier` stands for the leaves before it, those are never read. */
export const openTree = (leaf: (index: number) => Buffer, frontier: Frontier = emptyFrontier): Tree => {
  const complete = completeNodes(leaf, frontier);
  const range = (from: number, to: number): Buffer => {
    const size = to - from;
    if (size === 0) return hash('sha256', '', 'buffer');
    const half = splitOf(size);
    return half * 2 === size || size === 1
      ? complete(Math.log2(size), from / size)
      : nodeHash(range(from, from + half), range(from + half, to));
  };
  const path = (index: number, from: number, to: number): Buffer[] => {
    if (to - from === 1) return [];
    const middle = from + splitOf(to - from);
    return index < middle ? [...path(index, from, middle), range(middle, to)] : [...path(index, middle, to), range(from, middle)];
  };
  const subproof = (older: number, from: number, to: number, whole: boolean): Buffer[] => {
    if (older === to) return whole ? [] : [range(from, to)];
    const middle = from + splitOf(to - from);
    return older <= middle
      ? [...subproof(older, from, middle, whole), range(middle, to)]
      : [...subproof(older, middle, to, false), range(from, middle)];
  };
  return {
    root: (size) => range(0, size),
    inclusion: (index, size) => path(index, 0, size),
    consistency: (older, newer) => (older === 0 ? [] : subproof(older, 0, newer, true)),
  };
};

/** Roots of complete subtrees, by level and place, each worked out once. */
const completeNodes = (leaf: (index: number) => Buffer, { size, nodes }: Frontier) => {
  const known = new Map<number, Map<number, Buffer>>();
  const at = (level: number): Map<number, Buffer> => {
    const row = known.get(level) ?? new Map<number, Buffer>();
    known.set(level, row);
    return row;
  };
  let from = 0;
  for (const node of nodes) {
    const width = 2 ** Math.floor(Math.log2(size - from));
    at(Math.log2(width)).set(from / width, node);
    from += width;
  }
  const complete = (level: number, index: number): Buffer => {
    const found = at(level).get(index);
    if (found) return found;
    const made = level === 0 ? leaf(index) : nodeHash(complete(level - 1, index * 2), complete(level - 1, index * 2 + 1));
    at(level).set(index, made);
    return made;
  };
  return complete;
};

/** The largest power of two below `size`. */
const splitOf = (size: number): number => {
  let half = 1;
  while (half * 2 < size) half *= 2;
  return half;
};
