/** What a log may keep of an error nobody expected: where, never what it says. */
import { framesOf } from '../../../schema/errors.ts';

test('frames are told without a line of the message, whatever it looks like', () => {
  const frames = framesOf(new Error('Invalid invocation:\n\n  { name: "Jane Roe" }\n    at Jane Roe (1985-04-05)'));
  expect(frames.length).toBeGreaterThan(0);
  expect(frames[0]).toContain('frames.test.ts');
  expect(frames.join()).not.toMatch(/Roe|Invalid/);
});

test.each([
  [undefined],
  [null],
  ['text'],
  [{ message: 'no stack' }],
  [{ message: 'now', stack: 'Error: then\n    at Jane Roe' }],
])('what has no stack, or one of another message, tells nothing: %j', (error) => {
  expect(framesOf(error)).toEqual([]);
});
