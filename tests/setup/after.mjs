/** After all tests: says again what was left out, where it is read. */
export default () => {
  for (const { title, reachable, where } of Object.values(JSON.parse(process.env.RTCC_TEST_SERVICES ?? '{}'))) {
    if (!reachable && process.env.CI !== 'true')
      process.stderr.write(`Skipped: the tests on ${title} (nothing answers at ${where}).\n`);
  }
};
