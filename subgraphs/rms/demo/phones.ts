/**
 * Made-up phone numbers. All are 555-01xx, which no telephone company gives out;
 * there are only so many of them, so that some persons share one by chance.
 */
import { hashOf } from '../../kit/demo/ownership.ts';
import type { Person } from './people.ts';
import { type Table, table } from './table.ts';

const areas = ['504', '985', '225', '337', '318'];
/** M mobile, H home, W work. */
const kinds = ['M', 'H', 'W'];

export const phoneTable = (persons: readonly Person[], filedAt: (person: Person) => unknown): Table => {
  const rows = persons.flatMap((person) =>
    Array.from({ length: countOf(person.key) }, (_, at) => [
      person.seq,
      at + 1,
      numberOf(`${person.key}:${at}`),
      kinds[at],
      filedAt(person),
    ]),
  );
  return table('nmx_ph', 'nam_seq ord_no ph_txt ph_cd upd_dt', rows);
};

/** A third of the persons left none, a sixth left two. */
const countOf = (key: string): number => {
  const draw = hashOf(`phones:${key}`) % 6;
  return draw < 2 ? 0 : draw === 5 ? 2 : 1;
};

const numberOf = (key: string): string => {
  const area = areas[hashOf(`area:${key}`) % areas.length] ?? '504';
  return `(${area}) 555-01${String(hashOf(`line:${key}`) % 100).padStart(2, '0')}`;
};
