/**
 * Records that may be the same person, for many persons in one statement.
 * Candidates meet by the keys of a search (namekeys.ts), among persons whose name
 * the caller may see; likeness.ts weighs them.
 */
import { join, sqltag as sql } from '@prisma/client/runtime/client';
import type { Principal } from '../../schema/principal.ts';
import { type Known, type Likeness, likenessOf } from './likeness.ts';
import { wordsOf } from './namekeys.ts';
import { type Ask, identified, unsealed, visible } from './rules.ts';
import { keysWanted } from './search.ts';

export interface MayBe extends Likeness {
  parent: string;
  id: string;
}

interface Row {
  id: string;
  fullName: string;
  dateOfBirth: Date | null;
  sex: string | null;
  race: string | null;
}

interface Candidate extends Row {
  parent: string;
  together: number;
  samePhone: boolean;
}

/** Weighed, of each person. */
const candidatesAtMost = 40;
/** Less than that is another person of the same name, of whom a city has many. */
const worthTelling = 0.55;
export const mayBeAtMost = 20;

export const mayBe = async (ask: Ask, principal: Principal, persons: readonly string[]): Promise<MayBe[]> => {
  const subjects = await ask<Row>(sql`
    SELECT p.id, p.full_name AS "fullName", p.date_of_birth AS "dateOfBirth", p.sex, p.race FROM rms.person p
    WHERE p.id IN (${join(persons)}) AND p.full_name IS NOT NULL AND ${visible(principal, 'p')} AND ${identified(principal, 'p')}`);
  if (subjects.length === 0) return [];
  const known = new Map(subjects.map((row) => [row.id, knownOf(row)]));
  const rows = await candidates(ask, principal, subjects);
  return rows
    .flatMap(({ parent, together, samePhone, ...row }): MayBe[] => {
      const person = known.get(parent);
      return person ? [{ parent, id: row.id, ...likenessOf(person, { ...knownOf(row), together, samePhone }) }] : [];
    })
    .filter(({ score }) => score >= worthTelling)
    .toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
};

const knownOf = ({ fullName, dateOfBirth, sex, race }: Row): Known => ({
  words: wordsOf(fullName),
  dateOfBirth: dateOfBirth?.toISOString().slice(0, 10) ?? null,
  sex,
  race,
});

const candidates = (ask: Ask, principal: Principal, subjects: readonly Row[]): Promise<Candidate[]> => {
  const keys = subjects.flatMap(({ id, fullName }) => {
    const words = wordsOf(fullName);
    const enough = words.length > 2 ? words.length - 1 : words.length;
    return words.flatMap((word, place) => keysWanted(word).map((key) => ({ parent: id, place, enough, ...key })));
  });
  return ask(sql`
    SELECT m.parent, m.id, m."fullName", m."dateOfBirth", m.sex, m.race,
      (SELECT count(DISTINCT r.id)::int FROM rms.involvement a JOIN rms.involvement b ON b.report_id = a.report_id
        JOIN rms.report r ON r.id = a.report_id
        WHERE a.person_id = m.parent AND b.person_id = m.id AND ${visible(principal, 'r')} AND ${unsealed(principal, 'a')}
          AND ${unsealed(principal, 'b')}) AS together,
      EXISTS (SELECT 1 FROM rms.person_phone f JOIN rms.person_phone g ON g.digits = f.digits
        WHERE f.person_id = m.parent AND g.person_id = m.id) AS "samePhone"
    FROM (
      SELECT hits.parent, p.id, p.full_name AS "fullName", p.date_of_birth AS "dateOfBirth", p.sex, p.race,
        row_number() OVER (PARTITION BY hits.parent ORDER BY hits.matched DESC, hits.weight DESC, p.id) AS place
      FROM (
        SELECT parent, person_id, count(*) AS matched, sum(weight) AS weight FROM (
          SELECT w.parent, w.enough, w.place, k.person_id,
            max(CASE k.kind WHEN 'word' THEN 5 WHEN 'nickname' THEN 4 WHEN 'sound' THEN 3 WHEN 'spelling' THEN 2 ELSE 1 END) AS weight
          FROM json_to_recordset(${JSON.stringify(keys)}::json) AS w(parent text, place int, enough int, kind text, key text)
          JOIN rms.person_name_key k ON k.kind = w.kind AND k.key = w.key AND k.person_id <> w.parent
          GROUP BY w.parent, w.enough, w.place, k.person_id
        ) met GROUP BY parent, enough, person_id HAVING count(*) >= enough
      ) hits JOIN rms.person p ON p.id = hits.person_id
      WHERE p.full_name IS NOT NULL AND ${visible(principal, 'p')} AND ${identified(principal, 'p')}
    ) m WHERE m.place <= ${candidatesAtMost}`);
};
