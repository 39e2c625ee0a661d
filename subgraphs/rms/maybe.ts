/**
 * Records that may be the same person, for many persons in one statement.
 * Candidates meet by the words of a search (namehits.ts), among persons whose name
 * the caller may see; likeness.ts weighs them.
 */
import { join, sqltag as sql } from '@prisma/client/runtime/client';
import type { Principal } from '../../schema/principal.ts';
import { type Known, type Likeness, likenessOf } from './likeness.ts';
import { bearers, metWords } from './namehits.ts';
import { wordsOf } from './namekeys.ts';
import { type Ask, identified, unsealed, visible } from './rules.ts';

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
  const sought = subjects.map(({ id, fullName }) => ({ of: id, words: wordsOf(fullName) }));
  const parents = JSON.stringify(sought.map(({ of, words }) => ({ of, words: words.length })));
  return ask(sql`
    WITH ${metWords(sought)}
    SELECT m.parent, m.id, m."fullName", m."dateOfBirth", m.sex, m.race,
      (SELECT count(DISTINCT r.id)::int FROM rms.involvement a JOIN rms.involvement b ON b.report_id = a.report_id
        JOIN rms.report r ON r.id = a.report_id
        WHERE a.person_id = m.parent AND b.person_id = m.id AND ${visible(principal, 'r')} AND ${unsealed(principal, 'a')}
          AND ${unsealed(principal, 'b')}) AS together,
      EXISTS (SELECT 1 FROM rms.person_phone f JOIN rms.person_phone g ON g.digits = f.digits
        WHERE f.person_id = m.parent AND g.person_id = m.id) AS "samePhone"
    FROM (
      SELECT s.of AS parent, l.* FROM json_to_recordset(${parents}::json) AS s(of text, words int)
      CROSS JOIN LATERAL (
        SELECT p.id, p.full_name AS "fullName", p.date_of_birth AS "dateOfBirth", p.sex, p.race
        FROM (${bearers(sql`s.of`, sql`s.words`, sql`n.person_id <> s.of`)}) k
        CROSS JOIN LATERAL (SELECT * FROM rms.person p WHERE p.id = k.person_id OFFSET 0) p
        WHERE p.full_name IS NOT NULL AND ${visible(principal, 'p')} AND ${identified(principal, 'p')}
        ORDER BY k.matched DESC, k.weight DESC, k.person_id
        LIMIT ${candidatesAtMost}
      ) l
    ) m`);
};
