/**
 * What somebody typed into the one box: a name, a date of birth, a plate, an
 * address, a phone number, an item number, or several of these. It reads the
 * text, not the world: where a text can be two things, both are looked for, and
 * the page says how it was read. Pure, and without a clock.
 */

export const keyKinds = ['item', 'phone', 'plate', 'dateOfBirth', 'name', 'address'] as const;
export type KeyKind = (typeof keyKinds)[number];

export interface Reading {
  kind: KeyKind;
  /** As the hub is asked: `1987-06-05`, `B-24020-22`, `ABC*12`. */
  value: string;
}

export interface Understood {
  readings: Reading[];
  /** Why nothing was understood, or what is still needed. */
  hint?: string;
}

/** @param thisYear decides the century of `3/4/80`: nobody was born in the future. */
export const understand = (text: string, thisYear: number): Understood => {
  const typed = text.replaceAll(/\s+/g, ' ').trim();
  if (typed === '') return { readings: [] };
  const stated = prefixed(typed, thisYear);
  if (stated) return stated;
  const whole = [itemOf(typed), dateOf(typed, thisYear), phoneOf(typed)].find((reading) => reading !== undefined);
  if (whole) return { readings: [whole] };
  if (/^[\d/.-]+$/.test(typed) && /\d[/.-]\d+[/.-]\d/.test(typed))
    return { readings: [], hint: `There is no such day or number: “${typed}”.` };
  const { date, rest } = withoutDate(typed, thisYear);
  const { phone, left } = withoutPhone(rest);
  const readings = [...named(left), ...(date ? [date] : []), ...(phone ? [phone] : [])];
  return readings.length > 0 ? { readings } : { readings, hint: 'Type at least two letters or digits of a key.' };
};

export const kindWords: Record<KeyKind, string> = {
  item: 'item number',
  phone: 'phone number',
  plate: 'license plate',
  dateOfBirth: 'date of birth',
  name: 'name',
  address: 'address',
};

/** `plate: abc 12`, `dob 3/4/1980`: somebody knows better than any rule what it is. */
const prefixes: Record<string, KeyKind> = {
  ...{ name: 'name', dob: 'dateOfBirth', born: 'dateOfBirth', plate: 'plate', tag: 'plate', lp: 'plate' },
  ...{ address: 'address', addr: 'address', phone: 'phone', tel: 'phone', item: 'item', number: 'item' },
};

const prefixed = (typed: string, thisYear: number): Understood | undefined => {
  const [, word = '', mark = '', rest = ''] = /^([a-z]+)(\s*:\s*|\s+)(.+)$/i.exec(typed) ?? [];
  const kind = prefixes[word.toLowerCase()];
  // "Tag Smith" is a name: without a colon only what cannot be one is taken for a prefix.
  if (!kind || (!mark.includes(':') && !/\d|[*?]/.test(rest))) return undefined;
  const reading = readAs(kind, rest, thisYear);
  return reading ? { readings: [reading] } : { readings: [], hint: `This is no ${kindWords[kind]}: “${rest}”.` };
};

/** A text that is stated to be of a kind. */
export const readAs = (kind: KeyKind, text: string, thisYear: number): Reading | undefined => {
  const typed = text.replaceAll(/\s+/g, ' ').trim();
  if (kind === 'item') return itemOf(typed);
  if (kind === 'phone') return phoneOf(typed);
  if (kind === 'dateOfBirth') return dateOf(typed, thisYear);
  if (kind === 'plate') return plateOf(typed, true);
  return typed.length > 1 ? { kind, value: kind === 'name' ? nameOf(typed) : typed } : undefined;
};

/** A month's letter, a number, a year: `B-24020-22`, `b 24020 22`, `B2402022`. */
const itemOf = (typed: string): Reading | undefined => {
  const [, month, number, year] = /^([A-L])[\s./-]*(\d{5})[\s./-]*(\d{2})$/i.exec(typed) ?? [];
  return month ? { kind: 'item', value: `${month.toUpperCase()}-${number}-${year}` } : undefined;
};

/** Seven digits, ten, or eleven with the country's one, however they are set apart. */
const phoneOf = (typed: string): Reading | undefined => {
  if (!/^\+?[\d\s().-]+$/.test(typed)) return undefined;
  const digits = typed.replaceAll(/\D/g, '');
  const number = digits.length === 11 && digits.startsWith('1') ? digits.slice(1) : digits;
  return number.length === 7 || number.length === 10 ? { kind: 'phone', value: number } : undefined;
};

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const monthAt = (word: string): number => months.indexOf(word.slice(0, 3).toLowerCase()) + 1;

/** `1980-03-04`, `3/4/1980`, `03-04-80`, `03041980`, `Mar 4, 1980`, `4 March 1980`: the month first, as here. */
const dateOf = (typed: string, thisYear: number): Reading | undefined => {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(typed);
  if (iso) return dayOf(Number(iso[1]), Number(iso[2]), Number(iso[3]), thisYear);
  const figures = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})$/.exec(typed) ?? /^(\d{2})(\d{2})(\d{4})$/.exec(typed);
  if (figures) return dayOf(yearOf(figures[3] ?? '', thisYear), Number(figures[1]), Number(figures[2]), thisYear);
  const monthFirst = /^([a-z]{3,9})\.? (\d{1,2}),? (\d{4})$/i.exec(typed);
  if (monthFirst) return dayOf(Number(monthFirst[3]), monthAt(monthFirst[1] ?? ''), Number(monthFirst[2]), thisYear);
  const dayFirst = /^(\d{1,2}) ([a-z]{3,9})\.? (\d{4})$/i.exec(typed);
  return dayFirst ? dayOf(Number(dayFirst[3]), monthAt(dayFirst[2] ?? ''), Number(dayFirst[1]), thisYear) : undefined;
};

const yearOf = (digits: string, thisYear: number): number => {
  if (digits.length === 4) return Number(digits);
  const inThisCentury = Math.floor(thisYear / 100) * 100 + Number(digits);
  return inThisCentury > thisYear ? inThisCentury - 100 : inThisCentury;
};

/** A day that there is, of a living memory. */
const dayOf = (year: number, month: number, day: number, thisYear: number): Reading | undefined => {
  const date = new Date(Date.UTC(year, month - 1, day));
  const exists = month > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!exists || year < 1880 || year > thisYear) return undefined;
  return { kind: 'dateOfBirth', value: date.toISOString().slice(0, 10) };
};

const dateInside =
  /(?:^|[\s,(])(?:dob:? |born:? |\*)?((?:\d{4}-\d{1,2}-\d{1,2})|(?:\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})))(?=$|[\s,)])/i;

const withoutDate = (typed: string, thisYear: number): { date?: Reading; rest: string } => {
  const found = dateInside.exec(typed);
  const date = found?.[1] ? dateOf(found[1], thisYear) : undefined;
  return date && found ? { date, rest: tidied(typed.replace(found[0], ' ')) } : { rest: typed };
};

const phoneInside = /(?:\+?1[\s.-]?)?(?:\(\d{3}\)\s?|\d{3}[\s.-])\d{3}[\s.-]?\d{4}/;

const withoutPhone = (typed: string): { phone?: Reading; left: string } => {
  const [found] = phoneInside.exec(typed) ?? [];
  const phone = found ? phoneOf(found) : undefined;
  return phone && found ? { phone, left: tidied(typed.replace(found, ' ')) } : { left: typed };
};

const tidied = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll(/^[\s,;]+|[\s,;]+$/g, '');

/** What is left when dates and phone numbers are out: a plate, an address, a name, or two of them at once. */
const named = (typed: string): Reading[] => {
  if (letterCount(typed) + digitCount(typed) < 2) return [];
  const plate = plateOf(typed, false);
  if (/[*?]/.test(typed)) return plate ? [plate] : [];
  const name: Reading = { kind: 'name', value: nameOf(typed) };
  const address: Reading = { kind: 'address', value: typed };
  if (isAddress(typed)) return plate ? [plate, address] : [address];
  if (digitCount(typed) > 0) return plate ? [plate] : [address];
  // A word alone may be a street as well as somebody.
  return typed.includes(' ') || typed.includes(',') ? [name] : [name, address];
};

/** `Smith, John` → `John Smith`; the hub takes any order, people read this one. */
const nameOf = (typed: string): string => {
  const [family = '', given] = typed.split(/\s*,\s*/, 2);
  return given ? `${given} ${family}` : family;
};

const street =
  /\b(st|street|av|ave|avenue|blvd|boulevard|rd|road|dr|drive|ln|lane|ct|court|pl|place|pkwy|parkway|hwy|highway|ter|terrace|cir|circle|way|walk|expy|blk|block)\b\.?/i;

/** A number before a word, a kind of street, or two streets that meet. */
const isAddress = (typed: string): boolean =>
  /^\d+(x{1,3})? ?(blk |block )?(of )?[a-z']{2,}/i.test(typed) ||
  /[a-z'] ?(&|@|\/) ?[a-z']/i.test(typed) ||
  (street.test(typed) && typed.includes(' '));

/** At most eight letters and digits, both, in one or two groups; `*` any run, `?` one character. */
const plateOf = (typed: string, stated: boolean): Reading | undefined => {
  const value = typed.toUpperCase().replaceAll(/[\s-]/g, '');
  const signs = value.replaceAll(/[*?]/g, '');
  if (!/^[A-Z0-9*?]+$/.test(value) || signs.length < 2 || signs.length > 8 || value.length > 16) return undefined;
  if (stated || /[*?]/.test(value)) return { kind: 'plate', value };
  const groups = typed.split(/[\s-]/).length;
  const longest = Math.max(...typed.split(/[\s\d-]+/).map((letters) => letters.length));
  return groups <= 2 && digitCount(typed) > 0 && letterCount(typed) > 0 && longest <= 4 ? { kind: 'plate', value } : undefined;
};

const letterCount = (text: string): number => text.match(/\p{L}/gu)?.length ?? 0;
const digitCount = (text: string): number => text.match(/\d/g)?.length ?? 0;
