/** The way in for every npm script: sets up what is missing, then is the command line, in this same process. */
import { SetupError, setUp } from './setup.mjs';

try {
  await setUp();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
// `hub doctor | head` closes the pipe before everything is said: that is no fault.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
const { register } = await import('tsx/esm/api');
register();
const { run } = await import('./cli.ts');
await run(process.argv);
