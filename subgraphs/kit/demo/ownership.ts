/**
 * Which agency owns a demo record, and whether it shares it with partners. The
 * published data have one agency; a deterministic few of its records stand in
 * for a neighbour's, so that sharing between agencies can be shown.
 */
export interface Owner {
  /** Originating Agency Identifier, nine characters. */
  ori: string;
  name: string;
}

export const homeAgency: Owner = { ori: 'LANPD0000', name: 'New Orleans Police Department' };
export const neighborAgency: Owner = { ori: 'LA0260000', name: "Jefferson Parish Sheriff's Office" };

/** `item` is whatever names the record for good: an item number as `normaliseItem` gives it, a call sign. */
export const ownerOf = (item: string): Owner => (hashOf(item) % 33 === 0 ? neighborAgency : homeAgency);

/** True for two in three: the owner lets partner agencies read the record. */
export const isShared = (item: string): boolean => hashOf(`shared:${item}`) % 3 !== 0;

/** FNV-1a over UTF-16 units with a final mix: the demo's only chance, the same on every machine. */
export const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  // FNV's low bits are weak for short, similar keys; the finalizer of MurmurHash3 spreads them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};
