/**
 * From what a caller asks to what a vendor is asked: one checked, canonical
 * query, so that spelling the same question differently is not billed twice.
 */
import { HubError } from '../../schema/errors.ts';
import type { Query } from './vendor.ts';

export interface Asked {
  name?: string | null | undefined;
  dateOfBirth?: string | null | undefined;
  address?: string | null | undefined;
  phone?: string | null | undefined;
}

const longest = 200;

export const queryOf = (asked: Asked): Query => {
  const query: Query = {
    name: cleaned('name', asked.name),
    dateOfBirth: dayOf(asked.dateOfBirth),
    address: cleaned('address', asked.address),
    phone: asked.phone == null ? undefined : phoneOf(asked.phone),
  };
  if (query.phone || (query.name && (query.dateOfBirth || query.address))) return query;
  throw new HubError('BAD_USER_INPUT', {
    message: 'A search needs a name with a date of birth, or a name with an address, or a phone number.',
  });
};

/** The same text for the same question: no case, no accents, no punctuation. */
export const canonical = ({ name, dateOfBirth, address, phone }: Query): string =>
  JSON.stringify([folded(name), dateOfBirth ?? '', folded(address), phone ?? '']);

/** Upper case, without accents and punctuation, single spaces. */
export const folded = (text = ''): string =>
  text
    .normalize('NFKD')
    .replace(/[\p{M}'’.]/gu, '')
    .toUpperCase()
    .replace(/[^\p{L}\p{N},#]+/gu, ' ')
    .trim();

/** E.164; a number of ten digits is North American. Undefined where it is no such number. */
export const e164 = (text: string): string | undefined => {
  const digits = text.replace(/(?:x|ext\.?)\s*\d+\s*$/i, '').replace(/\D/g, '');
  if (text.trim().startsWith('+')) return /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : undefined;
  if (/^[2-9]\d{9}$/.test(digits)) return `+1${digits}`;
  return /^1[2-9]\d{9}$/.test(digits) ? `+${digits}` : undefined;
};

export const isDay = (text: string): boolean => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
};

/** Control characters cannot be written in XML, and no name has any. */
const cleaned = (field: string, text: string | null | undefined): string | undefined => {
  const trimmed = text?.normalize('NFC').trim().replace(/ +/g, ' ');
  if (!trimmed) return undefined;
  if (trimmed.length <= longest && !/[\p{Cc}\p{Cs}\p{Cn}\p{Co}]/u.test(trimmed) && /[\p{L}\p{N}]/u.test(trimmed)) return trimmed;
  throw new HubError('BAD_USER_INPUT', { message: `"${field}" takes 1 to ${longest} printable characters.` });
};

const dayOf = (text: string | null | undefined): string | undefined => {
  if (text == null || isDay(text)) return text ?? undefined;
  throw new HubError('BAD_USER_INPUT', { message: 'A Date is a calendar day, such as 1987-06-05.' });
};

const phoneOf = (text: string): string => {
  const number = text.length <= 40 ? e164(text) : undefined;
  if (number) return number;
  throw new HubError('BAD_USER_INPUT', { message: '"phone" takes a number such as +1 504 555 0123.' });
};
