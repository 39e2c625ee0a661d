/**
 * Whether a reason says anything. Who reviews an emergency reads it first: "test"
 * or "investigation" explains nothing. The bar is low on purpose, since whoever
 * writes it is in a hurry; it keeps out what nobody could review.
 */
import { HubError } from '../../schema/errors.ts';

const fewestWords = 3;
const fewestLetters = 12;
const mostCharacters = 500;
/** Words that could stand on any request. */
const empty = new Set(
  `a an and as asap at case check checking do duty emergency for i important in info information inquiry investigate investigation
  is it just law enforcement look looking lookup na need needed of official on or per police purpose purposes query reason request
  research search see test testing the this to up urgent use work`.split(/\s+/),
);

export const isVague = (reason: string): boolean => {
  const words = reason.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const telling = new Set(words.filter((word) => word.length > 1 && !empty.has(word)));
  return words.length < fewestWords || words.join('').length < fewestLetters || telling.size < 2;
};

/** As it is kept. A line break would forge lines in whatever prints it. */
export const checkedReason = (reason: string, what = 'reason'): string => {
  const text = reason.trim();
  if (text.length > mostCharacters || !/^[^\p{C}\p{Zl}\p{Zp}]*$/u.test(text))
    throw new HubError('BAD_USER_INPUT', { message: `"${what}" takes one line of ${mostCharacters} characters at the most.` });
  if (isVague(text))
    throw new HubError('BAD_USER_INPUT', {
      message: `"${what}" must tell a reviewer what happened: some words are needed that fit this alone.`,
    });
  return text;
};
