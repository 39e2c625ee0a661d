/**
 * Several vendors' records as one reading: each value once, with the vendors
 * that state it, and what they contradict each other in. Nothing is decided:
 * who is right is for a person to find out. Values are compared normalised and
 * shown as the first vendor spelled them.
 *
 * Only vendors contradict each other. Two records of one vendor are two
 * persons, as far as that vendor knows.
 */
import { e164, folded } from './query.ts';
import type { VendorRecord } from './vendor.ts';

export interface Stated {
  vendor: string;
  records: readonly VendorRecord[];
}

export interface AttributedValue {
  value: string;
  vendors: string[];
}

export interface Contradiction {
  field: string;
  values: AttributedValue[];
}

export interface Merged {
  names: AttributedValue[];
  datesOfBirth: AttributedValue[];
  addresses: AttributedValue[];
  phones: AttributedValue[];
  emails: AttributedValue[];
  contradictions: Contradiction[];
}

type Values = (record: VendorRecord) => (string | undefined)[];
type Key = (value: string) => string;

const same: Key = (value) => value;
const lower: Key = (value) => value.trim().toLowerCase();

export const merge = (stated: readonly Stated[]): Merged => ({
  names: attributed(stated, ({ names }) => names, nameKey),
  datesOfBirth: attributed(stated, ({ dateOfBirth }) => [dateOfBirth], same),
  addresses: attributed(stated, ({ addresses }) => addresses.map(({ address }) => address), addressKey),
  phones: attributed(stated, ({ phones }) => phones.map(({ number }) => e164(number) ?? number), same),
  emails: attributed(stated, ({ emails }) => emails, lower),
  contradictions: [
    contradiction('names', stated, ({ names }) => names, nameKey, namesAgree),
    contradiction('dateOfBirth', stated, ({ dateOfBirth }) => [dateOfBirth], same),
    contradiction('ssnLast4', stated, ({ ssnLast4 }) => [ssnLast4], same),
    contradiction('currentAddress', stated, currentAddress, addressKey),
  ].filter((found) => found !== undefined),
});

/** A name in any order and case: `SMITH, JOHN Q` and `John Q. Smith` are one. */
export const nameKey: Key = (name) => nameParts(name).sort().join(' ');

const generations = new Set(['JR', 'SR', 'II', 'III', 'IV']);

const nameParts = (name: string): string[] =>
  folded(name)
    .split(/[\s,#]+/)
    .filter(Boolean);

/** Compatible, not equal: one may leave out a middle name or give its initial alone. */
const namesAgree = (a: string, b: string): boolean => {
  const [short = [], long = []] = [a, b]
    .map((key) => key.split(' ').filter((part) => !generations.has(part)))
    .sort((one, other) => one.filter(isWord).length - other.filter(isWord).length);
  const left = [...long];
  return short.every((part) => {
    const at = left.findIndex(
      (other) => other === part || (!(isWord(part) && isWord(other)) && other.startsWith(part.slice(0, 1))),
    );
    if (at >= 0) left.splice(at, 1);
    return at >= 0 || !isWord(part);
  });
};

const isWord = (part: string): boolean => part.length > 1;

/** USPS Publication 28's abbreviations, for the words that the vendors spell out or not. */
const abbreviations: Record<string, string> = {
  ...{ STREET: 'ST', AVENUE: 'AVE', AV: 'AVE', BOULEVARD: 'BLVD', DRIVE: 'DR', ROAD: 'RD', LANE: 'LN', COURT: 'CT', PLACE: 'PL' },
  ...{ PARKWAY: 'PKWY', HIGHWAY: 'HWY', TERRACE: 'TER', CIRCLE: 'CIR', SQUARE: 'SQ', ALLEY: 'ALY', BEND: 'BND' },
  ...{ NORTH: 'N', SOUTH: 'S', EAST: 'E', WEST: 'W', NORTHEAST: 'NE', NORTHWEST: 'NW', SOUTHEAST: 'SE', SOUTHWEST: 'SW' },
  ...{ APARTMENT: '#', APT: '#', UNIT: '#', SUITE: '#', STE: '#', LOUISIANA: 'LA', SAINT: 'ST' },
};

export const addressKey: Key = (address) =>
  folded(address.replace(/\b(\d{5})-\d{4}\b/g, '$1'))
    .replace(/#/g, ' # ')
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((word) => abbreviations[word] ?? word)
    .join(' ')
    .replace(/(?:# )+/g, '# ');

/** Where the vendor last saw the person; of several records, in each. */
const currentAddress: Values = ({ addresses }) => {
  const dated = addresses.filter(({ lastSeen }) => lastSeen !== undefined);
  const [latest] = dated.sort((a, b) => (b.lastSeen ?? '').localeCompare(a.lastSeen ?? ''));
  return [latest?.address];
};

const attributed = (stated: readonly Stated[], values: Values, keyOf: Key): AttributedValue[] => {
  const found = new Map<string, AttributedValue>();
  for (const { vendor, records } of stated) {
    for (const value of records.flatMap(values)) {
      if (!value) continue;
      const held = found.get(keyOf(value));
      if (!held) found.set(keyOf(value), { value, vendors: [vendor] });
      else if (!held.vendors.includes(vendor)) held.vendors.push(vendor);
    }
  }
  return [...found.values()];
};

const contradiction = (
  field: string,
  stated: readonly Stated[],
  values: Values,
  keyOf: Key,
  agree = (a: string, b: string) => a === b,
): Contradiction | undefined => {
  const sides = stated
    .map(({ records }) => records.flatMap(values).flatMap((value) => (value ? [keyOf(value)] : [])))
    .filter((keys) => keys.length > 0);
  const apart = sides.some((side, at) => sides.slice(at + 1).some((other) => !side.some((a) => other.some((b) => agree(a, b)))));
  return apart ? { field, values: attributed(stated, values, keyOf) } : undefined;
};
