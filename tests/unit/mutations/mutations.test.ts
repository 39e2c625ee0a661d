/** The list of disabled steps keeps up with the code: each step still stands in its file, once, and its tests exist. */
import { execFileSync } from 'node:child_process';
import { disabled } from '../../mutations/mutate.ts';
import { mutations } from '../../mutations/mutations.ts';

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'tests'], {
  encoding: 'utf8',
}).split('\n');

test.each(mutations.map((mutation) => [mutation.title, mutation] as const))(
  'the step can be disabled: %s',
  (_title, mutation) => {
    expect(disabled(mutation)).toContain(mutation.instead);
    for (const path of mutation.tests) expect(files.some((file) => file.startsWith(path))).toBe(true);
  },
);
