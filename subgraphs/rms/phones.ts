/** Phone numbers of the master name index: shown with a name, searched by their digits. */
import { join, type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import { HubError } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import { type Ask, visible } from './rules.ts';

export interface Phone {
  personId: string;
  number: string;
  kind: string | null;
  synthetic: boolean;
}

const phonesAPerson = 20;

export const phonesOfPersons = (ask: Ask, principal: Principal, persons: readonly string[]): Promise<Phone[]> =>
  ask(sql`
  SELECT "personId", number, kind, synthetic FROM (
    SELECT f.person_id AS "personId", f.number, f.kind, f.synthetic,
      (row_number() OVER (PARTITION BY f.person_id ORDER BY f.changed_at DESC, f.id))::int AS place
    FROM rms.person_phone f
    JOIN rms.person p ON p.id = f.person_id
    WHERE f.person_id IN (${join(persons)}) AND ${visible(principal, 'p')}
  ) listed WHERE place <= ${phonesAPerson} ORDER BY "personId", place`);

/** `(504) 555-0123` → `5045550123`; seven digits leave the area open. */
export const phoneDigits = (phone: string): string => {
  const digits = phone
    .slice(0, 40)
    .replace(/[^0-9]/g, '')
    .replace(/^1(?=\d{10}$)/, '');
  if (digits.length < 7 || digits.length > 15)
    throw new HubError('BAD_USER_INPUT', { message: '"phone" takes 7 to 15 digits, in any spelling.' });
  return digits;
};

/** The last seven digits are the contract's key; whoever gives the area code too means that one. */
export const hasPhone = (digits: string, person: Sql): Sql => sql`${person} IN (
  SELECT f.person_id FROM rms.person_phone f WHERE f.number_key = ${digits.slice(-7)} AND f.digits LIKE ${`%${digits}`})`;
