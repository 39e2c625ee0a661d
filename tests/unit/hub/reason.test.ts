/** What counts as a reason. */
import { checkedReason, isVague } from '../../../subgraphs/hub/reason.ts';

test.each([
  'test',
  'n/a',
  'investigation',
  'urgent police business case',
  'official law enforcement use',
  'emergency!!! emergency!!!',
  'a b c d e f',
  '???',
])('"%s" is vague', (reason) => expect(isVague(reason)).toBe(true));

test.each([
  'child taken from Magazine Street, car seen heading east',
  'shooting at Canal and Bourbon, suspect fled',
  'hostage inside 1200 Poydras',
  'niño desaparecido cerca del parque',
])('"%s" is not', (reason) => expect(isVague(reason)).toBe(false));

test.each([
  ['a line break', 'shots fired at\nCanal and Bourbon'],
  ['characters that nobody sees', 'shots fired at \u202ECanal'],
  ['a whole page', 'shots fired '.repeat(50)],
])('%s is refused', (_what, reason) => expect(() => checkedReason(reason)).toThrow('one line'));
