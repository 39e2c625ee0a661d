/** A bounded memory: what was used last stays. */
import { keptOr, openKept } from '../../../gateway/kept.ts';

test('no more is kept than allowed, and what was not used for longest goes first', () => {
  const kept = openKept<number>(2);
  kept.set('a', 1);
  kept.set('b', 2);
  expect(kept.get('a')).toBe(1);
  kept.set('c', 3);
  expect(['a', 'b', 'c'].map(kept.get)).toEqual([1, undefined, 3]);
});

test('setting anew is use too, and what was deleted is not there', () => {
  const kept = openKept<number>(2);
  for (const key of ['a', 'b', 'a', 'c']) kept.set(key, 1);
  expect(['a', 'b', 'c'].map(kept.get)).toEqual([1, undefined, 1]);
  kept.delete('a');
  expect(kept.get('a')).toBeUndefined();
});

test('what is kept is made once; what could not be made is not kept', () => {
  const kept = openKept<object>(2);
  let made = 0;
  const make = () => ({ number: ++made });
  expect(keptOr(kept, 'a', make)).toBe(keptOr(kept, 'a', make));
  expect(() =>
    keptOr(kept, 'b', () => {
      throw new Error('No.');
    }),
  ).toThrow();
  expect([made, kept.get('b')]).toEqual([1, undefined]);
});
