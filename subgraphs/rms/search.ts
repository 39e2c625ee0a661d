/**
 * Search of the master name index. SQL finds candidates by equal keys (see
 * namehits.ts) among persons whose name the caller may see; here they are
 * scored, and the page is cut from the ranking. Whom the caller may not name
 * is not a candidate: neither the answer nor its length can tell.
 */
import { type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import { HubError } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import { encodeCursor, type Window } from '../kit/page.ts';
import { bearers, metWords } from './namehits.ts';
import { wordsOf } from './namekeys.ts';
import { hasPhone, phoneDigits } from './phones.ts';
import { type Ask, identified, unsealed, visible } from './rules.ts';
import { type Reason, scoreOf, type Wanted } from './score.ts';

export interface PersonSearch {
  name?: string | null;
  dateOfBirth?: string | null;
  dateOfBirthToleranceDays?: number | null;
  sex?: string | null;
  phone?: string | null;
  /** Only persons that this report names. Not for clients. */
  namedIn?: string;
}

export interface Match {
  id: string;
  score: number;
  because: Reason[];
}

interface Candidate {
  id: string;
  fullName: string;
  dateOfBirth: Date | null;
}

/** Candidates that are scored; a search that has more is too wide for the ranking's tail to matter. */
const candidatesAtMost = 1_000;
const nameLengthAtMost = 100;
const toleranceAtMostDays = 3_660;
const toleranceAloneDays = 366;

export const searchPersons = async (ask: Ask, principal: Principal, search: PersonSearch, window: Window): Promise<Match[]> => {
  const wanted = wantedOf(search);
  const rows = await ask<Candidate>(candidates(principal, wanted, search));
  const ranked = rows.map((row) => ({
    id: row.id,
    ...scoreOf(wanted, { words: wordsOf(row.fullName), dateOfBirth: dayOf(row.dateOfBirth) }),
  }));
  ranked.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
  return ranked.filter((match) => isBehind(match, window)).slice(0, window.limit);
};

/** A match's place in the ranking. */
export const keyOfMatch = ({ score, id }: Match): string[] => [score.toFixed(3), id];
export const cursorOfMatch = (match: Match): string => encodeCursor(keyOfMatch(match));

const isBehind = ({ score, id }: Match, { after }: Window): boolean => {
  if (!after) return true;
  const [lastScore = '', lastId = ''] = after;
  const last = Number(lastScore);
  if (!/^[01]\.\d{3}$/.test(lastScore)) throw new HubError('CURSOR_INVALID');
  return score < last || (score === last && id > lastId);
};

const dayOf = (date: Date | null): string | null => date?.toISOString().slice(0, 10) ?? null;

export const wantedOf = (search: PersonSearch): Wanted => {
  const { name, dateOfBirth, dateOfBirthToleranceDays } = search;
  const toleranceDays = dateOfBirthToleranceDays ?? 0;
  const words = wordsOf(name ?? '');
  if ((name ?? '').length > nameLengthAtMost) refuse(`"name" takes ${nameLengthAtMost} characters at the most.`);
  if (toleranceDays < 0 || toleranceDays > toleranceAtMostDays)
    refuse(`"dateOfBirthToleranceDays" takes 0 to ${toleranceAtMostDays}.`);
  const phone = search.phone ? phoneDigits(search.phone) : undefined;
  if (words.length === 0 && !dateOfBirth && !phone) refuse('A search needs a name, a date of birth or a phone number.');
  if (words.length === 0 && toleranceDays > toleranceAloneDays) {
    refuse(`Without a name "dateOfBirthToleranceDays" takes ${toleranceAloneDays} at the most.`);
  }
  if (words.length > 0 && words.every((word) => word.length === 1)) refuse('"name" needs one word that is more than an initial.');
  return { words, dateOfBirth: dateOfBirth ?? undefined, toleranceDays, phone };
};

const refuse = (message: string): never => {
  throw new HubError('BAD_USER_INPUT', { message });
};

const candidates = (principal: Principal, wanted: Wanted, search: PersonSearch): Sql => {
  const { words, dateOfBirth } = wanted;
  if (words.length > 0) return named(principal, wanted, search);
  return sql`
    SELECT p.id, p.full_name AS "fullName", p.date_of_birth AS "dateOfBirth" FROM rms.person p
    WHERE ${nameable(principal)} AND ${narrowed(sql`p.id`, principal, wanted, search)} AND ${fits(wanted, search)}
    ORDER BY ${dateOfBirth ? sql`abs(p.date_of_birth - ${dateOfBirth}::date),` : sql``} p.id
    LIMIT ${candidatesAtMost}`;
};

/**
 * The best by name first, each looked at until enough may be told: `OFFSET 0` keeps the planner from looking at all of them.
 * A close date of birth is more selective than any name, so it comes before.
 */
const named = (principal: Principal, wanted: Wanted, search: PersonSearch): Sql => {
  const among = sql`${narrowed(sql`n.person_id`, principal, wanted, search)} AND ${bornClose(wanted)}`;
  return sql`
    WITH ${metWords([{ of: '', words: wanted.words }])}
    SELECT p.id, p.full_name AS "fullName", p.date_of_birth AS "dateOfBirth"
    FROM (${bearers(sql`''`, sql`${wanted.words.length}::int`, among)}) k
    CROSS JOIN LATERAL (SELECT * FROM rms.person p WHERE p.id = k.person_id OFFSET 0) p
    WHERE ${nameable(principal)} AND ${fits(wanted, search)}
    ORDER BY k.matched DESC, k.weight DESC, k.person_id
    LIMIT ${candidatesAtMost}`;
};

const nameable = (principal: Principal): Sql =>
  sql`p.full_name IS NOT NULL AND ${visible(principal, 'p')} AND ${identified(principal, 'p')}`;

const fits = (wanted: Wanted, { sex }: PersonSearch): Sql =>
  sql`${sex ? sql`p.sex = ${sex.toUpperCase()}` : sql`TRUE`} AND ${born(wanted)}`;

const born = ({ dateOfBirth, toleranceDays }: Wanted): Sql =>
  dateOfBirth
    ? sql`p.date_of_birth BETWEEN ${dateOfBirth}::date - ${toleranceDays}::int AND ${dateOfBirth}::date + ${toleranceDays}::int`
    : sql`TRUE`;

const closeDays = 31;

const bornClose = (wanted: Wanted): Sql =>
  wanted.dateOfBirth && wanted.toleranceDays <= closeDays
    ? sql`n.person_id = ANY(ARRAY(SELECT p.id FROM rms.person p WHERE ${born(wanted)}))`
    : sql`TRUE`;

const narrowed = (id: Sql, principal: Principal, { phone }: Wanted, { namedIn }: PersonSearch): Sql =>
  sql`${phone ? hasPhone(phone, id) : sql`TRUE`} AND ${namedIn ? isNamedIn(principal, namedIn, id) : sql`TRUE`}`;

/** Persons that a report names in a part that the caller may know of. */
const isNamedIn = (principal: Principal, report: string, id: Sql): Sql => sql`${id} IN (
  SELECT i.person_id FROM rms.involvement i WHERE i.report_id = ${report} AND ${unsealed(principal, 'i')})`;
