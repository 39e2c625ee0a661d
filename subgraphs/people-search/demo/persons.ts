/**
 * The persons that the stand-in vendors hold. None exists: each is derived from
 * the question itself by a hash, so that any name and date of birth finds the
 * same records again, at both vendors, on any machine. A fifth of the questions
 * find nothing; a fifth find a namesake too.
 *
 * Everything is of a kind that nobody has: social security numbers of areas and
 * groups that are never issued, telephone numbers of the range kept for
 * fiction (555-0100 to 0199), mail at example.org and example.net, streets that
 * New Orleans does not have.
 */
import { createHash } from 'node:crypto';

export interface Question {
  name?: string | undefined;
  dateOfBirth?: string | undefined;
  address?: string | undefined;
  /** Ten digits. */
  phone?: string | undefined;
}

export interface Residence {
  number: number;
  street: string;
  suffix: string;
  unit: number | undefined;
  zip: string;
  from: string;
  to: string;
}

export interface SyntheticPerson {
  /** Stable, of either vendor's records; each makes its own id of it. */
  seed: string;
  first: string;
  middle: string;
  last: string;
  dateOfBirth: string;
  ssn: string;
  /** Latest first. */
  residences: Residence[];
  /** Ten digits. */
  phones: string[];
  email: string;
}

/** Bytes of a hash, as small numbers that are always the same for the same words. */
const dice = (...words: string[]): Buffer => createHash('sha256').update(words.join('\u0000')).digest();

const pick = <Item>(items: readonly [Item, ...Item[]], roll: number | undefined): Item =>
  items[(roll ?? 0) % items.length] ?? items[0];

const firsts = ['Ambrose', 'Belle', 'Clement', 'Delphine', 'Etienne', 'Fleur', 'Gaston', 'Honore'] as const;
const lasts = ['Arceneau', 'Boudrow', 'Castile', 'Desmare', 'Fontaine', 'Guidroz', 'Lavergne', 'Thibault'] as const;
const streets = ['Pelican Bend', 'Levee Oak', 'Magnolia Row', 'Cypress Knee', 'Heron Landing', 'Marsh Lantern'] as const;
const suffixes = ['Street', 'Avenue', 'Drive', 'Boulevard', 'Court'] as const;

export const personsFor = (question: Question): SyntheticPerson[] => {
  const words = nameWords(question.name ?? '');
  const key = [[...words].sort().join(' '), question.dateOfBirth ?? '', fold(question.address ?? ''), question.phone ?? ''];
  const roll = (dice('how many', ...key)[0] ?? 0) % 10;
  if (roll < 2) return [];
  const count = roll < 8 ? 1 : 2;
  return Array.from({ length: count }, (_, at) => personOf(question, words, dice('who', ...key, String(at)), at));
};

const personOf = (question: Question, words: string[], roll: Buffer, at: number): SyntheticPerson => {
  const first = words[0] ?? pick(firsts, roll[0]);
  const last = words.length > 1 ? (words.at(-1) ?? '') : pick(lasts, roll[1]);
  const middle = words.length > 2 ? (words[1] ?? '') : String.fromCharCode(65 + ((roll[2] ?? 0) % 26));
  // A namesake was born in another year; whoever is asked for without a date of birth was born in any.
  const year = 1950 + ((roll[3] ?? 0) % 50);
  const born = question.dateOfBirth ?? `${year}-${pad(1 + ((roll[4] ?? 0) % 12))}-${pad(1 + ((roll[5] ?? 0) % 28))}`;
  return {
    seed: roll.toString('hex').slice(0, 16),
    first,
    middle,
    last,
    dateOfBirth: at === 0 ? born : shiftDays(born, 366 + (roll[6] ?? 0)),
    ssn: ssnOf(roll),
    residences: [residenceOf(roll, 8, '2019-06-01', '2022-09-15'), residenceOf(roll, 14, '2011-03-01', '2019-05-31')],
    phones: [question.phone ?? `504555${phoneTail(roll[20])}`, `985555${phoneTail(roll[21])}`],
    email: `${fold(first)}.${fold(last)}${(roll[22] ?? 0) % 90}@example.${(roll[23] ?? 0) % 2 === 0 ? 'org' : 'net'}`
      .toLowerCase()
      .replace(/ /g, ''),
  };
};

/** Areas 000, 666 and 9xx were never issued, and no taxpayer number (9xx) has a group below 50. */
const ssnOf = (roll: Buffer): string => {
  const area = pick(['000', '666', String(900 + ((roll[7] ?? 0) % 100))], roll[24]);
  const serial = ((roll[26] ?? 0) * 256 + (roll[27] ?? 0)) % 9999;
  return `${area}-${pad(1 + ((roll[25] ?? 0) % 49))}-${String(1 + serial).padStart(4, '0')}`;
};

const residenceOf = (roll: Buffer, at: number, from: string, to: string): Residence => ({
  number: 100 + ((roll[at] ?? 0) % 90) * 100 + ((roll[at + 1] ?? 0) % 100),
  street: pick(streets, roll[at + 2]),
  suffix: pick(suffixes, roll[at + 3]),
  unit: (roll[at + 4] ?? 0) % 3 === 0 ? 1 + ((roll[at + 5] ?? 0) % 12) : undefined,
  zip: '70199', // No place: a code of New Orleans that delivers to nobody's door.
  from,
  to,
});

const phoneTail = (roll = 0): string => `01${pad(roll % 100)}`;

export const pad = (number: number): string => String(number).padStart(2, '0');

export const shiftDays = (day: string, days: number): string => {
  const date = new Date(`${day}T00:00:00Z`);
  return new Date(date.getTime() + days * 86_400_000).toISOString().slice(0, 10);
};

/** First name first, whether asked as `Mary Ann Smith` or `SMITH, MARY ANN`. */
const nameWords = (name: string): string[] => {
  const [left = '', right] = name.split(',');
  const ordered = right === undefined ? left : `${right} ${left}`;
  return ordered.split(/\s+/).filter(Boolean).map(capitalized);
};

const capitalized = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();

const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .toUpperCase();

/** How the second vendor differs from the first, each on some persons: that is what makes two vendors worth asking. */
export interface Disagreement {
  missing: boolean;
  birthDateOffByOne: boolean;
  misspelled: boolean;
  oldAddress: boolean;
}

export const disagreementOf = (vendor: string, { seed }: SyntheticPerson): Disagreement => {
  const roll = dice('disagree', vendor, seed);
  const oneIn = (at: number, chance: number) => (roll[at] ?? 0) % chance === 0;
  return { missing: oneIn(0, 12), birthDateOffByOne: oneIn(1, 5), misspelled: oneIn(2, 5), oldAddress: oneIn(3, 4) };
};

/** One letter of a double letter, or the last vowel, goes. */
export const misspell = (name: string): string => {
  const single = name.replace(/(.)\1/i, '$1');
  return single === name ? name.replace(/[aeiouy](?=[^aeiouy]*$)/i, '') || name : single;
};
