/**
 * Made-up names. The published data have none, so each person gets one by the
 * hash of its key from the 1990 census's frequency lists, as common as they are
 * there. Nobody is meant; every row that carries one is marked synthetic.
 */
import { readFileSync } from 'node:fs';
import { reference } from '../../kit/demo/load.ts';
import { hashOf } from '../../kit/demo/ownership.ts';

export interface MadeUpName {
  given: string;
  middle: string | null;
  surname: string;
}

interface Weighted {
  names: string[];
  /** Cumulative percent at each name. */
  upTo: number[];
}

/** A name for a person's key; sex null takes either list. */
export type NameFor = (key: string, sex: 'MALE' | 'FEMALE' | null) => MadeUpName;

export const readNames = (): NameFor => {
  const male = readList('census1990_dist.male.first.top2000.txt');
  const female = readList('census1990_dist.female.first.top2000.txt');
  const last = readList('census1990_dist.all.last.top2000.txt');
  return (key, sex) => {
    const given = (sex ?? (hashOf(`sex:${key}`) % 2 === 0 ? 'MALE' : 'FEMALE')) === 'MALE' ? male : female;
    const middle = hashOf(`has-middle:${key}`) % 5 < 2 ? draw(given, `middle:${key}`) : null;
    return { given: draw(given, `given:${key}`), middle, surname: draw(last, `surname:${key}`) };
  };
};

/** Lines such as `SMITH          1.006  1.006      1`: name, percent, cumulative percent, rank. */
const readList = (file: string): Weighted => {
  const lines = readFileSync(new URL(file, reference), 'utf8').trim().split('\n');
  const rows = lines.map((line) => line.trim().split(/\s+/));
  return { names: rows.map(([name = '']) => name), upTo: rows.map(([, , cumulative]) => Number(cumulative)) };
};

const draw = ({ names, upTo }: Weighted, key: string): string => {
  const at = (hashOf(key) / 2 ** 32) * (upTo.at(-1) ?? 0);
  let low = 0;
  let high = upTo.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((upTo[middle] ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return names[low] ?? '';
};
