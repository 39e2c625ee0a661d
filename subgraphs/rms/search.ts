/**
 * Search of the master name index. SQL finds candidates by equal keys (see
 * namekeys.ts) among persons whose name the caller may see; here they are
 * scored, and the page is cut from the ranking. Whom the caller may not name
 * is not a candidate: neither the answer nor its length can tell.
 */
import { type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import { HubError } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import { encodeCursor, type Window } from '../kit/page.ts';
import { type NameKey, wordKeys, wordsOf } from './namekeys.ts';
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

const candidates = (
  principal: Principal,
  { words, dateOfBirth, toleranceDays, phone }: Wanted,
  { sex, namedIn }: PersonSearch,
): Sql => sql`
  SELECT p.id, p.full_name AS "fullName", p.date_of_birth AS "dateOfBirth"
  FROM ${words.length > 0 ? named(words) : sql`rms.person p`}
  WHERE p.full_name IS NOT NULL AND ${visible(principal, 'p')} AND ${identified(principal, 'p')}
    AND ${phone ? hasPhone(phone, 'p') : sql`TRUE`} AND ${namedIn ? isNamedIn(principal, namedIn) : sql`TRUE`}
    AND ${sex ? sql`p.sex = ${sex.toUpperCase()}` : sql`TRUE`}
    AND ${dateOfBirth ? sql`p.date_of_birth BETWEEN ${dateOfBirth}::date - ${toleranceDays}::int AND ${dateOfBirth}::date + ${toleranceDays}::int` : sql`TRUE`}
  ORDER BY ${orderOf(words, dateOfBirth)} p.id
  LIMIT ${candidatesAtMost}`;

const orderOf = (words: string[], dateOfBirth: string | undefined): Sql => {
  if (words.length > 0) return sql`k.matched DESC, k.weight DESC,`;
  return dateOfBirth ? sql`abs(p.date_of_birth - ${dateOfBirth}::date),` : sql``;
};

/** Persons for whom every word of a short search has a key in common, and all but one of a long search. */
const named = (words: string[]): Sql => {
  const keys = words.flatMap((word, place) => keysWanted(word).map((key) => ({ place, ...key })));
  const enough = words.length > 2 ? words.length - 1 : words.length;
  return sql`(
    SELECT person_id, count(*) AS matched, sum(weight) AS weight FROM (
      SELECT k.person_id, w.place, max(CASE k.kind WHEN 'word' THEN 5 WHEN 'nickname' THEN 4 WHEN 'sound' THEN 3 WHEN 'spelling' THEN 2 ELSE 1 END) AS weight
      FROM json_to_recordset(${JSON.stringify(keys)}::json) AS w(place int, kind text, key text)
      JOIN rms.person_name_key k ON k.kind = w.kind AND k.key = w.key
      GROUP BY k.person_id, w.place
    ) hits GROUP BY person_id HAVING count(*) >= ${enough}
  ) k JOIN rms.person p ON p.id = k.person_id`;
};

/** An initial meets every word that it begins; a whole word also meets an initial that stands in the index. */
export const keysWanted = (word: string): NameKey[] =>
  word.length === 1
    ? [{ kind: 'initial', key: word }]
    : [...wordKeys(word).filter(({ kind }) => kind !== 'initial'), { kind: 'word', key: word.slice(0, 1) }];

/** Persons that a report names in a part that the caller may know of. */
const isNamedIn = (principal: Principal, report: string): Sql => sql`p.id IN (
  SELECT i.person_id FROM rms.involvement i WHERE i.report_id = ${report} AND ${unsealed(principal, 'i')})`;
