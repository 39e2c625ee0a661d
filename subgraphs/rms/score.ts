/**
 * How well a person fits a search, 0 to 1, and why. Each word of the search is
 * held against each word of the name and the best pairs count, whatever their
 * order. 1 is the same name and, where one was asked for, the same date.
 */
import { soundsOf, trigramsOf } from './namekeys.ts';
import { isNickname } from './nicknames.ts';

export interface Wanted {
  words: string[];
  /** `YYYY-MM-DD`. */
  dateOfBirth?: string | undefined;
  toleranceDays: number;
  /** Digits; every candidate has them. */
  phone?: string | undefined;
}

export interface Candidate {
  words: string[];
  dateOfBirth: string | null;
}

export type Reason = 'exact' | 'nickname' | 'spelling' | 'phonetic' | 'initial' | 'date of birth' | 'phone';

export interface Score {
  score: number;
  because: Reason[];
}

/** What a likeness is worth; a slip in a long word weighs less than in a short one. */
const worth = { exact: 1, nickname: 0.93, initial: 0.75 } as const;
/** A sound alone is a weak likeness (BILL sounds like PAULA): it counts the more the closer the letters are. */
const phoneticWorth = (slips: number, longest: number): number => 0.6 + 0.3 * (1 - slips / longest);
/** Words that share this much of their trigrams are alike, though more than a slip or two apart. */
const alikeFrom = 0.4;
const likenessWorth = (shared: number): number => 0.5 + 0.4 * shared;
const nameWeight = 0.65;
/** What is left of the score where the search says only part of the name. */
const partialName = 0.85;
/** People share phones: a number alone is less than a name and a date. A search that has neither has a number. */
const phoneAlone = 0.9;
/** What a date at the very edge of the tolerance still counts. */
const edgeOfTolerance = 0.5;
const order: Reason[] = ['exact', 'nickname', 'spelling', 'phonetic', 'initial', 'date of birth', 'phone'];

export const scoreOf = (wanted: Wanted, candidate: Candidate): Score => {
  const name = wanted.words.length > 0 ? scoreName(wanted.words, candidate.words) : undefined;
  const date = wanted.dateOfBirth ? scoreDate(wanted, candidate) : undefined;
  const because = new Set<Reason>([
    ...(name?.because ?? []),
    ...(date ? (['date of birth'] as const) : []),
    ...(wanted.phone ? (['phone'] as const) : []),
  ]);
  const score =
    name && date !== undefined ? nameWeight * name.score + (1 - nameWeight) * date : (name?.score ?? date ?? phoneAlone);
  return { score: Math.round(score * 1000) / 1000, because: order.filter((reason) => because.has(reason)) };
};

const scoreName = (wanted: string[], words: string[]): Score => {
  const pairs = wanted
    .flatMap((a, at) => words.map((b, behind) => ({ at, behind, ...likeness(a, b) })))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score);
  const [said, met, because] = [new Set<number>(), new Set<number>(), new Set<Reason>()];
  let sum = 0;
  for (const pair of pairs) {
    if (said.has(pair.at) || met.has(pair.behind)) continue;
    said.add(pair.at);
    met.add(pair.behind);
    sum += pair.score;
    for (const reason of pair.because) because.add(reason);
  }
  const covered = partialName + (1 - partialName) * (met.size / Math.max(1, words.length));
  return { score: (sum / wanted.length) * covered, because: [...because] };
};

/** All that speaks for two words being one name; the best of it is the score. */
const likeness = (a: string, b: string): Score => {
  if (a === b) return { score: worth.exact, because: ['exact'] };
  if (a.length === 1 || b.length === 1)
    return a[0] === b[0] ? { score: worth.initial, because: ['initial'] } : { score: 0, because: [] };
  const found: [Reason, number][] = [];
  if (isNickname(a, b)) found.push(['nickname', worth.nickname]);
  const slips = distance(a, b);
  const longest = Math.max(a.length, b.length);
  if (longest > 3 && slips <= (longest > 7 ? 2 : 1)) found.push(['spelling', 1 - (0.8 * slips) / longest]);
  const shared = sharedTrigrams(a, b);
  if (longest > 3 && shared >= alikeFrom) found.push(['spelling', likenessWorth(shared)]);
  if (soundsOf(a).some((sound) => soundsOf(b).includes(sound))) found.push(['phonetic', phoneticWorth(slips, longest)]);
  return { score: Math.max(0, ...found.map(([, score]) => score)), because: [...new Set(found.map(([reason]) => reason))] };
};

/** Of all trigrams that either word has, the part that both have. */
const sharedTrigrams = (a: string, b: string): number => {
  const [of, other] = [trigramsOf(a), new Set(trigramsOf(b))];
  const both = of.filter((key) => other.has(key)).length;
  return both / (of.length + other.size - both);
};

const scoreDate = ({ dateOfBirth = '', toleranceDays }: Wanted, candidate: Candidate): number => {
  if (!candidate.dateOfBirth) return 0;
  const days = Math.abs(Date.parse(dateOfBirth) - Date.parse(candidate.dateOfBirth)) / 86_400_000;
  return days === 0 ? 1 : Math.max(0, 1 - (1 - edgeOfTolerance) * (days / Math.max(1, toleranceDays)));
};

/** Letters to change, add, drop or swap with the neighbour (optimal string alignment). */
export const distance = (a: string, b: string): number => {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const changed = (last[j - 1] ?? 0) + (same ? 0 : 1);
      const best = Math.min(changed, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      row.push(swapped ? Math.min(best, (before[j - 2] ?? 0) + 1) : best);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
};
