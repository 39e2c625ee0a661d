/** Before all tests: generated code is brought up to date, and it is told once which services the run has. */
import { generateClients } from '../../deploy/setup.mjs';
import { probe } from './probe.mjs';

export default async () => {
  await generateClients();
  const found = await probe();
  process.env.RTCC_TEST_SERVICES = JSON.stringify(found);
  for (const { title, reachable, where } of Object.values(found)) {
    if (!reachable) process.stderr.write(`\n${title} does not answer at ${where}: ${consequence()}\n`);
  }
};

const consequence = () => (process.env.CI === 'true' ? 'tests on it fail, because CI=true.' : 'tests on it are skipped.');
