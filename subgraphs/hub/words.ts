/** What the hub's mutations take: for words, told in a sentence where they do not, never with the words themselves; and of the caller. */
import { HubError, withheld } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';

const longest = 500;

/** Words for people, on one line: a line break would forge lines in whatever prints them, unseen characters would forge words. */
export const sentence = (given: string, what: string): string => {
  const words = given.trim();
  if (words !== '' && words.length <= longest && !/[\p{C}\p{Zl}\p{Zp}]/u.test(words)) return words;
  throw wrong(`"${what}" takes 1 to ${longest} characters, on one line.`);
};

/** PostgreSQL's text cannot hold NUL, so no row has it. */
export const isText = (given: string): boolean => !given.includes('\0');

export const text = (given: string): string => {
  if (isText(given)) return given;
  throw wrong('An argument holds a character that no row has.');
};

export const wrong = (message: string): HubError => new HubError('BAD_USER_INPUT', { message });

/** The gateway has asked for the label too: two locks, so that one forgotten stays closed. */
export const demand = ({ grants }: Principal, label: string): void => {
  if (!grants.includes(label)) throw withheld(label, `It takes ${label}.`);
};
