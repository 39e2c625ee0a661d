/**
 * Persons by the words of their names, in two steps. First the index's words
 * that are like a word sought, by equal keys (namekeys.ts): a city has some
 * hundred thousand words, of which a search meets dozens. Then the persons who
 * bear those words. So a common name costs each of its bearers once, and not
 * once a key; and nothing asks for more than equality, which any database indexes.
 */
import { type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import { wordKeys } from './namekeys.ts';

export interface Sought {
  /** Tells several searches of one statement apart. */
  of: string;
  words: readonly string[];
}

/** Trigrams that two words share, of all that either has: as `similarity` of pg_trgm, which calls words alike from 0.3 on. */
const alikeFrom = 0.4;

/** Common table `met`: words of the index that are like a word sought, and how certainly. */
export const metWords = (sought: readonly Sought[]): Sql => sql`met AS MATERIALIZED (
  SELECT w.of, w.place, k.word,
    max(CASE k.kind WHEN 'word' THEN 5 WHEN 'nickname' THEN 4 WHEN 'sound' THEN 3 WHEN 'spelling' THEN 2 ELSE 1 END) AS weight
  FROM json_to_recordset(${JSON.stringify(sought.flatMap(wantedOf))}::json) AS w(of text, place int, trigrams int, kind text, key text)
  JOIN rms.name_key k ON k.kind = w.kind AND k.key = w.key
  GROUP BY w.of, w.place, k.word
  HAVING bool_or(k.kind <> 'trigram')
    OR count(*) >= ${alikeFrom}::float8 * (max(w.trigrams) + length(k.word) + 1 - count(*))
)`;

/** Who bears enough of the words of one search: every word of a short name, all but one of a longer. `among` narrows `n.person_id`. */
export const bearers = (of: Sql, words: Sql, among: Sql): Sql => sql`
  SELECT person_id, count(*) AS matched, sum(weight) AS weight FROM (
    SELECT n.person_id, m.place, max(m.weight) AS weight
    FROM met m JOIN rms.person_name n ON n.word = m.word
    WHERE m.of = ${of} AND ${among}
    GROUP BY n.person_id, m.place
  ) borne GROUP BY person_id HAVING count(*) >= CASE WHEN ${words} > 2 THEN ${words} - 1 ELSE ${words} END
  ORDER BY 2 DESC, 3 DESC, 1`;

interface Wanted {
  of: string;
  place: number;
  /** Of the word sought. */
  trigrams: number;
  kind: string;
  key: string;
}

const wantedOf = ({ of, words }: Sought): Wanted[] =>
  words.flatMap((word, place) => {
    const keys = keysWanted(word);
    const trigrams = keys.filter(({ kind }) => kind === 'trigram').length;
    return keys.map((key) => ({ of, place, trigrams, ...key }));
  });

/** An initial meets every word that it begins; a whole word also meets an initial that stands in the index. */
export const keysWanted = (word: string): ReturnType<typeof wordKeys> =>
  word.length === 1
    ? [{ kind: 'initial', key: word }]
    : [...wordKeys(word).filter(({ kind }) => kind !== 'initial'), { kind: 'word', key: word.slice(0, 1) }];
