/** Searches as they are typed: common and rare names of the census, right, misspelled, short, with a date. The same every time. */
import { readFileSync } from 'node:fs';
import { anonymous, type Principal } from '../../../schema/principal.ts';
import { reference } from '../../../subgraphs/kit/demo/load.ts';
import { hashOf } from '../../../subgraphs/kit/demo/ownership.ts';

/** As the gateway would sign a detective with a case: all that narrows a search's candidates is their own row rules. */
export const detective: Principal = {
  ...anonymous,
  ori: 'LANPD0000',
  grants: ['rms:persons', 'rms:juvenile', 'rms:victim-identity'],
};

export interface Typed {
  kind: string;
  search: { name: string; dateOfBirth?: string };
}

const names = (file: string): string[] =>
  readFileSync(new URL(file, reference), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/)[0] ?? '');

export const searches = (count: number, seed: number): Typed[] => {
  const first = names('census1990_dist.male.first.top2000.txt');
  const last = names('census1990_dist.all.last.top2000.txt');
  // Half of the names are among the fifty commonest, whose searches are the dearest.
  const pick = (list: string[], key: string) => list[hashOf(`${seed}:${key}`) % (hashOf(key) % 2 === 0 ? 50 : list.length)] ?? '';
  return Array.from({ length: count }, (_, at): Typed => {
    const [given, surname] = [pick(first, `first:${at}`), pick(last, `last:${at}`)];
    const middle = pick(first, `middle:${at}`);
    const born = `${1950 + (at % 55)}-0${1 + (at % 9)}-1${at % 10}`;
    const kinds: Typed[] = [
      { kind: 'two words', search: { name: `${given} ${surname}` } },
      { kind: 'misspelled', search: { name: `${slip(given, at)} ${slip(surname, at + 1)}` } },
      { kind: 'surname alone', search: { name: surname } },
      { kind: 'three words', search: { name: `${given} ${middle} ${surname}` } },
      { kind: 'with a date of birth', search: { name: `${given} ${surname}`, dateOfBirth: born } },
    ];
    return kinds[at % kinds.length] as Typed;
  });
};

/** Two neighbours swapped, or a letter left out. */
const slip = (word: string, at: number): string => {
  if (word.length < 5) return word;
  const place = 1 + (at % (word.length - 2));
  return at % 2 === 0
    ? word.slice(0, place) + word.charAt(place + 1) + word.charAt(place) + word.slice(place + 2)
    : word.slice(0, place) + word.slice(place + 1);
};
