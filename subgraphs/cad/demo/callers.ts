/**
 * Callers who do not exist: names from the census lists, numbers from 555-01xx,
 * which no telephone company gives out. The published calls have no callers.
 */
import { readFileSync } from 'node:fs';
import { reference } from '../../kit/demo/load.ts';
import { hashOf } from '../../kit/demo/ownership.ts';

export interface DemoCaller {
  /** Null where the caller gave none. */
  name: string | null;
  phone: string;
}

/** The same caller for the same item, always. */
export const openCallers = (): ((item: string) => DemoCaller) => {
  const first = [...namesIn('census1990_dist.female.first.top2000.txt'), ...namesIn('census1990_dist.male.first.top2000.txt')];
  const last = namesIn('census1990_dist.all.last.top2000.txt');
  const pick = (names: readonly string[], key: string) => names[hashOf(key) % names.length] ?? '';
  return (item) => ({
    name: hashOf(`anonymous:${item}`) % 6 === 0 ? null : `${pick(first, `first:${item}`)} ${pick(last, `last:${item}`)}`,
    phone: `504-555-01${String(hashOf(`phone:${item}`) % 100).padStart(2, '0')}`,
  });
};

const namesIn = (file: string): string[] =>
  readFileSync(new URL(file, reference), 'utf8')
    .split('\n')
    .flatMap((line) => line.split(/\s+/)[0] || []);
