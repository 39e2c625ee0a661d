/** `npm run mutate [-- TITLE…]`: disables each enforcement step in turn, in a copy, and shows that a test fails for it. */
import { setUp } from '../../deploy/setup.mjs';

await setUp();
const { register } = await import('tsx/esm/api');
register();
const { main } = await import('./mutate.ts');
process.exitCode = await main(process.argv.slice(2));
