/** Names: words, the keys that they are found by, and how alike two are. */
import fc from 'fast-check';
import { soundsOf, wordKeys, wordsOf } from '../../../subgraphs/rms/namekeys.ts';
import { formalNames, isNickname } from '../../../subgraphs/rms/nicknames.ts';
import { distance, scoreOf } from '../../../subgraphs/rms/score.ts';

const keysOf = (word: string, kind: string): string[] => wordKeys(word).flatMap((key) => (key.kind === kind ? [key.key] : []));
const share = (a: string[], b: string[]): boolean => a.some((key) => b.includes(key));
const letters = fc.string({ unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'), minLength: 5, maxLength: 12 });

describe('words', () => {
  test.each([
    ["O'Neil-Smith, José", ['ONEIL', 'SMITH', 'JOSE']],
    ['  de la  Cruz ', ['DE', 'LA', 'CRUZ']],
    ['J. R. Ewing', ['J', 'R', 'EWING']],
    ['123 %_', []],
  ])('%p has the words %p', (name, words) => {
    expect(wordsOf(name)).toEqual(words);
  });

  test('six words and two hundred characters at the most', () => {
    expect(wordsOf('a b c d e f g h')).toHaveLength(6);
    expect(wordsOf('x'.repeat(10_000))[0]).toHaveLength(40);
  });
});

describe('keys', () => {
  test('two words one slip apart share a spelling key, whatever the slip', () => {
    fc.assert(
      fc.property(
        letters,
        fc.nat(),
        fc.constantFrom(...'QXZ'),
        fc.constantFrom('drop', 'add', 'change', 'swap'),
        (word, place, letter, slip) => {
          const at = place % (word.length - 1);
          const slipped = {
            drop: word.slice(0, at) + word.slice(at + 1),
            add: word.slice(0, at) + letter + word.slice(at),
            change: word.slice(0, at) + letter + word.slice(at + 1),
            swap: word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2),
          }[slip];
          expect(share(keysOf(word, 'spelling'), keysOf(slipped, 'spelling'))).toBe(true);
        },
      ),
    );
  });

  test.each([
    ['SMITH', 'SMYTH'],
    ['CATHERINE', 'KATHRYN'],
    ['SCHMIDT', 'SMITH'],
    ['JON', 'JOHN'],
  ])('%s sounds like %s', (a, b) => {
    expect(share(soundsOf(a), soundsOf(b))).toBe(true);
  });

  test('short words have no spelling keys: every three letters are near every other', () => {
    expect(keysOf('ANN', 'spelling')).toEqual([]);
  });
});

describe('nicknames', () => {
  test.each([
    ['BILL', 'WILLIAM'],
    ['WILL', 'BILL'],
    ['BOB', 'ROBERT'],
    ['PEGGY', 'MARGARET'],
    ['KATE', 'KATHERINE'],
  ])('%s is %s', (a, b) => {
    expect(isNickname(a, b)).toBe(true);
    expect(isNickname(b, a)).toBe(true);
  });

  test.each([
    ['BILL', 'ROBERT'],
    ['ROB', 'ALBERT'],
    ['SMITH', 'SMYTH'],
    ['BILL', 'BILL'],
  ])('%s is not %s', (a, b) => {
    expect(isNickname(a, b)).toBe(false);
  });

  test('a name that the table lacks stands for nothing', () => {
    expect(formalNames('XERXES')).toEqual([]);
    expect(formalNames('constructor')).toEqual([]);
  });
});

describe('scores', () => {
  const score = (name: string, other: string, more = {}) =>
    scoreOf({ words: wordsOf(name), toleranceDays: 10, ...more }, { words: wordsOf(other), dateOfBirth: '1990-01-10' });

  test('the same name in any order scores 1', () => {
    expect(score('John Smith', 'Smith John')).toEqual({ score: 1, because: ['exact'] });
  });

  test('exact is above nickname, nickname above initial, any above another name', () => {
    const [exact, nickname, initial, other] = ['Robert Smith', 'Bob Smith', 'R Smith', 'Zoe Smith'].map(
      (name) => score(name, 'Robert Smith').score,
    );
    expect(exact).toBeGreaterThan(nickname ?? 1);
    expect(nickname).toBeGreaterThan(initial ?? 1);
    expect(initial).toBeGreaterThan(other ?? 1);
  });

  test('a sound alone is a weak likeness', () => {
    expect(score('Smyth', 'Smith').score).toBeGreaterThan(score('Bill', 'Paula').score);
  });

  test('a word counts once: JOHN JOHN is not JOHN SMITH', () => {
    expect(score('John John', 'John Smith').score).toBeLessThan(0.6);
  });

  test('the nearer the date, the higher the score', () => {
    const scores = ['1990-01-10', '1990-01-12', '1990-01-20'].map(
      (dateOfBirth) => score('', 'John Smith', { dateOfBirth }).score,
    );
    expect(scores[0]).toBe(1);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(new Set(scores).size).toBe(3);
  });

  test('every score is 0 to 1', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const { score: value } = score(a, b);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
      }),
    );
  });

  test.each([
    ['', '', 0],
    ['ABC', 'ABC', 0],
    ['ABC', 'ACB', 1],
    ['ABC', 'AC', 1],
    ['', 'ABC', 3],
    ['KITTEN', 'SITTING', 3],
  ])('from %p to %p is %i slips', (a, b, slips) => {
    expect(distance(a, b)).toBe(slips);
  });
});
