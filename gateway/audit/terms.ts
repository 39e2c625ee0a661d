/** What an operation searches for → the terms of its record's blind index. Pure. */
import { termsOf } from '../../schema/terms.ts';

/** More than this of one operation is not told apart; the sealed text has it all. */
const most = 64;
/** What is longer is a narrative or a list that was cut off, and nobody asks for it by its letters. */
const longest = 200;

/** `search` is the JSON of `searchOf`. */
export const searchTerms = (key: Buffer, search: string): string[] => {
  const texts = new Set<string>();
  collect(JSON.parse(search), texts);
  return [...new Set([...texts].flatMap((text) => termsOf(key, text)))].slice(0, most);
};

/** Every text among the arguments' values; times, page cursors and the fields' own names are nothing to search by. */
const collect = (value: unknown, texts: Set<string>): void => {
  if (typeof value === 'string') {
    if (value.length <= longest && !isTime(value)) texts.add(value);
    return;
  }
  if (!value || typeof value !== 'object') return;
  for (const [name, inner] of Object.entries(value)) if (!passedOver.has(name)) collect(inner, texts);
};

const passedOver: ReadonlySet<string> = new Set(['field', 'after', 'before', 'cursor', 'truncated']);
const isTime = (text: string): boolean => /^\d{4}-\d\d-\d\d(T|$)/.test(text);
