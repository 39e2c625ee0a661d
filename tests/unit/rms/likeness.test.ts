/** How two records of the name index are weighed, and what is said of it. */
import { type Compared, type Known, likenessOf } from '../../../subgraphs/rms/likeness.ts';

const person: Known = { words: ['WILLIAM', 'BAKER'], dateOfBirth: '1984-03-09', sex: 'MALE', race: 'WHITE' };
const other = (more: Partial<Compared>): Compared => ({ ...person, together: 0, samePhone: false, ...more });

test('the same name and date of birth, and nothing against it, is certain', () => {
  expect(likenessOf(person, other({}))).toEqual({
    score: 1,
    reasons: ['the same name', 'the same date of birth'],
    contradictions: [],
  });
});

test.each([
  ['a nickname', { words: ['BILL', 'BAKER'] }, 'one name is a nickname of the other'],
  ['a slip', { words: ['WILLAIM', 'BAKER'] }, 'the names are spelled alike'],
  ['swapped day and month', { dateOfBirth: '1984-09-03' }, 'day and month of birth are swapped'],
  ['one digit', { dateOfBirth: '1985-03-09' }, 'the dates of birth differ in one digit'],
  ['a phone', { samePhone: true }, 'the same phone number'],
])('%s is told as a reason', (_what, more, reason) => {
  expect(likenessOf(person, other(more)).reasons).toContain(reason);
});

test.each([
  ['another birth', { dateOfBirth: '1961-11-30' }, 'the dates of birth are 22 years apart'],
  ['the same report', { together: 1 }, 'both are named in one report'],
  ['another sex', { sex: 'FEMALE' }, 'the sex differs'],
  ['another race', { race: 'BLACK' }, 'the race as stated differs'],
])('%s is told as a contradiction, and costs', (_what, more, contradiction) => {
  const { score, contradictions } = likenessOf(person, other(more));
  expect(contradictions).toEqual([contradiction]);
  expect(score).toBeLessThan(likenessOf(person, other({})).score);
});

test('a name alone is never certain, and what is not known is no contradiction', () => {
  const { score, contradictions } = likenessOf(person, other({ dateOfBirth: null, sex: null, race: null }));
  expect(score).toBe(0.75);
  expect(contradictions).toEqual([]);
});
