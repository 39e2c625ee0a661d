/** The writer's tree and the verifier's, which share no code, held against RFC 6962's definition and against each other. */
import { createHash } from 'node:crypto';
import { growingTree, isConsistent, isIncluded } from '../../../deploy/verifier/tree.ts';
import { emptyFrontier, extend, leafHash, openTree, rootOf } from '../../../gateway/audit/merkle.ts';

const largest = 70;
const leaves = Array.from({ length: largest }, (_, at) => leafHash(Buffer.from(`leaf ${at}`)));
const tree = openTree((at) => leaves[at] as Buffer);

/** RFC 6962 §2.1, word for word. */
const naive = (hashes: readonly Buffer[]): Buffer => {
  const [first] = hashes;
  if (!first) return createHash('sha256').digest();
  if (hashes.length === 1) return first;
  let half = 1;
  while (half * 2 < hashes.length) half *= 2;
  const node = Buffer.concat([Buffer.from([1]), naive(hashes.slice(0, half)), naive(hashes.slice(half))]);
  return createHash('sha256').update(node).digest();
};
const roots = Array.from({ length: largest + 1 }, (_, size) => naive(leaves.slice(0, size)));
const root = (size: number): Buffer => roots[size] as Buffer;
const leaf = (at: number): Buffer => leaves[at] as Buffer;

const flipped = (bytes: Buffer): Buffer => {
  const copy = Buffer.from(bytes);
  copy[7] = (copy[7] ?? 0) ^ 1;
  return copy;
};

test('roots are those of the Certificate Transparency test vectors', () => {
  const data = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const hashes = data.map((hex) => leafHash(Buffer.from(hex, 'hex')));
  const known = openTree((at) => hashes[at] as Buffer);
  expect(data.map((_, at) => known.root(at + 1).toString('hex'))).toEqual([
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ]);
});

test('a tree of every size has the root of the definition: at once, leaf by leaf, in pieces, and for the verifier', () => {
  const growing = growingTree();
  for (let size = 0; size <= largest; size += 1) {
    expect(tree.root(size)).toEqual(root(size));
    expect(rootOf(extend(emptyFrontier, leaves.slice(0, size)))).toEqual(root(size));
    const half = extend(emptyFrontier, leaves.slice(0, size >> 1));
    expect(rootOf(extend(half, leaves.slice(size >> 1, size)))).toEqual(root(size));
    expect(growing.root()).toEqual(root(size));
    if (size < largest) growing.add(leaf(size));
  }
});

/** What did not come out as it must, so that tens of thousands of cases are one expectation. */
const wrong: string[] = [];
const check = (named: string, found: boolean, expected: boolean): void => {
  if (found !== expected) wrong.push(`${named}: ${found}`);
};
beforeEach(() => {
  wrong.length = 0;
});

test('every leaf of every size is proven, and no proof serves for another leaf, place, size or root', () => {
  for (let size = 1; size <= largest; size += 1) {
    for (let at = 0; at < size; at += 1) {
      const [named, proof] = [`${at} of ${size}`, tree.inclusion(at, size)];
      check(named, isIncluded(leaf(at), at, size, proof, root(size)), true);
      check(`${named}, another leaf`, isIncluded(flipped(leaf(at)), at, size, proof, root(size)), false);
      check(`${named}, another root`, isIncluded(leaf(at), at, size, proof, flipped(root(size))), false);
      check(`${named}, more proof`, isIncluded(leaf(at), at, size, [...proof, root(1)], root(size)), false);
      for (const place of [at + 1, size, -1])
        check(`${named}, at ${place}`, isIncluded(leaf(at), place, size, proof, root(size)), false);
      for (const [one] of proof.entries()) {
        const forged = proof.map((hash, place) => (place === one ? flipped(hash) : hash));
        check(`${named}, forged`, isIncluded(leaf(at), at, size, forged, root(size)), false);
        check(`${named}, less proof`, isIncluded(leaf(at), at, size, proof.toSpliced(one, 1), root(size)), false);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('every older size is proven consistent with every newer one, 0 included, and no forged proof is', () => {
  for (let newer = 0; newer <= largest; newer += 1) {
    for (let older = 0; older <= newer; older += 1) {
      const [one, two] = [
        { size: older, root: root(older) },
        { size: newer, root: root(newer) },
      ];
      const [named, proof] = [`${older} of ${newer}`, tree.consistency(older, newer)];
      check(named, isConsistent(one, two, proof), true);
      check(`${named}, another older root`, isConsistent({ ...one, root: flipped(one.root) }, two, proof), false);
      check(`${named}, more proof`, isConsistent(one, two, [...proof, root(1)]), false);
      if (older > 0) check(`${named}, another newer root`, isConsistent(one, { ...two, root: flipped(two.root) }, proof), false);
      if (older < newer) check(`${named}, exchanged`, isConsistent(two, one, proof), false);
      for (const [at] of proof.entries()) {
        const forged = proof.map((hash, place) => (place === at ? flipped(hash) : hash));
        check(`${named}, forged`, isConsistent(one, two, forged), false);
        check(`${named}, less proof`, isConsistent(one, two, proof.toSpliced(at, 1)), false);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('a frontier stands for the leaves behind it: the same proofs come of it and the new leaves alone', () => {
  for (let older = 0; older <= largest; older += 1) {
    const frontier = extend(emptyFrontier, leaves.slice(0, older));
    for (let newer = older; newer <= largest; newer += 1) {
      const from = openTree((at) => {
        if (at < older) throw new Error(`Leaf ${at} was asked for.`);
        return leaf(at);
      }, frontier);
      const [one, two] = [from.consistency(older, newer), tree.consistency(older, newer)];
      check(`${older} of ${newer}`, Buffer.concat(one).equals(Buffer.concat(two)) && from.root(newer).equals(root(newer)), true);
    }
  }
  expect(wrong).toEqual([]);
});

test('a leaf is never taken for a node', () => {
  const node = Buffer.concat([leaf(0), leaf(1)]);
  expect(leafHash(node)).not.toEqual(root(2));
  expect(isIncluded(leafHash(node), 0, 1, [], root(2))).toBe(false);
});
