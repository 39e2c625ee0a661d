/**
 * The keys that a name is found by. The agency's view `rms.name_key` holds them
 * for each word that any name has, made by `wordKeys`; a search makes the same of
 * its own words and meets them in SQL by equality, which any database can index.
 *
 * - `word`      the word itself
 * - `sound`     its Double Metaphone codes
 * - `nickname`  the formal names that it can stand for: BILL → WILLIAM
 * - `spelling`  the word, and the word without each one of its letters: two
 *               words one slip apart always share one of these
 * - `trigram`   every three letters on end, two blanks before the word and one
 *               behind it: words that share many are alike, slips or not
 * - `initial`   its first letter
 */
import { doubleMetaphone } from 'double-metaphone';
import { formalNames } from './nicknames.ts';

export type KeyKind = 'word' | 'sound' | 'nickname' | 'spelling' | 'trigram' | 'initial';

export interface NameKey {
  kind: KeyKind;
  key: string;
}

const wordsAtMost = 6;
const lettersAtMost = 40;

/** `O'Neil-Smith, José` → ONEIL, SMITH, JOSE. Accents and apostrophes do not part words. */
export const wordsOf = (name: string): string[] =>
  name
    .slice(0, 200)
    .normalize('NFD')
    .replace(/[\u0300-\u036f'’`]/g, '')
    .toUpperCase()
    .split(/[^A-Z]+/)
    .filter((word) => word.length > 0)
    .slice(0, wordsAtMost)
    .map((word) => word.slice(0, lettersAtMost));

export const wordKeys = (word: string): NameKey[] => [
  { kind: 'word', key: word },
  { kind: 'initial', key: word.slice(0, 1) },
  ...(word.length > 1 ? soundsOf(word).map((key): NameKey => ({ kind: 'sound', key })) : []),
  ...formalNames(word).map((key): NameKey => ({ kind: 'nickname', key })),
  ...(word.length > 3 ? slipsOf(word).map((key): NameKey => ({ kind: 'spelling', key })) : []),
  ...(word.length > 3 ? trigramsOf(word).map((key): NameKey => ({ kind: 'trigram', key })) : []),
];

export const soundsOf = (word: string): string[] => [...new Set(doubleMetaphone(word))].filter((code) => code !== '');

const slipsOf = (word: string): string[] => [
  ...new Set([word, ...Array.from({ length: word.length }, (_, at) => word.slice(0, at) + word.slice(at + 1))]),
];

export const trigramsOf = (word: string): string[] => {
  const padded = `  ${word} `;
  return [...new Set(Array.from({ length: word.length + 1 }, (_, at) => padded.slice(at, at + 3)))];
};
