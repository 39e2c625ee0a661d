/** The README's table of errors is what the kit does. */
import { readFileSync } from 'node:fs';
import { kitErrors } from '../../../../clients/sdk/src/errors.ts';
import { hubErrors } from '../../../../clients/sdk/src/index.ts';

test('every code stands in the table, with its meaning and whether it is tried again', () => {
  const text = readFileSync(new URL('../../../../clients/sdk/README.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| (.*) \| (yes|no) \|$/gm)].map(([, code, message, again]) => [
    code,
    message,
    again,
  ]);
  const kinds = Object.entries({ ...hubErrors, ...kitErrors });
  expect(rows).toEqual(kinds.map(([code, { message, retryable }]) => [code, message, retryable ? 'yes' : 'no']));
});
