/** `npm run bench -- NAME [--smoke] [--json FILE] [--OPTION=VALUE …]`: one benchmark, its table, and its figures as JSON. */
import { setUp } from '../../deploy/setup.mjs';

await setUp();
const { register } = await import('tsx/esm/api');
register();
const { main } = await import('./bench.ts');
process.exitCode = await main(process.argv.slice(2));
